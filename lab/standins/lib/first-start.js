'use strict';
// What the monolith puts into an empty database: permissions, a room, the administrator.
// Source: apps/meteor/server/startup/initialData.js, apps/meteor/app/authorization/server/constant/permissions.ts

const { createUser } = require('./users');

const PERMISSIONS = [
	{ _id: 'create-user', roles: ['admin', 'bot', 'app'] },
	{ _id: 'preview-c-room', roles: ['admin', 'user', 'anonymous'] },
	{ _id: 'view-c-room', roles: ['admin', 'user', 'bot', 'app', 'anonymous'] },
	{ _id: 'view-joined-room', roles: ['guest', 'bot', 'anonymous'] },
];

async function seed(db, { ADMIN_USERNAME, ADMIN_PASS, ADMIN_EMAIL, ADMIN_NAME }) {
	await db.collection('users').createIndex({ username: 1 }, { unique: true });
	for (const permission of PERMISSIONS) {
		await db.collection('rocketchat_permissions').replaceOne({ _id: permission._id }, permission, { upsert: true });
	}
	const general = { t: 'c', name: 'general', default: true, ts: new Date() };
	await db.collection('rocketchat_room').updateOne({ _id: 'GENERAL' }, { $setOnInsert: general }, { upsert: true });
	if (!ADMIN_PASS || (await db.collection('users').findOne({ roles: 'admin' }))) return;
	await createUser(db, {
		username: ADMIN_USERNAME ?? 'admin',
		name: ADMIN_NAME ?? 'Administrator',
		email: ADMIN_EMAIL ?? 'admin@example.invalid',
		password: ADMIN_PASS,
		roles: ['admin', 'user'],
	});
}

module.exports = { seed };
