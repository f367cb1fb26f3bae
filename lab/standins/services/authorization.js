'use strict';
// Who may do what: users' roles against the permissions. Source: apps/meteor/server/services/authorization/service.ts,
// canAccessRoom.ts, canReadRoom.ts; ee/apps/authorization-service/src/service.ts. Without upstream's caches.

const { createBroker, offer } = require('../lib/broker');
const { serveHealth } = require('../lib/http');
const { connectMongo } = require('../lib/mongo');
const { release } = require('../lib/release');

class Authorization {
	constructor(db) {
		this.db = db;
	}

	async hasPermission(user, permission) {
		const { roles = [] } = (await this.db.collection('users').findOne({ _id: user?._id ?? user })) ?? {};
		return Boolean(await this.db.collection('rocketchat_permissions').findOne({ _id: permission, roles: { $in: roles } }));
	}

	async isMember(rid, uid) {
		return Boolean(await this.db.collection('rocketchat_subscription').findOne({ rid, 'u._id': uid }));
	}

	async canAccessRoom(room, user) {
		if (!room?._id || !user?._id) return false;
		if (room.t === 'c' && (await this.hasPermission(user, 'view-c-room'))) return true;
		if (!(await this.isMember(room._id, user._id))) return false;
		return (await this.hasPermission(user, 'view-joined-room')) || this.hasPermission(user, `view-${room.t}-room`);
	}

	/** Reading a public room takes `preview-c-room` or membership on top. */
	async canReadRoom(room, user) {
		if (!(await this.canAccessRoom(room, user))) return false;
		return room.t !== 'c' || (await this.hasPermission(user, 'preview-c-room')) || this.isMember(room._id, user._id);
	}
}

async function main() {
	const authorization = new Authorization(await connectMongo());
	const broker = createBroker();
	offer(broker, 'authorization', {
		actions: {
			hasPermission: (user, permission) => authorization.hasPermission(user, permission),
			canAccessRoom: (room, user) => authorization.canAccessRoom(room, user),
			canReadRoom: (room, user) => authorization.canReadRoom(room, user),
		},
	});
	// On the same node. What it does - attributes of rooms and users - no stand-in asks for.
	if (release.hasAbac && !process.env.USE_EXTERNAL_ABAC_SERVICE) offer(broker, 'abac', {});
	await broker.start();
	serveHealth(broker);
}

main();
