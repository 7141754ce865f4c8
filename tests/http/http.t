#!/usr/bin/env -S node --test-reporter=tap
// What the outside sees of HTTP: refusals, headers, and that no input brings a worker down or a secret out.
'use strict';

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');

let stack;
let who;
let browser;

// All that must never be found again in a log or an event.
const secrets = new Set();
const password = 'A password, "quoted" & found-nowhere 7b1e';

const security = {
	'content-security-policy': /^default-src 'none'; .*frame-ancestors 'none'/,
	'x-content-type-options': /^nosniff$/,
	'referrer-policy': /^same-origin$/,
	'cross-origin-opener-policy': /^same-origin$/,
	'cross-origin-resource-policy': /^same-origin$/,
	'permissions-policy': /^camera=\(\), geolocation=\(\)/,
};

// Each security header exactly once, no version of the server, and no storing unless said otherwise.
function assertHeaders(answer, what, { cached = false } = {}) {
	const names = answer.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
	for (const [name, value] of Object.entries(security)) {
		assert.equal(names.filter((n) => n === name).length, 1, `${what}: ${name} once`);
		assert.match(answer.headers[name], value, `${what}: ${name}`);
	}
	assert.doesNotMatch(answer.headers['content-security-policy'], /unsafe|\*/, what);
	assert.ok(!/\d/.test(answer.headers.server ?? ''), `${what}: Server ${answer.headers.server}`);
	assert.equal(answer.headers['x-powered-by'], undefined, what);
	assert.equal(names.filter((n) => n === 'cache-control').length, 1, `${what}: Cache-Control once`);
	assert.match(answer.headers['cache-control'], cached ? /^public, max-age=\d+$/ : /^no-store$/, what);
}

test('a stack starts', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 3 } });
	secrets.add(password);
	({ who, browser } = await h.enrolled(stack, { password }));
	secrets.add(who.factors[0].key);
	for (const code of who.codes)
		secrets.add(code).add(code.replace('-', ''));
	secrets.add(browser.token);
});

test('an unknown path is 404, an unknown method of a known one 405 with Allow', async () => {
	for (const target of ['/nothing', '/mfa', '/mfa/setup/nothing', '/login.php', '/.git/config', '/static/nothing.css', '/metrics']) {
		const answer = await browser.get(target);
		assert.equal(answer.status, 404, target);
		assertHeaders(answer, target, { cached: false });
	}
	const wrong = [];
	const methods = new Map();
	for (const { method, path: target } of h.routes())
		methods.set(target, [...methods.get(target) ?? [], ...(method === 'GET' ? ['GET', 'HEAD'] : [method])]);
	methods.delete('/'); // nginx answers it
	for (const [target, allowed] of methods)
		for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])
			if (!allowed.includes(method))
				wrong.push([method, target, allowed]);
	assert.ok(wrong.length > 100);
	for (const [method, target, allowed] of wrong) {
		const answer = await browser.request(method, target);
		assert.equal(answer.status, method === 'OPTIONS' ? 204 : 405, `${method} ${target}`);
		assert.deepEqual(answer.headers.allow?.split(', '), allowed, `${method} ${target}`);
		assertHeaders(answer, `${method} ${target}`);
	}
	assert.ok([400, 405, 501].includes((await browser.request('TRACE', '/login')).status));
});

test('HEAD is GET without the body', async () => {
	for (const target of ['/login', '/profile', '/dashboard', '/mfa/setup', '/nothing', '/healthz']) {
		const get = await browser.get(target), head = await browser.request('HEAD', target);
		assert.equal(head.status, get.status, target);
		assert.equal(head.body.length, 0, target);
		assert.equal(head.headers['content-length'], get.headers['content-length'], target);
		assert.equal(head.headers['content-type'], get.headers['content-type'], target);
		assertHeaders(head, `HEAD ${target}`);
	}
});

test('a body that is too large, of another kind or broken is refused as such', async () => {
	const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
	const cases = [
		['over 16 KiB', 413, { body: `email=${'a'.repeat(16 << 10)}`, headers: form }],
		['exactly 16 KiB', 422, { body: `email=a%40b&password=${'a'.repeat((16 << 10) - 21)}`, headers: form }],
		['JSON', 415, { json: { email: who.email, password } }],
		['text', 415, { body: 'email=a', headers: { 'Content-Type': 'text/plain' } }],
		['multipart', 415, { body: 'x', headers: { 'Content-Type': 'multipart/form-data; boundary=x' } }],
		['no kind', 415, { body: 'email=a' }],
		['a charset', 422, { body: 'email=a', headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=UTF-8' } }],
		['a field twice', 400, { body: 'email=a%40b&password=x&email=a%40b', headers: form }],
		['an unknown field', 400, { body: 'email=a%40b&password=x&role=owner', headers: form }],
		['a malformed escape', 400, { body: 'email=%zz', headers: form }],
		['half an escape', 400, { body: 'email=a&password=%4', headers: form }],
		['a NUL', 400, { body: 'email=a%40b&password=x%00y', headers: form }],
		['a raw NUL', 400, { body: 'email=a\0b', headers: form }],
		['bytes that are not UTF-8', 400, { body: 'email=a%40b&password=%ff%fe', headers: form }],
		['an overlong UTF-8', 400, { body: 'email=a%40b&password=%c0%af', headers: form }],
		['a surrogate', 400, { body: 'email=a%40b&password=%ed%a0%80', headers: form }],
		['a thousand fields', 400, { body: Array.from({ length: 1000 }, (_, i) => `f${i}=`).join('&'), headers: form }],
		['a query on a POST', 400, { form: { email: who.email, password }, target: '/login?next=/profile' }],
		['another encoding', 415, { body: 'x', headers: { 'Content-Type': '', 'Content-Encoding': 'gzip' } }],
	];
	for (const [what, status, { target = '/login', ...options }] of cases) {
		const answer = await stack.request('POST', target, options);
		assert.equal(answer.status, status, what);
		assert.deepEqual(answer.setCookie, [], what);
		assertHeaders(answer, what);
	}
	const query = [['?a=1', 400], ['?next=/a&next=/b', 400], ['?next=%zz', 400], ['?next=%00', 400], ['?next=%ff', 400], ['?', 200],
		['?&&', 200], ['?next', 200]];
	for (const [text, status] of query)
		assert.equal((await stack.get(`/login${text}`)).status, status, text);
	assert.equal((await stack.request('GET', '/login', { body: 'next=/', headers: form })).status, 400, 'a body on a GET');
});

test('what is no HTTP is refused by nginx, with our headers', async () => {
	const line = (text) => `${text}\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
	for (const [what, bytes, statuses] of [
		['a URL of 40 kB', line(`GET /${'a'.repeat(40_000)} HTTP/1.1`), [414]],
		['a header of 40 kB', `GET /login HTTP/1.1\r\nHost: localhost\r\nX-Long: ${'a'.repeat(40_000)}\r\n\r\n`, [400]],
		['no version', line('GET /login HTTP/9.9'), [400, 505]],
		['nonsense', 'nonsense\r\n\r\n', [400]],
		['no Host', 'GET /login HTTP/1.1\r\n\r\n', [400]],
		['two lengths', 'POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', [400]],
		['length and chunks', 'POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', [400, 411]],
		['a negative length', 'POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n', [400]],
		['a NUL in the URL', line('GET /login\0 HTTP/1.1'), [400]],
	]) {
		const text = await h.raw(stack, bytes);
		const status = Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]);
		assert.ok(statuses.includes(status), `${what}: ${text.slice(0, 60)}`);
		assert.doesNotMatch(text, /^Server: nginx\/\d/mi, what);
		const head = text.slice(0, text.indexOf('\r\n\r\n'));
		for (const [name, value] of Object.entries(security)) {
			const lines = [...head.matchAll(new RegExp(`^${name}: (.*?)\\r?$`, 'gmi'))].map((m) => m[1]);
			assert.equal(lines.length, 1, `${what}: ${name}`);
			assert.match(lines[0], value, `${what}: ${name}`);
		}
		assert.match(text, /<h1>/, `${what}: a page of ours`);
	}
	const parameters = await stack.get('/login', { headers: { 'X-Long': 'a'.repeat(8000) } });
	assert.ok([200, 400].includes(parameters.status));
});

test('a body may come in chunks; one that does not come is not waited for long', async () => {
	const form = `email=${encodeURIComponent(who.email)}&password=${encodeURIComponent(password)}`;
	const head = `POST /login HTTP/1.1\r\nHost: localhost:${stack.port}\r\nOrigin: ${stack.base}\r\nConnection: close\r\n` +
		'Content-Type: application/x-www-form-urlencoded\r\n';
	const chunked = await h.raw(stack, `${head}Transfer-Encoding: chunked\r\n\r\n${form.length.toString(16)}\r\n${form}\r\n0\r\n\r\n`);
	assert.match(chunked, /^HTTP\/1\.1 303 /);
	secrets.add(/__Host-session=([^;]*)/.exec(chunked)[1]);
	const begin = Date.now();
	const broken = await h.raw(stack, `${head}Content-Length: 100\r\n\r\n${form.slice(0, 20)}`, { wait: 12_000 });
	assert.doesNotMatch(broken, /^HTTP\/1\.1 [23]/);
	assert.ok(Date.now() - begin < 10_000, 'given up after the time allowed');
});

test('every answer has the security headers, each once, and is not stored', async () => {
	const table = h.routes();
	for (const session of [undefined, browser.token])
		for (const { method, path: target } of table.filter((r) => r.path !== '/logout')) {
			const answer = await stack.request(method, target, { cookie: session, form: method === 'POST' ? {} : undefined });
			if (target !== '/')
				assertHeaders(answer, `${method} ${target}`);
			if (answer.headers['content-type'])
				assert.match(answer.headers['content-type'], /^(text\/(html|plain); charset=utf-8|image\/png)$/, target);
		}
	const folder = path.join(rig.top, 'static');
	for (const name of fs.readdirSync(folder).filter((n) => n.includes('.'))) {
		const answer = await stack.get(`/static/${name}`);
		assert.equal(answer.status, 200, name);
		assertHeaders(answer, name, { cached: true });
		assert.equal(createHash('sha256').update(answer.body).digest('hex'),
			createHash('sha256').update(fs.readFileSync(path.join(folder, name))).digest('hex'), name);
	}
	for (const target of ['/static/', '/static/error/404.html', '/static/../countersign.conf', '/static/%2e%2e/nginx/countersign_http.conf',
		'/static/..%2f..%2fetc/passwd']) {
		const answer = await stack.get(target);
		assert.ok([400, 403, 404].includes(answer.status), `${target} ${answer.status}`);
		assertHeaders(answer, target);
	}
	const post = await stack.post('/static/app.css');
	assert.ok([403, 405].includes(post.status));
	assertHeaders(post, 'POST to a file');
});

test('the site itself leads to the dashboard', async () => {
	const answer = await stack.get('/');
	assert.equal(answer.status, 303);
	assert.equal(answer.location, '/dashboard');
	for (const name of Object.keys(security))
		assert.ok(answer.headers[name], name);
});

test('the request id of an answer is on the error page and in both logs', async () => {
	const answer = await stack.get('/nothing-here');
	const id = answer.headers['x-request-id'];
	assert.match(id, /^[0-9a-f]{32}$/);
	assert.ok(answer.text.includes(id));
	const line = await h.until('the line in the log', () =>
		stack.log('countersignd').split('\n').find((l) => l.includes(id)));
	assert.deepEqual([JSON.parse(line).path, JSON.parse(line).status, JSON.parse(line).method], ['/nothing-here', 404, 'GET']);
	const access = await h.until('the line in the access log', () => stack.log('access').split('\n').find((l) => l.includes(id)));
	assert.equal(JSON.parse(access).path, '/nothing-here');
	const other = await stack.get('/nothing-here', { headers: { 'X-Request-Id': 'f'.repeat(32), Request_Id: 'e'.repeat(32) } });
	assert.ok(!/^[fe]{32}$/.test(other.headers['x-request-id']), 'a client does not choose it');
	assert.notEqual(other.headers['x-request-id'], id);
});

test('what a client says of address, scheme or host is not believed', async () => {
	const before = await h.eventCount(stack, who);
	const answer = await stack.post('/login', { email: who.email, password }, { headers: {
		'X-Forwarded-For': '192.0.2.1', 'X-Real-IP': '192.0.2.1', Forwarded: 'for=192.0.2.1', 'Remote-Addr': '192.0.2.1',
		'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'evil.example' } });
	assert.equal(answer.status, 303);
	secrets.add(answer.session);
	const [event] = await h.events(stack, who, before);
	assert.equal(event.address, '127.0.0.1');
	const spoofed = await stack.request('GET', '/profile', { headers: { Host: 'evil.example' } });
	assert.equal(spoofed.location, '/login?next=/profile', 'an answer never names a host');
	assert.doesNotMatch((await stack.request('GET', '/login', { headers: { Host: 'evil.example' } })).text, /evil/);
});

test('health and readiness', async () => {
	for (const [target, body] of [['/healthz', 'ok\n'], ['/readyz', 'ready\n']]) {
		const answer = await stack.get(target);
		assert.equal(answer.status, 200);
		assert.equal(answer.text, body);
	}
});

test('a path is what it is: nothing that merely looks like it reaches a handler', async () => {
	for (const { method, path: target } of h.routes()) {
		if (target === '/')
			continue;
		const last = target.slice(-1);
		for (const near of [`${target}/`, `/${target}`, `${target}//`, `${target}/.`, `/.${target}`, `${target}%2f`, `${target};a`,
			`${target}%00`, `${target}%20`, target.toUpperCase(), `/x/..${target}`, target.replace(/\/(\w)/, '%2f$1'),
			`${target.slice(0, -1)}%${last.charCodeAt(0).toString(16)}`]) {
			const answer = await browser.request(method, near, { form: method === 'POST' ? {} : undefined });
			assert.ok([400, 404].includes(answer.status), `${method} ${near}: ${answer.status}`);
			assert.deepEqual(answer.setCookie, [], near);
		}
	}
	assert.equal((await browser.get('/profile')).status, 200, 'and the session is still there');
});

// A generator of its own, so that a failure can be repeated.
function random(seed) {
	return (n) => {
		seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
		return (seed >>> 8) % n;
	};
}

test('no input makes the service fail: 300 mutated requests', async () => {
	const pick = random(20261123);
	const table = h.routes().filter((r) => r.path !== '/' && !/logout|cancel|sessions|disable/.test(r.path));
	const fields = ['email', 'password', 'next', 'label', 'factor', 'code', 'recovery_code', 'method', 'session', 'step', 'done', 'x'];
	const values = ['', 'a', '0', '123456', who.email, who.factors[0].id, h.NO_FACTOR, h.NO_SESSION, 'fct_', '\0', '\x01', '\r\n', '%', '%%',
		'a'.repeat(63), 'a'.repeat(2000), '\u202e', '\ufeff', '🂡'.repeat(20), '{{title}}', '<b>', "'; DROP TABLE x; --", '/', '//', '../..', '-1',
		'9'.repeat(30), 'ſ', 'İ', '\u0000\u0000', '%00', '\\', '"', 'null', '[]', '${x}', '%s%n%d'];
	const agents = ['', 'a'.repeat(300), 'Ü'.repeat(150), '\xff\xfe', '<script>', 'x\ty'];
	const seen = {};
	for (let i = 0; i < 300; i++) {
		const route = table[pick(table.length)];
		const pairs = Array.from({ length: pick(6) }, () =>
			[fields[pick(fields.length)], values[pick(values.length)]]);
		let text = new URLSearchParams(pairs).toString();
		if (pick(5) === 0)
			text = [...text].map((c) => (pick(20) === 0 ? String.fromCharCode(33 + pick(90)) : c)).join('').replace(/[ #"<>]/g, '');
		const headers = { 'User-Agent': agents[pick(agents.length)] };
		const options = { cookie: pick(3) ? browser.token : values[pick(5)] || undefined, headers };
		let target = route.path;
		if (route.method === 'GET')
			target += text ? `?${text}` : '';
		else
			Object.assign(options, { body: text, headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' } });
		const answer = await stack.request(route.method, target, options);
		assert.ok(answer.status < 500, `request ${i}: ${route.method} ${target} ${text}: ${answer.status}`);
		assertHeaders(answer, `request ${i}: ${target}`);
		if (answer.session)
			browser.token = answer.session;
		seen[answer.status] = (seen[answer.status] || 0) + 1;
	}
	assert.ok(seen[200] && seen[303] && seen[400] && seen[422], `all ways were gone: ${JSON.stringify(seen)}`);
	assert.equal(h.logged(stack, 'child.died'), 0);
	assert.equal(stack.pids.workers.length, 3);
});

test('no secret of this run is in a log or an event', async () => {
	await h.clearFailures(stack, who);
	const other = await h.signIn(stack, who);
	secrets.add(other.token);
	const code = await h.nextCode(stack, who.factors[0]);
	await other.post('/mfa/challenge', { code: await h.wrongCode(stack, who.factors[0]) });
	await other.get(`/mfa/challenge?next=/${encodeURIComponent(password)}`);
	await other.post('/mfa/challenge', { code });
	secrets.add(other.token);
	await other.post('/mfa/challenge', { recovery_code: who.codes[0].toUpperCase() });
	secrets.add(other.token).add(who.codes[0].toUpperCase());
	await other.post('/login', { email: who.email, password: `${password}x` });
	await other.post('/mfa/disable', { password: `${password}y` });
	const second = await h.begin(other, 'Second');
	secrets.add(second.key).add(other.token);
	const made = await other.post('/mfa/recovery-codes', { code: await h.nextCode(stack, who.factors[0]) });
	const codes = h.codesOf(made.text);
	assert.equal(codes.length, 10);
	for (const fresh of codes)
		secrets.add(fresh);
	await stack.get(`/nothing?token=${other.token}`);
	const events = await stack.psql("SELECT string_agg(e::text, E'\\n') FROM countersign.audit_events e");
	assert.ok(events.includes('127.0.0.1'));
	const folder = path.join(stack.data, 'log');
	const files = fs.readdirSync(folder);
	for (const name of ['countersignd.log', 'access.log', 'postgres.log', 'countersignctl.log'])
		assert.ok(files.includes(name), name);
	const texts = [['audit_events', events], ...files.map((name) => [name, fs.readFileSync(path.join(folder, name), 'utf8')])];
	for (const secret of secrets) {
		const forms = new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), new URLSearchParams({ a: secret }).toString().slice(2),
			Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')]);
		for (const form of forms)
			for (const [name, text] of texts)
				assert.ok(!text.includes(form), `${secret.slice(0, 12)}… is in ${name}`);
	}
	const sixDigits = texts.filter(([, text]) => new RegExp(`"${code}"`).test(text));
	assert.deepEqual(sixDigits.map(([name]) => name), []);
});

test('the stack ends without a crash', () => stack.stop());

test('nginx makes an address that sends too many requests wait, where passwords and codes are tested', async () => {
	const limited = await rig.start({ set: { ...h.QUICK, workers: 1 }, limits: true });
	try {
		const answers = await h.times(60, () => limited.post('/login', { email: 'nobody@example.org', password: 'x' }));
		const refused = answers.filter((a) => a.status === 429);
		assert.ok(refused.length >= 20 && refused.length <= 30, JSON.stringify(h.tally(answers.map((a) => a.status))));
		assertHeaders(refused[0], '429');
		assert.ok(Number(refused[0].headers['retry-after']) > 0);
		assert.match(refused[0].text, /<h1>/);
		assert.equal((await limited.get('/login')).status, 200, 'reading is not limited');
	} finally {
		await limited.stop();
	}
});
