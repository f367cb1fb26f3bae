'use strict';
// Background jobs of the omnichannel: here only the count of what waits.

const { createBroker, startService } = require('../lib/broker');
const { serveHealth } = require('../lib/http');
const { connectMongo } = require('../lib/mongo');

async function main() {
	const db = await connectMongo();
	const broker = createBroker();
	const queueInfo = () => db.collection('rocketchat_queue').countDocuments();
	await startService(broker, 'queue-work', { actions: { queueInfo } });
	serveHealth(broker);
}

main();
