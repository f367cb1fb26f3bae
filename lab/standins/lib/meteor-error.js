'use strict';
// Errors that may be shown to a client. Source: packages/core-services/src/MeteorError.ts

class MeteorError extends Error {
	errorType = 'Meteor.Error';
	isClientSafe = true;

	constructor(error, reason, details) {
		super(`${reason ? `${reason} ` : ''}[${error}]`);
		Object.assign(this, { error, reason, details });
	}

	toJSON() {
		const { isClientSafe, errorType, error, reason, message, details } = this;
		return { isClientSafe, errorType, error, reason, message, ...(details && { details }) };
	}
}

const isMeteorError = (error) => error?.errorType === 'Meteor.Error';

module.exports = { MeteorError, isMeteorError };
