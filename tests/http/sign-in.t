#!/usr/bin/env -S node --test-reporter=tap
// Ways in and out: password sign-in, where it leads, and how long a session lasts.
'use strict';

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');

let stack;
let anna;

// What differs between two answers to the same question.
const bare = (answer, email) => answer.text
	.replaceAll(answer.headers['x-request-id'], 'ID').replaceAll(email, 'EMAIL');

function headersOf(answer) {
	const lines = [];
	for (let i = 0; i < answer.rawHeaders.length; i += 2)
		if (!/^(date|x-request-id)$/i.test(answer.rawHeaders[i]))
			lines.push(`${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`);
	return lines.sort();
}

// Where a cookie leads that is worth nothing.
async function assertDead(token, what) {
	const answer = await stack.get('/profile', { cookie: token });
	assert.equal(answer.status, 303, what);
	assert.equal(answer.location, '/login?next=/profile', what);
}

// Waits until the last activity of the session is recorded, which happens after the response.
function activityRecorded(browser) {
	return h.until('the last activity of the session is recorded', async () =>
		stack.clock.now() - Date.parse((await browser.row()).last_seen_at) / 1000 < 5);
}

test('a stack starts', async () => {
	stack = await rig.start({ set: { workers: 3 } });
	anna = await h.person(stack);
});

test('signing in leads to the dashboard with one cookie of exactly the attributes it needs', async () => {
	const answer = await stack.post('/login', { email: anna.email.toUpperCase(), password: anna.password });
	assert.equal(answer.status, 303);
	assert.equal(answer.location, '/dashboard');
	assert.equal(answer.setCookie.length, 1);
	assert.match(answer.setCookie[0], /^__Host-session=[A-Za-z0-9_-]{86}; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
	const page = await stack.get('/dashboard', { cookie: answer.session });
	assert.equal(page.status, 200);
	assert.match(h.plain(page.text), /You are signed in as Test Person\./);
});

test('unknown, wrong and disabled look the same: status, body, headers', async () => {
	// Addresses of one length: the body shows the address that was typed.
	const known = await h.person(stack, { email: 'known@example.org' });
	const gone = await h.person(stack, { email: 'other@example.org' });
	await stack.ctl(['account', 'disable', gone.email]);
	const tries = [
		[known.email, 'not the password'],
		['nobod@example.org', 'not the password'],
		[gone.email, 'not the password'],
		[gone.email, gone.password],
	];
	const answers = [];
	for (const [email, password] of tries) {
		const answer = await stack.post('/login', { email, password });
		assert.equal(answer.status, 422, email);
		assert.deepEqual(answer.setCookie, []);
		assert.equal(h.errorOf(answer), 'The email address or the password is incorrect.');
		answers.push([bare(answer, email), headersOf(answer)]);
	}
	for (const answer of answers)
		assert.deepEqual(answer, answers[0]);
});

test('unknown, wrong and disabled take the same time', async () => {
	const tries = {
		wrong: ['known@example.org', 'not the password'],
		unknown: ['nobod@example.org', 'not the password'],
		disabled: ['other@example.org', 'correct horse battery'],
	};
	const taken = { wrong: [], unknown: [], disabled: [] };
	for (let i = 0; i < 12; i++)
		for (const [kind, [email, password]] of Object.entries(tries)) {
			const begin = process.hrtime.bigint();
			assert.equal((await stack.post('/login', { email, password })).status, 422);
			taken[kind].push(Number(process.hrtime.bigint() - begin) / 1e6);
		}
	const medians = Object.values(taken).map((list) => list.sort((a, b) => a - b)[6]);
	const ratio = Math.max(...medians) / Math.min(...medians);
	assert.ok(ratio < 1.5, `medians ${medians.map(Math.round)} ms, ratio ${ratio.toFixed(2)}`);
	assert.ok(Math.min(...medians) > 8, `a password was hashed each time: ${medians.map(Math.round)} ms`);
});

test('a refused sign-in of a known account is in its audit log, with request and address', async () => {
	const before = await h.eventCount(stack, anna);
	const answer = await stack.post('/login', { email: anna.email, password: 'not the password' });
	const [event] = await h.until('the event', async () => {
		const found = await h.events(stack, anna, before);
		return found.length > 0 && found;
	});
	assert.equal(event.kind, 'sign_in');
	assert.equal(event.result, 'refused');
	assert.equal(event.request_id, answer.headers['x-request-id']);
	assert.equal(event.address, '127.0.0.1');
	assert.equal(event.session_id, null);
});

test('fields that do not fit are refused by the form, without a session', async () => {
	for (const form of [{}, { email: anna.email }, { password: 'x' }, { email: '', password: '' },
		{ email: 'no address', password: 'x' }, { email: anna.email, password: 'p'.repeat(1025) }]) {
		const answer = await stack.post('/login', form);
		assert.equal(answer.status, 422, JSON.stringify(form).slice(0, 60));
		assert.deepEqual(answer.setCookie, []);
		assert.ok(h.hasField(answer.text, 'password'));
		assert.equal(h.valueOf(answer.text, 'password'), '', 'a password is never shown again');
	}
});

const nexts = [
	['/profile?x=1', '/profile?x=1'],
	['/mfa/setup?step=scan', '/mfa/setup?step=scan'],
	['/a path/with%20escapes', '/a path/with%20escapes'],
	['', '/dashboard'],
	['//evil.example', '/dashboard'],
	['///evil.example', '/dashboard'],
	['/\\evil.example', '/dashboard'],
	['\\\\evil.example', '/dashboard'],
	['/%2f/evil.example', '/dashboard'],
	['/%2F/evil.example', '/dashboard'],
	['/%5cevil.example', '/dashboard'],
	['/%5Cevil.example', '/dashboard'],
	['https://evil.example/', '/dashboard'],
	['javascript:alert(1)', '/dashboard'],
	['evil.example', '/dashboard'],
	[' /profile', '/dashboard'],
	['/\t/evil.example', '/dashboard'],
	['/profile\r\nSet-Cookie: a=b', '/dashboard'],
	['/\x7f', '/dashboard'],
	['@evil.example', '/dashboard'],
];

test('after signing in only paths of this site are gone to', async () => {
	for (const [next, expected] of nexts) {
		const browser = await h.signIn(stack, anna, { next });
		assert.equal(browser.went, expected, JSON.stringify(next));
	}
	for (const [next, status] of [['/\x00', 400], [`/${'a'.repeat(2048)}`, 422]]) {
		const answer = await stack.post('/login', { email: anna.email, password: anna.password, next });
		assert.equal(answer.status, status, JSON.stringify(next).slice(0, 20));
		assert.equal(answer.location, undefined);
	}
});

test('who is signed in is sent on by the sign-in page, to paths of this site only', async () => {
	const browser = await h.signIn(stack, anna);
	for (const [next, expected] of nexts) {
		const answer = await browser.get(`/login?next=${encodeURIComponent(next)}`);
		assert.equal(answer.status, 303);
		assert.equal(answer.location, expected, JSON.stringify(next));
	}
});

test('the sign-in page hands on only paths of this site', async () => {
	for (const [next, expected] of nexts) {
		const answer = await stack.get(`/login?next=${encodeURIComponent(next)}`);
		assert.equal(answer.status, 200);
		assert.equal(h.valueOf(answer.text, 'next'), expected === '/dashboard' ? undefined : next, JSON.stringify(next));
	}
});

test('whoever comes without a session comes back to the page asked for, query included', async () => {
	const sent = await stack.get('/profile?done=renamed');
	assert.equal(sent.status, 303);
	assert.equal(sent.location, '/login?next=/profile%3Fdone%3Drenamed');
	const page = await stack.get(sent.location);
	const browser = await h.signIn(stack, anna, { next: h.valueOf(page.text, 'next') });
	assert.equal(browser.went, '/profile?done=renamed');
	assert.equal((await browser.get(browser.went)).status, 200);
});

test('a cookie that was planted is not what the session gets', async () => {
	const planted = Buffer.alloc(64, 7).toString('base64url');
	const browser = new h.Browser(stack, planted);
	const answer = await browser.post('/login', { email: anna.email, password: anna.password });
	assert.equal(answer.status, 303);
	assert.notEqual(answer.session, planted);
	assert.notEqual(h.sessionOf(answer.session), h.sessionOf(planted));
	await assertDead(planted, 'the planted cookie');
});

test('cookies that are no token of ours are nobody', async () => {
	const { token } = await h.signIn(stack, anna);
	const secret = h.bytesOf(token);
	secret[63] ^= 1;
	for (const cookie of [secret.toString('base64url'), `${token}A`, token.slice(0, -1), 'x', token.toLowerCase(),
		`__Host-session=${token}; __Host-session=${token}`, `__host-session=${token}`, `session=${token}`])
		await assertDead(cookie, cookie.slice(0, 30));
	assert.equal((await stack.get('/profile', { cookie: token })).status, 200, 'the whole one is somebody');
});

test('whenever a session is elevated it gets a new token, and the old one is refused', async () => {
	const who = await h.person(stack);
	const browser = await h.signIn(stack, who);
	const tokens = [browser.token];
	await h.enrol(browser, who);
	tokens.push(browser.token);
	stack.clock.advance(700);
	await browser.post('/mfa/setup/start', { password: who.password });
	tokens.push(browser.token);
	const verified = await browser.post('/mfa/setup/start', { code: await h.nextCode(stack, who.factors[0]) });
	assert.equal(verified.status, 303, h.errorOf(verified));
	tokens.push(browser.token);
	assert.equal(new Set(tokens).size, 4, 'set-up, password and code each gave a new token');
	for (const old of tokens.slice(0, -1)) {
		assert.equal(h.sessionOf(old), h.sessionOf(browser.token), 'the session is still the same');
		await assertDead(old, 'an old token');
	}
	const challenged = await h.signIn(stack, who);
	const half = challenged.token;
	await challenged.post('/mfa/challenge', { code: await h.nextCode(stack, who.factors[0]) });
	assert.notEqual(challenged.token, half);
	await assertDead(half, 'the token of before the challenge');
	assert.equal((await challenged.get('/profile')).status, 200);
});

test('signing in while signed in ends the session before', async () => {
	const browser = await h.signIn(stack, anna);
	const before = browser.token;
	assert.equal((await browser.get('/login')).location, '/dashboard');
	const answer = await browser.post('/login', { email: anna.email, password: anna.password });
	assert.equal(answer.status, 303);
	assert.notEqual(h.sessionOf(browser.token), h.sessionOf(before));
	await assertDead(before, 'the session before');
	assert.equal(await new h.Browser(stack, before).row(), undefined);
	const failed = await browser.post('/login', { email: anna.email, password: 'not the password' });
	assert.equal(failed.status, 422);
	assert.equal((await browser.get('/profile')).status, 200, 'a failed sign-in leaves the session alone');
});

test('signing out deletes the session and takes the cookie away', async () => {
	const browser = await h.signIn(stack, anna);
	const { token } = browser;
	assert.equal((await browser.get('/logout')).status, 200, 'asking does not sign out');
	assert.ok(await browser.row());
	const answer = await browser.post('/logout');
	assert.equal(answer.status, 303);
	assert.equal(answer.location, '/login');
	assert.deepEqual(answer.setCookie, ['__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0']);
	assert.equal(await new h.Browser(stack, token).row(), undefined);
	await assertDead(token, 'the session that was signed out');
	assert.equal((await stack.post('/logout', {}, { cookie: token })).location, '/login', 'once more is as good');
});

test('no form is taken from another site', async () => {
	const { who, browser } = await h.enrolled(stack);
	const before = await h.state(stack, who);
	const foreign = [
		{ origin: false, headers: { 'Sec-Fetch-Site': 'cross-site' } },
		{ origin: true, headers: { 'Sec-Fetch-Site': 'cross-site' } },
		{ origin: false, headers: { 'Sec-Fetch-Site': 'same-site' } },
		{ origin: false, headers: { 'Sec-Fetch-Site': 'none' } },
		{ origin: 'http://evil.example' },
		{ origin: `${stack.base}.evil.example` },
		{ origin: `https://localhost:${stack.port}` },
		{ origin: 'null' },
		{ origin: false, headers: { Referer: 'http://evil.example/login' } },
		{ origin: false, headers: { Referer: `${stack.base}.evil.example/` } },
		{ origin: false },
	];
	const posts = h.routes().filter((route) => route.method === 'POST');
	assert.ok(posts.length >= 13);
	for (const { path } of posts)
		for (const options of foreign) {
			const form = { email: anna.email, password: anna.password };
			const answer = await stack.post(path, path === '/login' ? form : {}, { cookie: browser.token, ...options });
			assert.equal(answer.status, 403, `${path} ${JSON.stringify(options)}`);
			assert.equal(h.titleOf(answer), 'Not from this site');
			assert.deepEqual(answer.setCookie, []);
		}
	assert.equal(await h.state(stack, who), before, 'and nothing has changed');
	const ours = await stack.post('/login', { email: anna.email, password: anna.password },
		{ origin: false, headers: { Referer: `${stack.base}/login` } });
	assert.equal(ours.status, 303, 'a Referer of ours is enough');
});

test('a session ends after an hour without a request, and not before', async () => {
	const browser = await h.signIn(stack, anna);
	stack.clock.advance(3595);
	assert.equal((await browser.get('/profile')).status, 200);
	await activityRecorded(browser);
	stack.clock.advance(3595);
	assert.equal((await browser.get('/profile')).status, 200, 'a request has started the hour anew');
	stack.clock.advance(3605);
	await assertDead(browser.token, 'an idle session');
});

test('a session ends after a day, however busy', async () => {
	const browser = await h.signIn(stack, anna);
	const begin = stack.clock.now();
	while (stack.clock.now() + 3000 < begin + 86_390) {
		stack.clock.advance(3000);
		assert.equal((await browser.get('/profile')).status, 200, `after ${stack.clock.now() - begin} s`);
		await activityRecorded(browser);
	}
	stack.clock.advance(begin + 86_390 - stack.clock.now());
	assert.equal((await browser.get('/profile')).status, 200, 'ten seconds before its end');
	stack.clock.advance(15);
	await assertDead(browser.token, 'a session past its end');
});

test('the session of a disabled account is dead with its next request', async () => {
	const who = await h.person(stack);
	const browser = await h.signIn(stack, who);
	await stack.psql(`UPDATE countersign.accounts SET disabled_at = now() WHERE account_id = '${who.id}'`);
	assert.ok(await browser.row(), 'the row is still there');
	await assertDead(browser.token, 'a disabled account');
	await stack.psql(`UPDATE countersign.accounts SET disabled_at = NULL WHERE account_id = '${who.id}'`);
	assert.equal((await browser.get('/profile')).status, 200);
	await stack.ctl(['account', 'disable', who.email]);
	await assertDead(browser.token, 'an account that was disabled');
	assert.equal(await browser.row(), undefined, 'its sessions are gone');
});

test('the database has the hash of a token and never the token', async () => {
	const browser = await h.signIn(stack, anna);
	const secret = h.bytesOf(browser.token).subarray(32);
	const row = await browser.row();
	assert.equal(row.token_hash, `\\x${createHash('sha256').update(secret).digest('hex')}`);
	for (const text of [browser.token, secret.toString('hex'), secret.toString('base64')]) {
		const tables = (await stack.psql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'countersign'"))
			.split('\n');
		for (const table of tables)
			assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.${table} t
				WHERE position('${text}' IN t::text) > 0`), 0, table);
	}
});

test('a password is hashed anew at sign-in when the parameters have changed', async () => {
	const hash = () => stack.psql(`SELECT password_hash FROM countersign.accounts WHERE account_id = '${anna.id}'`);
	const before = await hash();
	assert.match(before, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
	await h.signIn(stack, anna);
	assert.equal(await hash(), before, 'the same parameters: the same hash');
	await h.reconfigure(stack, { argon2_passes: 3 });
	assert.equal((await stack.post('/login', { email: anna.email, password: 'not the password' })).status, 422);
	assert.equal(await hash(), before, 'a wrong password changes nothing');
	await h.signIn(stack, anna);
	const after = await hash();
	assert.match(after, /^\$argon2id\$v=19\$m=19456,t=3,p=1\$/);
	await h.signIn(stack, anna);
	assert.equal(await hash(), after, 'and the password is still right');
});

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', () => stack.stop());
