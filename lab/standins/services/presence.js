'use strict';
// Who is online: keeps every connection in `usersSessions` and tells the bus when a user's status changes.

const { createBroker, startService } = require('../lib/broker');
const { serveHealth } = require('../lib/http');
const { connectMongo } = require('../lib/mongo');

async function main() {
	const db = await connectMongo();
	const broker = createBroker();
	const sessions = db.collection('usersSessions');

	async function updateStatus(uid) {
		const session = await sessions.findOne({ _id: uid });
		const status = session?.connections.length ? 'online' : 'offline';
		const before = await db.collection('users').findOneAndUpdate({ _id: uid }, { $set: { status, statusConnection: status } });
		if (!before || before.status === status) return;
		const user = { _id: uid, username: before.username, status, statusText: before.statusText };
		await broker.broadcast('presence.status', [{ user, previousStatus: before.status }]);
	}

	async function newConnection(uid, id, instanceId) {
		const connection = { id, instanceId, status: 'online', _createdAt: new Date() };
		await sessions.updateOne({ _id: uid }, { $push: { connections: connection } }, { upsert: true });
		await updateStatus(uid);
	}

	async function removeConnection(uid, id) {
		await sessions.updateOne({ _id: uid }, { $pull: { connections: { id } } });
		await updateStatus(uid);
	}

	/** Forgets the connections of ddp-streamers that are gone: `instance` is a condition on their node id. */
	async function removeLost(instance) {
		const lost = await sessions.find({ connections: { $elemMatch: { instanceId: instance } } }).toArray();
		for (const { _id } of lost) {
			await sessions.updateOne({ _id }, { $pull: { connections: { instanceId: instance } } });
			await updateStatus(_id);
		}
	}

	await startService(broker, 'presence', {
		actions: { newConnection, removeConnection },
		events: { '$node.disconnected': ({ node }) => removeLost(node.id) },
	});
	const alive = (await broker.call('$node.list', { onlyAvailable: true })).map((node) => node.id);
	await removeLost({ $nin: alive });
	serveHealth(broker);
}

main();
