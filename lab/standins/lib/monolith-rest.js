'use strict';
// The few REST calls of the monolith that tests need. Source: apps/meteor/app/api/server/ApiClass.ts (login, errors),
// v1/users.ts, default/info.ts

const { call } = require('./broker');
const { sendJson } = require('./http');
const { release } = require('./release');
const { createUser, findByToken, forgetToken, hashToken, loginWithPassword } = require('./users');

const MAX_JSON_BYTES = 64 * 1024;
const MAX_UPLOAD_BYTES = 200 * 1024 * 1024;

class HttpError extends Error {
	constructor(status, body) {
		super(String(status));
		Object.assign(this, { status, body });
	}
}

const unauthorized = (message) => new HttpError(401, { status: 'error', error: message, message });
const failure = (status, error) => new HttpError(status, { success: false, error });

/** Reads the whole body, calls `keep` with each chunk, and returns the number of bytes. */
async function readBody(req, limit, keep = () => {}) {
	let size = 0;
	for await (const chunk of req) {
		size += chunk.length;
		if (size > limit) throw failure(413, `Body is larger than ${limit} bytes`);
		keep(chunk);
	}
	return size;
}

async function readJson(req) {
	const chunks = [];
	await readBody(req, MAX_JSON_BYTES, (chunk) => chunks.push(chunk));
	try {
		return JSON.parse(Buffer.concat(chunks));
	} catch {
		throw failure(400, 'Invalid body parameters provided');
	}
}

const route = (handler) => async (req, res) => {
	try {
		sendJson(res, 200, await handler(req));
	} catch (error) {
		if (error instanceof HttpError) sendJson(res, error.status, error.body);
		else sendJson(res, 400, { success: false, error: error.message });
	}
};

function addRest(app, db, broker) {
	async function login(req) {
		const { user, username, email, password } = await readJson(req);
		const login = await loginWithPassword(db, email ? { email } : { username: username ?? user }, String(password));
		if (!login) throw unauthorized('Unauthorized');
		const me = { _id: login.user._id, username: login.user.username, name: login.user.name };
		return { status: 'success', data: { userId: me._id, authToken: login.token, me } };
	}

	/** Who sends the request, by the headers that every call but the login needs. */
	async function whoAsks(req) {
		const { 'x-user-id': uid = '', 'x-auth-token': token = '' } = req.headers;
		const hashedToken = hashToken(token);
		if (!(await findByToken(db, hashedToken, { _id: uid }))) throw unauthorized('You must be logged in to do this.');
		return { uid, hashedToken };
	}

	async function logout(req) {
		const { uid, hashedToken } = await whoAsks(req);
		await forgetToken(db, uid, hashedToken);
		return { status: 'success', data: { message: "You've been logged out!" } };
	}

	async function createByAdmin(req) {
		const { uid } = await whoAsks(req);
		// Without an authorization service on the bus this is an error value, and so a "yes": as upstream's.
		if (!(await call(broker, 'authorization.hasPermission', uid, 'create-user'))) {
			throw failure(403, 'User does not have the permissions required for this action [error-unauthorized]');
		}
		const { username, name, email, password } = await readJson(req);
		if (!username || !name || !email || !password) throw failure(400, 'username, name, email and password are required');
		const user = await createUser(db, { username, name, email, password, roles: ['user'] });
		return { success: true, user: { _id: user._id, username, name, roles: user.roles, active: true } };
	}

	const shortVersion = release.version.replace(/(\d+\.\d+).*/, '$1'); // all that those see who are not logged in
	app.get('/api/info', route(() => ({ version: shortVersion, success: true })));
	app.post('/api/v1/login', route(login));
	app.post('/api/v1/logout', route(logout));
	app.post('/api/v1/users.create', route(createByAdmin));
	// For the proxy's body-size limit: takes anything up to the size of an upload, and says what arrived.
	const upload = async (req) => ({ success: true, size: await readBody(req, MAX_UPLOAD_BYTES) });
	app.post('/api/v1/rooms.media/GENERAL', route(upload));
}

module.exports = { addRest };
