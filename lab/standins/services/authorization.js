'use strict';
// Who may do what: users' roles against the permissions, read from MongoDB every time.

const { createBroker, startService } = require('../lib/broker');
const { serveHealth } = require('../lib/http');
const { connectMongo } = require('../lib/mongo');

async function main() {
	const db = await connectMongo();
	const broker = createBroker();

	async function hasPermission(uid, permission) {
		const user = await db.collection('users').findOne({ _id: uid, active: true });
		const rule = await db.collection('rocketchat_permissions').findOne({ _id: permission });
		return Boolean(user && rule?.roles.some((role) => user.roles.includes(role)));
	}

	async function canAccessRoom(rid, uid) {
		const room = await db.collection('rocketchat_room').findOne({ _id: rid, t: 'c' });
		return Boolean(room) && hasPermission(uid, 'view-c-room');
	}

	await startService(broker, 'authorization', { actions: { hasPermission, canAccessRoom } });
	serveHealth(broker);
}

main();
