'use strict';
// The websocket side: turns DDP into calls on the bus, and events of the bus into DDP.
// Source: ee/apps/ddp-streamer/src/service.ts, DDPStreamer.ts, proxy.ts

const { randomBytes } = require('node:crypto');
const http = require('node:http');
const os = require('node:os');
const polka = require('polka');
const { WebSocketServer } = require('ws');
const { createBroker, offer } = require('../lib/broker');
const { DdpServer } = require('../lib/ddp-server');
const { answerHealth, port, sendJson } = require('../lib/http');
const instance = require('../lib/instance');
const { connectMongo } = require('../lib/mongo');

const { NODE_ENV, TEST_MODE, EXIT_UNHANDLEDPROMISEREJECTION } = process.env;

// The only service that outlives what nobody catches.
for (const event of ['unhandledRejection', 'uncaughtException']) {
	process.on(event, (error) => {
		console.error(`=== ${event} ===`);
		console.error(error);
		if (TEST_MODE || NODE_ENV === 'development' || EXIT_UNHANDLEDPROMISEREJECTION) process.exit(1);
	});
}

/** Outside of production HTTP belongs to a monolith on this port of the same host. */
function handToMonolith(req, res, next) {
	if (NODE_ENV === 'production' || /^\/sockjs\/info\?cb=|^\/health/.test(req.url)) return next();
	const { url: path, method, headers } = req;
	const connector = http.request({ host: 'localhost', port: 3000, path, method, headers }, (answer) => {
		res.writeHead(answer.statusCode, answer.headers);
		answer.pipe(res);
	});
	req.pipe(connector);
}

function answerInfo(_req, res) {
	res.setHeader('Access-Control-Allow-Origin', '*');
	const entropy = randomBytes(4).readUInt32LE(0);
	// `ms` is how one sees from outside that a microservice answers and not the monolith.
	sendJson(res, 200, { websocket: true, origins: ['*:*'], cookie_needed: false, entropy, ms: true });
}

function serve(broker, ddp) {
	const app = polka()
		.use(handToMonolith)
		.get('/health', (_req, res) => answerHealth(broker, res))
		.get('*', answerInfo)
		.listen(port());
	new WebSocketServer({ server: app.server }).on('connection', (socket, request) => ddp.accept(socket, request));
}

async function main() {
	const db = await connectMongo();
	const broker = createBroker(`${os.hostname().toLowerCase()}-${instance.id}`);
	const ddp = new DdpServer(broker, db);
	const started = () => {
		serve(broker, ddp);
		instance.registerInstance(db, 'ddp-streamer');
	};
	offer(broker, 'streamer', { events: ddp.events(), started });
	await broker.start();
}

main();
