'use strict';
// /health, and from 7.11 on /livez and /readyz. Source: apps/meteor/server/routes/health.ts. 6.7-dev answers /health with
// the text "ok"; that of 8.3-dev, which came with the probes (PR 36955), with JSON. There /livez runs the checks of
// /readyz; when that ended (PR 39070) is not known to us.

const { monitorEventLoopDelay } = require('node:perf_hooks');
const { getHeapStatistics } = require('node:v8');
const { sendJson } = require('./http');
const { release } = require('./release');

const MAX_LAG_MS = Number.parseFloat(process.env.EVENT_LOOP_LAG_MS ?? '') || 70;
const MAX_HEAP = Number.parseFloat(process.env.HEAP_USAGE_PERCENT ?? '') || 0.85;

const rounded = (number) => Number.parseFloat(number.toFixed(2));

function checkEventLoop(histogram) {
	const lag = histogram.percentile(99) / 1e6;
	histogram.reset();
	return { status: lag > MAX_LAG_MS ? 'degraded' : 'ok', lagMs: rounded(lag) };
}

function checkMemory() {
	const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics();
	return { status: used / limit > MAX_HEAP ? 'degraded' : 'ok', percentile: rounded((used / limit) * 100) };
}

/** As long as it takes: the driver looks for a primary for 30 s. */
async function checkMongo(db) {
	try {
		await db.command({ ping: 1 });
		return { status: 'ok' };
	} catch (error) {
		return { status: 'degraded', error: error.message };
	}
}

function probe(db) {
	const histogram = monitorEventLoopDelay();
	histogram.enable();
	return async (_req, res) => {
		const checks = { memory: checkMemory(), eventLoop: checkEventLoop(histogram), mongo: await checkMongo(db) };
		const healthy = Object.values(checks).every(({ status }) => status === 'ok');
		sendJson(res, healthy ? 200 : 503, { status: healthy ? 'ok' : 'unavailable', checks });
	};
}

function addHealth(app, db) {
	if (!release.hasProbes) {
		app.get('/health', (_req, res) => res.writeHead(200, { 'Content-Type': 'text/plain' }).end('ok'));
		return;
	}
	app.get('/health', (_req, res) => sendJson(res, 200, { status: 'ok' }));
	app.get('/livez', probe(db)).get('/readyz', probe(db));
}

module.exports = { addHealth };
