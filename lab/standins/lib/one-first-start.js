'use strict';
// STRICTER THAN UPSTREAM. There two monoliths that start at once on an empty database may hang or leave settings out
// (release notes of 8.9.1: #43469, #43477), by chance; here they always end, so that a test can rely on it.

const os = require('node:os');
const { setTimeout: delay } = require('node:timers/promises');

const FIRST_START_MS = 2000; // the race needs time to happen
const DUPLICATE_KEY = 11000;
const _id = 'first start';

class FirstStart {
	constructor(db, owner = os.hostname()) {
		this.marks = db.collection('standin_first_start');
		this.owner = owner;
	}

	/** Returns whether the first start is still to be done, by this monolith. */
	async claim() {
		try {
			await this.marks.insertOne({ _id, owner: this.owner, done: false });
			return true;
		} catch (error) {
			if (error.code !== DUPLICATE_KEY) throw error;
		}
		const { owner, done, corrupt } = await this.marks.findOne({ _id });
		if (done) return false;
		if (owner === this.owner && !corrupt) return true; // it was killed in the middle
		await this.marks.updateOne({ _id }, { $set: { corrupt: true } });
		throw this.race();
	}

	async finish() {
		await delay(FIRST_START_MS);
		const finished = await this.marks.updateOne({ _id, corrupt: { $exists: false } }, { $set: { done: true } });
		if (finished.matchedCount === 0) throw this.race();
	}

	race() {
		return new Error(
			'two monoliths started at the same time on an empty database and it is corrupt now: ' +
				'drop the database, then start exactly one monolith and wait until it is healthy before the others',
		);
	}
}

module.exports = { FirstStart };
