// A FastCGI client (version 1, one request for each connection). It sends what a web server could send, and what none would.
'use strict';

const net = require('node:net');

const BEGIN = 1, PARAMS = 4, STDIN = 5, STDOUT = 6;

function record(type, content) {
	const head = Buffer.alloc(8);
	head.writeUInt8(1, 0);
	head.writeUInt8(type, 1);
	head.writeUInt16BE(1, 2);
	head.writeUInt16BE(content.length, 4);
	return Buffer.concat([head, content]);
}

function length(n) {
	if (n < 128)
		return Buffer.from([n]);
	const four = Buffer.alloc(4);
	four.writeUInt32BE((n | 0x80000000) >>> 0);
	return four;
}

// Encodes pairs of names and values (strings as latin1, or buffers).
function pack(pairs) {
	const parts = [];
	for (const [name, value] of pairs) {
		const n = Buffer.from(name, 'latin1'), v = Buffer.isBuffer(value) ? value : Buffer.from(value, 'latin1');
		parts.push(length(n.length), length(v.length), n, v);
	}
	return Buffer.concat(parts);
}

// Decodes what came back on standard output: { status, head, body }; the status is 0 if nothing came.
function unpack(bytes) {
	const out = [];
	for (let at = 0; at + 8 <= bytes.length;) {
		const n = bytes.readUInt16BE(at + 4), padding = bytes.readUInt8(at + 6);
		if (bytes.readUInt8(at + 1) === STDOUT)
			out.push(bytes.subarray(at + 8, at + 8 + n));
		at += 8 + n + padding;
	}
	const text = Buffer.concat(out).toString('latin1');
	const [head, body = ''] = text.split('\r\n\r\n', 2);
	return { status: Number(/^Status: (\d{3})/.exec(head)?.[1] ?? 0), head, body };
}

function request(socketPath, pairs, { wait = 8_000 } = {}) {
	return new Promise((resolve, reject) => {
		const socket = net.connect(socketPath), parts = [], params = pack(pairs);
		socket.setTimeout(wait, () => socket.destroy());
		socket.on('data', (part) => parts.push(part));
		socket.on('close', () => resolve(unpack(Buffer.concat(parts))));
		socket.on('error', (error) => (['EPIPE', 'ECONNRESET'].includes(error.code) ? socket.destroy() : reject(error)));
		socket.write(record(BEGIN, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])));
		for (let at = 0; at < params.length; at += 65_000)
			socket.write(record(PARAMS, params.subarray(at, at + 65_000)));
		socket.write(Buffer.concat([record(PARAMS, Buffer.alloc(0)), record(STDIN, Buffer.alloc(0))]));
	});
}

module.exports = { request };
