'use strict';
// Transcripts of omnichannel conversations: here a room's messages as plain text, where upstream makes a PDF.
// Source: ee/packages/omnichannel-services/src/OmnichannelTranscript.ts, ee/apps/omnichannel-transcript/src/service.ts

const { createBroker, offer } = require('../lib/broker');
const { serveHealth } = require('../lib/http');
const { connectMongo } = require('../lib/mongo');

async function main() {
	const db = await connectMongo();
	const broker = createBroker();

	async function requestTranscript({ details: { rid } }) {
		const messages = await db.collection('rocketchat_message').find({ rid }).sort({ ts: 1 }).toArray();
		return messages.map(({ u, msg }) => `${u.username}: ${msg}`).join('\n');
	}

	offer(broker, 'omnichannel-transcript', { actions: { requestTranscript }, dependencies: ['queue-worker'] });
	await broker.start();
	serveHealth(broker);
}

main();
