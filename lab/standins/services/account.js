'use strict';
// Logins: checks password or token against MongoDB and writes the login token there.

const { createBroker, startService } = require('../lib/broker');
const { serveHealth } = require('../lib/http');
const { connectMongo } = require('../lib/mongo');
const users = require('../lib/users');

async function main() {
	const db = await connectMongo();
	const broker = createBroker();

	function login({ resume, user, password }) {
		if (resume) return users.resume(db, String(resume));
		if (password?.algorithm !== 'sha-256') return false;
		return users.loginWithPassword(db, user, password.digest);
	}

	// Upstream's image is `account-service`, its name on the bus `accounts`.
	await startService(broker, 'accounts', { actions: { login } });
	serveHealth(broker);
}

main();
