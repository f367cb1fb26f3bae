'use strict';
// The HTTP side every service shares. Source: ee/apps/*/src/service.ts

const polka = require('polka');

const port = () => Number(process.env.PORT ?? 3000);

/** `GET /health` asks the local node list only: it stays green without NATS or MongoDB. */
async function answerHealth(broker, res) {
	try {
		await broker.call('$node.list');
		res.end('ok');
	} catch (error) {
		answerUnhealthy(res, error);
	}
}

function answerUnhealthy(res, error) {
	console.error('Service not healthy', error);
	res.writeHead(500);
	res.end('not healthy');
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

module.exports = { answerHealth, answerUnhealthy, port, sendJson, serveHealth };
