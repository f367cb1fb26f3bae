'use strict';
// Which release this process stands in for, and in what the two generations differ.

const VERSION = process.env.STANDIN_VERSION ?? '8.9.1';

function numbers(version) {
	return (/^\D*(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(version) ?? []).slice(1).map((part) => Number(part ?? 0));
}

/** Compares versions such as "6.0.5-ent" and "7.11" by their numbers. */
function isBefore(version, limit) {
	const [own, other] = [numbers(version), numbers(limit)];
	const first = own.findIndex((part, index) => part !== other[index]);
	return first !== -1 && own[first] < other[first];
}

const from = (release) => !isBefore(VERSION, release);

const release = {
	version: VERSION,
	// apps/meteor/server/routes/health.ts; "since 7.11" is upstream's documentation
	hasProbes: from('7.11'),
	// ee/apps/authorization-service/src/service.ts registers a second service; apps/meteor/CHANGELOG.md, 8.0.0 (#37091)
	hasAbac: from('8.0'),
	// ee/apps/stream-hub-service is gone from 8.0 on, and with it DB_WATCHERS
	hasStreamHub: !from('8.0'),
	// The last migration: apps/meteor/server/startup/migrations of 8.3-dev ends with v335. That of 7.9.3 is not known to us.
	schemaVersion: from('8.0') ? 335 : 329,
	// apps/meteor/server/startup/serverRunning: 8.3-dev ends below 7.0 and warns below 8.0. What 7.9.3 does is not known
	// to us; 6.7-dev announces there that 7.0.0 will refuse less than 5.0.
	mongoRequired: from('8.0') ? '7.0.0' : '5.0.0',
	mongoDeprecated: from('8.0') ? '8.0.0' : '5.0.0',
};

module.exports = { isBefore, release };
