'use strict';
// What ends services without a licence: surplus replicas, and every process that sees only itself.
// Source: ee/packages/network-broker/src/EnterpriseCheck.ts, a mixin of every service outside the monolith.

const INTERVAL_MS = (parseInt(process.env.LICENSE_CHECK_INTERVAL ?? '20') || 20) * 1000;
const MAX_FAILS = parseInt(process.env.MAX_FAILS ?? '2') || 2;

let fails = 0; // of the process, however many services it offers

async function isLicensed(broker) {
	try {
		return await broker.call('license.hasValidLicense', ['scalability']);
	} catch {
		return false; // a failed call counts like a "no"
	}
}

async function shouldShutDown(broker, name) {
	const services = await broker.call('$node.services', { skipInternal: true });
	const own = services.find((service) => service.name === name);
	if (!own) return true;
	// Every replica computes the same order, so exactly one of them finds itself first.
	const [first, ...others] = [...own.nodes].sort();
	// A process with two services never sees "one service": authorization with abac outlives the loss of NATS.
	return first === broker.nodeID && (others.length > 0 || services.length === 1);
}

function watchLicense(broker, name) {
	setInterval(async () => {
		if (await isLicensed(broker)) {
			fails = 0;
			return;
		}
		if (++fails < MAX_FAILS) return;
		if (await shouldShutDown(broker, name)) broker.fatal('Enterprise license not found. Shutting down...');
	}, INTERVAL_MS);
}

module.exports = { watchLicense };
