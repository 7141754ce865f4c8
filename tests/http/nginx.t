#!/usr/bin/env -S node --test-reporter=tap
// What nginx does by itself: limits by address, refusals, error pages, static files.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');

const SNIPPETS = path.join(rig.top, 'nginx');
const LOCATIONS = fs.readFileSync(path.join(SNIPPETS, 'countersign_locations.conf'), 'utf8');
const ERROR_PAGES = path.join(rig.top, 'static/error');
// Where nginx lets 30 at once and two a second through.
const PROOF = new RegExp(/^location ~ (\S+) \{\n\tlimit_req zone=countersign_proof /m.exec(LOCATIONS)[1]);

let stack;
let who;
let share;

// The installed files in a copy, so that a test may put something beside them.
before(async () => {
	const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'countersign-limits-'));
	fs.chmodSync(copy, 0o755);
	fs.cpSync(path.join(rig.build, 'root'), path.join(copy, 'root'), { recursive: true });
	share = path.join(copy, 'root/share/countersign');
	stack = await rig.start({ limits: true, build: copy, set: { workers: 4, ...h.QUICK } });
	who = await h.person(stack);
});

after(async () => {
	await stack?.stop();
	fs.rmSync(path.resolve(share, '../../..'), { recursive: true, force: true });
});

const wrong = (target = '/login', options = {}) =>
	stack.post(target, { email: who.email, password: 'not the password' }, options);

const countOf = (answer, name) =>
	answer.rawHeaders.filter((text, i) => i % 2 === 0 && text.toLowerCase() === name).length;

// Every security header once, as the snippet names them, and none of TLS without TLS.
function assertHeaders(answer, what) {
	const names = [...fs.readFileSync(path.join(SNIPPETS, 'countersign_headers.conf'), 'utf8').matchAll(/^add_header (\S+)/gm)]
		.map((found) => found[1].toLowerCase());
	assert.ok(names.length >= 8);
	for (const name of names)
		assert.equal(countOf(answer, name), name === 'strict-transport-security' ? 0 : 1, `${what}: ${name}`);
	for (const name of ['content-type', 'cache-control', 'retry-after', 'server', 'date'])
		assert.ok(countOf(answer, name) <= 1, `${what}: ${name}`);
	assert.equal(answer.headers['x-content-type-options'], 'nosniff');
	assert.match(answer.headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/);
	assert.equal(answer.headers.server, 'nginx', `${what}: no version`);
}

// The answer is nginx's own page for that error.
function assertErrorPage(answer, status, what) {
	assert.equal(answer.status, status, `${what}: ${answer.status}`);
	assert.equal(answer.text, fs.readFileSync(path.join(ERROR_PAGES, `${status}.html`), 'utf8'), what);
	assert.match(answer.headers['content-type'], /^text\/html; charset=utf-8$/);
	assert.equal(answer.headers['cache-control'], 'no-store');
	assert.equal(answer.headers['retry-after'], { 429: '10', 503: '5' }[status]);
	assertHeaders(answer, what);
}

// Sends wrong passwords until nginx has had enough.
async function exhaust() {
	const answers = await h.times(50, () => wrong());
	assert.ok(answers.some((answer) => answer.status === 429));
	return answers;
}

// What a request gets while nginx has had enough. Every half second one gets
// through: such a one is sent again, with others before it.
async function meanwhile(send, isCut = (answer) => answer.status === 429) {
	for (let tries = 1; ; tries++) {
		await h.times(4, () => wrong());
		const answer = await send();
		if (isCut(answer) || tries === 5)
			return answer;
	}
}

// Until all that was let through at once would be let through again.
async function rested() {
	await rig.sleep(16_500);
}

// --- limits -----------------------------------------------------------------

// The routes that change something, and the paths of those that take a password or a code.
function proofRoutes() {
	const posts = h.routes().filter((route) => route.method !== 'GET');
	const proofs = posts.filter((route) => route.fields.some((field) => ['password', 'code'].includes(field.type)));
	return { posts, proofs: proofs.map((route) => route.path).sort() };
}

test('every route that tests a password or a code is limited as such, and no other', () => {
	const { posts, proofs } = proofRoutes();
	assert.ok(proofs.includes('/login') && proofs.includes('/mfa/challenge') && proofs.length >= 8, `${proofs}`);
	assert.deepEqual(posts.map((route) => route.path).filter((target) => PROOF.test(target)).sort(), proofs);
});

test('reading pages is not limited', async () => {
	for (let i = 0; i < 5; i++) {
		const answers = await h.times(30, () => stack.get('/login'));
		assert.deepEqual(h.tally(answers.map((answer) => answer.status)), { 200: 30 });
	}
});

test('a burst of wrong passwords from one address is cut off by nginx', async () => {
	const answers = await exhaust();
	const counts = h.tally(answers.map((answer) => answer.status));
	// What nginx lets through at once is more than may be hashed at once: the service sends some away itself.
	const passed = counts[422] + (counts[503] ?? 0);
	assert.deepEqual(Object.keys(counts).filter((status) => status !== '503'), ['422', '429']);
	assert.ok(passed >= 31 && passed <= 45, JSON.stringify(counts));
	for (const answer of answers.filter((one) => one.status === 429))
		assertErrorPage(answer, 429, 'too many');
	for (const answer of answers.filter((one) => one.status === 422))
		assertHeaders(answer, 'wrong');
});

test('meanwhile the right password is cut off too, but pages, files and signing out are not', async () => {
	await exhaust();
	const right = await meanwhile(() => stack.post('/login', { email: who.email, password: who.password }));
	assert.equal(right.status, 429);
	for (const target of ['/login', '/static/app.css', '/static/app.js', '/healthz']) {
		const answer = await stack.get(target);
		assert.equal(answer.status, 200, target);
		assertHeaders(answer, target);
	}
	assert.equal((await stack.request('HEAD', '/login')).status, 200);
	const out = await stack.post('/logout');
	assert.ok(out.status < 429, `signing out: ${out.status}`);
});

test('meanwhile no other route and no other spelling tests one', async () => {
	await exhaust();
	for (const target of proofRoutes().proofs)
		assertErrorPage(await meanwhile(() => stack.post(target, { code: '123456' })), 429, target);
	const isRefused = (answer) => [400, 404, 429].includes(answer.status);
	for (const target of ['/login?next=/profile', '//login', '/./login', '/x/../login', '/%6cogin', '/%2flogin', '/login/', '/login;a',
		'/login%00', '/Login', '/login.', '/login%20', '/mfa//challenge', `${stack.base}/login`, '/mfa/setup/../challenge']) {
		const answer = await meanwhile(() => wrong(target), isRefused);
		assert.ok(isRefused(answer), `${target}: ${answer.status}`);
	}
	for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
		const answer = await stack.request(method, '/login', { form: { email: who.email, password: who.password } });
		assert.ok([405, 429].includes(answer.status), `${method}: ${answer.status}`);
		assert.equal(answer.session, undefined);
	}
});

test('what a client says of its address does not get around it', async () => {
	await exhaust();
	for (const name of ['X-Forwarded-For', 'X-Real-IP', 'Forwarded', 'Client-IP', 'Remote-Addr'])
		assert.equal((await meanwhile(() => wrong('/login', { headers: { [name]: '192.0.2.77' } }))).status, 429, name);
});

test('the limit lifts after a while', async () => {
	await exhaust();
	const begin = Date.now();
	await h.until('the right password is taken again', async () => {
		await rig.sleep(500);
		return (await stack.post('/login', { email: who.email, password: who.password })).status === 303;
	}, 20_000);
	assert.ok(Date.now() - begin < 10_000, 'within the time that Retry-After names');
	await rested();
	const again = await h.times(25, () => wrong());
	assert.ok(again.every((answer) => answer.status !== 429), 'nginx lets all of them through again');
});

test('every other change is limited too, more generously', async () => {
	const answers = await h.times(150, () => stack.post('/logout'));
	const cut = answers.filter((answer) => answer.status === 429);
	assert.ok(cut.length > 0 && cut.length < 90, `${cut.length} of 150`);
	assertErrorPage(cut[0], 429, 'too many changes');
	assert.equal((await stack.get('/login')).status, 200);
});

// --- refusals of nginx ------------------------------------------------------

test('what nginx refuses itself is a page in the design, with the security headers', async () => {
	assertErrorPage(await stack.request('POST', '/login', { body: 'a'.repeat(17_000),
		headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }), 413, 'a large body');
	assertErrorPage(await stack.get(`/${'a'.repeat(40_000)}`), 414, 'a long address');
	assertErrorPage(await stack.get('/login', { headers: { 'Content-Length': 'x' } }), 400, 'a wrong length');
	assertErrorPage(await stack.get('/static/missing.css'), 404, 'a missing file');
	assertErrorPage(await stack.post('/static/app.css'), 403, 'a POST to a file');
});

// --- static files -----------------------------------------------------------

test('files have a tag, may be kept for a while, and are not sent twice', async () => {
	for (const [name, type] of [['app.css', /^text\/css/], ['app.js', /^(application|text)\/javascript; charset=utf-8$/],
		['favicon.svg', /^image\/svg\+xml/]]) {
		const target = `/static/${name}`;
		const answer = await stack.get(target);
		assert.equal(answer.status, 200, target);
		assert.deepEqual(answer.body, fs.readFileSync(path.join(rig.top, 'static', name)));
		assert.match(answer.headers['content-type'], type);
		assert.equal(answer.headers['cache-control'], 'public, max-age=3600');
		assert.match(answer.headers.etag, /^"[^"]+"$/);
		assert.deepEqual(answer.setCookie, []);
		assertHeaders(answer, target);
		const again = await stack.get(target, { headers: { 'If-None-Match': answer.headers.etag } });
		assert.equal(again.status, 304);
		assert.equal(again.body.length, 0);
		assert.equal(again.headers.etag, answer.headers.etag);
		assertHeaders(again, `${target} again`);
		assert.equal((await stack.get(target, { headers: { 'If-None-Match': '"another"' } })).status, 200);
	}
});

test('no folder is listed, and error pages are no pages of their own', async () => {
	for (const target of ['/static/', '/static/error/'])
		assert.ok([403, 404].includes((await stack.get(target)).status), target);
	assertErrorPage(await stack.get('/static/'), 403, 'the folder');
	for (const file of fs.readdirSync(ERROR_PAGES))
		assertErrorPage(await stack.get(`/static/error/${file}`), 404, file);
});

test('nothing beside static/ can be had', async () => {
	for (const file of ['nginx/countersign_locations.conf', 'sql/roles.sql', 'templates/sign_in.html'])
		assert.ok(fs.existsSync(path.join(share, file)), `${file} is beside it`);
	for (const file of ['nginx/countersign_locations.conf', 'sql/roles.sql', 'templates/sign_in.html', '../../../../../../../../etc/passwd'])
		for (const way of ['/', '/static/../', '/static/%2e%2e/', '/static/..%2f', '/static/%2e%2e%2f', '/static/..%5c', '/static/..//',
			'/static/.%2e/', '/static../', '/static%2f../', '/static/error/../../', '/static/x/../../', '/static/%252e%252e/', '//static/..//']) {
			const bytes = await h.raw(stack, `GET ${way}${file} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
			assert.match(bytes, /^HTTP\/1\.1 (400|403|404) /, way + file);
			assert.doesNotMatch(bytes, /limit_req|CREATE ROLE|\{\{|root:x:/, way + file);
		}
});

test('files whose names begin with a dot are not there, at any depth', async () => {
	const folder = path.join(share, 'static');
	fs.mkdirSync(path.join(folder, '.git'));
	fs.mkdirSync(path.join(folder, 'sub'));
	for (const name of ['.hidden', '.git/config', 'sub/.env', 'sub/open.txt'])
		fs.writeFileSync(path.join(folder, name), 'what is in it', { mode: 0o644 });
	for (const name of ['.hidden', '.git/config', '.git/', 'sub/.env', '%2ehidden', 'sub/%2eenv'])
		assertErrorPage(await stack.get(`/static/${name}`), 404, name);
	const open = await stack.get('/static/sub/open.txt');
	assert.equal(open.text, 'what is in it');
	assert.equal(open.headers['cache-control'], 'public, max-age=3600');
	assertHeaders(open, 'sub/open.txt');
	for (const target of ['/.env', '/.git/config', '/.well-known/x'])
		assert.equal((await stack.get(target)).status, 404, target);
});

test('files need neither the workers nor the database; pages say that the service is out of reach', async () => {
	const { supervisor, workers, postgres } = stack.pids;
	const held = [supervisor, ...workers, postgres];
	held.forEach((pid) => process.kill(pid, 'SIGSTOP'));
	try {
		const begin = Date.now();
		for (const name of ['app.css', 'app.js', 'favicon.svg'])
			assert.equal((await stack.get(`/static/${name}`)).status, 200, name);
		assertErrorPage(await stack.get('/static/missing.css'), 404, 'a missing file');
		assert.ok(Date.now() - begin < 1_000, `${Date.now() - begin} ms`);
		assertErrorPage(await stack.get('/login'), 503, 'a page');
		assert.ok(Date.now() - begin < 6_000, `${Date.now() - begin} ms`);
	} finally {
		held.reverse().forEach((pid) => process.kill(pid, 'SIGCONT'));
	}
	await h.until('the pages are back', async () => (await stack.get('/login')).status === 200);
});
