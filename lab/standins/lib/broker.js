'use strict';
// The bus: one moleculer broker a process, set from the same environment variables as Rocket.Chat's services.

const { ServiceBroker } = require('moleculer');
const { watchLicense } = require('./license-check');

const WAIT_FOR_SERVICE_MS = 10_000;
const seconds = (value, fallback) => Number(value ?? fallback) * 1000;

// Rocket.Chat's services outlive a rejected promise during start-up: alive, a warning, and no port.
process.on('unhandledRejection', (error) => console.error(`unhandled rejection: ${error?.message ?? error}`));

function createBroker(env = process.env) {
	return new ServiceBroker({
		namespace: env.MS_NAMESPACE ?? '',
		transporter: env.TRANSPORTER ?? '',
		logger: { type: 'Console', options: { formatter: 'short', colors: false } },
		logLevel: env.MOLECULER_LOG_LEVEL ?? 'warn',
		requestTimeout: seconds(env.REQUEST_TIMEOUT, 60),
		heartbeatInterval: Number(env.HEARTBEAT_INTERVAL ?? 10),
		heartbeatTimeout: Number(env.HEARTBEAT_TIMEOUT ?? 30),
		skipProcessEventRegistration: env.SKIP_PROCESS_EVENT_REGISTRATION === 'true',
		// Only the string "true": the official chart's "yes" silently leaves retries off.
		retryPolicy: { enabled: env.RETRY_ENABLED === 'true' },
		bulkhead: {
			enabled: env.BULKHEAD_ENABLED === 'true',
			concurrency: Number(env.BULKHEAD_CONCURRENCY ?? 10),
			maxQueueSize: Number(env.BULKHEAD_MAX_QUEUE_SIZE ?? 10000),
		},
		metrics: {
			enabled: env.MS_METRICS === 'true',
			reporter: [{ type: 'Prometheus', options: { port: env.MS_METRICS_PORT ?? 9458 } }],
		},
	});
}

// Actions and events take their arguments as a list, as in Rocket.Chat; `$` events come from moleculer itself.
const withArguments = (handler) => (ctx) => handler(...ctx.params);

function mapValues(object, change) {
	return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}

/** Puts a service on the bus. It starts, like every one of Rocket.Chat's, only when someone offers `license`. */
function offer(broker, name, { actions = {}, events = {}, dependencies = ['license'] }) {
	broker.createService({
		name,
		dependencies,
		actions: mapValues(actions, withArguments),
		events: mapValues(events, (handler, event) =>
			event.startsWith('$') ? (ctx) => handler(ctx.params) : withArguments(handler),
		),
	});
}

/** Offers the one service of a process under the licence check, and resolves when it may open its port. */
async function startService(broker, name, definition) {
	offer(broker, name, definition);
	await broker.start();
	watchLicense(broker, name);
}

/** Calls another service; like upstream, waits a while for one that is not on the bus. */
async function ask(broker, action, ...args) {
	const [service] = action.split('.');
	try {
		await broker.waitForServices(service, WAIT_FOR_SERVICE_MS);
	} catch {
		throw new Error(`Dependent services not available: ${service}`);
	}
	return broker.call(action, args);
}

module.exports = { ask, createBroker, offer, startService };
