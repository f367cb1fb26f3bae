'use strict';
// Users in MongoDB: login tokens as Meteor stores them. Source: ee/apps/account-service/src/lib/

const { createHash, randomBytes, randomUUID, scryptSync, timingSafeEqual } = require('node:crypto');
const { MeteorError } = require('./meteor-error');

const TOKEN_LIFETIME_MS = 90 * 24 * 3600 * 1000; // the setting Accounts_LoginExpiration, by default
const KEY_LENGTH = 32;

const sha256 = (text, encoding) => createHash('sha256').update(text).digest(encoding);
const digestOf = (password) => sha256(password, 'hex'); // what clients send in place of a password
const hashToken = (token) => sha256(token, 'base64'); // what is stored of a login token

// bcrypt upstream; nobody but the stand-in of the monolith reads this.
function hashPassword(digest) {
	const salt = randomBytes(16);
	return `${salt.toString('hex')}:${scryptSync(digest, salt, KEY_LENGTH).toString('hex')}`;
}

function passwordMatches(digest, stored) {
	const [salt, key] = stored.split(':').map((part) => Buffer.from(part, 'hex'));
	return timingSafeEqual(scryptSync(digest, salt, KEY_LENGTH), key);
}

async function createUser(db, { username, name, email, password, roles }) {
	const user = {
		_id: randomUUID().replaceAll('-', '').slice(0, 17),
		username,
		name,
		emails: [{ address: email, verified: false }],
		roles,
		type: 'user',
		active: true,
		status: 'offline',
		statusText: '',
		createdAt: new Date(),
		services: { password: { scrypt: hashPassword(digestOf(password)) }, resume: { loginTokens: [] } },
	};
	await db.collection('users').insertOne(user);
	return user;
}

function findByToken(db, hashedToken, filter = {}) {
	return db.collection('users').findOne({ ...filter, 'services.resume.loginTokens.hashedToken': hashedToken });
}

/** Source: loginViaResume.ts. An unknown token is `false`, an old one an error. */
async function loginWithToken(db, token) {
	const hashedToken = hashToken(token);
	const user = await findByToken(db, hashedToken, { active: true });
	if (!user) return false;
	const stored = user.services.resume.loginTokens.find((entry) => entry.hashedToken === hashedToken);
	const tokenExpires = new Date(+stored.when + TOKEN_LIFETIME_MS);
	if (new Date() >= tokenExpires) throw new MeteorError(403, 'Your session has expired. Please log in again.');
	return { uid: user._id, token, hashedToken, type: 'resume', tokenExpires };
}

/** Source: removeSession.ts */
function forgetToken(db, uid, hashedToken) {
	return db.collection('users').updateOne({ _id: uid }, { $pull: { 'services.resume.loginTokens': { hashedToken } } });
}

/**
 * `who` is {username} or {email}; returns user and token, or nothing when either is wrong.
 * Source of `lastLogin`: apps/meteor/app/authentication/server/startup/index.js
 */
async function loginWithPassword(db, who, password) {
	const query = who.username ? { username: String(who.username) } : { 'emails.address': String(who.email) };
	const user = await db.collection('users').findOne({ ...query, active: true });
	if (!user || !passwordMatches(digestOf(password), user.services.password.scrypt)) return undefined;
	const token = randomBytes(32).toString('base64url');
	const entry = { when: new Date(), hashedToken: hashToken(token) };
	const change = { $push: { 'services.resume.loginTokens': entry }, $set: { lastLogin: new Date() } };
	await db.collection('users').updateOne({ _id: user._id }, change);
	return { user, token };
}

module.exports = { createUser, findByToken, forgetToken, hashToken, loginWithPassword, loginWithToken };
