#!/usr/bin/env -S node --test-reporter=tap
// The gate under attack and in trouble: nobody passes without proof, whatever is asked, stops or dies.
'use strict';

const assert = require('node:assert/strict');
const http = require('node:http');
const path = require('node:path');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const fastcgi = require('../lib/fastcgi.js');
const { Application, Nginx, ask, HTML, JSON_CLIENT } = require('../lib/gate.js');

const ANSWER_MS = 3_500 + 600;
const WORKERS = 4;

let stack, application, nginx, site, who, browser;

const proxied = (name, level) => `
	location /${name}/ {
		auth_request /_countersign/${level};
		include countersign/countersign_gate_proxy.conf;
		proxy_pass http://127.0.0.1:${application.port};
	}`;

test('a stack, an application and a site start', async () => {
	site = await rig.freePort();
	application = await new Application().start();
	stack = await rig.start({ set: { ...h.QUICK, workers: WORKERS, gate_origins: `http://localhost:${site} https://app.example.org` } });
	nginx = await new Nginx(stack, path.join(stack.folder, 'site')).start(`
server {
	listen 127.0.0.1:${site};
	server_name localhost;
	include countersign/countersign_gate.conf;
	location = /maintenance.html {
		return 200 "maintenance";
	}
	error_page 500 502 503 504 =200 /maintenance.html;
	${proxied('one', 'one_factor')}
	${proxied('two', 'two_factor')}
	${proxied('fresh', 'fresh')}
}`, [site]);
	({ who, browser } = await h.enrolled(stack));
	assert.equal((await ask(site, '/two/', { cookie: browser.token, headers: JSON_CLIENT })).status, 200);
});

// --- any input ------------------------------------------------------------------

// A generator of its own, so that a failure can be repeated.
function random(seed) {
	return (n) => {
		seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
		return (seed >>> 8) % n;
	};
}

const SCHEMES = ['http://', 'https://', 'HTTPS://', 'ftp://', 'javascript:', '//', '', 'http:/', 'https:\\\\', 'http:///', ' https://', 'data:', 'ws://', 'https:'];
const HOSTS = () => [`localhost:${site}`, 'app.example.org', 'app.example.org:443', 'APP.example.ORG', 'app.example.org.', 'app.example.org@evil.example', 'evil.example',
	'user:pw@app.example.org', 'app.example.org:0443', '[::1]', '[::1', '127.0.0.1', 'localhost', '', '.', '..', 'a'.repeat(300), '%61pp.example.org', 'app.example.org%00', 'app.example.org\\@evil.example',
	`app.example.org#`, 'app.example.org?', '\u00e9vil', 'xn--vil-bma', '0x7f000001', '2130706433', `localhost:${site}/../`, 'app.example.org:99999'];
const PATHS = ['/', '', '/a?b=c', '/%', '/%zz', '/%00', '//evil.example', '/\\evil.example', '/../../etc/passwd', '/?next=https://evil.example', '/#x', '/a b', '/%0d%0aSet-Cookie:x=y',
	'/{{title}}', `/${'a'.repeat(3_000)}`, `/?${'b=%20&'.repeat(700)}`, '/\u00ff\u00fe', '/%ff', '/;jsessionid=1', '/gate/callback?ticket=x&to=/', '/a?b#c?d', "/'\"<>`", '/$request_uri', '/%5c%5cevil'];
const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', '', 'get', 'GET GET', 'X'.repeat(100), '\u00e9'];
const LEVELS = ['', 'one_factor', 'two_factor', 'bypass', 'deny', 'ONE_FACTOR', 'one_factor,', '0', 'null', '%6fne_factor', 'x'.repeat(40)];
const AGES = ['', '0', '-1', '1', '60', '99999999999999999999', '1e9', ' ', '0x10', 'NaN'];
const ORGANIZATIONS = ['', 'harbour', '*', '../x', "' OR ''='", 'x'.repeat(70), '\u00e9'];

function mutate(pick, text) {
	for (let n = pick(4); n > 0 && text.length > 0; n--) {
		const at = pick(text.length), c = String.fromCharCode(33 + pick(94));
		text = [text.slice(0, at) + c + text.slice(at), text.slice(0, at) + text.slice(at + 1), text.slice(0, at) + c + text.slice(at + 1)][pick(3)];
	}
	return text;
}

const urlOf = (pick, hosts) => mutate(pick, SCHEMES[pick(SCHEMES.length)] + hosts[pick(hosts.length)] + PATHS[pick(PATHS.length)]);

function cookieOf(pick) {
	const token = browser.token, at = pick(86);
	const other = token[at] === 'A' ? 'B' : 'A';
	// The last character of a token has unused bits: never change that one alone.
	const bad = [undefined, '', 'x', `__Host-session=`, `__Host-session=${'A'.repeat(86)}`, `__Host-session=${token.slice(0, 85)}`,
		`__Host-session=${token.slice(0, at) + other + token.slice(at + 1)}`, `__Host-session=${token}; __Host-session=${token}`, `__Host-gate=${token}`,
		`__Secure-session=${token}`, `session=${token}`, `__host-session=${token}`, `__Host-session=${token}x`, `__Host-session="${token}"`, `__Host-session=%41${token.slice(1)}`,
		`__Host-gate=${'A'.repeat(86)}`, `__Host-session =${token}`];
	return bad[pick(bad.length)];
}

// Where a refusal leads: to us, and from us to a site that is listed.
function assertLocation(location, what) {
	if (location === undefined)
		return;
	assert.ok(location.length <= 3_500, what);
	assert.match(location, /^[\x21-\x7e]*$/, what);
	const url = new URL(location);
	assert.equal(url.origin, stack.base, what);
	assert.equal(url.pathname, '/login', what);
	const next = url.searchParams.get('next');
	if (next === null)
		return;
	assert.match(next, /^\/(?![/\\])/, what);
	const to = new URL(next, stack.base).searchParams.get('to');
	if (to !== null)
		assert.ok([`http://localhost:${site}`, 'https://app.example.org'].includes(new URL(to).origin), `${what}: ${to}`);
}

// Runs `count` attempts, eight at a time.
async function concurrently(count, attempt) {
	let next = 0;
	await Promise.all(Array.from({ length: 8 }, async () => {
		while (next < count)
			await attempt(next++);
	}));
}

const seen = {};
const count = (status) => (seen[status] = (seen[status] || 0) + 1);

test('5,000 addresses by HTTP: no 2xx without a session', async () => {
	const pick = random(20261125), hosts = HOSTS(), agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
	await concurrently(5_000, async (i) => {
		const url = urlOf(pick, hosts).replace(/[^\t\x20-\x7e\x80-\xff]/g, ''), headers = { 'X-Original-URL': url };
		const cookie = cookieOf(pick), query = new URLSearchParams();
		if (pick(3))
			headers['X-Original-Method'] = METHODS[pick(METHODS.length)];
		if (pick(2))
			query.set('level', LEVELS[pick(LEVELS.length)]);
		if (pick(4) === 0)
			query.set('max_age', AGES[pick(AGES.length)]);
		if (pick(4) === 0)
			query.set('organization', ORGANIZATIONS[pick(ORGANIZATIONS.length)]);
		if (pick(50) === 0)
			query.set('x', 'y');
		const answer = await ask(stack.port, `/api/authz/auth-request?${query}`, { method: ['GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'POST'][pick(6)], cookie, headers, agent });
		const what = `${i}: ${JSON.stringify({ url, cookie, headers, query: `${query}` })}: ${answer.status}`;
		assert.ok([400, 401, 403].includes(answer.status), what);
		assert.equal(answer.text.includes('usr_'), false, what);
		assert.equal(answer.headers['remote-user'], undefined, what);
		assertLocation(answer.location, what);
		count(answer.status);
	});
	agent.destroy();
});

test('3,000 sets of parameters by FastCGI: no 2xx without a session', async () => {
	const pick = random(20261126), hosts = HOSTS(), socket = path.join(stack.sockets, 'countersignd.sock');
	await concurrently(3_000, async (i) => {
		const cookie = cookieOf(pick);
		const params = [['REQUEST_METHOD', pick(3) ? 'GET' : METHODS[pick(METHODS.length)]], ['REQUEST_URI', '/gate'], ['REMOTE_ADDR', '127.0.0.1']];
		const maybe = (name, list) => pick(4) && params.push([name, mutate(pick, list[pick(list.length)])]);
		params.push(['COUNTERSIGN_ORIGINAL_URL', pick(20) ? urlOf(pick, hosts) : Buffer.from(Array.from({ length: pick(300) }, () => pick(256)))]);
		maybe('COUNTERSIGN_LEVEL', LEVELS);
		maybe('COUNTERSIGN_MAX_AGE', AGES);
		maybe('COUNTERSIGN_ORGANIZATION', ORGANIZATIONS);
		if (cookie !== undefined)
			params.push(['HTTP_COOKIE', cookie]);
		if (pick(10) === 0)
			params.push(params[pick(params.length)]);
		if (pick(10) === 0)
			params.push(['CONTENT_LENGTH', ['0', '5', '-1', 'x', '99999999'][pick(5)]]);
		const answer = await fastcgi.request(socket, params);
		const what = `${i}: ${JSON.stringify(params)}: ${answer.status}`;
		assert.ok([401, 403].includes(answer.status), what);
		assert.doesNotMatch(answer.head, /^Remote-/m, what);
		assertLocation(/^Location: (.*)$/m.exec(answer.head)?.[1].trim(), what);
		count(answer.status);
	});
});

test('2,000 addresses at a guarded site: none reaches the application without a session', async () => {
	const pick = random(20261127), agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
	const before = application.requests.length;
	await concurrently(2_000, async (i) => {
		const level = ['one', 'two', 'fresh'][pick(3)];
		const target = mutate(pick, `/${level}${PATHS[pick(PATHS.length)]}`).replace(/[^\x21-\x7e]/g, '') || '/one/';
		const host = pick(3) ? `localhost:${site}` : HOSTS()[pick(HOSTS().length)].replace(/[^\x21-\x7e]/g, '');
		const answer = await ask(site, target.startsWith('/') ? target : `/${target}`, { host, cookie: cookieOf(pick), headers: pick(2) ? HTML : JSON_CLIENT, agent });
		const what = `${i}: ${host} ${target}: ${answer.status}`;
		// Without a location of that name nginx has nothing to show.
		assert.ok([301, 302, 400, 401, 404].includes(answer.status), what);
		if (answer.status === 302)
			assertLocation(answer.location, what);
		count(answer.status);
	});
	agent.destroy();
	assert.equal(application.requests.length, before);
	console.log(`# ${JSON.stringify(seen)}`);
	assert.ok(seen[401] > 4_000 && seen[302] > 300 && seen[403] > 300);
	assert.equal(h.logged(stack, 'child.died'), 0);
	assert.equal(h.logged(stack, 'child.killed'), 0);
});

// --- parts that stop or die --------------------------------------------------------

function signalDatabase(signal) {
	const all = [stack.pids.postgres];
	for (let i = 0; i < all.length; i++)
		all.push(...rig.childrenOf(all[i]));
	for (const pid of all)
		try {
			process.kill(pid, signal);
		} catch (error) {
			assert.equal(error.code, 'ESRCH', 'a process of the database may have ended meanwhile');
		}
}

test('with a database that hangs nobody passes, and the answer comes in time', async () => {
	const before = application.requests.length;
	signalDatabase('SIGSTOP');
	try {
		for (const headers of [HTML, JSON_CLIENT]) {
			const begin = Date.now();
			const answers = await h.times(WORKERS, () => ask(site, '/one/', { cookie: browser.token, headers }));
			assert.ok(Date.now() - begin < ANSWER_MS, `${Date.now() - begin} ms`);
			for (const answer of answers) {
				assert.equal(answer.status, 503);
				assert.equal(answer.headers['retry-after'], '5');
			}
			if (headers === JSON_CLIENT)
				assert.equal(answers[0].json().code, 'unavailable');
		}
	} finally {
		signalDatabase('SIGCONT');
	}
	assert.equal(application.requests.length, before);
	await h.until('it heals', async () => (await ask(site, '/two/', { cookie: browser.token, headers: JSON_CLIENT })).status === 200);
});

test('connections that are cut are made anew', async () => {
	for (let round = 0; round < 3; round++) {
		await stack.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'countersign_worker'");
		assert.equal((await ask(site, '/two/', { cookie: browser.token, headers: JSON_CLIENT })).status, 200);
		assert.equal((await ask(site, '/two/', { headers: JSON_CLIENT })).status, 401);
	}
});

test('with the service stopped nobody passes, and no error page opens the gate', async () => {
	const before = application.requests.length;
	for (const pid of stack.pids.workers)
		process.kill(pid, 'SIGSTOP');
	try {
		const answer = await ask(site, '/one/', { cookie: browser.token, headers: JSON_CLIENT });
		assert.equal(answer.status, 503);
	} finally {
		for (const pid of stack.pids.workers)
			process.kill(pid, 'SIGCONT');
	}
	assert.equal(application.requests.length, before);
	await h.until('it heals', async () => (await ask(site, '/two/', { cookie: browser.token, headers: JSON_CLIENT })).status === 200);
});

test('workers are killed under load: no 2xx that should not be, no 5xx but for what they held', async () => {
	stack.acceptLog(/child\.(died|killed)/);
	const agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
	const stranger = 'A'.repeat(86), owing = (await h.signIn(stack, who)).token;
	const clients = [
		{ cookie: browser.token, target: '/two/', may: [200] }, { cookie: stranger, target: '/one/', may: [401] },
		{ cookie: owing, target: '/one/', may: [401] }, { cookie: browser.token, target: '/one/', may: [200] },
	];
	const answers = [];
	let going = true, kills = 0;
	const loops = Array.from({ length: 12 }, async (_, i) => {
		const { cookie, target, may } = clients[i % clients.length];
		while (going) {
			const { status } = await ask(site, target, { cookie, headers: JSON_CLIENT, agent }).catch((error) => ({ status: error.message }));
			answers.push({ status, good: may.includes(status) });
		}
	});
	const end = Date.now() + 8_000;
	while (Date.now() < end) {
		const { workers } = stack.pids;
		if (workers.length > 1) {
			process.kill(workers[kills % workers.length], 'SIGKILL');
			kills++;
		}
		await rig.sleep(400);
	}
	going = false;
	await Promise.all(loops);
	agent.destroy();
	const bad = answers.filter((a) => !a.good);
	const counts = h.tally(bad.map((a) => a.status));
	console.log(`# ${answers.length} questions, ${kills} kills, not as they should be: ${JSON.stringify(counts)}`);
	assert.ok(answers.length > 500 && kills > 8);
	assert.deepEqual(Object.keys(counts).filter((s) => s !== '503'), [], 'nothing but 503');
	assert.ok(bad.length <= kills, `${bad.length} answers were lost with ${kills} workers`);
	await h.until('the pool is whole', () => stack.pids.workers.length === WORKERS, 60_000);
});

// --- revocation ---------------------------------------------------------------------

test('what ends or lowers a session is seen by the next request', async () => {
	const { who: ann } = await h.enrolled(stack);
	const look = async (b, name = 'two') => (await ask(site, `/${name}/`, { cookie: b.token ?? b, headers: JSON_CLIENT })).status;
	const fresh = async () => {
		const b = await h.signInFully(stack, ann);
		assert.equal(await look(b), 200);
		return b;
	};

	let b = await fresh();
	let token = b.token;
	await b.post('/logout');
	assert.equal(await look(token, 'one'), 401, 'signed out');

	b = await fresh();
	const second = await fresh();
	await second.post('/profile/sessions/end', { session: h.idText('ses', h.sessionOf(b.token)) });
	assert.equal(await look(b, 'one'), 401, 'ended from another session');

	b = await fresh();
	await second.post('/profile/sessions/end-others');
	assert.equal(await look(b, 'one'), 401, 'ended with all others');
	assert.equal(await look(second), 200);

	token = second.token;
	await second.post('/mfa/challenge', { code: await h.nextCode(stack, ann.factors[0]) });
	assert.notEqual(second.token, token);
	assert.equal(await look(token, 'one'), 401, 'the token from before the elevation');
	assert.equal(await look(second), 200);

	await stack.ctl(['session', 'revoke', ann.email, '--all']);
	assert.equal(await look(second, 'one'), 401, 'ended by the operator');

	b = await fresh();
	await stack.ctl(['account', 'disable', ann.email]);
	assert.equal(await look(b, 'one'), 401, 'the account is disabled');
	await stack.ctl(['account', 'enable', ann.email]);

	b = await fresh();
	await stack.ctl(['account', 'reset-mfa', ann.email, '--reason', 'lost']);
	assert.equal(await look(b, 'one'), 401, 'the factor was reset');
});

test('a session ends at the gate when it ends', async () => {
	const b = await h.signInFully(stack, who);
	stack.clock.advance(3_599);
	assert.equal((await ask(site, '/one/', { cookie: b.token, headers: JSON_CLIENT })).status, 200);
	await rig.sleep(300);
	stack.clock.advance(3_601);
	assert.equal((await ask(site, '/one/', { cookie: b.token, headers: JSON_CLIENT })).status, 401, 'idle');
	const c = await h.signInFully(stack, who);
	await stack.psql(`UPDATE countersign.sessions SET last_seen_at = last_seen_at + interval '30 days' WHERE session_id = '${h.sessionOf(c.token)}'`);
	stack.clock.advance(86_399);
	assert.equal((await ask(site, '/one/', { cookie: c.token, headers: JSON_CLIENT })).status, 200);
	stack.clock.advance(2);
	assert.equal((await ask(site, '/one/', { cookie: c.token, headers: JSON_CLIENT })).status, 401, 'over');
});

test('all of it ends well', async () => {
	await nginx.stop();
	application.stop();
	await stack.stop();
});
