'use strict';
// How a chat message travels on the bus: dates in EJSON, as DDP clients expect them.

function onTheWire(message) {
	return { ...message, ts: { $date: +message.ts }, _updatedAt: { $date: +message._updatedAt } };
}

module.exports = { onTheWire };
