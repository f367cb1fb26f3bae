'use strict';
// The monolith: migrations, licence, REST, and the methods that ddp-streamer hands on.

const dns = require('node:dns/promises');
const { setTimeout: delay } = require('node:timers/promises');
const polka = require('polka');
const { createBroker, offer } = require('../lib/broker');
const { migrate } = require('../lib/first-start');
const { answerHealth, port, sendJson } = require('../lib/http');
const { connectMongo } = require('../lib/mongo');
const { addMethods } = require('../lib/monolith-methods');
const { addRest } = require('../lib/monolith-rest');

const READY_MS = 2000;

async function checkEnvironment({ ROOT_URL, MONGO_URL, INSTANCE_IP }) {
	if (!/^https?:\/\/./.test(ROOT_URL ?? '')) throw new Error('ROOT_URL must be a URL with http:// or https://');
	if (!MONGO_URL) throw new Error('MONGO_URL must be set in environment');
	if (INSTANCE_IP) await dns.lookup(INSTANCE_IP);
}

async function checkReplicaSet(db) {
	const { setName } = await db.command({ hello: 1 });
	if (!setName) throw new Error('MongoDB must run as a replica set: change streams need one');
}

function offerLicense(broker) {
	const valid = (process.env.ROCKETCHAT_LICENSE ?? '').startsWith('LAB-LICENSE-');
	const hasValidLicense = (module) => valid && module === 'scalability';
	offer(broker, 'license', { actions: { hasValidLicense }, dependencies: [] });
}

/** Several monoliths reach each other by INSTANCE_IP; one without it breaks the others' events. */
async function refuseSecondWithoutAddress(broker) {
	if (process.env.INSTANCE_IP) return;
	const services = await broker.call('$node.services', { onlyAvailable: true });
	const others = services.find(({ name }) => name === 'meteor').nodes.filter((id) => id !== broker.nodeID);
	if (others.length === 0) return;
	broker.fatal(`another monolith is running (${others.join(', ')}) and INSTANCE_IP is not set`);
}

/** Ready means MongoDB answers, and soon. */
async function answerReady(db, res) {
	const ping = db.command({ ping: 1 }).then(
		() => true,
		() => false,
	);
	if (await Promise.race([ping, delay(READY_MS, false)])) return res.end('ok');
	res.statusCode = 503;
	res.end('MongoDB does not answer');
}

function serve(db, broker) {
	const app = polka()
		.get('/livez', (_req, res) => res.end('ok'))
		.get('/readyz', (_req, res) => answerReady(db, res))
		.get('/health', (_req, res) => answerHealth(broker, res))
		.get('/sockjs/info', (_req, res) =>
			sendJson(res, 200, { websocket: true, origins: ['*:*'], cookie_needed: false, entropy: Date.now() }),
		);
	addRest(app, db, broker);
	app.get('*', (_req, res) => {
		res.setHeader('Content-Type', 'text/html');
		res.end('<!doctype html><title>Rocket.Chat (lab stand-in)</title><p>Lab stand-in, not Rocket.Chat.</p>\n');
	});
	app.listen(port());
}

async function main() {
	await checkEnvironment(process.env);
	const db = await connectMongo();
	await checkReplicaSet(db);
	await migrate(db);
	const broker = createBroker();
	offerLicense(broker);
	addMethods(broker, db);
	// Like upstream's, this one serves HTTP whether or not the bus is there.
	broker.start().then(() => refuseSecondWithoutAddress(broker));
	serve(db, broker);
}

main().catch((error) => {
	console.error(`Rocket.Chat (lab stand-in) cannot start: ${error.message}`);
	process.exit(1);
});
