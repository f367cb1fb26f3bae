'use strict';
// The websocket side: turns DDP into calls on the bus, and events of the bus into DDP.

const http = require('node:http');
const polka = require('polka');
const { WebSocketServer } = require('ws');
const { ask, createBroker, startService } = require('../lib/broker');
const { DdpSession, ddpError } = require('../lib/ddp-session');
const { answerHealth, port, sendJson } = require('../lib/http');
const { connectMongo } = require('../lib/mongo');

const STATUS_NUMBER = { offline: 0, online: 1, away: 2, busy: 3 };
// Seconds here, milliseconds in stream-hub: that is how upstream reads the same variable.
const PING_MS = Number(process.env.MULTIPLE_INSTANCES_PING_INTERVAL ?? 10) * 1000;

/** With HTTP_FORWARDED_COUNT=n the n-th address from the right of X-Forwarded-For, else the peer's. */
function clientAddress(request) {
	const proxies = Number(process.env.HTTP_FORWARDED_COUNT ?? 0);
	if (proxies === 0) return request.socket.remoteAddress;
	const forwarded = (request.headers['x-forwarded-for'] ?? '').split(',').map((address) => address.trim());
	return forwarded.at(-proxies) ?? '';
}

class Streamer {
	constructor(broker) {
		this.broker = broker;
		this.sessions = new Set();
		broker.metrics.register({ name: 'users_connected', type: 'gauge', description: 'Users connected by streamer' });
	}

	accept(socket, request) {
		const session = new DdpSession(socket, request, this);
		session.address = clientAddress(request); // the peer's address is gone once the socket is
		this.sessions.add(session);
		this.broker.metrics.set('users_connected', this.sessions.size);
	}

	closed(session) {
		this.sessions.delete(session);
		this.broker.metrics.set('users_connected', this.sessions.size);
		if (session.uid) this.tellPresence('removeConnection', session.uid, session.id);
	}

	/** Nobody waits for the answer: a login works without presence. */
	tellPresence(action, ...args) {
		ask(this.broker, `presence.${action}`, ...args).catch((error) =>
			this.broker.logger.warn(`presence missed ${action}: ${error.message}`),
		);
	}

	method(session, name, params) {
		if (name === 'login') return this.login(session, params[0] ?? {});
		if (name === 'lab:clientAddress') return session.address; // stand-in only: for tests of the proxy
		if (!session.uid) throw ddpError(401, 'Not logged in');
		return ask(this.broker, 'meteor.callMethodWithToken', session.uid, session.hashedToken, name, params);
	}

	async login(session, credentials) {
		const login = await ask(this.broker, 'accounts.login', credentials);
		if (!login) throw ddpError(403, 'User not found or incorrect password');
		session.uid = login.uid;
		session.hashedToken = login.hashedToken;
		session.send({ msg: 'added', collection: 'users', id: login.uid, fields: {} });
		this.tellPresence('newConnection', login.uid, session.id, this.broker.nodeID);
		return { id: login.uid, token: login.token, tokenExpires: login.tokenExpires };
	}

	async subscribe(session, name, [event]) {
		if (!session.uid) throw ddpError(401, 'Not logged in');
		if (name === 'stream-notify-logged') return;
		if (name !== 'stream-room-messages') throw ddpError(404, `Subscription '${name}' not found`);
		if (!(await ask(this.broker, 'authorization.canAccessRoom', event, session.uid))) {
			throw ddpError(403, 'not-allowed');
		}
	}

	push(stream, event, args) {
		for (const session of this.sessions) session.push(stream, event, args);
	}

	events() {
		return {
			'watch.messages': ({ message }) => this.push('stream-room-messages', message.rid, [message]),
			'presence.status': ({ user }) =>
				this.push('stream-notify-logged', 'user-status', [
					[user._id, user.username, STATUS_NUMBER[user.status], user.statusText],
				]),
		};
	}
}

/** Keeps this process's entry in `instances` fresh; that is also the change which keeps stream-hub green. */
function pingInstances(db, nodeId) {
	const ping = () =>
		db
			.collection('instances')
			.updateOne({ _id: nodeId }, { $set: { name: 'ddp-streamer', pid: process.pid, _updatedAt: new Date() } }, { upsert: true })
			.catch((error) => console.error(`instance ping failed: ${error.message}`));
	setInterval(ping, PING_MS);
	return ping();
}

function serve(broker, streamer) {
	const server = http.createServer();
	const sockets = new WebSocketServer({ noServer: true });
	server.on('upgrade', (request, socket, head) =>
		sockets.handleUpgrade(request, socket, head, (websocket) => streamer.accept(websocket, request)),
	);
	polka({ server })
		.get('/health', (_req, res) => answerHealth(broker, res))
		// `ms` is how one sees from outside that a microservice answers and not the monolith.
		.get('/sockjs/info', (_req, res) =>
			sendJson(res, 200, { websocket: true, origins: ['*:*'], cookie_needed: false, entropy: Date.now(), ms: true }),
		)
		.get('*', (_req, res) => res.end())
		.listen(port());
}

async function main() {
	if (process.env.NODE_ENV !== 'production') {
		// Upstream's development mode hands HTTP to a monolith on localhost:3000 and dies when none is there.
		throw new Error('connect ECONNREFUSED 127.0.0.1:3000: NODE_ENV is not production');
	}
	const db = await connectMongo();
	const broker = createBroker();
	const streamer = new Streamer(broker);
	await startService(broker, 'streamer', { events: streamer.events() });
	await pingInstances(db, broker.nodeID);
	serve(broker, streamer);
}

main().catch((error) => {
	console.error(error.message);
	process.exit(1);
});
