'use strict';
// Two people talk by means of Rocket.Chat's own client, before and after a command that cuts their connections:
//
//     ADMIN_PASSWORD=... node conversation.js https://chat.example.org COMMAND [ARGUMENT ...]
//
// The application's part is only to log in once, and to ask for a room. That the client connects again, logs in again
// with its token, and asks for the room again, is the library's (@rocket.chat/ddp-client, DDPSDK.create).

const { execFileSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const { setTimeout: delay } = require('node:timers/promises');
const { DDPSDK } = require('@rocket.chat/ddp-client');
const WebSocket = require('ws');

// Like a browser's: `close` also follows a connection that was never opened. Node's own says `error` and no more then,
// and the library waits for `close` to try again.
globalThis.WebSocket = class extends WebSocket {
	constructor(address) {
		super(address);
		this.on('error', () => {});
	}
};

const [url, ...interruption] = process.argv.slice(2);
const ROOM = 'GENERAL';
const STEP_MS = 20_000;
const REPEAT_MS = 3000;
const RECONNECT_MS = 60_000;
const RETRIES = { retryCount: 100, retryTime: 50 }; // the n-th after n times 50 ms

function within(step, promise, limit = STEP_MS) {
	const started = Date.now();
	let timer;
	const late = new Promise((_, reject) => {
		timer = setTimeout(() => reject(new Error(`nothing within ${limit / 1000} s`)), limit);
	});
	return Promise.race([promise, late]).then(
		(result) => {
			clearTimeout(timer);
			console.log(`ok    ${step} (${Date.now() - started} ms)`);
			return result;
		},
		(error) => Promise.reject(new Error(`${step}: ${error.reason ?? error.message ?? JSON.stringify(error)}`)),
	);
}

async function tokenFor(user, password) {
	const answer = await fetch(`${url}/api/v1/login`, post({ user, password }));
	if (!answer.ok) throw new Error(`HTTP ${answer.status} for the login of ${user}`);
	const { userId, authToken } = (await answer.json()).data;
	return { userId, authToken };
}

function post(body, headers = {}) {
	return { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

async function createPerson(name, admin) {
	const username = `${name}-${randomBytes(4).toString('hex')}`;
	const password = randomBytes(12).toString('base64url');
	const headers = { 'X-User-Id': admin.userId, 'X-Auth-Token': admin.authToken };
	const body = { username, name, email: `${username}@example.invalid`, password };
	const answer = await fetch(`${url}/api/v1/users.create`, post(body, headers));
	if (!answer.ok) throw new Error(`HTTP ${answer.status} for the creation of ${username}`);
	return tokenFor(username, password);
}

async function connect(name, { authToken }) {
	const sdk = await within(`${name} connects`, DDPSDK.createAndConnect(url, { ...RETRIES }));
	await within(`${name} logs in`, sdk.account.loginWithToken(authToken));
	return sdk;
}

/**
 * Alice writes until Bob has read one of it. A ddp-streamer that has just started gets no messages in its first second:
 * its broker tells the others of its service that much later (moleculer, debounced `localServiceChanged`).
 */
async function say(alice, heard, attempts) {
	for (let attempt = 1; attempt <= attempts; attempt++) {
		const message = { _id: randomBytes(8).toString('hex'), rid: ROOM, msg: `hello ${attempt}` };
		const arrived = new Promise((resolve) => heard.set(message._id, () => resolve(true)));
		await alice.call('sendMessage', message);
		if (await Promise.race([arrived, delay(REPEAT_MS, false)])) return;
	}
	throw new Error(`none of ${attempts} messages arrived`);
}

const isCutOff = ({ connection }) => new Promise((resolve) => connection.once('disconnected', resolve));

/** The library tells of its account when a login has given it a token, and when the server has sent the user. */
const isLoggedInAgain = (sdk) => isCutOff(sdk).then(() => new Promise((resolve) => sdk.account.once('user', resolve)));

async function main() {
	const admin = await within('admin logs in (REST)', tokenFor('admin', process.env.ADMIN_PASSWORD));
	const alice = await connect('alice', await createPerson('alice', admin));
	const bob = await connect('bob', await createPerson('bob', admin));

	const heard = new Map();
	const room = bob.stream('room-messages', ROOM, ({ _id }) => heard.get(_id)?.());
	await within('bob asks for the room', room.ready());
	await within('bob reads what alice writes', say(alice, heard, 1));

	const cut = [isCutOff(alice), isCutOff(bob)];
	const back = [isLoggedInAgain(alice), isLoggedInAgain(bob), new Promise((resolve) => room.onChange(resolve))];
	execFileSync(interruption[0], interruption.slice(1), { timeout: RECONNECT_MS });
	await within('both are cut off', Promise.all(cut));
	await within('both are back, logged in and in the room', Promise.all(back), RECONNECT_MS);
	await within('bob reads what alice writes now', say(alice, heard, 5));
}

main().then(
	() => process.exit(0), // open connections would keep it alive
	(error) => {
		console.error(error.message);
		process.exit(1);
	},
);
