'use strict';
// Settings of the workspace, in the collection upstream uses, and the service `settings`.
// Source: packages/models/src/models/Settings.ts, apps/meteor/server/services/settings/service.ts

const { createHash, randomUUID } = require('node:crypto');

/** Upstream has about a thousand. These are the ones that services ask for, and what identifies the workspace. */
const DEFAULTS = {
	uniqueID: () => process.env.DEPLOYMENT_ID ?? randomUUID(),
	Site_Url: () => process.env.ROOT_URL,
	Enterprise_License: () => '',
	Enterprise_License_Status: () => '',
	Accounts_LoginExpiration: () => 90,
	Accounts_AllowAnonymousRead: () => false,
	Presence_broadcast_disabled: () => false,
	UI_Use_Real_Name: () => false,
	ABAC_Enabled: () => false,
	Abac_Cache_Decision_Time_Seconds: () => 300,
	Site_Name: () => 'Rocket.Chat',
	Language: () => 'en',
};

class Settings {
	constructor(db, broker) {
		this.collection = db.collection('rocketchat_settings');
		this.broker = broker;
	}

	/** What is stored stays; OVERWRITE_SETTING_<name> wins at every start. */
	async create(env = process.env) {
		for (const [_id, value] of Object.entries(DEFAULTS)) {
			const forced = env[`OVERWRITE_SETTING_${_id}`];
			const setting = { $setOnInsert: { value: value(), ts: new Date() } };
			await this.collection.updateOne({ _id }, forced ? { $set: { value: forced } } : setting, { upsert: true });
		}
	}

	/**
	 * Whether an administrator is asked if this is a new workspace.
	 * Source: apps/meteor/server/settings/misc.ts
	 */
	async verifyFingerprint(env = process.env) {
		const hash = createHash('sha256').update(`${await this.get('Site_Url')}${env.MONGO_URL}`).digest('base64');
		const known = await this.get('Deployment_FingerPrint_Hash');
		if (known === hash) return;
		await this.#store('Deployment_FingerPrint_Hash', hash);
		await this.#store('Deployment_FingerPrint_Verified', !known || env.AUTO_ACCEPT_FINGERPRINT === 'true');
	}

	async #store(_id, value) {
		await this.collection.updateOne({ _id }, { $set: { value } }, { upsert: true });
	}

	async get(_id) {
		return (await this.collection.findOne({ _id }))?.value;
	}

	async set(_id, value) {
		const update = { $set: { value, _updatedAt: new Date() } };
		const { modifiedCount } = await this.collection.updateOne({ _id, value: { $ne: value } }, update);
		if (modifiedCount === 0) return;
		const setting = await this.collection.findOne({ _id });
		this.broker.broadcast('watch.settings', [{ clientAction: 'updated', setting }]);
	}
}

module.exports = { Settings };
