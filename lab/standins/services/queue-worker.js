'use strict';
// Background jobs of the omnichannel: here only the count of what waits.
// Source: ee/packages/omnichannel-services/src/QueueWorker.ts, ee/apps/queue-worker/src/service.ts

const { createBroker, offer } = require('../lib/broker');
const { serveHealth } = require('../lib/http');
const { connectMongo } = require('../lib/mongo');

async function main() {
	const db = await connectMongo();
	const broker = createBroker();
	const queueInfo = () => db.collection('rocketchat_queue').countDocuments();
	offer(broker, 'queue-worker', { actions: { queueInfo } });
	await broker.start();
	serveHealth(broker);
}

main();
