#!/usr/bin/env -S node --test-reporter=tap
// Sessions of API clients: sign-in, the token and where it travels, verification,
// reauthentication, organizations, lists, signing out.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const api = require('../lib/api.js');

const TOKEN = /^[A-Za-z0-9_-]{86}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const SESSION = ['accountId', 'createdAt', 'expiresAt', 'id', 'methods', 'organizationId', 'reauthenticatedAt', 'state', 'verifiedAt'];
const CURRENT = '/v1/sessions/current';
const STALE_S = 11 * 60;

let stack;
let operations;

const bearer = (token) => ({ headers: { Authorization: `Bearer ${token}` } });
const account = (who) => h.idText('usr', who.id);

// A path of the table with something well-formed in it that is nobody's.
const concrete = (path) => path.replace('{session}', h.NO_SESSION).replace('{factor}', h.NO_FACTOR);

// A body that no required field of the operation is missing from.
const VALUES = {
	email: 'nobody@example.org', password: 'not the password', code: '000000', mfa_code: '000000', label: 'Other',
	organizationId: h.idText('org', '01890a5d-ac96-774b-bcce-b302099a8057'),
};

function bodyOf(operation) {
	const names = operation.fields.map((field) => field.name).filter((name) => VALUES[name] !== undefined);
	return operation.method === 'GET' || names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, VALUES[name]]));
}

// What differs between two refusals of the same thing.
function bare(answer) {
	const lines = [];
	for (let i = 0; i < answer.rawHeaders.length; i += 2)
		if (!/^(date|x-request-id)$/i.test(answer.rawHeaders[i]))
			lines.push(`${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`);
	return [answer.status, lines.sort(), answer.text.replaceAll(answer.headers['x-request-id'], 'ID')];
}

test('a stack starts', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 3 } });
	operations = api.operations();
	assert.ok(operations.length >= 21);
});

// --- signing in -------------------------------------------------------------

test('signing in without a factor gives an active session', async () => {
	const who = await h.person(stack);
	const answer = await api.call(stack, 'POST', '/v1/sessions', { json: { email: who.email.toUpperCase(), password: who.password } });
	const said = api.expect(answer, 201);
	assert.deepEqual(Object.keys(said).sort(), [...SESSION, 'token'].sort());
	assert.match(said.token, TOKEN);
	assert.equal(said.accountId, account(who));
	assert.equal(said.state, 'active');
	assert.deepEqual(said.methods, []);
	assert.equal(said.organizationId, null);
	assert.equal(said.verifiedAt, null);
	for (const name of ['createdAt', 'reauthenticatedAt', 'expiresAt'])
		assert.match(said[name], TIME, name);
	assert.equal(Math.round((Date.parse(said.expiresAt) - Date.parse(said.createdAt)) / 1000), 86400);
	assert.deepEqual(answer.setCookie, [], 'a client of JSON keeps its token itself');
	const { token, ...rest } = said;
	assert.deepEqual(api.expect(await api.call(stack, 'GET', CURRENT, bearer(token)), 200), rest, 'the token is returned once');
});

test('signing in with a factor says what is outstanding, and the methods', async () => {
	const { who } = await api.enrolled(stack);
	const said = api.expect(await api.call(stack, 'POST', '/v1/sessions', { json: { email: who.email, password: who.password } }), 201);
	assert.equal(said.state, 'mfa_required');
	assert.deepEqual(said.methods, ['totp', 'backup_code']);
	assert.equal(Math.round((Date.parse(said.expiresAt) - Date.parse(said.createdAt)) / 1000), 900, 'a challenge waits 15 minutes');
});

test('signing in with a cookie or an old token in the request opens a session of its own', async () => {
	const who = await h.person(stack);
	const browser = await api.signIn(stack, who, { by: 'cookie' });
	const answer = await browser.stack.request('POST', '/v1/sessions', {
		json: { email: who.email, password: who.password }, cookie: browser.token,
	});
	api.check('POST', '/v1/sessions', answer);
	assert.notEqual(api.expect(answer, 201).token, browser.token);
	assert.deepEqual(answer.setCookie, []);
	assert.equal(await api.isDead(stack, browser.token), false);
});

test('signing in says what is missing or wrong in its fields', async () => {
	const send = (json) => api.call(stack, 'POST', '/v1/sessions', { json });
	assert.deepEqual(api.faults(await send({})), { '/email': 'It is missing.', '/password': 'It is missing.' });
	assert.deepEqual(api.faults(await send({ email: null, password: '' })), { '/email': 'It is missing.', '/password': 'It is missing.' });
	assert.deepEqual(api.faults(await send({ email: 'no address', password: 7 })), {
		'/email': 'It must be an email address.', '/password': 'It must be a string.',
	});
	assert.deepEqual(Object.keys(api.faults(await send({ email: 'a@example.org', password: 'x'.repeat(1025) }))), ['/password']);
});

test('an unknown account, a wrong password and a disabled account get the same status, body and headers', async () => {
	const known = await h.person(stack, { email: 'known@example.org' });
	const gone = await h.person(stack, { email: 'other@example.org' });
	await stack.ctl(['account', 'disable', gone.email]);
	const answers = [];
	for (const [email, password] of [[known.email, 'not it'], ['nobod@example.org', 'not it'], [gone.email, 'not it'], [gone.email, gone.password]]) {
		const answer = await api.call(stack, 'POST', '/v1/sessions', { json: { email, password } });
		api.refused(answer, 401, 'credentials_invalid');
		answers.push(bare(answer));
	}
	for (const answer of answers)
		assert.deepEqual(answer, answers[0]);
});

test('a locked second factor is not revealed before the password is right, nor by signing in', async () => {
	const { who } = await api.enrolled(stack);
	await stack.psql(`UPDATE countersign.throttles SET failures = 100 WHERE account_id = '${who.id}'`);
	const wrong = await api.call(stack, 'POST', '/v1/sessions', { json: { email: who.email, password: 'not it' } });
	const unknown = await api.call(stack, 'POST', '/v1/sessions', { json: { email: 'nobody@example.org', password: 'not it' } });
	assert.deepEqual(bare(wrong), bare(unknown));
	const right = await api.call(stack, 'POST', '/v1/sessions', { json: { email: who.email, password: who.password } });
	assert.equal(api.expect(right, 201).state, 'mfa_required');
});

// --- the token --------------------------------------------------------------

test('the token travels as cookie, as Bearer and as x-account-access-token', async () => {
	const who = await h.person(stack);
	const { token } = await api.signIn(stack, who);
	const ways = [
		{ cookie: token },
		{ headers: { Authorization: `Bearer ${token}` } },
		{ headers: { Authorization: `bearer ${token}` } },
		{ headers: { 'x-account-access-token': token } },
		{ headers: { 'X-Account-Access-Token': token, Authorization: `Bearer ${token}` }, cookie: token },
		{ headers: { Authorization: 'Basic bm86bm8=' }, cookie: token },
	];
	for (const way of ways)
		assert.equal(api.expect(await api.call(stack, 'GET', CURRENT, way), 200).accountId, account(who), JSON.stringify(way));
});

test('two tokens that disagree are refused, in every pair of places', async () => {
	const who = await h.person(stack);
	const one = (await api.signIn(stack, who)).token, two = (await api.signIn(stack, who)).token;
	const pairs = [
		{ cookie: one, headers: { Authorization: `Bearer ${two}` } },
		{ cookie: one, headers: { 'x-account-access-token': two } },
		{ headers: { Authorization: `Bearer ${one}`, 'x-account-access-token': two } },
		{ cookie: one, headers: { Authorization: 'Bearer nonsense' } },
	];
	for (const pair of pairs) {
		const problem = api.refused(await api.call(stack, 'GET', CURRENT, pair), 400, 'bad_request');
		assert.match(problem.detail, /two different tokens/);
	}
	api.refused(await api.call(stack, 'DELETE', CURRENT, pairs[0]), 400, 'bad_request');
	for (const token of [one, two])
		assert.equal(await api.isDead(stack, token), false);
});

test('what is no token, or nobody\'s, is 401 on every operation that needs one', async () => {
	const who = await h.person(stack);
	const { token } = await api.signIn(stack, who);
	const forged = `${token.slice(0, 85)}${token.endsWith('A') ? 'Q' : 'A'}`;
	const last = h.bytesOf(token);
	last[63] ^= 1;
	for (const bad of [forged, last.toString('base64url'), `${token}A`, token.slice(1), 'x', `${token}=`]) {
		api.refused(await api.call(stack, 'GET', CURRENT, bearer(bad)), 401, 'unauthenticated');
		api.refused(await api.call(stack, 'GET', CURRENT, { headers: { 'x-account-access-token': bad } }), 401, 'unauthenticated');
	}
	for (const o of operations.filter((each) => !each.guards.has('public'))) {
		const problem = api.refused(await api.call(stack, o.method, concrete(o.path), { json: bodyOf(o), origin: true }), 401, 'unauthenticated');
		assert.match(problem.detail, /not signed in/, `${o.method} ${o.path}`);
	}
});

test('a request by cookie that changes anything needs our origin; a token in a header does not', async () => {
	const who = await h.person(stack);
	const browser = await api.signIn(stack, who, { by: 'cookie' });
	const unsafe = operations.filter((o) => o.method !== 'GET' && !o.guards.has('public'));
	const foreign = [
		{ origin: false }, { origin: 'http://evil.example' }, { origin: 'null' },
		{ origin: true, headers: { 'Sec-Fetch-Site': 'cross-site' } },
		{ origin: true, headers: { 'Sec-Fetch-Site': 'same-site' } },
		{ origin: false, headers: { Referer: `http://evil.example/${stack.base}/` } },
	];
	const before = await h.state(stack, who);
	for (const o of unsafe) {
		assert.ok(o.guards.has('same_origin'), `${o.method} ${o.path}`);
		for (const options of foreign)
			api.refused(await browser.request(o.method, concrete(o.path), { json: bodyOf(o), ...options }), 403, 'cross_origin');
	}
	assert.equal(await h.state(stack, who), before, 'nothing has happened');
	for (const [by, headers] of [['bearer', { Origin: 'http://evil.example' }], ['header', { 'Sec-Fetch-Site': 'cross-site' }]]) {
		const client = await api.signIn(stack, who, { by });
		api.expect(await client.delete(CURRENT, undefined, { headers }), 204);
	}
	api.expect(await browser.delete(CURRENT), 204);
});

// --- verification -----------------------------------------------------------

test('a waiting session reaches sign-out, its status and verification, and nothing else', async () => {
	const { who } = await api.enrolled(stack);
	const client = await api.signIn(stack, who);
	const before = await h.state(stack, who);
	for (const o of operations.filter((each) => each.guards.has('active'))) {
		const problem = api.refused(await client.request(o.method, concrete(o.path), { json: bodyOf(o) }), 403, 'mfa_required');
		assert.match(problem.detail, /Verify your second factor/, `${o.method} ${o.path}`);
	}
	assert.equal(await h.state(stack, who), before, 'nothing has happened');
	assert.equal((await api.session(client)).state, 'mfa_required');
	const open = operations.filter((o) => o.guards.has('session') && !o.guards.has('active')).map((o) => `${o.method} ${o.path}`);
	assert.deepEqual(open.sort(), [`DELETE ${CURRENT}`, `GET ${CURRENT}`, `POST ${CURRENT}/verification`]);
	await api.verify(client, who.factors[0]);
	assert.equal((await api.session(client)).state, 'active');
});

for (const by of ['bearer', 'header', 'cookie']) {
	test(`verification by code re-issues the token (${by}), and the old one is dead`, async () => {
		const { who } = await api.enrolled(stack);
		const client = await api.signIn(stack, who, { by });
		const old = client.token, before = await api.session(client);
		const said = await api.verify(client, who.factors[0]);
		assert.notEqual(client.token, old);
		assert.match(client.token, TOKEN);
		assert.equal(await api.isDead(stack, old), true);
		const { token, ...rest } = said;
		assert.equal(token, by === 'cookie' ? undefined : client.token);
		assert.deepEqual(rest, await api.session(client));
		assert.equal(rest.id, before.id, 'it is the same session');
		assert.equal(rest.state, 'active');
		assert.match(rest.verifiedAt, TIME);
		assert.equal(Math.round((Date.parse(rest.expiresAt) - Date.parse(rest.createdAt)) / 1000), 86400);
	});
}

test('verification by recovery code works once, in any spelling', async () => {
	const { who } = await api.enrolled(stack);
	const client = await api.signIn(stack, who);
	const recoveryCode = who.codes[0].toUpperCase().replace('-', ' ');
	const said = api.expect(await client.post(`${CURRENT}/verification`, { recoveryCode }), 200);
	assert.equal(said.state, 'active');
	assert.equal((await api.mfa(client)).backupCodesRemaining, 9);
	const again = await api.signIn(stack, who);
	api.refused(await again.post(`${CURRENT}/verification`, { recoveryCode }), 422, 'code_invalid');
	api.refused(await again.post(`${CURRENT}/verification`, { recoveryCode: 'aaaaa-aaaaa' }), 422, 'code_invalid');
	api.expect(await again.post(`${CURRENT}/verification`, { recoveryCode: who.codes[1].replace('-', '') }), 200);
});

test('factorId says which app is tried first; every app is tried, and one that is not there is refused', async () => {
	const { who, client } = await api.enrolled(stack, { verified: true });
	const second = await api.enrol(client, who, 'Tablet');
	const waiting = await api.signIn(stack, who);
	const code = await h.nextCode(stack, second);
	api.expect(await waiting.post(`${CURRENT}/verification`, { code }), 200);
	const chosen = await api.signIn(stack, who);
	api.refused(await chosen.post(`${CURRENT}/verification`, { code, factorId: who.factors[0].id }), 422, 'code_invalid');
	const next = await h.nextCode(stack, second);
	api.expect(await chosen.post(`${CURRENT}/verification`, { code: next, factorId: second.id }), 200);
	const other = await api.enrolled(stack);
	const third = await api.signIn(stack, who);
	for (const factorId of [other.who.factors[0].id, h.NO_FACTOR])
		api.refused(await third.post(`${CURRENT}/verification`, { code, factorId }), 404, 'not_found');
	assert.equal(await h.failures(stack, who), 0, 'a factor that is not there costs nothing');
});

test('wrong and used codes are one refusal; the shape of a code is not a field error', async () => {
	const { who } = await api.enrolled(stack);
	const client = await api.signIn(stack, who);
	const wrong = await client.post(`${CURRENT}/verification`, { code: await h.wrongCode(stack, who.factors[0]) });
	const used = await client.post(`${CURRENT}/verification`, { code: who.factors[0].confirmedBy });
	const shape = await client.post(`${CURRENT}/verification`, { code: 'abc' });
	for (const answer of [wrong, used, shape])
		api.refused(answer, 422, 'code_invalid');
	assert.deepEqual(bare(wrong), bare(used));
	assert.equal(await h.failures(stack, who), 3);
});

test('verification needs exactly one of code and recoveryCode, of fitting types', async () => {
	const { who } = await api.enrolled(stack);
	const client = await api.signIn(stack, who);
	const send = (json) => client.post(`${CURRENT}/verification`, json);
	for (const json of [{}, { code: '' }, { code: '123456', recoveryCode: who.codes[0] }, { factorId: who.factors[0].id }])
		assert.deepEqual(Object.keys(api.faults(await send(json))), ['/code', '/recoveryCode']);
	assert.deepEqual(Object.keys(api.faults(await send({ code: 123456 }))), ['/code']);
	assert.deepEqual(Object.keys(api.faults(await send({ code: '1'.repeat(65) }))), ['/code']);
	assert.deepEqual(Object.keys(api.faults(await send({ code: '123456', factorId: 'fct_1' }))), ['/factorId']);
	assert.equal(await h.failures(stack, who), 0, 'a body that does not fit costs nothing');
});

test('a session without factors has nothing to verify', async () => {
	const client = await api.signIn(stack, await h.person(stack));
	api.refused(await client.post(`${CURRENT}/verification`, { code: '123456' }), 409, 'mfa_not_enabled');
});

test('after five wrong codes the response is 429 with the wait, and the right code works after it', async () => {
	const { who } = await api.enrolled(stack);
	const client = await api.signIn(stack, who);
	const code = await h.wrongCode(stack, who.factors[0]);
	for (let i = 0; i < 5; i++)
		api.refused(await client.post(`${CURRENT}/verification`, { code }), 422, 'code_invalid');
	const answer = await client.post(`${CURRENT}/verification`, { code: await h.codeAt(stack, who.factors[0], h.stepNow(stack)) });
	const { retryAfter, detail } = api.refused(answer, 429, 'too_many_attempts');
	assert.ok(retryAfter > 20 && retryAfter <= 30, `${retryAfter}`);
	assert.match(detail, new RegExp(`in ${retryAfter} second`));
	stack.clock.advance(31);
	await api.verify(client, who.factors[0]);
});

test('after a hundred wrong codes in a row every code is refused, and no wait is named', async () => {
	const { who } = await api.enrolled(stack);
	const client = await api.signIn(stack, who);
	await stack.psql(`UPDATE countersign.throttles SET failures = 100 WHERE account_id = '${who.id}'`);
	const answer = await client.post(`${CURRENT}/verification`, { code: await h.nextCode(stack, who.factors[0]) });
	assert.match(api.refused(answer, 403, 'second_factor_locked').detail, /Ask your administrator/);
	api.refused(await client.post(`${CURRENT}/verification`, { recoveryCode: who.codes[0] }), 403, 'second_factor_locked');
});

// --- reauthentication -------------------------------------------------------

for (const by of ['bearer', 'cookie']) {
	test(`reauthentication re-issues the token (${by}), and the old one is dead`, async () => {
		const who = await h.person(stack);
		const client = await api.signIn(stack, who, { by });
		const before = await api.session(client), old = client.token;
		stack.clock.advance(STALE_S);
		const said = await api.reauthenticate(client, who);
		assert.notEqual(client.token, old);
		assert.equal(await api.isDead(stack, old), true);
		assert.ok(Date.parse(said.reauthenticatedAt) > Date.parse(before.reauthenticatedAt));
		assert.equal(said.expiresAt, before.expiresAt, 'it does not live longer by that');
		assert.equal(said.id, before.id);
	});
}

test('reauthentication: wrong, missing, and five wrong ones end the session', async () => {
	const who = await h.person(stack);
	const client = await api.signIn(stack, who);
	const send = (json) => client.post(`${CURRENT}/reauthentication`, json);
	assert.deepEqual(Object.keys(api.faults(await send({}))), ['/password']);
	for (let i = 0; i < 4; i++)
		assert.match(api.refused(await send({ password: 'not it' }), 422, 'credentials_invalid').detail, /password is incorrect/);
	await api.reauthenticate(client, who);
	for (let i = 0; i < 4; i++)
		api.refused(await send({ password: 'not it' }), 422, 'credentials_invalid');
	api.refused(await send({ password: 'not it' }), 401, 'unauthenticated');
	assert.equal(await api.isDead(stack, client.token), true);
});

// --- list, revoke, sign out -------------------------------------------------

test('the list has the account\'s own sessions, with what is known of them and no token', async () => {
	const { who, client } = await api.enrolled(stack);
	const waiting = await api.signIn(stack, who);
	const answer = await client.get('/v1/sessions');
	const { sessions } = api.expect(answer, 200);
	assert.equal(sessions.length, 2);
	const mine = sessions.find((s) => s.current), other = sessions.find((s) => !s.current);
	assert.equal(mine.id, (await api.session(client)).id);
	assert.equal(other.id, (await api.session(waiting)).id);
	assert.deepEqual([mine.state, other.state], ['active', 'mfa_required']);
	for (const s of sessions) {
		assert.deepEqual(Object.keys(s).sort(), ['address', 'createdAt', 'current', 'expiresAt', 'id', 'lastSeenAt', 'state', 'userAgent']);
		assert.equal(s.address, '127.0.0.1');
		for (const name of ['createdAt', 'lastSeenAt', 'expiresAt'])
			assert.match(s[name], TIME, name);
	}
	for (const token of [client.token, waiting.token])
		assert.ok(!answer.text.includes(token));
});

test('a session is revoked by its id; again, unknown, and other people\'s are 404', async () => {
	const who = await h.person(stack);
	const client = await api.signIn(stack, who), other = await api.signIn(stack, who);
	const stranger = await api.signIn(stack, await h.person(stack));
	const id = (await api.session(other)).id, foreign = (await api.session(stranger)).id;
	const answer = await client.delete(`/v1/sessions/${id}`);
	api.expect(answer, 204);
	assert.equal(answer.text, '');
	assert.equal(await api.isDead(stack, other.token), true);
	for (const each of [id, foreign, h.NO_SESSION])
		api.refused(await client.delete(`/v1/sessions/${each}`), 404, 'not_found');
	assert.equal(await api.isDead(stack, stranger.token), false);
});

for (const by of ['bearer', 'cookie']) {
	test(`revoking the own session by its id signs out (${by})`, async () => {
		const client = await api.signIn(stack, await h.person(stack), { by });
		const { token } = client, { id } = await api.session(client);
		const answer = await client.delete(`/v1/sessions/${id}`);
		api.expect(answer, 204);
		assert.equal(answer.session, by === 'cookie' ? '' : undefined, 'the cookie is taken back from a browser');
		assert.equal(await api.isDead(stack, token), true);
	});

	test(`signing out ends the session, also a waiting one (${by})`, async () => {
		const { who } = await api.enrolled(stack);
		const client = await api.signIn(stack, who, { by });
		const { token } = client;
		const answer = await client.delete(CURRENT);
		api.expect(answer, 204);
		assert.equal(answer.session, by === 'cookie' ? '' : undefined);
		assert.equal(await api.isDead(stack, token), true);
		assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.sessions WHERE session_id = '${h.sessionOf(token)}'`), 0);
	});
}

test('a session ends by itself: a waiting one after 15 minutes, an idle one after an hour', async () => {
	const { who, client } = await api.enrolled(stack);
	const waiting = await api.signIn(stack, who);
	stack.clock.advance(15 * 60 + 1);
	api.refused(await waiting.get(CURRENT), 401, 'unauthenticated');
	api.expect(await client.get(CURRENT), 200);
	await h.until('the last activity of the session is recorded', () => h.number(stack, `SELECT count(*) FROM countersign.sessions
		WHERE session_id = '${h.sessionOf(client.token)}' AND last_seen_at > created_at + interval '10 min'`));
	stack.clock.advance(3600 + 1);
	api.refused(await client.get(CURRENT), 401, 'unauthenticated');
});

test('a disabled account has no sessions', async () => {
	const who = await h.person(stack);
	const client = await api.signIn(stack, who);
	await stack.ctl(['account', 'disable', who.email]);
	api.refused(await client.get(CURRENT), 401, 'unauthenticated');
});

// --- organizations ----------------------------------------------------------

test('switching the organization clears the verification, and the next sensitive operation asks again', async () => {
	const { who, client } = await api.enrolled(stack, { verified: true });
	const [first, second] = [await api.organization(stack, who), await api.organization(stack, who)];
	const { token } = client;
	const said = api.expect(await client.put(`${CURRENT}/organization`, { organizationId: first }), 200);
	assert.equal(said.organizationId, first);
	assert.equal(said.verifiedAt, null);
	assert.equal(said.state, 'active', 'the session stays active');
	assert.equal(client.token, token, 'the session was not elevated, so the token stays');
	api.expect(await client.get('/v1/me/mfa'), 200);
	const path = `/v1/me/mfa/factors/${who.factors[0].id}`;
	const problem = api.refused(await client.patch(path, { label: 'Desk' }), 403, 'verification_required');
	assert.match(problem.detail, /Enter a code/);
	await api.verify(client, who.factors[0]);
	assert.equal((await api.session(client)).organizationId, first);
	api.expect(await client.patch(path, { label: 'Desk' }), 200);
	api.expect(await client.put(`${CURRENT}/organization`, { organizationId: second }), 200);
	api.refused(await client.patch(path, { label: 'Phone' }), 403, 'verification_required');
});

test('switching to the organization one is in changes nothing; to a foreign or unknown one is 404', async () => {
	const { who, client } = await api.enrolled(stack, { verified: true });
	const mine = await api.organization(stack, who), foreign = await api.organization(stack, await h.person(stack));
	const put = (json) => client.put(`${CURRENT}/organization`, json);
	api.expect(await put({ organizationId: mine }), 200);
	await api.verify(client, who.factors[0]);
	const { verifiedAt } = await api.session(client);
	assert.equal(api.expect(await put({ organizationId: mine }), 200).verifiedAt, verifiedAt, 'a repeat is no switch');
	const answers = [];
	for (const organizationId of [foreign, h.idText('org', '01890a5d-ac96-774b-bcce-b302099a8057')]) {
		const answer = await put({ organizationId });
		api.refused(answer, 404, 'not_found');
		answers.push(bare(answer));
	}
	assert.deepEqual(answers[0], answers[1], 'the responses do not reveal whether it exists');
	const after = await api.session(client);
	assert.deepEqual([after.organizationId, after.verifiedAt], [mine, verifiedAt]);
	assert.deepEqual(Object.keys(api.faults(await put({}))), ['/organizationId']);
	assert.deepEqual(Object.keys(api.faults(await put({ organizationId: h.NO_SESSION }))), ['/organizationId']);
});

// --- time, last: it holds the processors --------------------------------------

test('unknown, wrong and disabled take the same time', async () => {
	await h.reconfigure(stack, { argon2_memory_kib: 19456, argon2_passes: 2 });
	await stack.ctl(['account', 'create', '--email', 'slow1@example.org', '--name', 'Slow', '--password-stdin'], 'correct horse battery\n');
	await stack.ctl(['account', 'create', '--email', 'slow2@example.org', '--name', 'Slow', '--password-stdin'], 'correct horse battery\n');
	await stack.ctl(['account', 'disable', 'slow2@example.org']);
	const tries = {
		wrong: ['slow1@example.org', 'not the password'],
		unknown: ['slow3@example.org', 'not the password'],
		disabled: ['slow2@example.org', 'correct horse battery'],
	};
	const taken = { wrong: [], unknown: [], disabled: [] };
	for (let i = 0; i < 12; i++)
		for (const [kind, [email, password]] of Object.entries(tries)) {
			const begin = process.hrtime.bigint();
			api.refused(await api.call(stack, 'POST', '/v1/sessions', { json: { email, password } }), 401, 'credentials_invalid');
			taken[kind].push(Number(process.hrtime.bigint() - begin) / 1e6);
		}
	const medians = Object.values(taken).map((list) => list.sort((a, b) => a - b)[6]);
	const ratio = Math.max(...medians) / Math.min(...medians);
	assert.ok(ratio < 1.5, `medians ${medians.map(Math.round)} ms, ratio ${ratio.toFixed(2)}`);
});

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', () => stack.stop());
