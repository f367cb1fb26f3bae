'use strict';
// Log lines that do not come from the broker. Source: packages/logger/src/getPino.ts and index.ts

const { pino } = require('pino');

const isoTime = pino.stdTimeFunctions.isoTime;
// Level `warn` until the setting Log_Level, which stand-ins lack, asks for more.
const root = pino({ customLevels: { startup: 51 }, level: 'warn', timestamp: isoTime });

const logger = (name) => root.child({ name });

/** The frame that the monolith draws on standard output. Source: apps/meteor/server/lib/logger/showBox.ts */
function showBox(title, lines) {
	const width = Math.max(title.length, ...lines.map((line) => line.length));
	const edge = `+--${'-'.repeat(width)}--+`;
	const row = (text) => `|  ${text.padEnd(width)}  |`;
	const middle = title.padStart((width + title.length) >> 1);
	console.log([edge, row(middle), edge, ...['', ...lines, ''].map(row), edge].join('\n'));
}

module.exports = { isoTime, logger, showBox };
