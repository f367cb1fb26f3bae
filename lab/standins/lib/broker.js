'use strict';
// The bus: one moleculer broker a process. Source: ee/packages/network-broker/src/index.ts (options) and NetworkBroker.ts.

const { AsyncLocalStorage } = require('node:async_hooks');
const EJSON = require('ejson');
const { Errors, Serializers, ServiceBroker } = require('moleculer');
const { watchLicense } = require('./enterprise-check');
const { isoTime } = require('./log');
const { MeteorError, isMeteorError } = require('./meteor-error');

const DEFAULT_DEPENDENCIES = ['settings', 'license'];
const currentAction = new AsyncLocalStorage();

/** Dates survive the bus. */
class EjsonSerializer extends Serializers.Base {
	serialize(object) {
		return Buffer.from(EJSON.stringify(object));
	}

	deserialize(buffer) {
		return EJSON.parse(buffer.toString());
	}
}

/** Errors meant for clients survive the bus, but their code becomes the whole message. */
class Regenerator extends Errors.Regenerator {
	restoreCustomError({ message, reason, details, errorType }) {
		return errorType === 'Meteor.Error' ? new MeteorError(message, reason, details) : undefined;
	}

	extractPlainError(error) {
		const { isClientSafe, errorType, reason, details } = error;
		return { ...super.extractPlainError(error), ...(isMeteorError(error) && { isClientSafe, errorType, reason, details }) };
	}
}

/** `nodeID` is moleculer's own unless one is given: the lower-case hostname, a dash, and the process id. */
function createBroker(nodeID, env = process.env) {
	return new ServiceBroker({
		...(nodeID && { nodeID }),
		namespace: env.MS_NAMESPACE ?? '',
		transporter: env.TRANSPORTER ?? '',
		serializer: new EjsonSerializer(),
		errorRegenerator: new Regenerator(),
		// moleculer hands a cause to the logger as a second argument, and pino drops what its text has no place for:
		// "NATS error." without a reason.
		logger: {
			type: 'Pino',
			options: { level: env.MOLECULER_LOG_LEVEL ?? 'warn', pino: { options: { timestamp: isoTime } } },
		},
		registry: { strategy: env.BALANCE_STRATEGY ?? 'RoundRobin', preferLocal: env.BALANCE_PREFER_LOCAL !== 'false' },
		requestTimeout: parseInt(env.REQUEST_TIMEOUT ?? '60') * 1000,
		heartbeatInterval: parseInt(env.HEARTBEAT_INTERVAL ?? '10'),
		heartbeatTimeout: parseInt(env.HEARTBEAT_TIMEOUT ?? '30'),
		maxCallLevel: 100,
		skipProcessEventRegistration: env.SKIP_PROCESS_EVENT_REGISTRATION === 'true',
		// Only the string "true": the official chart's "yes" silently leaves retries off.
		retryPolicy: {
			enabled: env.RETRY_ENABLED === 'true',
			retries: parseInt(env.RETRY_RETRIES ?? '5'),
			delay: parseInt(env.RETRY_DELAY ?? '100'),
			maxDelay: parseInt(env.RETRY_MAX_DELAY ?? '1000'),
			factor: parseInt(env.RETRY_FACTOR ?? '2'),
		},
		bulkhead: {
			enabled: env.BULKHEAD_ENABLED === 'true',
			concurrency: parseInt(env.BULKHEAD_CONCURRENCY ?? '10'),
			maxQueueSize: parseInt(env.BULKHEAD_MAX_QUEUE_SIZE ?? '10000'),
		},
		metrics: {
			enabled: env.MS_METRICS === 'true',
			reporter: [{ type: 'Prometheus', options: { port: env.MS_METRICS_PORT ?? '9458' } }],
		},
		started: () => console.log('NetworkBroker started successfully.'),
	});
}

function mapValues(object, change) {
	return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}

/**
 * Puts a service on the bus. It starts when both `settings` and `license` are there, and whatever else it depends on;
 * until then the process is alive, silent, and without a port.
 *
 * Actions and events take their arguments as a list; `$` events come from moleculer itself. `internal` services are
 * those of the monolith: nothing checks their licence.
 */
function offer(broker, name, { actions = {}, events = {}, dependencies = [], started = () => {}, internal = false }) {
	const wanted = [...dependencies, ...(name === 'settings' ? [] : DEFAULT_DEPENDENCIES)].filter((other) => other !== name);
	broker.createService({
		name,
		...(wanted.length > 0 && { dependencies: wanted }),
		actions: mapValues(actions, (handler) => (ctx) => currentAction.run(ctx, () => handler(...ctx.params))),
		events: mapValues(events, (handler, event) =>
			event.startsWith('$') ? (ctx) => handler(ctx.params) : (ctx) => handler(...ctx.params),
		),
		started() {
			if (!internal) watchLicense(broker, name);
			started(); // not waited for
		},
	});
}

/**
 * Calls a service. One that is not on the bus is no exception: the error is the *value*, so that an empty success
 * reaches whoever asked. Only calls on behalf of another call throw.
 */
async function call(broker, action, ...args) {
	const context = currentAction.getStore();
	if (context) return context.call(action, args);
	const services = await broker.call('$node.services', { onlyAvailable: true });
	if (!services.some(({ name }) => name === action.split('.')[0])) return new Error('method-not-available');
	return broker.call(action, args);
}

module.exports = { call, createBroker, offer };
