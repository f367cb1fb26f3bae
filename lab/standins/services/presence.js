'use strict';
// Who is online: keeps every connection in `usersSessions` and tells the bus when a user's status changes.
// Source: ee/packages/presence/src/Presence.ts, packages/models/src/models/UsersSessions.ts

const { createBroker, offer } = require('../lib/broker');
const { serveHealth } = require('../lib/http');
const { connectMongo } = require('../lib/mongo');

const LOST_AFTER_START_MS = 10_000;

class Presence {
	constructor(db, broker) {
		this.users = db.collection('users');
		this.sessions = db.collection('usersSessions');
		this.broker = broker;
	}

	async updateStatus(uid) {
		const session = await this.sessions.findOne({ _id: uid });
		const status = session?.connections.length ? 'online' : 'offline';
		const before = await this.users.findOneAndUpdate({ _id: uid }, { $set: { status, statusConnection: status } });
		if (!before || before.status === status) return;
		const { username, statusText, roles } = before;
		const user = { _id: uid, username, status, statusText, roles };
		this.broker.broadcast('presence.status', [{ user, previousStatus: before.status }]);
	}

	async newConnection(uid, id, instanceId) {
		const now = new Date();
		const connection = { id, instanceId, status: 'online', _createdAt: now, _updatedAt: now };
		await this.sessions.updateOne({ _id: uid }, { $push: { connections: connection } }, { upsert: true });
		await this.updateStatus(uid);
		return { uid, connectionId: id };
	}

	async removeConnection(uid, id) {
		await this.sessions.updateMany({ 'connections.id': id }, { $pull: { connections: { id } } });
		await this.updateStatus(uid);
		return { uid, session: id };
	}

	/** Forgets the connections of ddp-streamers that are gone: `instance` is a condition on their node id. */
	async removeLost(instance) {
		const lost = await this.sessions.find({ connections: { $elemMatch: { instanceId: instance } } }).toArray();
		await this.sessions.updateMany({}, { $pull: { connections: { instanceId: instance } } });
		for (const { _id } of lost) await this.updateStatus(_id);
	}

	async removeUnknown() {
		const nodes = await this.broker.call('$node.list');
		await this.removeLost({ $nin: nodes.filter((node) => node.available).map((node) => node.id) });
	}
}

async function main() {
	const db = await connectMongo();
	const broker = createBroker();
	const presence = new Presence(db, broker);
	offer(broker, 'presence', {
		actions: {
			newConnection: (uid, id, instanceId) => presence.newConnection(uid, id, instanceId),
			removeConnection: (uid, id) => presence.removeConnection(uid, id),
		},
		events: { '$node.disconnected': ({ node }) => presence.removeLost(node.id) },
		started: () => setTimeout(() => presence.removeUnknown(), LOST_AFTER_START_MS),
	});
	await broker.start();
	serveHealth(broker);
}

main();
