'use strict';
// Two people talk by means of Rocket.Chat's own client, before and after a command that cuts their connections:
//
//     ADMIN_PASSWORD=... node conversation.js https://chat.example.org COMMAND [ARGUMENT ...]
//
// The application's part is only to log in once, and to ask for a room. That the client connects again, logs in again
// with its token, and asks for the room again, is the library's (@rocket.chat/ddp-client, DDPSDK.create).

const { execFileSync } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const { DDPSDK } = require('@rocket.chat/ddp-client');

const [url, ...interruption] = process.argv.slice(2);
const ROOM = 'GENERAL';
const STEP_MS = 20_000;
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

/** Alice writes, Bob reads. */
async function say(alice, heard, when) {
	const message = { _id: randomBytes(8).toString('hex'), rid: ROOM, msg: `hello ${when}` };
	const arrived = new Promise((resolve) => heard.set(message._id, resolve));
	await within(`alice writes ${when}`, alice.call('sendMessage', message));
	await within(`bob reads it ${when}`, arrived);
}

async function main() {
	const admin = await within('admin logs in (REST)', tokenFor('admin', process.env.ADMIN_PASSWORD));
	const alice = await connect('alice', await createPerson('alice', admin));
	const bob = await connect('bob', await createPerson('bob', admin));

	const heard = new Map();
	const room = bob.stream('room-messages', ROOM, ({ _id }) => heard.get(_id)?.());
	await within('bob asks for the room', room.ready());
	await say(alice, heard, 'before');

	const isBack = ({ account }) => new Promise((resolve) => account.once('uid', resolve));
	const back = [isBack(alice), isBack(bob), new Promise((resolve) => room.onChange(resolve))];
	const cut = Promise.all([alice, bob].map(({ connection }) => new Promise((resolve) => connection.once('disconnected', resolve))));
	execFileSync(interruption[0], interruption.slice(1), { timeout: RECONNECT_MS });
	await within('both are cut off', cut);
	await within('both are back, logged in and in the room', Promise.all(back), RECONNECT_MS);
	await say(alice, heard, 'after');
}

main().then(
	() => process.exit(0), // open connections would keep it alive
	(error) => {
		console.error(error.message);
		process.exit(1);
	},
);
