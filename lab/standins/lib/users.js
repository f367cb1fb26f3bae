'use strict';
// Users in MongoDB: passwords, login tokens. Used by `account` for DDP and by the monolith for REST.

const { createHash, randomBytes, randomUUID, scryptSync, timingSafeEqual } = require('node:crypto');

const TOKEN_LIFETIME_MS = 90 * 24 * 3600 * 1000;
const KEY_LENGTH = 32;

const sha256 = (text, encoding) => createHash('sha256').update(text).digest(encoding);
const digestOf = (password) => sha256(password, 'hex'); // what clients send over DDP
const hashToken = (token) => sha256(token, 'base64'); // what is stored of a login token

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

async function issueToken(db, user) {
	const token = randomBytes(32).toString('base64url');
	const when = new Date();
	await db
		.collection('users')
		.updateOne({ _id: user._id }, { $push: { 'services.resume.loginTokens': { when, hashedToken: hashToken(token) } } });
	return session(user, token, when);
}

function session(user, token, when) {
	return { uid: user._id, token, hashedToken: hashToken(token), tokenExpires: { $date: +when + TOKEN_LIFETIME_MS } };
}

function findByToken(db, hashedToken, filter = {}) {
	return db.collection('users').findOne({ ...filter, active: true, 'services.resume.loginTokens.hashedToken': hashedToken });
}

async function resume(db, token) {
	const hashedToken = hashToken(token);
	const user = await findByToken(db, hashedToken);
	if (!user) return false;
	const stored = user.services.resume.loginTokens.find((entry) => entry.hashedToken === hashedToken);
	return session(user, token, stored.when);
}

/** `who` is {username} or {email}; `digest` the SHA-256 of the password in hex. False when either is wrong. */
async function loginWithPassword(db, who, digest) {
	const query = who?.username ? { username: String(who.username) } : { 'emails.address': String(who?.email) };
	const user = await db.collection('users').findOne({ ...query, active: true });
	if (!user || !passwordMatches(String(digest), user.services.password.scrypt)) return false;
	return issueToken(db, user);
}

module.exports = { createUser, digestOf, findByToken, hashToken, loginWithPassword, resume };
