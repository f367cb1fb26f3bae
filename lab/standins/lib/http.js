'use strict';
// The HTTP side every service shares.

const polka = require('polka');

const port = () => Number(process.env.PORT ?? 3000);

/** `GET /health` as upstream has it: asks the local node list only, so it stays green without NATS or MongoDB. */
async function answerHealth(broker, res) {
	await broker.call('$node.list');
	res.end('ok');
}

function serveHealth(broker) {
	polka()
		.get('/health', (_req, res) => answerHealth(broker, res))
		.listen(port());
}

function sendJson(res, status, body) {
	res.writeHead(status, { 'Content-Type': 'application/json' });
	res.end(JSON.stringify(body));
}

module.exports = { answerHealth, port, sendJson, serveHealth };
