'use strict';
// The database connection. Source: packages/core-services/src/lib/mongo.ts

const { MongoClient } = require('mongodb');

/** Not reachable, which the driver finds out after 30 s, or refused: the process ends. */
async function connectMongo(url = process.env.MONGO_URL ?? 'mongodb://localhost:27017/rocketchat') {
	try {
		const client = await new MongoClient(url).connect();
		return client.db(); // the database the URL names, else `test`
	} catch (error) {
		console.error(error);
		process.exit(1);
	}
}

module.exports = { connectMongo };
