#!/usr/bin/env -S node --test-reporter=tap
// The gate: every level against every state of a session, for every kind of client, with a real nginx and a
// real application behind it.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http2 = require('node:http2');
const path = require('node:path');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const { Application, Nginx, ask, webSocket, HTML, JSON_CLIENT, XHR, FETCH } = require('../lib/gate.js');

const FRESH_S = 600;

let stack, application, nginx, site, tls;

const guarded = (name, level, more = '') => `
	location /${name}/ {
		auth_request /_countersign/${level};
		include countersign/countersign_gate_proxy.conf;
		proxy_pass http://127.0.0.1:${application.port};
		${more}
	}`;
const own = (name, params) => `
	location = /_countersign/${name} {
		internal;
		include countersign/countersign_gate_ask.conf;
		${params.map(([n, v]) => `fastcgi_param COUNTERSIGN_${n} ${v};`).join('\n\t\t')}
	}`;
// As Authelia's own snippets ask and follow.
const byHttp = (name, query) => `
	location = /internal/${name} {
		internal;
		proxy_pass http://127.0.0.1:${stack.port}/api/authz/auth-request${query};
		proxy_set_header X-Original-Method $request_method;
		proxy_set_header X-Original-URL $scheme://$http_host$request_uri;
		proxy_set_header Content-Length "";
		proxy_set_header Connection "";
		proxy_pass_request_body off;
	}
	location /${name}/ {
		auth_request /internal/${name};
		auth_request_set $redirection_url $upstream_http_location;
		auth_request_set $user $upstream_http_remote_user;
		auth_request_set $groups $upstream_http_remote_groups;
		auth_request_set $name $upstream_http_remote_name;
		auth_request_set $email $upstream_http_remote_email;
		proxy_set_header Remote-User $user;
		proxy_set_header Remote-Groups $groups;
		proxy_set_header Remote-Name $name;
		proxy_set_header Remote-Email $email;
		error_page 401 =302 $redirection_url;
		proxy_pass http://127.0.0.1:${application.port};
	}`;

function servers(other) {
	return `
server {
	listen 127.0.0.1:${site};
	server_name localhost;
	include countersign/countersign_gate.conf;
	${guarded('one', 'one_factor')}
	${guarded('two', 'two_factor', 'client_max_body_size 30m; proxy_request_buffering off;')}
	${guarded('fresh', 'fresh')}
	${own('minute', [['LEVEL', 'two_factor'], ['MAX_AGE', '60']])}
	${guarded('minute', 'minute')}
	${own('harbour', [['LEVEL', 'two_factor'], ['ORGANIZATION', 'harbour']])}
	${guarded('harbour', 'harbour')}
	${own('harbour_one', [['LEVEL', 'one_factor'], ['ORGANIZATION', 'harbour']])}
	${guarded('harbour_one', 'harbour_one')}
	${own('nowhere', [['LEVEL', 'one_factor'], ['ORGANIZATION', 'nowhere']])}
	${guarded('nowhere', 'nowhere')}
	${own('unset', [])}
	${guarded('unset', 'unset')}
	${own('odd', [['LEVEL', 'one-factor']])}
	${guarded('odd', 'odd')}
	${own('aged_one', [['LEVEL', 'one_factor'], ['MAX_AGE', '100000']])}
	${guarded('aged_one', 'aged_one')}
	${own('never', [['LEVEL', 'two_factor'], ['MAX_AGE', '-1']])}
	${guarded('never', 'never')}
	${own('twice', [['LEVEL', 'two_factor'], ['LEVEL', 'one_factor']])}
	${guarded('twice', 'twice')}
	${byHttp('http_one', '?level=one_factor')}
	${byHttp('http_two', '?level=two_factor')}
	${byHttp('http_minute', '?level=two_factor&max_age=60')}
	${byHttp('http_harbour', '?level=two_factor&organization=harbour')}
	${byHttp('http_unset', '')}
	${byHttp('http_typo', '?levle=one_factor')}
	location /public/ {
		include countersign/countersign_gate_open.conf;
		proxy_pass http://127.0.0.1:${application.port};
	}
}
server {
	listen 127.0.0.1:${tls} ssl http2;
	server_name app.localhost;
	ssl_certificate ${stack.folder}/cert.pem;
	ssl_certificate_key ${stack.folder}/key.pem;
	include countersign/countersign_gate.conf;
	${guarded('two', 'two_factor')}
}
server {
	# What a server may say at its own level, and must not open the gate by.
	listen 127.0.0.1:${other};
	server_name localhost;
	root ${stack.folder};
	error_page 401 403 500 502 503 504 =200 /maintenance.html;
	fastcgi_intercept_errors on;
	proxy_intercept_errors on;
	auth_request /_countersign/two_factor;
	include countersign/countersign_gate.conf;
	location = /maintenance.html {
		auth_request off;
		return 200 "maintenance";
	}
	location / {
		include countersign/countersign_gate_proxy.conf;
		proxy_pass http://127.0.0.1:${application.port};
	}
}`;
}

// --- who there is --------------------------------------------------------------

const states = {};
let mia, other;

test('a stack, an application and a site start', async () => {
	site = await rig.freePort();
	other = await rig.freePort();
	tls = await rig.freePort();
	application = await new Application().start();
	stack = await rig.start({ set: { ...h.QUICK, workers: 3, step_up_age: FRESH_S, session_lifetime: 86_400, session_idle: 7_200,
		gate_origins: `http://localhost:${site} http://localhost:${other} https://app.localhost:${tls}` } });
	await rig.run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=app.localhost',
		'-keyout', path.join(stack.folder, 'key.pem'), '-out', path.join(stack.folder, 'cert.pem')]);
	fs.chmodSync(path.join(stack.folder, 'key.pem'), 0o644);
	nginx = await new Nginx(stack, path.join(stack.folder, 'site')).start(servers(other), [site, other, tls]);
	await stack.ctl(['organization', 'create', '--name', 'Harbour', '--slug', 'harbour']);
	await stack.ctl(['organization', 'create', '--name', 'Linden', '--slug', 'linden']);
});

test('sessions in every state', async () => {
	const plain = await h.person(stack, { name: 'Noah Visser' });
	states.active = (await h.signIn(stack, plain)).token;
	({ who: mia } = await h.enrolled(stack, { name: 'Mia Säntos' }));
	states.verified_old = (await h.signInFully(stack, mia)).token;
	stack.clock.advance(FRESH_S + 1);
	states.mfa_required = (await h.signIn(stack, mia)).token;
	states.verified = (await h.signInFully(stack, mia)).token;
	const gone = await h.signIn(stack, plain);
	states.signed_out = gone.token;
	await gone.post('/logout');
	states.none = undefined;
	states.garbage = 'A'.repeat(86);
	states.text = 'hello';
});

// --- levels and states -----------------------------------------------------------

// What each state of a session meets at each level.
const SIGN_IN = ['unauthenticated', '/login'];
const CHALLENGE = ['mfa_required', '/mfa/challenge'];
const AGAIN = ['verification_required', '/mfa/challenge'];
const SET_UP = ['enrollment_required', '/mfa/setup'];
const PASS = 'pass';
const expected = {
	one: { none: SIGN_IN, garbage: SIGN_IN, text: SIGN_IN, signed_out: SIGN_IN, mfa_required: CHALLENGE, active: PASS, verified_old: PASS, verified: PASS },
	two: { none: SIGN_IN, garbage: SIGN_IN, text: SIGN_IN, signed_out: SIGN_IN, mfa_required: CHALLENGE, active: SET_UP, verified_old: PASS, verified: PASS },
	fresh: { none: SIGN_IN, garbage: SIGN_IN, text: SIGN_IN, signed_out: SIGN_IN, mfa_required: CHALLENGE, active: SET_UP, verified_old: AGAIN, verified: PASS },
};
// What is missing, misspelt or makes no sense is the strictest, and what is there twice is nothing.
for (const strict of ['minute', 'unset', 'odd', 'never', 'aged_one'])
	expected[strict] = expected.fresh;

const back = (name) => `/${name}/page?a=1&b=%C3%A9%20x&c=//d`;
const nextOf = (location) => new URL(location).searchParams.get('next');

for (const [level, row] of Object.entries(expected)) {
	test(`level ${level}: pages, programs, scripts and WebSockets`, async () => {
		for (const [state, want] of Object.entries(row)) {
			const cookie = states[state];
			const what = `${level}, ${state}`;
			const page = await ask(site, back(level), { cookie, headers: HTML });
			const answers = [await ask(site, back(level), { cookie, headers: JSON_CLIENT }), await ask(site, back(level), { cookie, headers: XHR }),
				await ask(site, back(level), { cookie, headers: FETCH }), await ask(site, back(level), { cookie, headers: HTML, method: 'POST', body: 'x' })];
			const socket = await webSocket(site, back(level), { cookie });
			if (want === PASS) {
				for (const answer of [page, ...answers]) {
					assert.equal(answer.status, 200, what);
					assert.equal(answer.json().url, back(level), `${what}: the address arrives as it was sent`);
				}
				assert.equal(socket.status, 101, what);
				assert.equal(socket.echo, 'hello', what);
				continue;
			}
			const [code, where] = want;
			assert.equal(page.status, 302, what);
			const location = new URL(page.location);
			assert.equal(location.origin, stack.base, what);
			assert.equal(location.pathname, where, what);
			const next = new URL(nextOf(page.location), stack.base);
			assert.equal(next.pathname, '/gate/return', what);
			assert.equal(next.searchParams.get('to'), `http://localhost:${site}${back(level)}`, `${what}: the return URL is complete`);
			for (const answer of [...answers, socket]) {
				assert.equal(answer.status, 401, what);
				assert.equal(answer.location, undefined, what);
				assert.equal(answer.headers['content-type'], 'application/problem+json', what);
				assert.equal(answer.json().code, code, what);
				assert.equal(answer.json().status, 401, what);
				assert.equal(answer.headers['www-authenticate'], undefined, what);
				assert.equal(answer.headers['cache-control'], 'no-store', what);
			}
		}
	});
}

test('parameters that are there twice are nobody\'s', async () => {
	for (const state of ['none', 'active', 'verified'])
		assert.equal((await ask(site, '/twice/', { cookie: states[state], headers: JSON_CLIENT })).status, 403, state);
});

test('nothing reached the application that did not pass', () => {
	for (const seen of application.requests.filter((r) => !r.url.startsWith('/public/')))
		assert.ok(seen.headers['remote-user'], seen.url);
});

test('a proxy that asks by HTTP, with the snippets written for Authelia', async () => {
	const rows = { http_one: 'one', http_two: 'two', http_minute: 'minute', http_unset: 'unset' };
	for (const [level, as] of Object.entries(rows)) {
		for (const [state, want] of Object.entries(expected[as])) {
			const answer = await ask(site, back(level), { cookie: states[state], headers: HTML });
			const what = `${level}, ${state}`;
			if (want === PASS) {
				assert.equal(answer.status, 200, what);
				assert.match(answer.json().headers['remote-user'], /^usr_/, what);
				continue;
			}
			assert.equal(answer.status, 302, what);
			const location = new URL(answer.location);
			assert.equal(location.origin + location.pathname, stack.base + want[1], what);
			assert.equal(new URL(nextOf(answer.location), stack.base).searchParams.get('to'), `http://localhost:${site}${back(level)}`, what);
		}
	}
	for (const state of Object.keys(states))
		assert.equal((await ask(site, '/http_typo/', { cookie: states[state] })).status, 403, `a misspelt word opens nothing: ${state}`);
	const posted = await ask(site, back('http_two'), { method: 'POST', body: 'x', headers: HTML });
	assert.equal(new URL(nextOf(posted.location), stack.base).searchParams.get('to'), `http://localhost:${site}/`, 'a form that was sent is not come back to');
});

test('from outside, neither form of the question is there', async () => {
	for (const target of ['/gate', '/gate?level=one_factor'])
		assert.equal((await stack.get(target, { cookie: states.verified })).status, 404, target);
	for (const target of ['/_countersign/one_factor', '/_countersign/two_factor', '/_countersign/fresh']) {
		assert.equal((await stack.get(target, { cookie: states.verified })).status, 404, target);
		assert.equal((await ask(site, target, { cookie: states.verified })).status, 404, target);
	}
	// The host itself may ask, and any method but GET and HEAD is no.
	for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND']) {
		const answer = await stack.request(method, '/api/authz/auth-request?level=one_factor', { cookie: states.verified, origin: false });
		assert.equal(answer.status, 403, method);
	}
	const target = '/api/authz/auth-request?level=one_factor', cookie = states.verified;
	assert.equal((await ask(stack.port, target, { cookie })).status, 200);
	assert.equal((await ask(stack.port, target, { cookie, from: '127.0.0.2' })).status, 403, 'another host may not');
	assert.equal((await ask(stack.port, target, { cookie, from: '127.0.0.2', headers: { 'X-Forwarded-For': '127.0.0.1', 'X-Real-IP': '127.0.0.1' } })).status, 403);
});

// --- who it is ---------------------------------------------------------------------

test('the application gets the identity, and nothing that opens the gate', async () => {
	const cookie = `a=1; __Host-session=${states.verified}; b="2; c"; __Secure-session=x; __Host-gate=y`;
	const seen = (await ask(site, '/two/', { cookie, headers: { ...JSON_CLIENT, 'X-Forwarded-For': '6.6.6.6', 'X-Forwarded-Host': 'evil.example' } })).json();
	assert.equal(seen.headers['remote-user'], h.idText('usr', mia.id));
	assert.equal(seen.headers['remote-email'], mia.email);
	assert.equal(Buffer.from(seen.headers['remote-name'], 'latin1').toString('utf8'), 'Mia Säntos', 'UTF-8, as it is');
	assert.equal(seen.headers['remote-groups'], undefined, 'a member of nothing');
	assert.equal(seen.headers.cookie, 'a=1; b="2; c"');
	assert.equal(seen.headers['x-forwarded-for'], '127.0.0.1');
	assert.equal(seen.headers['x-forwarded-host'], `localhost:${site}`);
	assert.equal(seen.headers.host, `localhost:${site}`);
	for (const [name, value] of Object.entries({ only: `__Host-session=${states.verified}`, first: `__Host-session=${states.verified}; z=9`, last: `z=9; __Host-session=${states.verified}` })) {
		const got = (await ask(site, '/two/', { cookie: value, headers: JSON_CLIENT })).json().headers.cookie;
		assert.ok(!/session/.test(got ?? ''), `${name}: ${got}`);
		assert.equal(/z=9/.test(got ?? ''), name !== 'only', name);
	}
});

test('the application does not get an unverified address', async () => {
	const una = await h.person(stack, { verified: false });
	const { token } = await h.signIn(stack, una);
	const seen = (await ask(site, '/one/', { cookie: token, headers: JSON_CLIENT })).json();
	assert.equal(seen.headers['remote-user'], h.idText('usr', una.id));
	assert.equal(seen.headers['remote-email'], undefined);
});

test('headers and parameters that a client forges do not pass', async () => {
	const forged = {
		'Remote-User': 'usr_admin', 'Remote-Email': 'admin@example.org', 'Remote-Name': 'Admin', 'Remote-Groups': 'harbour:owner',
		'REMOTE-USER': 'usr_root', Remote_User: 'usr_under', 'X-Original-URL': 'http://localhost/public/', 'X-Original-Method': 'OPTIONS',
		'Countersign-Level': 'one_factor', 'COUNTERSIGN_LEVEL': 'one_factor', 'X-Countersign-Level': 'one_factor', 'Countersign-Max-Age': '99999',
		'X-Http-Method-Override': 'GET', 'X-Rewrite-URL': '/public/', 'X-Accel-Redirect': '/public/',
	};
	const seen = (await ask(site, '/one/', { cookie: states.active, headers: { ...JSON_CLIENT, ...forged } })).json();
	assert.match(seen.headers['remote-user'], /^usr_[0-9a-z]{26}$/);
	assert.match(seen.headers['remote-email'], /^person\d+@example\.org$/);
	assert.equal(seen.headers['remote-name'], 'Noah Visser');
	assert.equal(seen.headers['remote-groups'], undefined, 'an empty one is taken away');
	assert.equal(seen.raw.filter((name, i) => i % 2 === 0 && /^remote[-_]user$/i.test(name)).length, 1);
	const open = (await ask(site, '/public/', { cookie: `x=1; __Host-session=${states.verified}`, headers: { ...JSON_CLIENT, ...forged } })).json();
	for (const name of ['remote-user', 'remote-email', 'remote-name', 'remote-groups'])
		assert.equal(open.headers[name], undefined, `${name} where everybody may`);
	assert.equal(open.headers.cookie, 'x=1');
	assert.equal((await ask(site, '/two/', { cookie: states.active, headers: { ...JSON_CLIENT, ...forged } })).status, 401);
	assert.equal((await ask(site, '/fresh/', { cookie: states.verified_old, headers: { ...JSON_CLIENT, ...forged } })).status, 401);
	assert.equal((await ask(site, '/one/', { headers: { ...JSON_CLIENT, ...forged } })).status, 401);
	assert.equal((await ask(site, '/http_two/', { cookie: states.active, headers: { ...forged } })).status, 302);
	const query = '?COUNTERSIGN_LEVEL=one_factor&level=one_factor&max_age=99999&organization=';
	assert.equal((await ask(site, `/two/${query}`, { cookie: states.active, headers: JSON_CLIENT })).status, 401);
	assert.equal((await ask(site, `/http_two/${query}`, { cookie: states.active })).status, 302);
});

test('methods, ranges and bodies of the request do not matter to the gate', async () => {
	for (const method of ['OPTIONS', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'HEAD']) {
		assert.equal((await ask(site, '/two/x', { method, headers: JSON_CLIENT })).status, 401, method);
		assert.equal((await ask(site, '/two/x', { method, cookie: states.verified, headers: JSON_CLIENT })).status, 200, method);
	}
	const odd = { Range: 'bytes=0-0', 'If-None-Match': '*', 'If-Modified-Since': 'Thu, 01 Jan 2037 00:00:00 GMT', Expect: '', 'X-Tab': 'a\tb', 'Content-Encoding': 'gzip' };
	assert.equal((await ask(site, '/two/x', { headers: { ...JSON_CLIENT, ...odd } })).status, 401);
	assert.equal((await ask(site, '/two/x', { cookie: states.verified, headers: { ...JSON_CLIENT, ...odd } })).status, 200);
	const many = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`X-Many-${i}`, 'y']));
	assert.equal((await ask(site, '/two/x', { cookie: states.verified, headers: { ...JSON_CLIENT, ...many } })).status, 200);
});

test('an upload of 20 MB passes, and is refused without being taken', async () => {
	const body = Buffer.alloc(20 << 20, 'x');
	const answer = await ask(site, '/two/upload', { method: 'POST', cookie: states.verified, body, headers: JSON_CLIENT });
	assert.equal(answer.status, 200);
	assert.equal(answer.json().bytes, body.length);
	const before = application.requests.length;
	const refused = await ask(site, '/two/upload', { method: 'POST', body, headers: JSON_CLIENT }).catch((error) => error);
	assert.ok(refused.status === 401 || ['EPIPE', 'ECONNRESET'].includes(refused.code), `${refused.status} ${refused.message}`);
	assert.equal(application.requests.length, before);
});

test('a program brings the session\'s token in a header; a token of the application\'s own is let be', async () => {
	for (const headers of [{ Authorization: `Bearer ${states.verified}` }, { 'x-account-access-token': states.verified }]) {
		assert.equal((await ask(site, '/two/', { headers: { ...JSON_CLIENT, ...headers } })).status, 200);
		assert.equal((await ask(site, '/one/', { cookie: states.mfa_required, headers: { ...JSON_CLIENT, ...headers } })).status, 401, 'the cookie comes first');
	}
	const theirs = { Authorization: 'Bearer glsa_some-token-of-the-application' };
	assert.equal((await ask(site, '/two/', { headers: { ...JSON_CLIENT, ...theirs } })).status, 401);
	const seen = await ask(site, '/two/', { cookie: states.verified, headers: { ...JSON_CLIENT, ...theirs } });
	assert.equal(seen.json().headers.authorization, theirs.Authorization);
});

test('two cookies of the session\'s name are nobody\'s', async () => {
	const cookie = `__Host-session=${states.verified}; __Host-session=${states.verified}`;
	assert.equal((await ask(site, '/one/', { cookie, headers: JSON_CLIENT })).status, 401);
});

test('what the application answers is its own', async () => {
	for (const status of [401, 403, 404, 500, 503]) {
		const answer = await ask(site, `/two/status/${status}`, { cookie: states.verified, headers: HTML });
		assert.equal(answer.status, status);
		assert.equal(answer.text, 'the application says so\n');
	}
});

test('what a server says of errors at its own level does not open the gate', async () => {
	for (const state of ['none', 'garbage', 'mfa_required', 'active']) {
		const answer = await ask(other, '/x', { cookie: states[state], headers: JSON_CLIENT });
		assert.equal(answer.status, 401, state);
	}
	assert.equal((await ask(other, '/x', { cookie: states.verified, headers: JSON_CLIENT })).status, 200);
});

test('over TLS and HTTP/2, with the cookies split into several fields', async () => {
	const client = http2.connect(`https://app.localhost:${tls}`, { rejectUnauthorized: false, lookup: (name, options, done) => done(null, options.all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1', 4) });
	const get = (headers) => new Promise((resolve, reject) => {
		const stream = client.request({ ':path': back('two'), ...headers });
		let text = '', got;
		stream.on('response', (h2) => (got = h2));
		stream.on('data', (part) => (text += part));
		stream.on('end', () => resolve({ status: got[':status'], headers: got, text }));
		stream.on('error', reject);
		stream.end();
	});
	const passed = await get({ accept: 'application/json', cookie: ['a=1', `__Host-session=${states.verified}`, 'b=2'] });
	assert.equal(passed.status, 200);
	assert.equal(JSON.parse(passed.text).headers.cookie, 'a=1; b=2');
	assert.equal(JSON.parse(passed.text).headers['x-forwarded-proto'], 'https');
	assert.equal((await get({ accept: 'application/json', cookie: ['a=1'] })).status, 401);
	const away = await get({ accept: 'text/html' });
	assert.equal(away.status, 302);
	assert.equal(new URL(nextOf(away.headers.location), stack.base).searchParams.get('to'), `https://app.localhost:${tls}${back('two')}`);
	client.close();
});

// --- organizations --------------------------------------------------------------------

test('members only, and each organization asks for itself', async () => {
	const { who: adam, browser } = await h.enrolled(stack, { name: 'Adam' });
	await stack.ctl(['organization', 'add-member', 'harbour', adam.email, '--role', 'admin']);
	await stack.ctl(['organization', 'add-member', 'linden', adam.email, '--role', 'member']);
	let answer = await ask(site, '/nowhere/', { cookie: browser.token, headers: JSON_CLIENT });
	assert.equal(answer.status, 403);
	assert.equal(answer.json().code, 'forbidden');
	assert.equal(answer.headers['content-type'], 'application/problem+json');
	assert.equal((await ask(site, '/nowhere/', { cookie: browser.token, headers: HTML })).status, 403);
	assert.equal((await ask(site, '/nowhere/', { headers: JSON_CLIENT })).status, 401, 'whoever is not signed in does not learn that');
	assert.equal((await ask(site, '/harbour_one/', { cookie: states.active, headers: JSON_CLIENT })).status, 403);
	assert.equal((await ask(site, '/harbour/', { cookie: states.verified, headers: JSON_CLIENT })).status, 403);

	answer = await ask(site, '/harbour_one/', { cookie: browser.token, headers: JSON_CLIENT });
	assert.equal(answer.json().headers['remote-groups'], 'harbour,harbour:admin,linden,linden:member');
	answer = await ask(site, '/harbour/', { cookie: browser.token, headers: JSON_CLIENT });
	assert.equal(answer.status, 401);
	assert.equal(answer.json().code, 'organization_required');

	answer = await ask(site, '/harbour/x?y=1', { cookie: browser.token, headers: HTML });
	const location = new URL(answer.location);
	assert.equal(location.pathname, '/gate/organization');
	assert.equal(location.searchParams.get('organization'), 'harbour');
	const next = location.searchParams.get('next');
	const page = await browser.get(location.pathname + location.search);
	assert.equal(page.status, 200);
	assert.match(page.text, /Switch to Harbour/);
	assert.equal(h.valueOf(page.text, 'next'), next);
	answer = await browser.post('/organization', { organization: h.valueOf(page.text, 'organization'), next });
	assert.deepEqual([answer.status, answer.location], [303, next], 'back, where the verification is asked for');
	answer = await ask(site, '/harbour/x?y=1', { cookie: browser.token, headers: HTML });
	assert.equal(new URL(answer.location).pathname, '/mfa/challenge');
	const to = (way) => new URL(way, stack.base).searchParams.get('to');
	assert.equal(to(new URL(answer.location).searchParams.get('next')), to(next));
	assert.equal((await ask(site, '/harbour/', { cookie: browser.token, headers: JSON_CLIENT })).json().code, 'verification_required');
	assert.equal((await ask(site, '/two/', { cookie: browser.token, headers: JSON_CLIENT })).status, 401, 'a switch clears the verification');
	answer = await browser.post('/mfa/challenge', { code: await h.nextCode(stack, adam.factors[0]), next });
	assert.equal(answer.location, next);
	assert.equal((await ask(site, '/harbour/', { cookie: browser.token, headers: JSON_CLIENT })).status, 200);
	assert.equal((await ask(site, '/http_harbour/', { cookie: browser.token })).status, 200);

	for (const wrong of ['linden2', 'nowhere', '../x'])
		assert.equal((await browser.get(`/gate/organization?organization=${encodeURIComponent(wrong)}`)).status, 404, wrong);
	const other = await browser.get('/gate/organization?organization=linden&next=https://evil.example/');
	assert.equal(h.valueOf(other.text, 'next'), undefined, 'only ways within this site go on');
});

test('a member of one organization works in it without having said so', async () => {
	const { who, browser } = await h.enrolled(stack);
	await stack.ctl(['organization', 'add-member', 'harbour', who.email, '--role', 'member']);
	assert.equal((await ask(site, '/harbour/', { cookie: browser.token, headers: JSON_CLIENT })).status, 200);
});

test('an organization that wants fresher verifications has them at the gate', async () => {
	const { who, browser } = await h.enrolled(stack);
	await stack.ctl(['organization', 'add-member', 'linden', who.email, '--role', 'member']);
	const wanted = (age) => stack.psql(`UPDATE countersign.policies SET verification_age = ${age}
		WHERE organization_id = (SELECT organization_id FROM countersign.organizations WHERE slug = 'linden')`);
	await stack.psql(`UPDATE countersign.sessions SET verified_at = verified_at - interval '2 minutes' WHERE account_id = '${who.id}'`);
	assert.equal((await ask(site, '/fresh/', { cookie: browser.token, headers: JSON_CLIENT })).status, 200);
	await wanted(60);
	const answer = await ask(site, '/fresh/', { cookie: browser.token, headers: JSON_CLIENT });
	assert.deepEqual([answer.status, answer.json().code], [401, 'verification_required']);
	assert.equal((await ask(site, '/two/', { cookie: browser.token, headers: JSON_CLIENT })).status, 200, 'which asks for none that is fresh');
	await wanted('NULL');
});

test('a member of very many organizations is allowed, and the application gets as many as fit, that of the resource first', async () => {
	const { who, browser } = await h.enrolled(stack);
	await stack.psql(`INSERT INTO countersign.organizations (organization_id, slug, name, created_at)
			SELECT gen_random_uuid(), 'a-' || repeat('x', 40) || n, 'Many', now() FROM generate_series(1, 150) n;
		INSERT INTO countersign.policies (organization_id, updated_at) SELECT organization_id, now() FROM countersign.organizations WHERE slug LIKE 'a-%';
		INSERT INTO countersign.memberships (account_id, organization_id, role, joined_at)
			SELECT '${who.id}', organization_id, 'owner', now() FROM countersign.organizations WHERE slug LIKE 'a-%' OR slug = 'harbour'`);
	const groups = (await ask(site, '/harbour_one/', { cookie: browser.token, headers: JSON_CLIENT })).json().headers['remote-groups'];
	assert.match(groups, /^harbour,harbour:owner,a-x+\d+,a-x+\d+:owner/);
	assert.ok(groups.length > 2_800 && groups.length <= 3_000, `${groups.length}`);
	assert.match(groups, /,(a-x+\d+),\1:owner$/, 'whole groups only');
});

test('the deadline of a policy is kept to the second', async () => {
	const late = await h.person(stack), soon = stack.clock.now() + 30;
	await stack.ctl(['organization', 'add-member', 'linden', late.email, '--role', 'member']);
	const { token } = await h.signIn(stack, late);
	await stack.psql(`UPDATE countersign.policies SET requirement = 'everyone', grace_days = 1, required_since = to_timestamp(${soon - 86_400}),
		everyone_since = to_timestamp(${soon - 86_400}) WHERE organization_id = (SELECT organization_id FROM countersign.organizations WHERE slug = 'linden');
		UPDATE countersign.memberships SET joined_at = to_timestamp(${soon - 90_000}) WHERE account_id = '${late.id}'`);
	assert.equal((await ask(site, '/one/', { cookie: token, headers: JSON_CLIENT })).status, 200);
	stack.clock.advance(31);
	const answer = await ask(site, '/one/', { cookie: token, headers: JSON_CLIENT });
	assert.equal(answer.status, 401);
	assert.equal(answer.json().code, 'enrollment_required');
	const page = await ask(site, '/one/', { cookie: token, headers: HTML });
	assert.equal(new URL(page.location).pathname, '/mfa/setup');
});

// --- the return URL -------------------------------------------------------------------------

test('through sign-in, challenge and set-up the way leads back to the site', async () => {
	const target = '/fresh/report?from=2026-01-01&to=now&q=a%26b%3Dc+d%20e&q=%C3%A9#nothing'.split('#')[0];
	const url = `http://localhost:${site}${target}`;
	const away = await ask(site, target, { headers: HTML });
	const login = new URL(away.location);
	const next = login.searchParams.get('next');
	const { who } = await h.enrolled(stack);
	const browser = await h.signIn(stack, who, { next });
	assert.equal(browser.went, '/mfa/challenge');
	let answer = await browser.post('/mfa/challenge', { code: await h.nextCode(stack, who.factors[0]) });
	assert.equal(answer.location, next);
	// Cookies do not know ports: to a browser this site is the service's own host, but its origin is another.
	const way = new URL(next, stack.base).searchParams.get('way');
	assert.match(way, /^[0-9a-f]{32}$/);
	answer = await browser.get(answer.location, { headers: { 'Sec-Fetch-Site': 'same-origin' } });
	assert.equal(answer.status, 200);
	assert.match(answer.headers.refresh, /^0;url=http:\/\/localhost:\d+\/gate\/callback\?ticket=[\w-]{86}&to=/);
	answer = await browser.get(next, { headers: { 'Sec-Fetch-Site': 'cross-site' } });
	assert.equal(answer.status, 303);
	assert.equal(new URL(answer.location).searchParams.get('to'), target, url);

	stack.clock.advance(FRESH_S + 1);
	const again = new URL((await ask(site, target, { cookie: browser.token, headers: HTML })).location);
	assert.equal(again.pathname, '/mfa/challenge');
	const page = await browser.get(again.pathname + again.search);
	assert.equal(page.status, 200);
	assert.equal(h.hasField(page.text, 'password'), false, 'a password is not asked for');
	answer = await browser.post('/mfa/challenge', { code: await h.nextCode(stack, who.factors[0]), next: h.valueOf(page.text, 'next') });
	assert.equal(answer.location, again.searchParams.get('next'));
	assert.equal((await ask(site, target, { cookie: browser.token, headers: HTML })).status, 200);

	const fresh = await h.person(stack);
	const first = await h.signIn(stack, fresh);
	const setup = new URL((await ask(site, target, { cookie: first.token, headers: HTML })).location);
	assert.equal(setup.pathname, '/mfa/setup');
	assert.equal((await first.get(setup.pathname + setup.search)).status, 200);
	await h.enrol(first, fresh);
	const done = await first.get('/mfa/setup?step=done');
	const href = /<a class="button" href="(\/gate\/return[^"]*)">Continue to where you were going/.exec(done.text);
	assert.equal(href[1].replace(/&amp;/g, '&'), setup.searchParams.get('next'));
	assert.equal((await ask(site, target, { cookie: first.token, headers: HTML })).status, 200);
	await first.get('/mfa/setup');
	assert.doesNotMatch((await first.get('/mfa/setup?step=done')).text, /Continue to where/, 'a set-up begun anew leads to the profile');
});

test('nobody is sent to a site that is not listed', async () => {
	for (const host of ['evil.example', `localhost:${site}.evil.example`, `localhost.evil.example:${site}`, `user@localhost:${site}`,
		`localhost:${site}@evil.example`, 'localhost', `LOCALHOST:${site + 1}`, '[::1]:80', `localhost:${site}:80`, `evil.example#localhost:${site}`]) {
		const answer = await ask(site, '/two/x', { host, headers: HTML });
		if (answer.status === 400)
			continue;
		assert.equal(answer.location, `${stack.base}/login`, host);
	}
	const upper = await ask(site, '/two/x', { host: `LocalHost:${site}`, headers: HTML });
	assert.match(nextOf(upper.location), /^\/gate\/return/, 'a host has no case');
	const browser = new h.Browser(stack, states.active);
	for (const to of ['https://evil.example/', `http://localhost:${site + 1}/`, `http://localhost:${site}.evil.example/`, `http://localhost:${site}@evil.example/`,
		`//localhost:${site}/`, 'javascript:alert(1)', `http:/localhost:${site}/`, `http://localhost:${site}`.replace('://', ':\\\\'), `https://localhost:${site}/`,
		`http://localhost:${site}\\@evil.example/`, `http://localhost:${site}?@evil.example/`, `http://localhost:${site}#@evil.example/`, `data:text/html,x`, '/dashboard', '']) {
		const answer = await browser.get(`/gate/return?way=${'a'.repeat(32)}&to=${encodeURIComponent(to)}`);
		assert.ok([404, 422].includes(answer.status), `${to}: ${answer.status} ${answer.location}`);
		assert.equal(answer.headers.refresh, undefined);
	}
	const encoded = await browser.get(`/gate/return?way=${'a'.repeat(32)}&to=${encodeURIComponent(`http://localhost:${site}/a\\b"<>'\u00e9`)}`, { headers: { 'Sec-Fetch-Site': 'none' } });
	assert.match(encoded.location, /&to=\/a%255Cb%2522%253C%253E%27%25C3%25A9$/);
	assert.equal((await browser.get(`/gate/return?to=${encodeURIComponent(`http://localhost:${site}/`)}`)).status, 404, 'without the mark there is no ticket');
});

test('an address too long to come back to is shortened, and still passes', async () => {
	for (const length of [500, 1_500, 3_000, 6_000, 8_000]) {
		const target = `/two/page?q=${'a'.repeat(length)}`;
		const answer = await ask(site, target, { headers: HTML });
		assert.equal(answer.status, 302, `${length}`);
		assert.ok(answer.location.length <= 3_500, `${length}: ${answer.location.length}`);
		const to = new URL(nextOf(answer.location), stack.base).searchParams.get('to');
		assert.equal(to, `http://localhost:${site}${length <= 1_500 ? target : length < 4_000 ? '/two/page' : '/'}`, `${length}`);
		assert.equal((await ask(site, target, { cookie: states.verified, headers: HTML })).status, 200, `${length}`);
	}
});

// --- what it costs ----------------------------------------------------------------------

async function statements(act) {
	const from = stack.log('postgres').length;
	await act();
	await rig.sleep(300);
	const names = [...stack.log('postgres').slice(from).matchAll(/execute ([a-z_]+):|statement: (BEGIN|COMMIT|ROLLBACK)/g)].map((m) => m[1] || m[2]);
	return names.filter((name) => !/^(janitor|outbox|reminder)_/.test(name));
}

test('one statement a question, and nothing written on the way', async () => {
	const browser = await h.signInFully(stack, mia);
	await stack.psql("ALTER SYSTEM SET log_statement = 'all'; ALTER SYSTEM SET log_min_duration_statement = -1; SELECT pg_reload_conf()");
	await rig.sleep(1_000);
	assert.deepEqual(await statements(() => ask(site, '/fresh/', { cookie: browser.token, headers: JSON_CLIENT })), ['gate_load']);
	assert.deepEqual(await statements(() => ask(site, '/fresh/', { cookie: browser.token, headers: { ...JSON_CLIENT, Authorization: 'Bearer x' } })), ['gate_load']);
	assert.deepEqual(await statements(() => ask(site, '/fresh/', { cookie: 'x=y', headers: JSON_CLIENT })), [], 'no token, no question');
	stack.clock.advance(120);
	const names = await statements(async () => {
		for (let i = 0; i < 20; i++)
			await ask(site, '/two/', { cookie: browser.token, headers: JSON_CLIENT });
		await rig.sleep(1_500);
	});
	assert.equal(names.filter((n) => n === 'gate_load').length, 20);
	const touches = names.filter((n) => n === 'sessions_touch').length;
	assert.ok(touches >= 1 && touches <= 3, `the activity of 20 requests is recorded together: ${touches}`);
	assert.equal(names.length, 20 + touches);
	assert.equal(await stack.psql(`SELECT abs(extract(epoch FROM last_seen_at) - ${stack.clock.now()}) < 10 FROM countersign.sessions
		WHERE session_id = '${h.sessionOf(browser.token)}'`), 't');
	await stack.psql("ALTER SYSTEM RESET log_statement; ALTER SYSTEM RESET log_min_duration_statement; SELECT pg_reload_conf()");
});

test('a session that is used through the gate does not become idle', async () => {
	const browser = await h.signInFully(stack, mia);
	for (let i = 0; i < 4; i++) {
		stack.clock.advance(7_000);
		assert.equal((await ask(site, '/two/', { cookie: browser.token, headers: JSON_CLIENT })).status, 200, `after ${i + 1} times`);
		await rig.sleep(100);
	}
	stack.clock.advance(7_201);
	assert.equal((await ask(site, '/two/', { cookie: browser.token, headers: JSON_CLIENT })).status, 401);
});

test('no log has a query or a token', async () => {
	const logs = [stack.log('access'), stack.log('nginx'), stack.log('countersignd'), nginx.log('access')].join('\n');
	assert.ok(logs.includes('/gate'), 'there is something to look at');
	for (const token of Object.values(states).filter((t) => t && t.length === 86 && t !== states.garbage))
		assert.ok(!logs.includes(token));
	assert.doesNotMatch(logs, /ticket=|next=/);
});

test('all of it ends well', async () => {
	assert.equal(h.logged(stack, 'child.died'), 0);
	await nginx.stop();
	application.stop();
	await stack.stop();
});
