'use strict';
// Which licence counts, and what it grants. Source: apps/meteor/ee/app/license/server/startup.ts and
// license.internalService.ts, ee/packages/license/src/token.ts, license.ts and validation/

const { createHash } = require('node:crypto');
const { logger } = require('./log');

const LAB_LICENSE = 'LAB-LICENSE-'; // of these stand-ins; never stored
const INVALIDATES = ['invalidate_license', 'prevent_installation'];
const GUEST_PERMISSIONS = ['view-d-room', 'view-joined-room', 'view-p-room', 'start-discussion', 'mobile-upload-file'];
const log = logger('License');

/** The signature is the one thing nobody but Rocket.Chat can make, and so nothing here looks at it. */
function read(text) {
	if (!text.startsWith('RCV3_')) return undefined;
	try {
		const { validation, grantedModules } = JSON.parse(Buffer.from(text.slice('RCV3_'.length).split('.')[1], 'base64url'));
		const { serverUrls, validPeriods } = validation;
		return { serverUrls, validPeriods, modules: grantedModules.map(({ module }) => module) };
	} catch {
		return undefined;
	}
}

function isForeign({ type, value }, url) {
	if (type === 'url') return value.toLowerCase() !== url.toLowerCase();
	if (type === 'hash') return value !== createHash('sha256').update(url).digest('hex');
	if (type === 'regex') return !new RegExp(`^${value.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 'i').test(url);
	return false;
}

/** Every address has to fit, and every period that invalidates has to include now. */
function isValid({ serverUrls, validPeriods }, siteUrl, now = new Date()) {
	const url = siteUrl.replace(/\/$/, '').replace(/^https?:\/\//, '');
	if (serverUrls.some((entry) => isForeign(entry, url))) return false;
	return !validPeriods.some(
		({ validFrom, validUntil, invalidBehavior }) =>
			INVALIDATES.includes(invalidBehavior) &&
			((validFrom && now < new Date(validFrom)) || (validUntil && now > new Date(validUntil))),
	);
}

class License {
	modules = undefined; // no licence

	/** One in the workspace hides the variable even when it is no longer valid; only what cannot be read does not. */
	async load(settings, given = process.env.ROCKETCHAT_LICENSE ?? '') {
		const siteUrl = String(await settings.get('Site_Url'));
		const stored = String((await settings.get('Enterprise_License')) ?? '').trim();
		const text = read(stored) ? stored : given.trim();
		if (text.startsWith(LAB_LICENSE)) {
			this.modules = ['scalability'];
			return;
		}
		const license = read(text);
		if (!license) return;
		const valid = isValid(license, siteUrl);
		if (valid) {
			this.modules = license.modules;
			await settings.set('Enterprise_License', text);
		} else {
			log.error({ msg: 'Period or URL validation failed' });
		}
		await settings.set('Enterprise_License_Status', valid ? 'Valid' : 'Invalid');
	}

	/** Services that are on the bus already do not ask for the modules again. */
	announce(broker) {
		for (const module of this.modules ?? []) broker.broadcast('license.module', [{ module, valid: true }]);
		if (this.modules) broker.broadcast('authorization.guestPermissions', [GUEST_PERMISSIONS]);
	}

	actions() {
		return {
			// Upstream, too, ignores the module that services name here: any valid licence keeps surplus replicas.
			hasValidLicense: () => this.modules !== undefined,
			hasModule: (module) => this.modules?.includes(module) ?? false,
			getModules: () => this.modules ?? [],
			getGuestPermissions: () => GUEST_PERMISSIONS,
		};
	}
}

module.exports = { License };
