'use strict';
// What Rocket.Chat does to services without a licence: surplus replicas leave, and so does whoever is cut off.

const INTERVAL = Number(process.env.LICENSE_CHECK_INTERVAL ?? 20) * 1000;
const MAX_FAILS = Number(process.env.MAX_FAILS ?? 2);

async function isLicensed(broker) {
	try {
		return await broker.call('license.hasValidLicense', ['scalability']);
	} catch {
		return false; // nobody answers: counts like a "no"
	}
}

async function mustLeave(broker, name) {
	const services = await broker.call('$node.services', { skipInternal: true });
	const own = services.find((service) => service.name === name);
	if (!own) return true;
	const replicas = [...own.nodes].sort();
	const cutOff = services.length === 1;
	// Every replica computes the same order, so exactly one of them finds itself first.
	return replicas[0] === broker.nodeID && (replicas.length > 1 || cutOff);
}

function watchLicense(broker, name) {
	let fails = 0;
	setInterval(async () => {
		fails = (await isLicensed(broker)) ? 0 : fails + 1;
		if (fails >= MAX_FAILS && (await mustLeave(broker, name))) {
			broker.fatal('Enterprise license not found. Shutting down...');
		}
	}, INTERVAL);
}

module.exports = { watchLicense };
