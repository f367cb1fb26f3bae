'use strict';
// One websocket: framing, handshake, keep-alive, and its packets in order.
// Source: ee/apps/ddp-streamer/src/Client.ts, constants.ts and (parse, SERVER_ID) Server.ts

const { randomUUID } = require('node:crypto');
const EJSON = require('ejson');

const TIMEOUT_MS = 30_000;
const PROTOCOL_ERROR = [1002, 'CLOSE_PROTOCOL_ERROR'];
const UNSUPPORTED_DATA = [1007, 'UNSUPPORTED_DATA'];
const TIMED_OUT = [4000, 'TIMEOUT'];

/** With HTTP_FORWARDED_COUNT=n the n-th address from the right of X-Forwarded-For, else the peer's. */
function clientAddress({ headers, socket }) {
	const proxies = parseInt(process.env.HTTP_FORWARDED_COUNT ?? '') || 0;
	if (proxies === 0) return socket.remoteAddress;
	const forwarded = (headers['x-forwarded-for'] ?? '').trim().split(',').map((address) => address.trim());
	return forwarded.at(-proxies) || undefined;
}

function parse(data, isBinary) {
	if (isBinary) throw new Error('Binary data not supported');
	const text = String(data);
	const packet = EJSON.parse(text.startsWith('[') ? JSON.parse(text)[0] : text);
	if (packet === null) throw new Error('not a packet');
	return packet;
}

class DdpClient {
	/** `owner` has method(client, packet), subscribe(client, packet) and closed(client). */
	constructor(socket, request, owner) {
		this.session = randomUUID();
		this.socket = socket;
		this.owner = owner;
		this.address = clientAddress(request);
		// Exactly /websocket is plain DDP; any other URL, even with only a query added, is SockJS.
		this.sockjs = request.url !== '/websocket';
		this.subscriptions = new Map();
		this.greeted = false;
		this.queue = Promise.resolve();
		this.waitForPacket(TIMEOUT_MS / 1000); // upstream takes this for seconds: a new client is pinged after 30 ms
		socket.on('message', (data, isBinary) => this.receive(data, isBinary));
		socket.on('error', () => socket.close(...PROTOCOL_ERROR));
		socket.on('close', () => this.end());
		if (this.sockjs) socket.send('o');
		this.send({ msg: 'server_id', server_id: '0' });
	}

	get isOpen() {
		return this.socket.readyState === this.socket.OPEN;
	}

	send(message) {
		const text = EJSON.stringify(message);
		this.socket.send(this.sockjs ? `a${JSON.stringify([text])}` : text);
	}

	waitForPacket(timeout = TIMEOUT_MS) {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => {
			this.send({ msg: 'ping' });
			this.timer = setTimeout(() => this.socket.close(...TIMED_OUT), TIMEOUT_MS);
		}, timeout);
	}

	receive(data, isBinary) {
		try {
			const packet = parse(data, isBinary);
			this.greet(packet);
			this.handle(packet);
		} catch (error) {
			console.error(error);
			this.socket.close(...UNSUPPORTED_DATA);
		}
		this.waitForPacket();
	}

	/** The first packet has to be `connect`, of whatever version. */
	greet({ msg }) {
		if (this.greeted) return;
		this.greeted = true;
		if (msg !== 'connect') this.socket.close(...PROTOCOL_ERROR);
		else this.send({ msg: 'connected', session: this.session });
	}

	handle(packet) {
		const { msg, id, method, name } = packet;
		if (msg === 'ping') this.send({ msg: 'pong', ...(id && { id }) });
		if (msg === 'method') this.enqueue(method && id, () => this.owner.method(this, packet));
		if (msg === 'sub') this.enqueue(name && id, () => this.owner.subscribe(this, packet));
		if (msg === 'unsub') this.unsubscribe(packet);
	}

	/** One packet after the other, so that a subscription right behind a login finds its user. */
	enqueue(complete, work) {
		if (!complete) {
			this.socket.close(PROTOCOL_ERROR[0]);
			return;
		}
		this.queue = this.queue.then(() => this.isOpen && work());
	}

	unsubscribe({ id }) {
		if (!id) this.socket.close(PROTOCOL_ERROR[0]);
		if (this.subscriptions.delete(id)) this.send({ msg: 'nosub', id });
	}

	result({ id }, result, error) {
		this.send({ msg: 'result', id, ...(result && { result }), ...(error && { error }) });
		this.send({ msg: 'updated', methods: [id] });
	}

	subscribed({ id, name, params }) {
		this.subscriptions.set(id, { name, event: params[0] });
		this.send({ msg: 'ready', subs: [id] });
	}

	/** Sends a stream's event once for every subscription to it. */
	push(stream, event, args) {
		if (!this.isOpen) return;
		for (const { name, event: wanted } of this.subscriptions.values()) {
			if (name !== stream || wanted !== event) continue;
			this.send({ msg: 'changed', collection: stream, id: 'id', fields: { eventName: event, args } });
		}
	}

	end() {
		clearTimeout(this.timer);
		this.subscriptions.clear();
		this.owner.closed(this);
	}
}

module.exports = { DdpClient };
