// Protected sites: an application that returns the request that it received, and an nginx of its own
// in front of it, with the snippets as they are installed.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { createHash } = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const path = require('node:path');

const rig = require('./rig.js');

// Returns each request as JSON, accepts uploads of any size, and echoes what comes over a WebSocket.
class Application {
	async start() {
		this.requests = [];
		this.server = http.createServer((request, response) => {
			let bytes = 0;
			request.on('data', (part) => (bytes += part.length));
			request.on('end', () => {
				const seen = { method: request.method, url: request.url, headers: request.headers, raw: request.rawHeaders, bytes };
				this.requests.push(seen);
				const status = /\/status\/(\d{3})$/.exec(request.url);
				if (status) {
					response.writeHead(Number(status[1]), { 'Content-Type': 'text/plain' });
					response.end('the application says so\n');
					return;
				}
				response.setHeader('Content-Type', 'application/json');
				response.end(JSON.stringify(seen));
			});
		});
		this.server.on('upgrade', (request, socket) => {
			this.requests.push({ method: 'UPGRADE', url: request.url, headers: request.headers });
			const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
			socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
			socket.on('data', (data) => socket.write(data));
			socket.on('error', () => {});
		});
		this.server.listen(0, '127.0.0.1');
		await once(this.server, 'listening');
		this.port = this.server.address().port;
		return this;
	}

	stop() {
		this.server.closeAllConnections();
		this.server.close();
	}
}

// An nginx with the given text inside its http block; `{socket}` stands for the socket of the service.
class Nginx {
	constructor(stack, folder) {
		this.stack = stack;
		this.folder = folder;
	}

	async start(inside, ports) {
		const snippets = path.join(this.stack.build, 'root/share/countersign/nginx');
		const user = fs.statSync(path.join(this.stack.data, 'postgres'));
		fs.mkdirSync(this.folder, { mode: 0o755 });
		for (const name of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi', 'log'])
			fs.mkdirSync(path.join(this.folder, name));
		fs.cpSync(snippets, path.join(this.folder, 'countersign'), { recursive: true, dereference: true });
		fs.writeFileSync(path.join(this.folder, 'nginx.conf'), `
worker_processes 1;
daemon off;
pid ${this.folder}/nginx.pid;
error_log ${this.folder}/log/error.log notice;
events { worker_connections 1024; }
http {
	client_body_temp_path ${this.folder}/body;
	proxy_temp_path ${this.folder}/proxy;
	fastcgi_temp_path ${this.folder}/fastcgi;
	uwsgi_temp_path ${this.folder}/uwsgi;
	scgi_temp_path ${this.folder}/scgi;
	include countersign/countersign_http.conf;
	include countersign/countersign_limits.conf;
	access_log ${this.folder}/log/access.log countersign;
	upstream countersign { server "unix:${this.stack.sockets}/countersignd.sock"; }
${inside}
}
`);
		if (process.getuid() === 0)
			await rig.run('chown', ['-R', `${user.uid}:${user.gid}`, this.folder]);
		const args = ['-e', 'stderr', '-p', this.folder, '-c', path.join(this.folder, 'nginx.conf')];
		const [file, before] = process.getuid() === 0
			? ['setpriv', [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups', '--', 'nginx']] : ['nginx', []];
		this.output = '';
		this.child = spawn(file, [...before, ...args], { env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` }, stdio: ['ignore', 'ignore', 'pipe'] });
		this.child.stderr.on('data', (data) => (this.output += data));
		for (const port of ports)
			await this.#listens(port);
		return this;
	}

	async #listens(port) {
		for (let tries = 0; tries < 100; tries++) {
			const socket = net.connect(port, '127.0.0.1');
			const came = await Promise.race([once(socket, 'connect').then(() => true, () => false)]);
			socket.destroy();
			if (came)
				return;
			if (this.child.exitCode !== null)
				break;
			await rig.sleep(50);
		}
		assert.fail(`nginx does not listen on ${port}: ${this.output}`);
	}

	log(name) {
		return fs.readFileSync(path.join(this.folder, 'log', `${name}.log`), 'utf8');
	}

	async stop() {
		if (!this.child || this.child.exitCode !== null)
			return;
		const ended = once(this.child, 'exit');
		this.child.kill('SIGTERM');
		await ended;
	}
}

// Sends one request to a site, as the rig does, but to any port and host, over `agent`, and from the address `from`.
function ask(port, target, { method = 'GET', host = `localhost:${port}`, headers = {}, cookie, body, agent = false, from, timeout = 15_000 } = {}) {
	const head = { Host: host, ...headers };
	if (cookie)
		head.Cookie = cookie.includes('=') ? cookie : `__Host-session=${cookie}`;
	if (body !== undefined)
		head['Content-Length'] ??= Buffer.byteLength(body);
	return new Promise((resolve, reject) => {
		const request = http.request({ host: '127.0.0.1', port, method, path: target, headers: head, agent, timeout, localAddress: from }, (response) => {
			const parts = [];
			response.on('data', (part) => parts.push(part));
			response.on('error', reject);
			response.on('end', () => {
				const text = Buffer.concat(parts).toString('utf8');
				resolve({
					status: response.statusCode, headers: response.headers, location: response.headers.location, text,
					setCookie: response.headers['set-cookie'] ?? [], json: () => JSON.parse(text),
				});
			});
		});
		request.on('timeout', () => request.destroy(new Error(`${method} ${target}: no answer in ${timeout} ms`)));
		request.on('error', reject);
		request.end(body);
	});
}

// Opens a WebSocket and sends a message: { status, text }, and `echo` with what came back.
function webSocket(port, target, { cookie, host = `localhost:${port}`, headers = {} } = {}) {
	return new Promise((resolve, reject) => {
		const head = {
			Host: host, Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13',
			'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-Fetch-Mode': 'websocket', Accept: '*/*', ...headers,
		};
		if (cookie)
			head.Cookie = cookie.includes('=') ? cookie : `__Host-session=${cookie}`;
		const request = http.request({ host: '127.0.0.1', port, path: target, headers: head, agent: false });
		request.on('response', (response) => {
			let text = '';
			response.on('data', (part) => (text += part));
			response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, location: response.headers.location, text, json: () => JSON.parse(text) }));
		});
		request.on('upgrade', (response, socket) => {
			socket.write('hello');
			socket.once('data', (data) => {
				socket.destroy();
				resolve({ status: response.statusCode, headers: response.headers, echo: data.toString() });
			});
		});
		request.on('error', reject);
		request.end();
	});
}

// The headers of four kinds of clients.
const HTML = { Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'Sec-Fetch-Mode': 'navigate' };
const JSON_CLIENT = { Accept: 'application/json' };
const XHR = { Accept: 'text/html, */*', 'X-Requested-With': 'XMLHttpRequest' };
const FETCH = { Accept: 'text/html', 'Sec-Fetch-Mode': 'cors' };

module.exports = { Application, Nginx, ask, webSocket, HTML, JSON_CLIENT, XHR, FETCH };
