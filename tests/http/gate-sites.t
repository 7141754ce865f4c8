#!/usr/bin/env -S node --test-reporter=tap
// Sites on other hosts: a ticket takes a session there, once; and a cookie for all hosts of a domain.
'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const { Application, Nginx, ask, HTML, JSON_CLIENT } = require('../lib/gate.js');

const WORKERS = 4;
const CROSS = { 'Sec-Fetch-Site': 'cross-site' };

let stack, application, nginx, ports, who, browser;

const hosts = { app: () => `app.localhost:${ports[0]}`, wiki: () => `wiki.localhost:${ports[1]}`, stranger: () => `stranger.localhost:${ports[2]}` };
const portOf = (name) => ports[Object.keys(hosts).indexOf(name)];
const at = (name, target, options = {}) => ask(portOf(name), target, { host: hosts[name](), ...options });

const server = (port) => `
server {
	listen 127.0.0.1:${port};
	include countersign/countersign_gate.conf;
	${['one_factor', 'two_factor', 'fresh'].map((level) => `
	location /${level}/ {
		auth_request /_countersign/${level};
		include countersign/countersign_gate_proxy.conf;
		proxy_pass http://127.0.0.1:${application.port};
	}`).join('\n')}
}`;

test('a stack, an application and three sites start, two of them known', async () => {
	ports = [await rig.freePort(), await rig.freePort(), await rig.freePort()];
	application = await new Application().start();
	stack = await rig.start({ set: { ...h.QUICK, workers: WORKERS, gate_origins: `http://${hosts.app()} http://${hosts.wiki()}` } });
	nginx = await new Nginx(stack, path.join(stack.folder, 'site')).start(ports.map(server).join('\n'), ports);
	({ who, browser } = await h.enrolled(stack));
});

// --- the way round --------------------------------------------------------------

// A site's answer to a browser without anything: the mark it leaves, and where it sends it.
async function redirected(name, target, cookie) {
	const answer = await at(name, target, { headers: HTML, cookie });
	assert.equal(answer.status, 302);
	const mark = /^__Host-gate-way=([0-9a-f]{32}); Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=3600$/.exec(answer.setCookie[0]);
	assert.ok(mark && answer.setCookie.length === 1, `${answer.setCookie}`);
	const location = new URL(answer.location);
	return { way: mark[1], location, next: location.searchParams.get('next') };
}

// The address with the ticket that the service sends a session back with.
async function ticketFor(next, session = browser) {
	const answer = await session.get(next, { headers: CROSS });
	assert.equal(answer.status, 303, answer.text);
	return new URL(answer.location);
}

const callback = (name, url, way, headers = HTML) =>
	at(name, url.pathname + url.search, { cookie: way && `__Host-gate-way=${way}`, headers });

const siteToken = (answer) => answer.setCookie.map((line) => /^__Host-gate=([\w-]{86}); Path=\/; Secure; HttpOnly; SameSite=Lax$/.exec(line)?.[1]).find(Boolean);

async function enter(name, target = '/two_factor/', session = browser) {
	const { way, next } = await redirected(name, target);
	const answer = await callback(name, await ticketFor(next, session), way);
	assert.equal(answer.status, 303);
	const token = siteToken(answer);
	assert.ok(token);
	return token;
}

const status = async (name, token, level = 'two_factor') => (await at(name, `/${level}/`, { cookie: `__Host-gate=${token}`, headers: JSON_CLIENT })).status;

test('from a site to sign-in and back, query included', async () => {
	const target = '/two_factor/page?a=1&b=%26%20c&d=/e';
	const { way, location, next } = await redirected('app', target);
	assert.equal(location.origin + location.pathname, `${stack.base}/login`);
	const visitor = await h.signIn(stack, who, { next });
	const passed = await visitor.post('/mfa/challenge', { code: await h.nextCode(stack, who.factors[0]) });
	assert.equal(passed.location, next);
	const page = await visitor.get(next, { headers: { 'Sec-Fetch-Site': 'same-origin' } });
	assert.equal(page.status, 200, 'behind a form a page goes on');
	const [, url] = /^0;url=(.*)$/.exec(page.headers.refresh);
	assert.equal(page.headers['cache-control'], 'no-store');
	const back = new URL(url);
	assert.equal(back.host, hosts.app());
	assert.equal(back.pathname, '/gate/callback');
	assert.equal(back.searchParams.get('to'), target);
	assert.match(page.text, /<a class="button" href="http:\/\/app\.localhost/);
	const entered = await callback('app', back, way);
	assert.equal(entered.status, 303);
	assert.equal(entered.location, target);
	assert.ok(entered.setCookie.includes('__Host-gate-way=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0'));
	const token = siteToken(entered);
	assert.notEqual(token, back.searchParams.get('ticket'));
	const seen = await at('app', target, { cookie: `x=1; __Host-gate=${token}`, headers: HTML });
	assert.equal(seen.status, 200);
	assert.equal(seen.json().url, target);
	assert.equal(seen.json().headers['remote-user'], h.idText('usr', who.id));
	assert.equal(seen.json().headers.cookie, 'x=1');
});

test('what is kept of tickets and tokens is their hash', async () => {
	const { way, next } = await redirected('app', '/two_factor/');
	const url = await ticketFor(next), ticket = url.searchParams.get('ticket');
	const hex = h.bytesOf(ticket).subarray(32).toString('hex');
	let rows = await stack.psql('SELECT t.*::text FROM countersign.site_tokens t');
	assert.ok(rows.length > 0 && !rows.includes(hex) && !rows.includes(ticket));
	const token = siteToken(await callback('app', url, way));
	rows = await stack.psql('SELECT t.*::text FROM countersign.site_tokens t');
	assert.ok(!rows.includes(h.bytesOf(token).subarray(32).toString('hex')));
});

test('a ticket is taken once, also by fifty at the same instant', async () => {
	const { way, next } = await redirected('app', '/two_factor/x');
	const url = await ticketFor(next);
	const answers = await h.times(50, () => callback('app', url, way));
	assert.deepEqual(h.tally(answers.map((a) => a.status)), { 303: 50 });
	const tokens = answers.map(siteToken).filter(Boolean);
	assert.equal(tokens.length, 1);
	assert.equal(await status('app', tokens[0]), 200);
	assert.ok(answers.every((a) => a.location === '/two_factor/x'), 'the others go on, to be sent round again if they must');
	const later = await callback('app', url, way);
	assert.equal(siteToken(later), undefined);
	assert.equal(await status('app', url.searchParams.get('ticket')), 401, 'the ticket itself opens nothing');
});

test('a ticket lives for a minute', async () => {
	let { way, next } = await redirected('app', '/two_factor/');
	let url = await ticketFor(next);
	stack.clock.advance(59);
	assert.ok(siteToken(await callback('app', url, way)));
	({ way, next } = await redirected('app', '/two_factor/'));
	url = await ticketFor(next);
	stack.clock.advance(60);
	assert.equal(siteToken(await callback('app', url, way)), undefined);
});

test('a ticket is good in the browser that was redirected, and in no other', async () => {
	const { way, next } = await redirected('app', '/two_factor/');
	const url = await ticketFor(next);
	for (const mark of [undefined, '', 'f'.repeat(32), way.slice(1), `${way}; __Host-gate-way=${way}`])
		assert.equal(siteToken(await callback('app', url, mark)), undefined, `${mark}`);
	assert.ok(siteToken(await callback('app', url, way)), 'and the other browsers have not consumed it');
});

test('a browser keeps the mark it has, so that its tabs do not take it from one another', async () => {
	const first = await redirected('app', '/two_factor/a');
	const second = await redirected('app', '/two_factor/b', `__Host-gate-way=${first.way}`);
	assert.equal(second.way, first.way);
	const urls = [await ticketFor(first.next), await ticketFor(second.next)];
	for (const url of urls)
		assert.ok(siteToken(await callback('app', url, first.way)));
	for (const odd of ['x', 'X'.repeat(32), `${first.way}0`, '"; Domain=evil', 'é'.repeat(16)])
		assert.match((await redirected('app', '/two_factor/', `__Host-gate-way=${Buffer.from(odd).toString('latin1')}`)).way, /^[0-9a-f]{32}$/);
});

test('a ticket and a token are good at their own site, and at no other', async () => {
	const { way, next } = await redirected('app', '/two_factor/');
	const url = await ticketFor(next);
	assert.equal(siteToken(await callback('wiki', url, way)), undefined);
	assert.equal(siteToken(await callback('stranger', url, way)), undefined);
	assert.equal((await callback('stranger', url, way)).status, 404);
	assert.equal((await stack.get(url.pathname + url.search, { headers: { Cookie: `__Host-gate-way=${way}` } })).status, 404, 'nor at the service');
	const token = siteToken(await callback('app', url, way));
	assert.equal(await status('app', token), 200);
	assert.equal(await status('wiki', token), 401);
	assert.equal(await status('stranger', token), 401);
	assert.equal((await ask(ports[0], '/two_factor/', { host: hosts.wiki(), cookie: `__Host-gate=${token}`, headers: JSON_CLIENT })).status, 401, 'by its name, whatever the port');
});

test('the token of a site opens the gate and nothing else', async () => {
	const token = await enter('app');
	for (const cookie of [`__Host-session=${token}`, `__Host-gate=${token}`]) {
		assert.match((await stack.get('/profile', { cookie })).location, /^\/login/);
		assert.equal((await stack.get('/v1/me/mfa', { cookie })).status, 401);
	}
	assert.equal((await stack.get('/v1/me/mfa', { headers: { Authorization: `Bearer ${token}` } })).status, 401);
	assert.equal((await at('app', '/two_factor/', { headers: { ...JSON_CLIENT, Authorization: `Bearer ${token}` } })).status, 401);
	assert.equal((await at('app', '/two_factor/', { cookie: `__Host-session=${token}`, headers: JSON_CLIENT })).status, 401);
	assert.equal(await status('app', browser.token), 401, 'and that of the session is none of the site');
});

test('a stale session cookie beside the token of the site does not shut it out', async () => {
	const token = await enter('app');
	const stale = (await h.signIn(stack, who)).token;
	await stack.post('/logout', {}, { cookie: stale });
	assert.equal((await at('app', '/two_factor/', { cookie: `__Host-session=${stale}; __Host-gate=${token}`, headers: JSON_CLIENT })).status, 200);
});

// --- with the session --------------------------------------------------------------

test('the token ends whenever the session is elevated, and the redirect sets a new one', async () => {
	const session = await h.signInFully(stack, who);
	const token = await enter('app', '/two_factor/', session);
	assert.equal(await status('app', token, 'fresh'), 200);
	stack.clock.advance(601);
	const answer = await at('app', '/fresh/x', { cookie: `__Host-gate=${token}`, headers: HTML });
	const location = new URL(answer.location);
	assert.equal(location.pathname, '/mfa/challenge');
	const next = location.searchParams.get('next');
	const passed = await session.post('/mfa/challenge', { code: await h.nextCode(stack, who.factors[0]), next });
	assert.equal(passed.location, next);
	assert.equal(await status('app', token, 'one_factor'), 401, 'the old one is dead');
	const mark = /__Host-gate-way=([0-9a-f]+)/.exec(answer.setCookie[0])[1];
	const again = siteToken(await callback('app', await ticketFor(next, session), mark));
	assert.equal(await status('app', again, 'fresh'), 200);
	assert.equal(await status('app', token, 'one_factor'), 401);

	// Signed in already: the sign-in page sends on, without asking anything.
	const round = await redirected('wiki', '/two_factor/');
	const login = await session.get(round.location.pathname + round.location.search);
	assert.equal(login.status, 303);
	assert.equal(login.location, round.next);
	assert.ok(siteToken(await callback('wiki', await ticketFor(login.location, session), round.way)));
});

test('a ticket that was issued before the session was elevated is refused', async () => {
	const session = await h.signInFully(stack, who);
	const { way, next } = await redirected('app', '/two_factor/');
	const url = await ticketFor(next, session);
	await session.post('/mfa/challenge', { code: await h.nextCode(stack, who.factors[0]) });
	assert.equal(siteToken(await callback('app', url, way)), undefined);
});

test('signing out and revoking are seen at every site by the next request', async () => {
	const session = await h.signInFully(stack, who);
	const tokens = { app: await enter('app', '/two_factor/', session), wiki: await enter('wiki', '/two_factor/', session) };
	const { way, next } = await redirected('app', '/two_factor/');
	const url = await ticketFor(next, session);
	await session.post('/logout');
	for (const name of ['app', 'wiki'])
		assert.equal(await status(name, tokens[name], 'one_factor'), 401, name);
	assert.equal(siteToken(await callback('app', url, way)), undefined, 'and a ticket on its way is worth nothing');
	assert.equal(await stack.psql(`SELECT count(*) FROM countersign.site_tokens WHERE session_id = '${h.sessionOf(tokens.app)}'`), '0');
});

test('no ticket before the second factor, and none without a session', async () => {
	const { next } = await redirected('app', '/two_factor/');
	const half = await h.signIn(stack, who);
	const answer = await half.get(next, { headers: CROSS });
	assert.equal(answer.status, 303);
	const to = new URL(answer.location, stack.base);
	assert.equal(to.pathname, '/mfa/challenge');
	assert.equal(to.searchParams.get('next'), next);
	const passed = await half.post('/mfa/challenge', { code: await h.nextCode(stack, who.factors[0]), next });
	assert.equal(passed.location, next, 'the way goes on from there, though the session was not heading for it');
	const nobody = await stack.get(next, { headers: CROSS });
	assert.equal(nobody.status, 303);
	const login = new URL(nobody.location, stack.base);
	assert.equal(login.pathname, '/login');
	assert.equal(login.searchParams.get('next'), next);
});

test('a session has few tokens at a site, however often it comes round', async () => {
	const session = await h.signInFully(stack, who);
	const of = () => h.number(stack, `SELECT count(*) FROM countersign.site_tokens WHERE session_id = '${h.sessionOf(session.token)}'`);
	for (let i = 0; i < 5; i++) {
		const token = await enter('app', '/two_factor/', session);
		assert.equal(await status('app', token), 200);
		stack.clock.advance(61);
	}
	assert.equal(await of(), 1);
});

test('with a database that hangs no ticket is made or taken', async () => {
	const { way, next } = await redirected('app', '/two_factor/');
	const url = await ticketFor(next);
	const database = [stack.pids.postgres];
	for (let i = 0; i < database.length; i++)
		database.push(...rig.childrenOf(database[i]));
	const signal = (name) => database.forEach((pid) => {
		try {
			process.kill(pid, name);
		} catch (error) {
			assert.equal(error.code, 'ESRCH');
		}
	});
	signal('SIGSTOP');
	try {
		const [taken, made] = await Promise.all([callback('app', url, way), browser.get(next, { headers: CROSS })]);
		assert.equal(taken.status, 503);
		assert.deepEqual(taken.setCookie, []);
		assert.equal(made.status, 503);
	} finally {
		signal('SIGCONT');
	}
	await h.until('it heals', async () => (await stack.get('/readyz')).status === 200);
});

test('no log has a ticket or a token', async () => {
	const logs = [stack.log('access'), stack.log('nginx'), stack.log('countersignd'), nginx.log('access'), nginx.log('error')].join('\n');
	assert.match(logs, /"path":"\/gate\/return"/);
	assert.doesNotMatch(logs, /[\w-]{86}|ticket=|next=/);
	assert.ok(!nginx.log('access').includes('/gate/callback'));
});

test('the first stack ends', async () => {
	assert.equal(h.logged(stack, 'child.died'), 0);
	await nginx.stop();
	await stack.stop();
});

// --- one cookie for a domain ----------------------------------------------------------

const cookieOf = (answer) => answer.setCookie.map((line) => /^__Secure-session=([\w-]*); Domain=team\.localhost; Path=\/; Secure; HttpOnly; SameSite=Lax/.exec(line)?.[1]).find((value) => value !== undefined);

test('a stack with a cookie for a domain', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 2, base_url: 'http://mfa.team.localhost:81', cookie_domain: 'team.localhost',
		gate_origins: `http://app.team.localhost:${ports[0]} http://wiki.localhost:${ports[1]}` } });
	nginx = await new Nginx(stack, path.join(stack.folder, 'site')).start(ports.map(server).join('\n'), ports);
});

test('one name, set, read and cleared for all hosts of the domain', async () => {
	const ann = await h.person(stack);
	const signedIn = await stack.post('/login', { email: ann.email, password: ann.password });
	const token = cookieOf(signedIn);
	assert.ok(token);
	assert.equal(signedIn.setCookie.length, 1);
	assert.equal((await stack.get('/profile', { cookie: `__Secure-session=${token}` })).status, 200);
	assert.match((await stack.get('/profile', { cookie: `__Host-session=${token}` })).location, /^\/login/);
	const options = { host: `app.team.localhost:${ports[0]}` };
	assert.equal((await ask(ports[0], '/one_factor/', { ...options, cookie: `__Secure-session=${token}`, headers: JSON_CLIENT })).status, 200);
	assert.equal((await ask(ports[0], '/one_factor/', { ...options, cookie: `__Host-session=${token}`, headers: JSON_CLIENT })).status, 401);

	let away = await ask(ports[0], '/one_factor/x?y=z', { ...options, headers: HTML });
	assert.deepEqual(away.setCookie, [], 'nobody needs a ticket');
	let location = new URL(away.location);
	assert.equal(location.origin + location.pathname, 'http://mfa.team.localhost:81/login');
	const next = location.searchParams.get('next');
	assert.equal(new URL(next, stack.base).searchParams.get('way'), null);
	const back = await stack.get(next, { cookie: `__Secure-session=${token}`, headers: CROSS });
	assert.equal(back.location, `http://app.team.localhost:${ports[0]}/one_factor/x?y=z`);

	// A host outside the domain still takes a ticket.
	away = await ask(ports[1], '/one_factor/', { host: `wiki.localhost:${ports[1]}`, headers: HTML });
	assert.match(away.setCookie[0], /^__Host-gate-way=/);
	location = new URL(away.location);
	const ticket = await stack.get(location.searchParams.get('next'), { cookie: `__Secure-session=${token}`, headers: CROSS });
	assert.match(ticket.location, /^http:\/\/wiki\.localhost:\d+\/gate\/callback\?ticket=/);

	const out = await stack.post('/logout', {}, { cookie: `__Secure-session=${token}` });
	assert.equal(out.setCookie.length, 1);
	assert.equal(out.setCookie[0], '__Secure-session=; Domain=team.localhost; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0');
	assert.equal((await ask(ports[0], '/one_factor/', { ...options, cookie: `__Secure-session=${token}`, headers: JSON_CLIENT })).status, 401);
});

test('the second stack ends', async () => {
	assert.equal(h.logged(stack, 'child.died'), 0);
	await nginx.stop();
	await stack.stop();
});

// --- everything on one host -------------------------------------------------------------

test('without an address of its own the service guards its own host, and leads nowhere else', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 2, base_url: '', mail_directory: '' } });
	let answer = await stack.get('/example/two-factor?x=%26', { headers: HTML });
	assert.equal(answer.status, 302);
	assert.equal(answer.location, '/login?next=/example/two-factor?x=%2526');
	answer = await stack.get('/example/two-factor', { headers: { ...HTML, Host: 'other.localhost' } });
	assert.equal(answer.location, '/login?next=/example/two-factor', 'whatever name it was called by');
	({ who, browser } = await h.enrolled(stack));
	assert.equal((await browser.get('/example/two-factor', { headers: HTML })).status, 200);
	for (const [to, where] of [['https://evil.example/', '/'], ['https://evil.example/x?y', '/x?y'], ['https://evil.example//evil.example/', '/']]) {
		answer = await browser.get(`/gate/return?way=${'a'.repeat(32)}&to=${encodeURIComponent(to)}`, { headers: CROSS });
		assert.equal(answer.status, 303);
		assert.equal(answer.location, where, to);
	}
});

test('all of it ends well', async () => {
	assert.equal(h.logged(stack, 'child.died'), 0);
	application.stop();
	await stack.stop();
});
