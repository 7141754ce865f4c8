// A mail server for tests, and a reader of mail; both are other programs than the one that makes the mail.
'use strict';

const assert = require('node:assert/strict');
const { once } = require('node:events');
const net = require('node:net');
const { SMTPServer } = require('smtp-server');

const rig = require('./rig.js');

// Keeps messages as { from, to, raw }; `behave` says what the server does with the next ones.
class Mailbox {
	constructor(options) {
		this.messages = [];
		this.behave = {}; // rcpt, data: an error { code, text }; delay: milliseconds before the last reply
		this.sessions = 0;
		this.options = options;
	}

	async listen(port = 0) {
		this.server = new SMTPServer({
			disabledCommands: this.options.auth ? [] : ['AUTH', ...(this.options.tls ? [] : ['STARTTLS'])],
			authOptional: !this.options.auth,
			disableReverseLookup: true,
			logger: false,
			closeTimeout: 100,
			...this.options.tls,
			onAuth: (auth, session, done) => {
				const right = auth.username === this.options.auth.user && auth.password === this.options.auth.password;
				done(right && session.secure ? null : new Error('no'), right ? { user: auth.username } : undefined);
			},
			onConnect: (session, done) => {
				this.sessions++;
				done();
			},
			onRcptTo: (address, session, done) => done(this.refusal(this.behave.rcpt?.(address.address))),
			onData: (stream, session, done) => {
				const parts = [];
				stream.on('data', (part) => parts.push(part));
				stream.on('end', async () => {
					const refused = this.refusal(this.behave.data);
					const message = {
						from: session.envelope.mailFrom.address,
						to: session.envelope.rcptTo.map((to) => to.address),
						raw: Buffer.concat(parts).toString('latin1'),
						secure: session.secure,
						user: session.user,
					};
					if (!refused)
						this.messages.push(message);
					this.taken?.(message);
					if (this.behave.delay)
						await rig.sleep(this.behave.delay);
					done(refused);
				});
			},
		});
		this.server.on('error', () => {}); // a client may disconnect
		this.server.listen(port, '127.0.0.1');
		await once(this.server.server, 'listening');
		this.port = this.server.server.address().port;
		return this;
	}

	refusal(error) {
		return error ? Object.assign(new Error(error.text), { responseCode: error.code }) : null;
	}

	async close() {
		if (this.server)
			await new Promise((resolve) => this.server.close(resolve));
		this.server = undefined;
	}
}

const open = (options = {}) => new Mailbox(options).listen();

// Starts a server that accepts connections and never replies.
async function silent() {
	const sockets = new Set();
	const server = net.createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		port: server.address().port,
		get connections() {
			return sockets.size;
		},
		close() {
			sockets.forEach((socket) => socket.destroy());
			return new Promise((resolve) => server.close(resolve));
		},
	};
}

// Reads a message by a parser that is not ours.
async function read(raw) {
	const { default: PostalMime } = await import('postal-mime');
	for (const line of raw.split('\r\n'))
		assert.ok(line.length <= 78 && /^[\t\x20-\x7e]*$/.test(line), `a line of a message: ${JSON.stringify(line)}`);
	assert.doesNotMatch(raw.replace(/\r\n/g, ''), /[\r\n]/, 'lines end in CRLF');
	const parsed = await PostalMime.parse(Buffer.from(raw, 'latin1'));
	return {
		...parsed,
		header: Object.fromEntries(parsed.headers.map((h) => [h.key, h.value])),
		count: parsed.headers.length,
		link: /\bhttps?:\/\/\S+\/verify-email\?token=([\w-]+)/.exec(parsed.text)?.[0],
		token: /\/verify-email\?token=([\w-]+)/.exec(parsed.text)?.[1],
	};
}

module.exports = { open, silent, read, Mailbox };
