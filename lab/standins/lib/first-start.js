'use strict';
// What the monolith does to its database before it serves: migrations under a lock, then admin, room, permissions.

const os = require('node:os');
const { setTimeout: delay } = require('node:timers/promises');
const { createUser } = require('./users');

const SCHEMA_VERSION = 329;
// Upstream's migrations take their time on an empty database; the race of two monoliths needs that time to happen.
const MIGRATION_MS = 2000;
const DUPLICATE_KEY = 11000;

const PERMISSIONS = [
	{ _id: 'create-user', roles: ['admin'] },
	{ _id: 'view-c-room', roles: ['admin', 'user'] },
	{ _id: 'post-message', roles: ['admin', 'user'] },
];

class CorruptDatabase extends Error {
	constructor() {
		super(
			'two monoliths ran the first migrations of this database at the same time and it is corrupt now: ' +
				'drop the database, then start exactly one monolith and wait until it is healthy before the others',
		);
	}
}

/** True when this process holds the lock and has to migrate, false when the schema is there already. */
async function takeLock(control) {
	const owner = os.hostname();
	try {
		await control.insertOne({ _id: 'control', version: 0, locked: true, lockedAt: new Date(), owner });
		return true;
	} catch (error) {
		if (error.code !== DUPLICATE_KEY) throw error;
	}
	const lock = await control.findOne({ _id: 'control' });
	if (lock.corrupt) throw new CorruptDatabase();
	if (!lock.locked) return false;
	if (lock.owner === owner) return true; // our own earlier life was killed in the middle
	await control.updateOne({ _id: 'control' }, { $set: { corrupt: true } });
	throw new CorruptDatabase();
}

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

async function migrate(db, env = process.env) {
	const control = db.collection('migrations');
	if (!(await takeLock(control))) return;
	await seed(db, env);
	await delay(MIGRATION_MS);
	const unlocked = await control.updateOne(
		{ _id: 'control', corrupt: { $exists: false } },
		{ $set: { version: SCHEMA_VERSION, locked: false } },
	);
	if (unlocked.matchedCount === 0) throw new CorruptDatabase();
}

module.exports = { migrate };
