'use strict';
// What methods and subscriptions mean. Source: ee/apps/ddp-streamer/src/Server.ts, configureServer.ts, DDPStreamer.ts,
// and for the streams apps/meteor/server/modules/notifications/notifications.module.ts and listeners.module.ts

const { call } = require('./broker');
const { DdpClient } = require('./ddp-client');
const { logger } = require('./log');
const { MeteorError, isMeteorError } = require('./meteor-error');

const STATUS_NUMBER = { offline: 0, online: 1, away: 2, busy: 3, disabled: 0 };
const USER_FIELDS = ['username', 'name', 'emails', 'status', 'statusText', 'statusConnection', 'roles', 'active'];

const log = logger('DDP-Streamer');

/** What a client gets to see of an error: those meant for it, and nothing of others. */
function visible(error, msg) {
	if (isMeteorError(error)) return error.toJSON();
	log.error({ msg, err: error });
	return new MeteorError(500, 'Internal server error').toJSON();
}

class DdpServer {
	constructor(broker, db) {
		this.broker = broker;
		this.db = db;
		this.clients = new Set();
		for (const what of ['connected', 'logged']) {
			const description = `Users ${what} by streamer`;
			broker.metrics.register({ name: `users_${what}`, type: 'gauge', labelNames: ['nodeID'], description });
		}
	}

	count(metric, change) {
		this.broker.metrics.increment(metric, { nodeID: this.broker.nodeID }, change);
	}

	accept(socket, request) {
		this.clients.add(new DdpClient(socket, request, this));
		this.count('users_connected', 1);
	}

	closed(client) {
		this.clients.delete(client);
		this.count('users_connected', -1);
		if (!client.userId) return;
		this.count('users_logged', -1);
		// Nobody waits; a rejection ends up where upstream's does, in the process's handler.
		call(this.broker, 'presence.removeConnection', client.userId, client.session, this.broker.nodeID);
	}

	async method(client, packet) {
		try {
			client.result(packet, await this.run(client, packet));
		} catch (error) {
			client.result(packet, null, visible(error, 'Method call error'));
		}
	}

	async run(client, { method, params = [] }) {
		if (method === 'login') return this.login(client, params[0]);
		if (method === 'logout') return this.logout(client);
		if (method === 'lab:clientAddress') return client.address; // stand-in only: for tests of the proxy
		const answer = await call(this.broker, 'meteor.callMethodWithToken', client.userId, client.hashedToken, method, params);
		// No monolith on the bus, no such method, and a method that returns nothing look the same.
		if (!answer?.result) throw new MeteorError(404, `Method '${method}' not found`);
		return answer.result;
	}

	/** With a token only: passwords are the monolith's business. */
	async login(client, { resume }) {
		// Without an account service on the bus this is an error *value*: all below is undefined, the answer `{}`.
		const login = await call(this.broker, 'accounts.login', { resume });
		if (!login) throw new MeteorError(403, "You've been logged out by the server. Please log in again");
		client.userId = login.uid;
		client.hashedToken = login.hashedToken;
		this.loggedIn(client);
		return { id: login.uid, token: login.token, tokenExpires: login.tokenExpires, type: login.type };
	}

	/** Not waited for: a login works without presence. */
	async loggedIn(client) {
		this.count('users_logged', 1);
		const { userId, session } = client;
		if (!userId) throw new Error('User not logged in');
		await call(this.broker, 'presence.newConnection', userId, session, this.broker.nodeID);
		const projection = Object.fromEntries(USER_FIELDS.map((field) => [field, 1]));
		const user = await this.db.collection('users').findOne({ _id: userId }, { projection });
		if (user && client.isOpen) client.send({ msg: 'added', collection: 'users', id: userId, fields: user });
	}

	async logout(client) {
		const { userId, hashedToken, session } = client;
		if (userId) {
			await call(this.broker, 'accounts.logout', { userId, token: hashedToken });
			call(this.broker, 'presence.removeConnection', userId, session, this.broker.nodeID);
		}
		client.userId = client.hashedToken = undefined;
		setTimeout(() => client.socket.close(1002), 1); // after the answer, to end all subscriptions
	}

	async subscribe(client, packet) {
		const { id, name, params = [] } = packet;
		try {
			const mayRead = this.rules[name];
			if (!mayRead) throw new MeteorError(404, `Subscription '${name}' not found`);
			// An error value for want of a service is a refusal, too.
			if ((await mayRead(client, params[0])) !== true) throw new MeteorError('not-allowed');
			client.subscribed({ id, name, params });
		} catch (error) {
			client.send({ msg: 'nosub', id, error: visible(error, 'Subscription error') });
		}
	}

	rules = {
		'stream-notify-all': () => true,
		'stream-notify-logged': ({ userId }) => Boolean(userId),
		'stream-notify-user': ({ userId }, event) => Boolean(userId) && event.split('/')[0] === userId,
		'stream-room-messages': async ({ userId }, rid) => {
			const room = await this.db.collection('rocketchat_room').findOne({ _id: rid });
			return Boolean(room) && call(this.broker, 'authorization.canReadRoom', room, userId && { _id: userId });
		},
	};

	push(stream, event, args) {
		for (const client of this.clients) client.push(stream, event, args);
	}

	events() {
		return {
			'watch.messages': ({ message }) => this.push('stream-room-messages', message.rid, [message]),
			'presence.status': ({ user: { _id, username, status, statusText, name, roles } }) => {
				if (!status || !username) return;
				this.push('stream-notify-logged', 'user-status', [[_id, username, STATUS_NUMBER[status], statusText, name, roles]]);
			},
		};
	}
}

module.exports = { DdpServer };
