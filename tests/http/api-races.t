#!/usr/bin/env -S node --test-reporter=tap
// Single use and the attempt limit hold for API clients that send requests to eight workers at the same instant,
// through both API families and the pages.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const api = require('../lib/api.js');

const VERIFICATION = '/v1/sessions/current/verification';
const PUBLIC = '/v1/public/accounts/mfa';

let stack;

// Many sessions of one account, all waiting for their second factor.
async function waiting(who, n) {
	const clients = [];
	while (clients.length < n)
		clients.push(...await h.times(Math.min(8, n - clients.length), () => api.signIn(stack, who)));
	return clients;
}

const statuses = (answers) => h.tally(answers.map((a) => a.status));
const codes = (answers) => h.tally(answers.map((a) => (a.status < 300 ? 'granted' : a.json().code)));
const granted = (answers) => answers.filter((a) => a.status < 300);
const eventsOf = async (who, kind, result, after = 0) =>
	(await h.events(stack, who, after)).filter((e) => e.kind === kind && e.result === result).length;
const codesLeft = (who) =>
	h.number(stack, `SELECT count(*) FROM countersign.recovery_codes WHERE account_id = '${who.id}' AND used_at IS NULL`);

// Every response but the granted ones is one of the refusals that are allowed.
function onlyRefusals(answers, allowed) {
	for (const answer of answers.filter((a) => a.status >= 300))
		assert.ok(allowed.includes(answer.json().code), answer.text);
}

test('a stack with eight workers starts', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 8 } });
});

test('of 100 uses of one code over 100 sessions exactly one is accepted', async () => {
	const { who } = await api.enrolled(stack);
	const clients = await waiting(who, 100);
	const before = await h.eventCount(stack, who);
	const code = await h.nextCode(stack, who.factors[0]);
	const answers = await Promise.all(clients.map((c) => c.post(VERIFICATION, { code })));
	assert.deepEqual(statuses(answers), { 200: 1, 422: 5, 429: 94 });
	assert.equal(await eventsOf(who, 'verification', 'accepted', before), 1);
	assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.sessions
		WHERE account_id = '${who.id}' AND state = 'mfa_required'`), 99);
	await h.assertChains(stack);
});

test('of 100 verifications of a pending factor exactly one counts, with one set of codes', async () => {
	const who = await h.person(stack);
	const client = await api.signIn(stack, who);
	const factor = await api.begin(client, who);
	const code = await h.nextCode(stack, factor);
	const answers = await h.times(100, () => client.post('/v1/me/mfa/totp/verify', { code, factorId: factor.id }));
	assert.equal(granted(answers).length, 1, JSON.stringify(codes(answers)));
	assert.deepEqual(codes(answers), { granted: 1, no_pending_factor: 99 });
	assert.equal(await eventsOf(who, 'factor_added', 'accepted'), 1);
	assert.equal(await codesLeft(who), 10);
	const [again] = await waiting(who, 1);
	api.expect(await again.post(VERIFICATION, { recoveryCode: factor.codes[0] }), 200);
});

test('of 100 enables with one code, in both API families, exactly one returns recovery codes', async () => {
	const who = await h.person(stack);
	const client = await api.signIn(stack, who);
	const set = api.expect(await client.post(`${PUBLIC}/setup`), 200);
	const code = await h.nextCode(stack, { key: set.totp_secret, step: 0 });
	const answers = await h.times(100, (i) => (i % 2
		? client.post(`${PUBLIC}/enable`, { mfa_code: code }) : client.post('/v1/me/mfa/totp/verify', { code })));
	assert.deepEqual(codes(answers), { granted: 1, no_pending_factor: 99 });
	const said = granted(answers)[0].json();
	assert.equal((said.mfa_recovery_codes ?? said.backupCodes).length, 10);
	assert.equal(await codesLeft(who), 10);
});

test('of 20 set-ups at once from one session one factor comes, and its last codes count', async () => {
	const who = await h.person(stack);
	const client = await api.signIn(stack, who);
	const answers = await h.times(20, () => client.post('/v1/me/mfa/totp/enroll', { password: who.password }));
	const offers = answers.map((a) => api.expect(a, 200));
	assert.equal(new Set(offers.map((o) => o.factorId)).size, 1);
	assert.equal(new Set(offers.map((o) => o.secret)).size, 1);
	assert.equal(new Set(offers.flatMap((o) => o.backupCodes)).size, 200);
	const factor = { key: offers[0].secret, step: 0 };
	api.expect(await client.post('/v1/me/mfa/totp/verify', { code: await h.nextCode(stack, factor) }), 200);
	let working = 0;
	for (const offer of offers) {
		await h.clearFailures(stack, who);
		const [again] = await waiting(who, 1);
		working += (await again.post(VERIFICATION, { recoveryCode: offer.backupCodes[0] })).status === 200;
	}
	assert.equal(working, 1);
});

test('of 100 requests for new recovery codes with one code, in both API families, exactly one succeeds', async () => {
	const { who, client } = await api.enrolled(stack);
	const code = await h.nextCode(stack, who.factors[0]);
	const answers = await h.times(100, (i) => (i % 2
		? client.post(`${PUBLIC}/recovery-codes/regenerate`, { mfa_code: code }) : client.post('/v1/me/mfa/recovery-codes', { code })));
	assert.deepEqual(codes(answers), { granted: 1, code_invalid: 5, too_many_attempts: 94 });
	assert.equal(await eventsOf(who, 'recovery_codes_replaced', 'accepted'), 1);
	const said = granted(answers)[0].json();
	const [again] = await waiting(who, 1);
	stack.clock.advance(31);
	api.expect(await again.post(VERIFICATION, { recoveryCode: (said.mfa_recovery_codes ?? said.recoveryCodes)[0] }), 200);
});

for (const name of ['mfa_code', 'recovery_code'])
	test(`of 100 disables with one ${name} exactly one is accepted, and it is off once`, async () => {
		const { who, client } = await api.enrolled(stack);
		const answer = name === 'mfa_code' ? await h.nextCode(stack, who.factors[0]) : who.codes[0];
		const body = { email: who.email, password: who.password, [name]: answer };
		const answers = await h.times(100, () => client.post(`${PUBLIC}/disable`, body));
		assert.equal(granted(answers).length, 1, JSON.stringify(codes(answers)));
		// The password is hashed first, and the slots of the hash semaphore may be full.
		onlyRefusals(answers, ['code_invalid', 'too_many_attempts', 'mfa_not_enabled', 'busy']);
		assert.equal(await eventsOf(who, 'mfa_disabled', 'accepted'), 1);
		assert.equal((await api.mfa(client)).enabled, false);
		await h.assertChains(stack);
	});

test('of 100 deletions at once one takes the factors, and all that were judged say the same', async () => {
	const { who, client } = await api.enrolled(stack, { verified: true });
	const answers = await h.times(100, () => client.delete('/v1/me/mfa/totp', { password: who.password }));
	onlyRefusals(answers, ['busy']);
	assert.ok(granted(answers).length > 0);
	for (const answer of granted(answers))
		assert.deepEqual(answer.json(), { enabled: false, methods: [], backupCodesRemaining: 0 });
	assert.equal(await eventsOf(who, 'mfa_disabled', 'accepted'), 1);
});

test('one recovery code through both API families and the page at once is accepted exactly once', async () => {
	const { who, client } = await api.enrolled(stack);
	const code = who.codes[7];
	const clients = await waiting(who, 40);
	const browsers = await h.times(8, () => h.signIn(stack, who));
	const disable = { email: who.email, password: who.password, recovery_code: code };
	const [byApi, byPage, byDisable] = await Promise.all([
		Promise.all(clients.map((c) => c.post(VERIFICATION, { recoveryCode: code }))),
		Promise.all(browsers.map((b) => b.post('/mfa/challenge', { recovery_code: code }))),
		h.times(8, () => client.post(`${PUBLIC}/disable`, disable)),
	]);
	const accepted = granted(byApi).length + byPage.filter(h.isGranted).length + granted(byDisable).length;
	assert.equal(accepted, 1, JSON.stringify([codes(byApi), statuses(byPage), codes(byDisable)]));
	assert.equal(await eventsOf(who, 'verification', 'accepted'), 1);
	await h.assertChains(stack);
});

test('wrong codes through every route and API family share one attempt limit', async () => {
	const { who, client } = await api.enrolled(stack, { verified: true });
	const wrong = await h.wrongCode(stack, who.factors[0]);
	// A second factor is pending, so that confirming one is a way to guess, too.
	await api.begin(client, who);
	const clients = await waiting(who, 30);
	const browsers = await h.times(10, () => h.signIn(stack, who));
	const before = await h.eventCount(stack, who);
	const ways = [
		(i) => clients[i].post(VERIFICATION, { code: wrong }),
		(i) => clients[i + 15].post(VERIFICATION, { recoveryCode: 'aaaaa-aaaaa' }),
		() => client.post('/v1/me/mfa/totp/verify', { code: wrong }),
		() => client.post(`${PUBLIC}/enable`, { mfa_code: wrong }),
		() => client.post('/v1/me/mfa/recovery-codes', { code: wrong }),
		() => client.post(`${PUBLIC}/recovery-codes/regenerate`, { mfa_code: wrong }),
		() => client.post(`${PUBLIC}/disable`, { email: who.email, password: who.password, mfa_code: wrong }),
		() => client.post(`${PUBLIC}/disable`, { email: who.email, password: who.password, recovery_code: 'aaaaa-aaaaa' }),
	];
	const [answers, pages] = await Promise.all([
		h.times(120, (i) => ways[i % 8](Math.floor(i / 8))),
		Promise.all(browsers.map((b) => b.post('/mfa/challenge', { code: wrong }))),
	]);
	onlyRefusals(answers, ['code_invalid', 'too_many_attempts', 'busy']);
	assert.equal(granted(answers).length, 0);
	const judged = (codes(answers).code_invalid ?? 0) + (statuses(pages)[422] ?? 0);
	assert.equal(judged, 5, JSON.stringify([codes(answers), statuses(pages)]));
	assert.equal(await eventsOf(who, 'verification', 'refused', before), 5);
	assert.equal(await h.failures(stack, who), 5);
	const answer = await client.post('/v1/me/mfa/recovery-codes', { code: await h.codeAt(stack, who.factors[0], h.stepNow(stack)) });
	assert.ok(api.refused(answer, 429, 'too_many_attempts').retryAfter > 0, 'the right code waits, too');
});

test('a right password does not reset the attempt limit', async () => {
	const { who, client } = await api.enrolled(stack);
	const wrong = await h.wrongCode(stack, who.factors[0]);
	for (let i = 0; i < 4; i++)
		api.refused(await client.post('/v1/me/mfa/recovery-codes', { code: wrong }), 422, 'code_invalid');
	await api.reauthenticate(client, who);
	const [again] = await waiting(who, 1);
	assert.equal(await h.failures(stack, who), 4);
	api.refused(await again.post(VERIFICATION, { code: wrong }), 422, 'code_invalid');
	api.refused(await again.post(VERIFICATION, { code: wrong }), 429, 'too_many_attempts');
});

test('of 50 reauthentications at once with one token one succeeds, and its token is the only valid one', async () => {
	const who = await h.person(stack);
	const { token } = await api.signIn(stack, who);
	const answers = await h.times(50, () => api.call(stack, 'POST', '/v1/sessions/current/reauthentication', {
		json: { password: who.password }, headers: { Authorization: `Bearer ${token}` },
	}));
	onlyRefusals(answers, ['unauthenticated', 'busy']);
	assert.equal(granted(answers).length, 1, JSON.stringify(codes(answers)));
	assert.equal(await api.isDead(stack, granted(answers)[0].json().token), false);
	assert.equal(await api.isDead(stack, token), true);
});

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', () => stack.stop());
