'use strict';
// One DDP connection: framing, handshake, keep-alive. What methods and subscriptions mean is its owner's business.

const { randomUUID } = require('node:crypto');

const IDLE_MS = 30_000;
const CLOSE_PROTOCOL_ERROR = 1002;
const CLOSE_TIMEOUT = 4000;

const plainFraming = { greeting: [], wrap: (text) => text, unwrap: (text) => [text] };
// SockJS: `o` opens, then every frame is a JSON list of strings; ours carry an `a` in front.
const sockjsFraming = {
	greeting: ['o'],
	wrap: (text) => `a${JSON.stringify([text])}`,
	unwrap: (text) => [JSON.parse(text)].flat(),
};

/** Exactly `/websocket` is plain DDP; any other path, even with only a query added, is SockJS. */
const framingFor = (url) => (url === '/websocket' ? plainFraming : sockjsFraming);

class DdpSession {
	constructor(socket, request, owner) {
		this.id = randomUUID();
		this.socket = socket;
		this.request = request;
		this.owner = owner; // { method(session, name, params), subscribe(session, name, params), closed(session) }
		this.framing = framingFor(request.url);
		this.subscriptions = new Map();
		this.connected = false;
		socket.on('message', (data) => this.receive(String(data)));
		socket.on('error', () => {}); // a `close` follows
		socket.on('close', () => this.end());
		for (const frame of this.framing.greeting) socket.send(frame);
		this.send({ server_id: '0' });
		this.restartIdleTimer();
	}

	send(message) {
		this.socket.send(this.framing.wrap(JSON.stringify(message)));
	}

	end() {
		clearTimeout(this.timer);
		this.owner.closed(this);
	}

	restartIdleTimer() {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => {
			this.send({ msg: 'ping' });
			this.timer = setTimeout(() => this.socket.close(CLOSE_TIMEOUT), IDLE_MS);
		}, IDLE_MS);
	}

	receive(text) {
		this.restartIdleTimer();
		let messages;
		try {
			messages = this.framing.unwrap(text).map((part) => JSON.parse(part));
		} catch {
			this.socket.close(CLOSE_PROTOCOL_ERROR);
			return;
		}
		for (const message of messages) this.handle(message);
	}

	handle(message) {
		if (!this.connected && message.msg !== 'connect') {
			this.socket.close(CLOSE_PROTOCOL_ERROR);
			return;
		}
		const handlers = {
			connect: () => this.connect(message),
			ping: () => this.send({ msg: 'pong', ...(message.id && { id: message.id }) }),
			method: () => this.method(message),
			sub: () => this.subscribe(message),
			unsub: () => this.unsubscribe(message),
		};
		handlers[message.msg]?.();
	}

	connect({ version }) {
		if (version !== '1') {
			this.send({ msg: 'failed', version: '1' });
			this.socket.close(CLOSE_PROTOCOL_ERROR);
			return;
		}
		this.connected = true;
		this.send({ msg: 'connected', session: this.id });
	}

	async method({ id, method, params = [] }) {
		try {
			const result = await this.owner.method(this, method, params);
			this.send({ msg: 'result', id, result });
		} catch (error) {
			this.send({ msg: 'result', id, error: describe(error) });
		}
		this.send({ msg: 'updated', methods: [id] });
	}

	async subscribe({ id, name, params = [] }) {
		try {
			await this.owner.subscribe(this, name, params);
			this.subscriptions.set(id, { name, event: params[0] });
			this.send({ msg: 'ready', subs: [id] });
		} catch (error) {
			this.send({ msg: 'nosub', id, error: describe(error) });
		}
	}

	unsubscribe({ id }) {
		this.subscriptions.delete(id);
		this.send({ msg: 'nosub', id });
	}

	/** Sends a stream's event once, however many subscriptions of this connection ask for it. */
	push(stream, event, args) {
		const wanted = [...this.subscriptions.values()].some((sub) => sub.name === stream && sub.event === event);
		if (!wanted) return;
		this.send({ msg: 'changed', collection: stream, id: 'id', fields: { eventName: event, args } });
	}
}

function describe(error) {
	const code = error.ddpCode ?? 500;
	return { isClientSafe: true, error: code, reason: error.message, message: `${error.message} [${code}]`, errorType: 'Meteor.Error' };
}

function ddpError(code, reason) {
	return Object.assign(new Error(reason), { ddpCode: code });
}

module.exports = { DdpSession, ddpError };
