'use strict';
// The few REST calls of the monolith that tests need.

const { ask } = require('./broker');
const { sendJson } = require('./http');
const { createUser, digestOf, findByToken, hashToken, loginWithPassword } = require('./users');

const MAX_JSON_BYTES = 64 * 1024;
const MAX_UPLOAD_BYTES = 200 * 1024 * 1024;

class HttpError extends Error {
	constructor(status, message) {
		super(message);
		this.status = status;
	}
}

/** Reads the whole body, calls `keep` with each chunk, and returns the number of bytes. */
async function readBody(req, limit, keep = () => {}) {
	let size = 0;
	for await (const chunk of req) {
		size += chunk.length;
		if (size > limit) throw new HttpError(413, `Body is larger than ${limit} bytes`);
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
		throw new HttpError(400, 'Body is not JSON');
	}
}

const route = (handler) => async (req, res) => {
	try {
		sendJson(res, 200, await handler(req));
	} catch (error) {
		const status = error.status ?? 500;
		sendJson(res, status, { success: false, status: 'error', error: error.message });
	}
};

function addRest(app, db, broker) {
	async function login(req) {
		const { user, username, email, password } = await readJson(req);
		const who = email ? { email } : { username: username ?? user };
		const login = await loginWithPassword(db, who, digestOf(String(password)));
		if (!login) throw new HttpError(401, 'Unauthorized');
		return { status: 'success', data: { userId: login.uid, authToken: login.token } };
	}

	async function createByAdmin(req) {
		const { 'x-user-id': uid = '', 'x-auth-token': token = '' } = req.headers;
		if (!(await findByToken(db, hashToken(token), { _id: uid }))) throw new HttpError(401, 'You must be logged in to do this.');
		if (!(await ask(broker, 'authorization.hasPermission', uid, 'create-user'))) throw new HttpError(403, 'unauthorized');
		const { username, name, email, password } = await readJson(req);
		if (!username || !name || !email || !password) throw new HttpError(400, 'username, name, email and password are required');
		const user = await createUser(db, { username, name, email, password, roles: ['user'] });
		return { success: true, user: { _id: user._id, username, name, roles: user.roles, active: true } };
	}

	app.get('/api/info', route(() => ({ version: '7.9.3', success: true })));
	app.post('/api/v1/login', route(login));
	app.post('/api/v1/users.create', route(createByAdmin));
	// For the proxy's body-size limit: takes anything up to the size of an upload, and says what arrived.
	app.post('/api/v1/rooms.media/GENERAL', route(async (req) => ({ success: true, size: await readBody(req, MAX_UPLOAD_BYTES) })));
}

module.exports = { addRest };
