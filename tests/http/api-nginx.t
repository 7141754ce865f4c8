#!/usr/bin/env -S node --test-reporter=tap
// What nginx answers to clients of the API by itself has the form of the API: too
// much data, too many requests, a service that is gone. And the headers that carry
// a token come through.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const api = require('../lib/api.js');
const h = require('../lib/http.js');
const rig = require('../lib/rig.js');

let stack;

const PROOFS = [
	['POST', '/v1/sessions'], ['POST', '/v1/sessions/current/verification'], ['POST', '/v1/sessions/current/reauthentication'],
	['POST', '/v1/me/mfa/totp/enroll'], ['POST', '/v1/me/mfa/totp/verify'], ['DELETE', '/v1/me/mfa/totp'],
	['POST', '/v1/me/mfa/recovery-codes'], ['POST', '/v1/public/accounts/mfa/enable'],
	['POST', '/v1/public/accounts/mfa/disable'], ['POST', '/v1/public/accounts/mfa/recovery-codes/regenerate'],
];

// An answer that only nginx can have given: no security policy of the service.
const byNginx = (answer) => !/script-src/.test(answer.headers['content-security-policy']);

function assertSecure(answer) {
	assert.equal(answer.headers['x-content-type-options'], 'nosniff');
	assert.match(answer.headers['content-security-policy'], /default-src 'none'/);
	const names = answer.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
	assert.deepEqual(names.filter((name, i) => names.indexOf(name) !== i), [], 'no header twice');
}

test('a stack starts', async () => {
	stack = await rig.start({ set: { workers: 2, ...h.QUICK } });
});

test('a token comes through in each of its headers', async () => {
	const who = await h.person(stack);
	for (const by of ['bearer', 'header']) {
		const client = await api.signIn(stack, who, { by });
		assert.equal((await client.get('/v1/me/mfa')).status, 200, by);
	}
});

test('a body that is a little too large is refused by the service, a much larger one by nginx', async () => {
	for (const [size, nginx] of [[16 * 1024 + 1, false], [19_000, false], [21_000, true], [200_000, true]]) {
		const answer = await api.call(stack, 'POST', '/v1/sessions', { json: { email: 'a'.repeat(size - 12) } });
		assert.equal(answer.status, 413);
		assert.equal(byNginx(answer), nginx, `${size} bytes`);
		assert.equal(answer.json().code, 'body_too_large');
		assertSecure(answer);
	}
	const under = await api.call(stack, 'POST', '/v1/sessions', { json: { email: 'a'.repeat(16 * 1024 - 12) } });
	assert.equal(under.status, 422);
});

test('a form that is too large still gets the page for people', async () => {
	const answer = await stack.post('/login', { email: 'a'.repeat(20_000) });
	assert.equal(answer.status, 413);
	assert.match(answer.headers['content-type'], /^text\/html/);
});

test('a length that is none is refused in the form of the API', async () => {
	const text = await h.raw(stack, 'POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n');
	assert.match(text, /^HTTP\/1.1 400 /);
	assert.match(text, /\r\nContent-Type: application\/problem\+json\r\n/);
	assert.match(text, /"code":"bad_request"/);
});

test('when the pool is gone the answer is 503, and nothing is claimed about what was done', async () => {
	process.kill(stack.pids.supervisor, 'SIGSTOP');
	const { workers } = stack.pids;
	workers.forEach((pid) => process.kill(pid, 'SIGSTOP'));
	const begin = Date.now();
	const answers = await Promise.all([['GET', '/v1/me/mfa'], ['POST', '/v1/sessions'], ['GET', '/v1/openapi.json']]
		.map(([method, target]) => api.call(stack, method, target, method === 'POST' ? { json: {} } : {})));
	workers.forEach((pid) => process.kill(pid, 'SIGCONT'));
	process.kill(stack.pids.supervisor, 'SIGCONT');
	for (const answer of answers) {
		assert.equal(answer.status, 503);
		assert.ok(byNginx(answer));
		assert.equal(answer.json().code, 'outcome_unknown');
		assert.equal(answer.headers['content-type'], 'application/problem+json');
		assert.ok(Number(answer.headers['retry-after']) > 0);
		assertSecure(answer);
	}
	assert.ok(Date.now() - begin < 8_000, 'within the time nginx gives');
	await h.until('the pool answers again', async () => (await stack.get('/v1/me/mfa')).status === 401);
});

test('the stack ends without a crash', () => stack.stop());

test('what tests a password or a code is limited for an address more than what does not', async () => {
	stack = await rig.start({ limits: true, set: { workers: 2, ...h.QUICK } });
	try {
		const flood = (n, method, target) => h.times(n, () => api.call(stack, method, target, { json: {} }));
		const limited = (answers) => answers.filter((answer) => answer.status === 429);
		// One zone for all of them: the first takes what there is, each of the rest is refused.
		assert.ok(limited(await flood(45, ...PROOFS[0])).length >= 5);
		for (const [method, target] of PROOFS) {
			const refused = limited(await flood(8, method, target));
			assert.ok(refused.length >= 4, `${method} ${target}: ${refused.length}`);
			for (const answer of refused) {
				assert.equal(answer.json().code, 'too_many_attempts');
				assert.equal(answer.headers['retry-after'], `${answer.json().retryAfter}`);
				assertSecure(answer);
			}
		}
		assert.deepEqual(limited(await flood(8, 'PUT', '/v1/sessions/current/organization')), [], 'another change');
		assert.deepEqual(limited(await h.times(80, () => api.call(stack, 'GET', '/v1/me/mfa'))), [], 'reading');
	} finally {
		await stack.stop();
	}
});
