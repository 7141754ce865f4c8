#!/usr/bin/env -S node --test-reporter=tap
// What an API client may send, and which problem it gets for anything else: bodies, methods, paths.
// No request is ever answered with 5xx.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const api = require('../lib/api.js');

const JSON_TYPE = { 'Content-Type': 'application/json' };
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'];

let stack;
let operations;

const writes = () => operations.filter((o) => o.method !== 'GET');
const concrete = (path) => path.replace('{session}', h.NO_SESSION).replace('{factor}', h.NO_FACTOR);

// Signing in with a body as it is: what needs no session shows what is read before one is looked for.
const send = (body, headers = JSON_TYPE) => api.call(stack, 'POST', '/v1/sessions', { body, headers });
const bytes = (...parts) => Buffer.concat(parts.map((p) => Buffer.from(p)));

// A body that is refused before its members are looked at, and why.
async function unreadable(body, why) {
	const problem = api.refused(await send(body), 400, 'bad_request');
	assert.match(problem.detail, /^The body (is not acceptable JSON: .* at byte \d+|must be a JSON object)\.$/, problem.detail);
	assert.match(problem.detail, why, `${body}`.slice(0, 100));
}

test('a stack starts', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 3 } });
	operations = api.operations();
});

// --- kinds of data -------------------------------------------------------------------

test('JSON is taken whatever its type\'s case and parameters', async () => {
	for (const type of ['application/json', 'Application/JSON', 'application/json; charset=utf-8', 'application/json;charset=UTF-8'])
		api.refused(await send('{"email":"a@example.org","password":"x"}', { 'Content-Type': type }), 401, 'credentials_invalid');
});

test('anything else is 415, on every operation that takes a body', async () => {
	const client = await api.signIn(stack, await h.person(stack));
	const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json',
		'application/problem+json', 'application/jsonp', 'application/json, text/plain', 'json', ''];
	for (const type of types)
		api.refused(await send('{}', { 'Content-Type': type }), 415, 'media_type_unsupported');
	api.refused(await send('{}', {}), 415, 'media_type_unsupported');
	for (const o of writes()) {
		const answer = await client.request(o.method, concrete(o.path), {
			body: 'password=x', headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
		});
		api.refused(answer, 415, 'media_type_unsupported');
	}
});

test('16 KiB are taken, one byte more is 413, on every operation, announced or in chunks', async () => {
	const body = (n) => `{"email":"a@example.org","password":"x"}${' '.repeat(n)}`.slice(0, n);
	api.refused(await send(body(16384)), 401, 'credentials_invalid');
	api.refused(await send(body(16385)), 413, 'body_too_large');
	api.refused(await send(body(1_000_000)), 413, 'body_too_large');
	for (const o of writes())
		api.refused(await api.call(stack, o.method, concrete(o.path), { body: body(16385), headers: JSON_TYPE }), 413, 'body_too_large');
	const chunk = '4000\r\n' + 'x'.repeat(0x4000) + '\r\n';
	const chunked = await h.raw(stack, `POST /v1/sessions HTTP/1.1\r\nHost: localhost:${stack.port}\r\nConnection: close\r\n` +
		`Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`);
	assert.match(chunked, /^HTTP\/1\.1 413 [^]*\r\nContent-Type: application\/problem\+json[^]*"code":\s*"body_too_large"/);
});

// --- strict JSON ------------------------------------------------------------------------

test('one document and nothing behind it', async () => {
	for (const body of ['{}{}', '{} x', '{},', '{}\n[]', '{}\0', '{"email":"a@b"} //'])
		await unreadable(body, /something behind the document/);
	for (const body of ['{', '{"email"', '{"email":', '{"email":"a', '{"email":"a"', '{"a":tru'])
		await unreadable(body, /the end too soon|unknown word/);
	api.refused(await send(' \r\n\t{"email":"a@example.org","password":"x"}\n '), 401, 'credentials_invalid');
});

test('a key twice is refused, also written with escapes, also further down', async () => {
	await unreadable('{"email":"a@example.org","email":"b@example.org","password":"x"}', /a key twice/);
	await unreadable('{"email":"a@example.org","\\u0065mail":"b@example.org"}', /a key twice/);
	await unreadable('{"x":{"a":1,"a":2}}', /a key twice/);
});

test('depth: four levels are read, five are not', async () => {
	assert.deepEqual(Object.keys(api.faults(await send('{"email":{"a":{"b":{}}}}'))), ['/email', '/password']);
	assert.deepEqual(Object.keys(api.faults(await send('{"email":[[[1]]]}'))), ['/email', '/password']);
	await unreadable('{"email":{"a":{"b":{"c":{}}}}}', /nested too deep/);
	await unreadable('{"email":[[[[1]]]]}', /nested too deep/);
	await unreadable('['.repeat(8000), /nested too deep/);
});

test('what is not JSON: byte order mark, U+0000, bad UTF-8, half surrogates, loose syntax', async () => {
	await unreadable(bytes('\ufeff{}'), /a byte order mark/);
	await unreadable(bytes('{"email":"a', [0], 'b"}'), /control character/);
	await unreadable('{"email":"a\\u0000b"}', /U\+0000/);
	await unreadable('{"em\\u0000ail":"a"}', /U\+0000/);
	await unreadable('{"email":"a\nb"}', /control character/);
	for (const bad of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0x80]])
		await unreadable(bytes('{"email":"', bad, '"}'), /not UTF-8/);
	for (const half of ['\\ud800', '\\udc00', '\\ud800x', '\\ud800\\u0041'])
		await unreadable(`{"email":"${half}"}`, /half a surrogate pair/);
	for (const loose of ["{'email':'a'}", '{email:"a"}', '{"email":"a",}', '{"a" 1}', '{"a":01}', '{"a":.5}', '{"a":+1}', '{"a":0x1}',
		'{"a":NaN}', '{"a":1e999}', '{"a":True}', '/**/{}', '{"a":"\\x41"}', '{"a":"\\u12G4"}', '[1,2', '<x/>', ' ', '\n', 'email=a'])
		await unreadable(loose, /./);
	await unreadable(`{"a":${'1'.repeat(65)}}`, /a number too long/);
	await unreadable(`{${Array.from({ length: 65 }, (_, i) => `"k${i}":1`)}}`, /too many keys/);
});

test('a body is an object', async () => {
	for (const body of ['[]', '[{"email":"a"}]', '"text"', '1', 'null', 'true'])
		await unreadable(body, /must be a JSON object/);
});

// --- members ------------------------------------------------------------------------------

test('every fault of a body in one answer, each with a pointer and words of its own', async () => {
	const faults = api.faults(await send('{"Email":"a@example.org","password":["x"],"a/b":1,"m~n":{},"":0,"é\\"\\\\":null}'));
	assert.deepEqual(faults, {
		'/Email': 'There is no such member.',
		'/password': 'It must be a string.',
		'/a~1b': 'There is no such member.',
		'/m~0n': 'There is no such member.',
		'/': 'There is no such member.',
		'/é"\\': 'There is no such member.',
		'/email': 'It is missing.',
	});
});

test('keys are compared exactly', async () => {
	for (const key of ['EMAIL', 'email ', ' email', 'e\\u200bmail', 'emаil'])
		assert.ok('/email' in api.faults(await send(`{"${key}":"a@example.org","password":"x"}`)), key);
	api.refused(await send('{"\\u0065mail":"a@example.org","password":"x"}'), 401, 'credentials_invalid');
});

test('no type is turned into another', async () => {
	for (const value of ['1', 'true', '[]', '{}', '["a@example.org"]', '-0', '1e3'])
		assert.equal(api.faults(await send(`{"email":${value},"password":"x"}`))['/email'], 'It must be a string.', value);
	assert.deepEqual(api.faults(await send('{"email":null,"password":null}')), { '/email': 'It is missing.', '/password': 'It is missing.' });
});

test('no body, an empty object and nulls are the same', async () => {
	const want = { '/email': 'It is missing.', '/password': 'It is missing.' };
	assert.deepEqual(api.faults(await api.call(stack, 'POST', '/v1/sessions')), want);
	assert.deepEqual(api.faults(await send('')), want);
	assert.deepEqual(api.faults(await send('{}')), want);
});

test('an operation without fields takes an empty object and names what is too much', async () => {
	const client = await api.signIn(stack, await h.person(stack));
	for (const [method, path] of [['POST', '/v1/public/accounts/mfa/setup'], ['DELETE', '/v1/sessions/current']])
		assert.deepEqual(api.faults(await client.request(method, path, { json: { force: true } })), { '/force': 'There is no such member.' });
	api.expect(await client.delete('/v1/sessions/current', {}), 204);
});

test('what stands in the path cannot come in the body, whatever its value', async () => {
	const client = await api.signIn(stack, await h.person(stack));
	for (const value of [h.NO_SESSION, null, 1])
		assert.deepEqual(Object.keys(api.faults(await client.delete(`/v1/sessions/${h.NO_SESSION}`, { session: value }))), ['/session']);
	for (const value of [h.NO_FACTOR, null, 1])
		assert.deepEqual(Object.keys(api.faults(await client.patch(`/v1/me/mfa/factors/${h.NO_FACTOR}`, { factor: value, label: 'x' }))), ['/factor']);
});

test('more faults than a problem document lists still make one response', async () => {
	const body = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`k${i}`, i]));
	const { errors } = api.refused(await send(JSON.stringify(body)), 422, 'field_invalid');
	assert.ok(errors.length >= 16 && errors.length <= 20, `${errors.length}`);
	assert.equal(new Set(errors.map((e) => e.pointer)).size, errors.length);
});

test('a member name of several kilobytes is reported in full', async () => {
	const name = 'n'.repeat(15_000);
	assert.ok(`/${name}` in api.faults(await send(`{"${name}":1}`)));
});

// --- methods, paths, queries ------------------------------------------------------------------

test('every path × method that is not in the table is 405 with the methods that are', async () => {
	for (const path of new Set(operations.map((o) => o.path))) {
		const has = operations.filter((o) => o.path === path).map((o) => o.method);
		const allowed = new Set([...has, ...(has.includes('GET') ? ['HEAD'] : [])]);
		for (const method of METHODS.filter((m) => !allowed.has(m))) {
			const answer = await api.call(stack, method, concrete(path));
			assert.equal(answer.status, 405, `${method} ${path}`);
			if (method !== 'HEAD')
				api.refused(answer, 405, 'method_not_allowed');
			assert.deepEqual(new Set(answer.headers.allow.split(', ')), allowed, `${method} ${path}`);
		}
	}
});

test('OPTIONS says what is allowed, to everybody, and opens nothing to other sites', async () => {
	for (const path of new Set(operations.map((o) => o.path))) {
		const answer = await api.call(stack, 'OPTIONS', concrete(path), {
			headers: { Origin: 'http://other.example', 'Access-Control-Request-Method': 'POST' },
		});
		assert.equal(answer.status, 204, path);
		assert.equal(answer.text, '');
		for (const o of operations.filter((each) => each.path === path))
			assert.ok(answer.headers.allow.split(', ').includes(o.method), `${path}: ${answer.headers.allow}`);
		assert.deepEqual(Object.keys(answer.headers).filter((name) => name.startsWith('access-control')), []);
	}
	api.refused(await api.call(stack, 'OPTIONS', '/v1/nothing'), 404, 'not_found');
});

test('HEAD is GET without the body', async () => {
	const { client, organizationId } = await api.administered(stack);
	for (const o of operations.filter((each) => each.method === 'GET')) {
		const target = concrete(o.path).replace('{organization}', organizationId);
		const get = await client.get(target), head = await client.request('HEAD', target);
		assert.equal(head.status, 200, o.path);
		assert.equal(head.text, '');
		for (const name of ['content-type', 'content-length', 'cache-control'])
			assert.equal(head.headers[name], get.headers[name], `${name} of ${o.path}`);
	}
	const refused = await api.call(stack, 'HEAD', '/v1/sessions');
	assert.deepEqual([refused.status, refused.text], [401, '']);
	assert.ok(refused.headers['www-authenticate']);
});

test('a slash more, an encoded one, dots and other spellings reach no handler', async () => {
	const client = await api.signIn(stack, await h.person(stack));
	const paths = ['/v1/sessions/', '/v1/sessions//current', '/v1/sessions%2Fcurrent', '/v1/sessions/%63urrent', '/v1/sessions/current/',
		'/v1/Sessions/current', '/v1/sessions/current;x=1', '/v1/./sessions/current', '/v1/x/../sessions/current', '/v1/sessions/..%2fsessions/current',
		'/v1/me%2fmfa', '/v1/me/mfa/', '/v1/me/mfa%20', '/v1/me/mfa/factors/', `/v1/me/mfa/factors/${h.NO_FACTOR}/`,
		`/v1/me/mfa/factors%2f${h.NO_FACTOR}`, '/v1/', '/v1/nothing', '/v1/openapi.json/', '/v1/public', '/v1/sessions/current/nothing'];
	for (const path of paths)
		for (const method of ['GET', 'POST', 'DELETE']) {
			const answer = await client.request(method, path);
			// 405: it could be the id of a session, which can only be deleted.
			const codes = { 404: 'not_found', 405: 'method_not_allowed' };
			assert.ok(method === 'DELETE' ? answer.status === 404 : answer.status in codes, `${method} ${path}: ${answer.status}`);
			assert.equal(answer.json().code, codes[answer.status]);
		}
	// What cannot be a path at all does not get past nginx, which does not say of what kind it is.
	for (const path of ['/v1/me/mfa%00', '/v1/sessions/%zz', '/v1/../../etc/passwd'])
		assert.equal((await stack.request('GET', path)).status, 400, path);
	api.expect(await client.get('/v1/sessions/current'), 200);
});

test('an identifier that cannot be is not there', async () => {
	const { client } = await api.enrolled(stack, { verified: true });
	for (const id of ['1', 'ses_', h.NO_SESSION.slice(0, -1), `${h.NO_SESSION}0`, h.NO_SESSION.toUpperCase(), h.NO_FACTOR, 'ses_zzzzzzzzzzzzzzzzzzzzzzzzzz',
		'%01', `${h.NO_SESSION}%20`, "';--", '{session}', '%7Bsession%7D', 'x'.repeat(2000)])
		api.refused(await client.delete(`/v1/sessions/${id}`), 404, 'not_found');
	for (const id of ['1', 'fct_', h.NO_SESSION, h.NO_FACTOR.toUpperCase(), `${h.NO_FACTOR}0`])
		api.refused(await client.patch(`/v1/me/mfa/factors/${id}`, { label: 'x' }), 404, 'not_found');
});

test('a GET refuses a body and undocumented parameters; other methods refuse a query', async () => {
	const client = await api.signIn(stack, await h.person(stack));
	for (const o of operations.filter((each) => each.method === 'GET')) {
		api.refused(await client.request('GET', o.path, { body: '{}', headers: JSON_TYPE }), 400, 'bad_request');
		api.refused(await client.get(`${o.path}?x=1`), 400, 'bad_request');
	}
	for (const o of writes())
		for (const query of ['?password=x', '?a'])
			api.refused(await client.request(o.method, `${concrete(o.path)}${query}`, { json: {} }), 400, 'bad_request');
	api.expect(await client.get('/v1/me/mfa?'), 200);
});

test('a token cannot come in the query or the body', async () => {
	const { token } = await api.signIn(stack, await h.person(stack));
	for (const name of ['access_token', 'token', 'x-account-access-token'])
		assert.ok([400, 401].includes((await api.call(stack, 'GET', `/v1/sessions/current?${name}=${token}`)).status));
	api.refused(await api.call(stack, 'DELETE', '/v1/sessions/current', { json: { token } }), 401, 'unauthenticated');
});

// --- anything at all ------------------------------------------------------------------------

// A generator of its own, so that a failure can be had again.
function random(seed) {
	let state = seed;
	return (n) => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.floor(state / 4294967296 * n);
	};
}

const SEED = 20240229;
const FRAGMENTS = ['"', '\\', '{', '}', '[', ']', ',', ':', '\0', '\ufeff', '\u202e', '\\u0000', '\\ud800', 'null', '1e400', '-', ' ', '\n',
	'"code":', '"x":1,', 'é', '💣', '%00', '<b>', "'", '0'.repeat(200), '['.repeat(40)];

// A valid body of the operation with some bytes turned, taken away, doubled or put in.
function mutate(next, body) {
	let buffer = Buffer.from(body);
	for (let n = 1 + next(4); n > 0; n--) {
		const at = next(buffer.length + 1), head = buffer.subarray(0, at), tail = buffer.subarray(at);
		const kinds = [
			() => bytes(head, [next(256)], tail.subarray(1)),
			() => bytes(head, FRAGMENTS[next(FRAGMENTS.length)], tail),
			() => bytes(head, tail.subarray(next(8))),
			() => bytes(head, tail, tail),
			() => bytes(tail, head),
		];
		buffer = kinds[next(kinds.length)]();
	}
	return buffer.subarray(0, 16384);
}

function validBody(next, who) {
	const some = { email: who.email, password: who.password, code: '123456', recoveryCode: 'abc12-def34', factorId: h.NO_FACTOR, label: 'Phone',
		preferred: true, organizationId: h.idText('org', '01890a5d-ac96-774b-bcce-b302099a8057'), mfa_code: '123456', recovery_code: 'abc12-def34' };
	const names = Object.keys(some).filter(() => next(3) === 0);
	return JSON.stringify(Object.fromEntries(names.map((name) => [name, some[name]])));
}

test('500 mutated bodies over all operations: never 5xx, and every refusal a problem', async () => {
	const next = random(SEED);
	const seen = new Set();
	for (let batch = 0; batch < 25; batch++) {
		const who = batch % 5 === 0 ? (await api.enrolled(stack)).who : await h.person(stack);
		const { token } = await api.signIn(stack, who);
		await h.times(20, async (i) => {
			const o = operations[(batch * 20 + i) % operations.length];
			const body = o.method === 'GET' ? undefined : mutate(next, validBody(next, who));
			const headers = { Authorization: `Bearer ${token}`, ...(body && JSON_TYPE) };
			const answer = await api.call(stack, o.method, concrete(o.path), { body, headers });
			assert.ok(answer.status < 500, `${o.method} ${o.path} ${answer.status}: ${body?.toString('hex')}`);
			seen.add(`${o.method} ${answer.status}`);
		});
	}
	for (const status of [400, 403, 422])
		assert.ok([...seen].some((s) => s.endsWith(` ${status}`)), `${status} in ${[...seen]}`);
});

test('headers of all sorts: never 5xx', async () => {
	const next = random(SEED + 1);
	const names = ['Authorization', 'x-account-access-token', 'Cookie', 'Origin', 'Sec-Fetch-Site', 'Referer', 'User-Agent', 'Content-Type', 'X-Request-Id'];
	for (let batch = 0; batch < 10; batch++)
		await h.times(20, async () => {
			const headers = {};
			for (const name of names)
				if (next(3) === 0)
					headers[name] = Buffer.from(Array.from({ length: next(300) }, () => 0x20 + next(0xdf)).filter((c) => c !== 0x7f)).toString('latin1');
			const o = operations[next(operations.length)];
			const answer = await api.call(stack, o.method, concrete(o.path), { headers, body: o.method === 'GET' ? undefined : '{}' });
			assert.ok(answer.status >= 200 && answer.status < 500, `${o.method} ${o.path} ${answer.status}: ${JSON.stringify(headers)}`);
		});
});

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', () => stack.stop());
