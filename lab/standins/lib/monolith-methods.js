'use strict';
// Meteor methods, called by ddp-streamer on behalf of its users.
// Source: apps/meteor/server/services/meteor/service.ts, apps/meteor/app/lib/server/methods/sendMessage.ts

const { call } = require('./broker');
const { MeteorError } = require('./meteor-error');
const { release } = require('./release');
const { findByToken } = require('./users');

const DUPLICATE_KEY = 11000;

class Methods {
	constructor(broker, db) {
		this.broker = broker;
		this.db = db;
	}

	async sendMessage(user, { _id, rid, msg }) {
		if (!user) throw new MeteorError('error-invalid-user', 'Invalid user', { method: 'sendMessage' });
		const room = await this.db.collection('rocketchat_room').findOne({ _id: String(rid) });
		if (!room || !(await call(this.broker, 'authorization.canAccessRoom', room, { _id: user._id }))) {
			throw new MeteorError('error-not-allowed', undefined, { method: 'sendMessage' });
		}
		const now = new Date();
		const u = { _id: user._id, username: user.username, name: user.name };
		const message = { _id: String(_id), rid: room._id, msg: String(msg), ts: now, u, _updatedAt: now };
		try {
			await this.db.collection('rocketchat_message').insertOne(message);
		} catch (error) {
			if (error.code === DUPLICATE_KEY) return undefined;
			throw error;
		}
		// With DB_WATCHERS, up to 7.x, the change stream is the only one to tell; else nobody but the monolith does.
		if (!(release.hasStreamHub && process.env.DB_WATCHERS === 'true')) {
			await this.broker.broadcast('watch.messages', [{ clientAction: 'inserted', message }]);
		}
		return message;
	}

	/** Without a valid token the method runs, too, but for nobody. */
	async callMethodWithToken(uid, hashedToken, name, args) {
		const user = uid && (await findByToken(this.db, hashedToken, { _id: uid }));
		if (name !== 'sendMessage') throw new MeteorError(404, `Method '${name}' not found`);
		return { result: await this.sendMessage(user, ...args) };
	}

	actions() {
		return {
			callMethodWithToken: (...args) => this.callMethodWithToken(...args),
			getAutoUpdateClientVersions: () => ({}),
			getLoginServiceConfiguration: () => [],
			notifyGuestStatusChanged: () => {},
		};
	}
}

module.exports = { Methods };
