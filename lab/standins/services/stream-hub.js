'use strict';
// Turns MongoDB's change stream into events on the bus. Two of these double every event.
// Source (6.7-dev): ee/apps/stream-hub-service/src/, apps/meteor/server/database/DatabaseWatcher.ts

const polka = require('polka');
const { createBroker, offer } = require('../lib/broker');
const { answerHealth, answerUnhealthy, port } = require('../lib/http');
const { logger } = require('../lib/log');
const { connectMongo } = require('../lib/mongo');

const { DB_WATCHERS, DISABLE_DB_WATCHERS, MULTIPLE_INSTANCES_PING_INTERVAL } = process.env;
// From 7.7.3 on the monolith announces its own writes; watching more than `instances` must be asked for (release notes).
const watchesAll = DB_WATCHERS === 'true' && DISABLE_DB_WATCHERS !== 'yes';
const WATCHED = watchesAll ? ['instances', 'rocketchat_message'] : ['instances'];
// Milliseconds here, seconds in ddp-streamer: setting the variable to 10 breaks the health of this one.
const STALE_MS = 4 * (parseInt(MULTIPLE_INSTANCES_PING_INTERVAL) || 10_000);
const MAX_RETRIES = 5;

const log = logger('DatabaseWatcher');

class Watcher {
	constructor(db, onChange) {
		this.db = db;
		this.onChange = onChange;
		this.lastChange = 0;
		this.retries = 0;
	}

	isDelayed() {
		return Date.now() - this.lastChange > STALE_MS;
	}

	/** The driver resumes by itself after a loss; what it cannot resume is tried five times, ever more slowly. */
	watch(resumeToken) {
		let last;
		const stream = this.db.watch(
			[{ $match: { operationType: { $in: ['insert', 'update', 'delete'] }, 'ns.coll': { $in: WATCHED } } }],
			resumeToken ? { startAfter: resumeToken } : {},
		);
		stream.on('change', (change) => {
			this.retries = 0;
			last = change._id;
			this.lastChange = Date.now();
			this.onChange(change);
		});
		stream.on('error', (error) => {
			if (this.retries++ >= MAX_RETRIES) throw error; // nobody catches it: the process ends
			log.warn({ msg: `Change stream error. Trying resume after ${this.retries} seconds.`, err: error });
			setTimeout(() => this.watch(last), this.retries * 1000);
		});
	}
}

async function main() {
	const db = await connectMongo();
	const broker = createBroker();
	const watcher = new Watcher(db, ({ ns, operationType, fullDocument }) => {
		if (ns.coll === 'rocketchat_message' && operationType === 'insert') {
			broker.broadcast('watch.messages', [{ clientAction: 'inserted', message: fullDocument }]);
		}
	});
	offer(broker, 'hub', {});
	watcher.watch(); // when the service is created, not when it is started
	await broker.start();

	polka()
		.get('/health', (_req, res) => {
			if (watcher.isDelayed()) answerUnhealthy(res, new Error('No real time data received recently'));
			else answerHealth(broker, res);
		})
		.listen(port());
}

main();
