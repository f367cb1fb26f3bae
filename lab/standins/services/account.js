'use strict';
// Logins with a token. Source: ee/apps/account-service/src/Account.ts and service.ts

const { createBroker, offer } = require('../lib/broker');
const { serveHealth } = require('../lib/http');
const { connectMongo } = require('../lib/mongo');
const { forgetToken, loginWithToken } = require('../lib/users');

async function main() {
	const db = await connectMongo();
	const broker = createBroker();
	// Upstream's image is `account-service`, its name on the bus `accounts`.
	offer(broker, 'accounts', {
		actions: {
			// 8.3-dev takes a token only, 6.7-dev took passwords, too; when that ended is not known to us.
			login: ({ resume }) => (resume ? loginWithToken(db, String(resume)) : false),
			logout: ({ userId, token }) => forgetToken(db, userId, token),
		},
	});
	await broker.start();
	serveHealth(broker);
}

main();
