'use strict';
// Turns MongoDB's change stream into events on the bus. Two of these double every event.

const { setTimeout: delay } = require('node:timers/promises');
const polka = require('polka');
const { createBroker, startService } = require('../lib/broker');
const { answerHealth, port } = require('../lib/http');
const { onTheWire } = require('../lib/messages');
const { connectMongo } = require('../lib/mongo');

const { DB_WATCHERS, DISABLE_DB_WATCHERS, MULTIPLE_INSTANCES_PING_INTERVAL } = process.env;
// From 7.7.3 on the monolith announces its own writes; watching more than `instances` must be asked for.
const WATCHED = DB_WATCHERS === 'true' && DISABLE_DB_WATCHERS !== 'yes' ? ['instances', 'rocketchat_message'] : ['instances'];
// Milliseconds here, seconds in ddp-streamer: setting the variable to 10 breaks the health of this one.
const STALE_MS = 4 * Number(MULTIPLE_INSTANCES_PING_INTERVAL ?? 10_000);

// Answers that will not change by waiting: no right to watch, wrong login, not a replica set.
const REFUSALS = new Set([13, 18, 40573]);
const MAX_REFUSALS = 5;
const REFUSED_RETRY_MS = 3000;
const LOST_RETRY_MS = 500;
const HISTORY_LOST = 286;

class Watcher {
	constructor(db, onChange) {
		this.db = db;
		this.onChange = onChange;
		this.lastChange = 0;
		this.refusals = 0;
	}

	isFresh() {
		return Date.now() - this.lastChange < STALE_MS;
	}

	async follow() {
		const pipeline = [{ $match: { 'ns.coll': { $in: WATCHED } } }];
		const stream = this.db.watch(pipeline, { fullDocument: 'updateLookup', resumeAfter: this.resumeAfter });
		try {
			for await (const change of stream) {
				this.lastChange = Date.now();
				this.refusals = 0;
				this.resumeAfter = change._id;
				await this.onChange(change);
			}
		} finally {
			await stream.close();
		}
	}

	/** Follows as long as the process lives: MongoDB may go and come back, but may not refuse for good. */
	async run() {
		for (;;) {
			try {
				await this.follow();
			} catch (error) {
				console.error(`change stream: ${error.message}`);
				if (error.code === HISTORY_LOST) this.resumeAfter = undefined;
				await this.pause(REFUSALS.has(error.code));
			}
		}
	}

	async pause(refused) {
		await delay(refused ? REFUSED_RETRY_MS : LOST_RETRY_MS);
		if (refused && ++this.refusals >= MAX_REFUSALS) {
			console.error('change stream: MongoDB keeps refusing, giving up');
			process.exit(1);
		}
	}
}

async function main() {
	const db = await connectMongo();
	const broker = createBroker();
	const watcher = new Watcher(db, async ({ ns, operationType, fullDocument }) => {
		if (ns.coll === 'rocketchat_message' && operationType === 'insert') {
			await broker.broadcast('watch.messages', [{ clientAction: 'inserted', message: onTheWire(fullDocument) }]);
		}
	});

	await startService(broker, 'streamHub', {});
	watcher.run();

	polka()
		.get('/health', (_req, res) => {
			if (watcher.isFresh()) return answerHealth(broker, res);
			res.statusCode = 500;
			res.end('not healthy');
		})
		.listen(port());
}

main();
