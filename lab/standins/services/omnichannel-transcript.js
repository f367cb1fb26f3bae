'use strict';
// Transcripts of omnichannel conversations: here a room's messages as plain text.

const { createBroker, startService } = require('../lib/broker');
const { serveHealth } = require('../lib/http');
const { connectMongo } = require('../lib/mongo');

async function main() {
	const db = await connectMongo();
	const broker = createBroker();

	async function requestTranscript(rid) {
		const messages = await db.collection('rocketchat_message').find({ rid }).sort({ ts: 1 }).toArray();
		return messages.map(({ u, msg }) => `${u.username}: ${msg}`).join('\n');
	}

	await startService(broker, 'omnichannel-transcript', { actions: { requestTranscript } });
	serveHealth(broker);
}

main();
