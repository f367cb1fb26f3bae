'use strict';
// The monolith: migrations, settings, licence, REST, and the methods that ddp-streamer hands on.
// Source of the order: apps/meteor/server/main.ts, apps/meteor/startRocketChat.ts, ee/server/startup/index.ts

const polka = require('polka');
const { createBroker, offer } = require('../lib/broker');
const { seed } = require('../lib/first-start');
const { port, sendJson } = require('../lib/http');
const { License } = require('../lib/license');
const { migrate } = require('../lib/migrations');
const { connectMongo } = require('../lib/mongo');
const { addHealth } = require('../lib/monolith-health');
const { Methods } = require('../lib/monolith-methods');
const { addRest } = require('../lib/monolith-rest');
const { FirstStart } = require('../lib/one-first-start');
const { announce } = require('../lib/server-running');
const { Settings } = require('../lib/settings');

/** Source: Meteor itself, which refuses to start without these. */
function checkEnvironment({ ROOT_URL, MONGO_URL }) {
	if (!/^https?:\/\/./.test(ROOT_URL ?? '')) throw new Error('$ROOT_URL, if specified, must be an URL');
	if (!MONGO_URL) throw new Error('MONGO_URL must be set in environment');
}

/** All that services outside the monolith ask of it. */
function offerServices(broker, settings, license, methods) {
	const internal = true;
	const values = { get: (id) => settings.get(id), set: (id, value) => settings.set(id, value) };
	offer(broker, 'settings', { internal, actions: values });
	offer(broker, 'license', { internal, actions: license.actions() });
	offer(broker, 'meteor', { internal, actions: methods.actions() });
	// ee-settings: no change to a setting's value; authorization-livechat: no stand-in has such rooms
	offer(broker, 'ee-settings', { internal, actions: { changeSettingValue: () => undefined } });
	offer(broker, 'authorization-livechat', { internal, actions: { canAccessRoom: () => false } });
}

function serve(db, broker) {
	const app = polka();
	addHealth(app, db);
	app.get('/sockjs/info', (_req, res) =>
		sendJson(res, 200, { websocket: true, origins: ['*:*'], cookie_needed: false, entropy: Date.now() }),
	);
	addRest(app, db, broker);
	// Any other path is the page of the web client, also /livez and /readyz where these do not exist. As every page of
	// Meteor's it loads the runtime's settings, from a path of their own: Rocket.Chat's Enable_CSP forbids inline scripts
	// by default (apps/meteor/app/cors/server/cors.ts).
	app.get('*', (_req, res) => {
		res.setHeader('Content-Type', 'text/html');
		res.end(PAGE);
	});
	app.listen(port());
}

const PAGE = `<!doctype html><title>Rocket.Chat (lab stand-in)</title>
<script type="text/javascript" src="/meteor_runtime_config.js?hash=standin"></script>
<p>Lab stand-in, not Rocket.Chat.</p>
`;

async function main() {
	checkEnvironment(process.env);
	const db = await connectMongo();
	const broker = createBroker();
	const settings = new Settings(db, broker);
	const firstStart = new FirstStart(db);
	const isFirst = await firstStart.claim();
	await migrate(db);
	await settings.create();
	await settings.verifyFingerprint();
	if (isFirst) {
		await seed(db, process.env);
		await firstStart.finish();
	}

	const license = new License();
	offerServices(broker, settings, license, new Methods(broker, db));
	await broker.start(); // without NATS it goes no further: no port
	await license.load(settings);
	license.announce(broker);
	serve(db, broker);
	await announce(db);
}

main().catch((error) => {
	console.error(`Rocket.Chat (lab stand-in) cannot start: ${error.message}`);
	process.exit(1);
});
