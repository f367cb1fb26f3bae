'use strict';
// Meteor methods of the monolith, called by ddp-streamer on behalf of a logged-in user.

const { ask, offer } = require('./broker');
const { onTheWire } = require('./messages');
const { findByToken } = require('./users');

function addMethods(broker, db) {
	async function sendMessage(user, { _id, rid, msg }) {
		if (!(await ask(broker, 'authorization.hasPermission', user._id, 'post-message'))) throw new Error('error-not-allowed');
		const now = new Date();
		const u = { _id: user._id, username: user.username, name: user.name };
		const message = { _id: String(_id), rid: String(rid), msg: String(msg), ts: now, u, _updatedAt: now };
		await db.collection('rocketchat_message').insertOne(message);
		// With DB_WATCHERS the change stream is the only one to tell; without it, nobody else does.
		if (process.env.DB_WATCHERS !== 'true') {
			await broker.broadcast('watch.messages', [{ clientAction: 'inserted', message: onTheWire(message) }]);
		}
		return onTheWire(message);
	}

	const methods = { sendMessage };

	async function callMethodWithToken(uid, hashedToken, name, args) {
		const user = await findByToken(db, hashedToken, { _id: uid });
		if (!user) throw new Error('error-invalid-token');
		if (!Object.hasOwn(methods, name)) throw new Error(`Method '${name}' not found`);
		return methods[name](user, ...args);
	}

	offer(broker, 'meteor', { actions: { callMethodWithToken } });
}

module.exports = { addMethods };
