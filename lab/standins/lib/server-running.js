'use strict';
// What the monolith says, and checks, once it has started. Source: apps/meteor/server/startup/serverRunning.ts,
// apps/meteor/app/utils/server/functions/getMongoInfo.ts

const { setTimeout: delay } = require('node:timers/promises');
const { showBox } = require('./log');
const { isBefore, release } = require('./release');

const isYes = (value) => ['yes', 'true'].includes(String(value).toLowerCase());

async function mongoVersion(db) {
	try {
		return (await db.command({ serverStatus: 1 })).version; // needs the right of clusterMonitor
	} catch {
		return (await db.command({ buildinfo: 1 })).version;
	}
}

async function announce(db, env = process.env) {
	const version = await mongoVersion(db);
	const facts = [
		`Rocket.Chat Version: ${release.version} (lab stand-in, not Rocket.Chat)`,
		`     NodeJS Version: ${process.versions.node} - ${process.arch}`,
		`    MongoDB Version: ${version}`,
		`       Process Port: ${env.PORT}`,
		`           Site URL: ${env.ROOT_URL}`,
	];
	await delay(100); // after the port was opened
	if (isBefore(version, release.mongoRequired)) {
		const wanted = release.mongoDeprecated.replace(/\.0$/, '');
		const refusal = 'YOUR CURRENT MONGODB VERSION IS NOT SUPPORTED BY ROCKET.CHAT,';
		showBox('SERVER ERROR', [...facts, '', refusal, `PLEASE UPGRADE TO VERSION ${wanted} OR LATER`]);
		if (!isYes(env.BYPASS_MONGO_VALIDATION)) process.exit(1);
	}
	showBox('SERVER RUNNING', facts);
	if (isBefore(version, release.mongoDeprecated) && !isYes(env.SKIP_MONGODEPRECATION_CHECK)) {
		const advice = `PLEASE UPGRADE MONGODB TO VERSION ${release.mongoDeprecated} OR GREATER`;
		showBox('DEPRECATION', [`DEPRECATED: MONGODB VERSION ${version}.`, advice]);
	}
}

module.exports = { announce };
