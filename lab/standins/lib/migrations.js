'use strict';
// The control document of the schema, and its lock. Source: apps/meteor/server/lib/migrations.ts, the same in 6.7-dev.

const { setTimeout: delay } = require('node:timers/promises');
const { logger, showBox } = require('./log');
const { release } = require('./release');

const FIRST_VERSION = 293; // upstream drops old migrations; 8.3-dev begins here
const MIGRATION_MS = 500; // long enough to be killed in
const MAX_ATTEMPTS = 30;
const RETRY_SECONDS = 10;
const LOCK_EXPIRES_MS = 5 * 60_000;

const log = logger('Migrations');
const isBefore8 = release.hasStreamHub;

class Migrations {
	constructor(db) {
		this.control = db.collection('migrations');
	}

	read() {
		return this.control.findOne({ _id: 'control' });
	}

	set(version, locked) {
		return this.control.updateOne({ _id: 'control' }, { $set: { version, locked } }, { upsert: true });
	}

	/** A lock that is five minutes old, or of another build, is taken over. */
	async lock() {
		const now = new Date();
		const old = { lockedAt: { $lt: new Date(now - LOCK_EXPIRES_MS) } };
		const free = [{ locked: false }, old, { buildAt: { $ne: release.version } }];
		const update = { $set: { locked: true, lockedAt: now, buildAt: release.version } };
		return (await this.control.updateOne({ _id: 'control', $or: free }, update)).matchedCount === 1;
	}

	/** Waits for the lock as long as upstream does: 31 times 10 s, which is longer than a lock lives. */
	async waitForLock() {
		for (let attempt = 0; !(await this.lock()); attempt++) {
			if (attempt > MAX_ATTEMPTS) await this.giveUp();
			log.warn(lockedMessage(attempt));
			await delay(RETRY_SECONDS * 1000);
		}
	}

	async giveUp() {
		const { version } = await this.read();
		showBox('ERROR! SERVER STOPPED', [
			'Your database migration control is locked.',
			'Please make sure you are running the latest version and try again.',
			'If the problem persists, please contact support.',
			'',
			`This Rocket.Chat version: ${release.version}`,
			`Database locked at version: ${version}`,
			`Database target version: ${release.schemaVersion}`,
		]);
		process.exit(1);
	}

	/** Killed in the middle, it leaves the lock behind. */
	async run(version) {
		await this.waitForLock();
		if (version !== release.schemaVersion && (version < FIRST_VERSION || version > release.schemaVersion)) {
			throw new Error(`Can't find migration version ${version}`);
		}
		for (let next = version + 1; next <= release.schemaVersion; next++) {
			log.startup({ msg: 'Running migration', direction: 'up', version: next });
			await delay(MIGRATION_MS);
			await this.set(next, true);
		}
		await this.set(release.schemaVersion, false);
	}
}

function lockedMessage(attempt) {
	const [msg, again] = ['Not migrating, control is locked.', `Trying again in ${RETRY_SECONDS} seconds.`];
	if (isBefore8) return `${msg} Attempt ${attempt}/${MAX_ATTEMPTS}. ${again}`;
	return { msg: `${msg} Will retry.`, retryIntervalSeconds: RETRY_SECONDS, attempt, maxAttempts: MAX_ATTEMPTS };
}

/** On an empty database nothing is run and, as upstream, nothing locked. */
async function migrate(db) {
	const migrations = new Migrations(db);
	const version = (await migrations.read())?.version ?? 0;
	if (version === 0) await migrations.set(release.schemaVersion, false);
	else await migrations.run(version);
}

module.exports = { migrate };
