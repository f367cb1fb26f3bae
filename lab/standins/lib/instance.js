'use strict';
// A process's entry in the collection `instances`. Source: packages/instance-status/src/index.ts. In microservice mode
// only ddp-streamer has one: upstream's monolith registers its own in InstanceService, which is not started then.

const { randomUUID } = require('node:crypto');

const id = randomUUID();
// Seconds here, milliseconds in stream-hub: that is how upstream reads the same variable.
const PING_SECONDS = parseInt(process.env.MULTIPLE_INSTANCES_PING_INTERVAL) || 10;
const EXPIRE_SECONDS = (parseInt(process.env.MULTIPLE_INSTANCES_EXPIRE) || Math.ceil((PING_SECONDS * 3) / 60)) * 60;

async function registerInstance(db, name) {
	const instances = db.collection('instances');
	const register = () =>
		instances.updateOne(
			{ _id: id },
			{ $set: { pid: process.pid, name, extraInformation: {} }, $currentDate: { _createdAt: true, _updatedAt: true } },
			{ upsert: true },
		);
	await instances.createIndex({ _updatedAt: 1 }, { expireAfterSeconds: EXPIRE_SECONDS });
	await register();
	// These pings are also the changes that keep stream-hub's health green.
	setInterval(async () => {
		const { modifiedCount } = await instances.updateOne({ _id: id }, { $currentDate: { _updatedAt: true } });
		if (modifiedCount === 0) await register();
	}, PING_SECONDS * 1000);
}

module.exports = { id, registerInstance };
