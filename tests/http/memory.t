#!/usr/bin/env -S node --test-reporter=tap
// A worker stays small: below 12 MiB after ten thousand requests and some
// password hashes. Measured on the release build: sanitizers keep memory.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { test, before, after } = require('node:test');
const rig = require('../lib/rig.js');

const REQUESTS = 10_000;
const LIMIT_KIB = 12 * 1024;
let stack;

const rss = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

// `count` requests over a few kept connections to nginx.
async function load(count, target, cookie) {
	const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
	let left = count;
	const one = () => new Promise((resolve, reject) => {
		const options = { host: '127.0.0.1', port: stack.port, path: target, agent,
			headers: { Host: `localhost:${stack.port}`, Cookie: `__Host-session=${cookie}` } };
		http.get(options, (response) => {
			response.resume();
			response.on('end', () => resolve(response.statusCode));
		}).on('error', reject);
	});
	const client = async () => {
		while (left-- > 0)
			assert.strictEqual(await one(), 200);
	};
	await Promise.all(Array.from({ length: 8 }, client));
	agent.destroy();
}

before(async () => {
	stack = await rig.start({ build: path.join(rig.top, 'build/release'), set: { workers: 2 } });
});

after(() => stack?.stop());

test('a worker has less than 12 MiB after ten thousand requests', async () => {
	const { email, password } = await stack.createAccount({ email: 'a@example.org' });
	let cookie;
	for (let i = 0; i < 6; i++)
		cookie = (await stack.post('/login', { email, password })).session;
	await load(REQUESTS, '/profile', cookie);
	const sizes = stack.pids.workers.map(rss);
	assert.strictEqual(sizes.length, 2);
	for (const size of sizes)
		assert.ok(size < LIMIT_KIB, `a worker has ${size} KiB`);
});
