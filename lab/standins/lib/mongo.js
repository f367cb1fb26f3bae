'use strict';
// The database connection. Not reachable, or wrong credentials: the process ends.

const { MongoClient } = require('mongodb');

async function connectMongo(url = process.env.MONGO_URL ?? 'mongodb://localhost:27017/rocketchat') {
	try {
		// The driver waits 30 s for a primary before it gives up.
		const client = await new MongoClient(url).connect();
		return client.db(); // the database the URL names, else `test`
	} catch (error) {
		console.error(`cannot use MongoDB: ${error.message}`);
		process.exit(1);
	}
}

module.exports = { connectMongo };
