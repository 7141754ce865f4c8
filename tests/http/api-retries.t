#!/usr/bin/env -S node --test-reporter=tap
// The answer to a request is lost, and the client sends it again: what the contract
// says happens, nobody is locked out, and nothing is done twice. The answer is lost
// behind the service (the client leaves) and before it (the database's answer).
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const proxies = require('../lib/proxy.js');
const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const api = require('../lib/api.js');

const CURRENT = '/v1/sessions/current';
const PUBLIC = '/v1/public/accounts/mfa';

let stack;
let proxy;

async function newcomer() {
	const who = await h.person(stack);
	return { who, client: await api.signIn(stack, who) };
}

const enrolled = () => api.enrolled(stack, { verified: true });

async function waiting() {
	const { who } = await api.enrolled(stack);
	return { who, client: await api.signIn(stack, who) };
}

async function administered() {
	const one = await api.administered(stack);
	return { ...one, organization: one.organizationId, account: one.member.accountId };
}

const count = (who, table, where = 'true') =>
	h.number(stack, `SELECT count(*) FROM countersign.${table} WHERE account_id = '${who.id}' AND ${where}`);
const accepted = async (who, kind) =>
	(await h.events(stack, who)).filter((e) => e.kind === kind && e.result === 'accepted').length;

// Nobody is locked out: a new session gets where it should.
async function assertOpen(who, factor) {
	const client = await api.signIn(stack, who);
	if (factor)
		await api.verify(client, factor);
	assert.equal((await api.session(client)).state, 'active');
	return client;
}

/*
 * There is one row for each operation: the state before it, the request, the database statement that decides it,
 * the response to the repeated request, and what holds afterwards.
 */
const OPERATIONS = {
	'POST /v1/sessions': {
		prepare: newcomer,
		request: ({ who }) => ({ email: who.email, password: who.password }),
		decides: 'sign_in',
		repeat: (answer) => assert.equal(api.expect(answer, 201).state, 'active'),
		then: async ({ who }) => {
			assert.equal(await count(who, 'sessions'), 3, 'each has opened one, and the one before');
			await assertOpen(who);
		},
	},
	'POST /v1/sessions/current/verification': {
		prepare: waiting,
		request: async ({ who: { factors: [factor] } }) => ({ code: await h.nextCode(stack, factor) }),
		decides: 'verification_by_factor',
		repeat: (answer) => api.refused(answer, 401, 'unauthenticated'),
		then: async ({ who }) => {
			assert.equal(await accepted(who, 'verification'), 1);
			assert.equal(await h.failures(stack, who), 0, 'the repeat costs nothing');
			await assertOpen(who, who.factors[0]);
		},
	},
	'POST /v1/sessions/current/verification (recovery code)': {
		prepare: waiting,
		request: ({ who }) => ({ recoveryCode: who.codes[0] }),
		decides: 'verification_by_code',
		repeat: (answer) => api.refused(answer, 401, 'unauthenticated'),
		then: async ({ who }) => {
			assert.equal(await count(who, 'recovery_codes', 'used_at IS NULL'), 9);
			const again = await api.signIn(stack, who);
			api.expect(await again.post(`${CURRENT}/verification`, { recoveryCode: who.codes[1] }), 200);
		},
	},
	'POST /v1/sessions/current/reauthentication': {
		prepare: newcomer,
		request: ({ who }) => ({ password: who.password }),
		decides: 'reauthenticate',
		repeat: (answer) => api.refused(answer, 401, 'unauthenticated'),
		then: async ({ who }) => {
			assert.equal(await accepted(who, 'reauthentication'), 1);
			await assertOpen(who);
		},
	},
	'PUT /v1/sessions/current/organization': {
		prepare: async () => {
			const one = await enrolled();
			return { ...one, organizationId: await api.organization(stack, one.who) };
		},
		request: ({ organizationId }) => ({ organizationId }),
		repeat: (answer, { organizationId }) => assert.equal(api.expect(answer, 200).organizationId, organizationId),
		then: async ({ who, client }) => {
			assert.equal(await accepted(who, 'organization_switched'), 1);
			await api.verify(client, who.factors[0]);
		},
	},
	'PUT /v1/organizations/{organization}/mfa/policy': {
		prepare: administered,
		request: () => ({ requirement: 'everyone', graceDays: 14 }),
		repeat: (answer) => assert.equal(api.expect(answer, 200).requirement, 'everyone'),
		then: async ({ who }) => {
			assert.equal(await accepted(who, 'policy_changed'), 1);
			await assertOpen(who, who.factors[0]);
		},
	},
	'PUT /v1/organizations/{organization}/members/{account}/mfa/exemption': {
		prepare: administered,
		request: () => ({ until: new Date(Date.now() + 30 * 86_400_000).toISOString(), reason: 'On leave' }),
		repeat: (answer) => assert.equal(api.expect(answer, 200).exemption.reason, 'On leave'),
		then: async ({ member }) => assert.equal(await accepted(member, 'exemption_given'), 2),
	},
	'DELETE /v1/organizations/{organization}/members/{account}/mfa/exemption': {
		prepare: async () => {
			const one = await administered();
			const until = new Date(Date.now() + 30 * 86_400_000).toISOString();
			api.expect(await one.client.put(`${one.at}/members/${one.account}/mfa/exemption`, { until, reason: 'On leave' }), 200);
			return one;
		},
		repeat: (answer) => assert.equal(answer.status, 204),
		then: async ({ member }) => {
			assert.equal(await accepted(member, 'exemption_ended'), 1);
			assert.equal(await count(member, 'memberships', 'exempt_until IS NOT NULL'), 0);
		},
	},
	'POST /v1/organizations/{organization}/members/{account}/mfa/reset': {
		prepare: async () => {
			const one = await administered();
			await api.enrol(await api.signIn(stack, one.member), one.member);
			return one;
		},
		request: () => ({ reason: 'Lost the phone' }),
		repeat: (answer) => api.refused(answer, 409, 'mfa_not_enabled'),
		then: async ({ member }) => {
			assert.equal(await accepted(member, 'mfa_reset'), 1);
			assert.equal(await count(member, 'factors'), 0);
			assert.equal(await count(member, 'sessions'), 0);
			await assertOpen(member);
		},
	},
	'DELETE /v1/sessions/{session}': {
		prepare: async () => {
			const one = await newcomer();
			const other = await api.signIn(stack, one.who);
			return { ...one, other, session: (await api.session(other)).id };
		},
		repeat: (answer) => api.refused(answer, 404, 'not_found'),
		then: async ({ who, client, other }) => {
			assert.equal(await api.isDead(stack, other.token), true);
			assert.equal(await api.isDead(stack, client.token), false);
			assert.equal(await accepted(who, 'session_revoked'), 1);
		},
	},
	'DELETE /v1/sessions/current': {
		prepare: newcomer,
		repeat: (answer) => api.refused(answer, 401, 'unauthenticated'),
		then: async ({ who }) => {
			assert.equal(await accepted(who, 'sign_out'), 1);
			await assertOpen(who);
		},
	},
	'POST /v1/me/mfa/totp/enroll': {
		prepare: newcomer,
		request: ({ who }) => ({ password: who.password, label: 'Phone' }),
		repeat: (answer, state) => {
			state.offer = api.expect(answer, 200);
			assert.equal(state.offer.backupCodes.length, 10);
		},
		then: async ({ who, client, offer }) => {
			assert.equal(await count(who, 'factors'), 1);
			const factor = { id: offer.factorId, key: offer.secret, step: 0, codes: offer.backupCodes };
			await api.confirm(client, who, factor);
			const again = await api.signIn(stack, who);
			api.expect(await again.post(`${CURRENT}/verification`, { recoveryCode: offer.backupCodes[0] }), 200);
		},
	},
	'POST /v1/me/mfa/totp/verify': {
		prepare: async () => {
			const one = await newcomer();
			return { ...one, factor: await api.begin(one.client, one.who) };
		},
		request: async ({ factor }) => ({ code: await h.nextCode(stack, factor), factorId: factor.id }),
		repeat: (answer) => api.refused(answer, 409, 'no_pending_factor'),
		then: async ({ who, client, factor }) => {
			assert.deepEqual(await api.mfa(client), { enabled: true, methods: ['totp', 'backup_code'], backupCodesRemaining: 10 });
			assert.equal(await accepted(who, 'factor_added'), 1);
			await assertOpen(who, factor);
			const again = await api.signIn(stack, who);
			api.expect(await again.post(`${CURRENT}/verification`, { recoveryCode: factor.codes[0] }), 200);
		},
	},
	'DELETE /v1/me/mfa/totp': {
		prepare: enrolled,
		request: ({ who }) => ({ password: who.password }),
		repeat: (answer) => assert.deepEqual(api.expect(answer, 200), { enabled: false, methods: [], backupCodesRemaining: 0 }),
		then: async ({ who }) => {
			assert.equal(await accepted(who, 'mfa_disabled'), 1);
			await assertOpen(who);
		},
	},
	'PATCH /v1/me/mfa/factors/{factor}': {
		prepare: async () => {
			const one = await enrolled();
			return { ...one, factor: one.who.factors[0].id };
		},
		request: () => ({ label: 'Renamed' }),
		repeat: (answer) => assert.equal(api.expect(answer, 200).label, 'Renamed'),
		then: async ({ who }) => {
			assert.equal(await accepted(who, 'factor_renamed'), 1);
			await assertOpen(who, who.factors[0]);
		},
	},
	'DELETE /v1/me/mfa/factors/{factor}': {
		prepare: async () => {
			const one = await enrolled();
			return { ...one, factor: (await api.enrol(one.client, one.who, 'Tablet')).id };
		},
		repeat: (answer) => api.refused(answer, 404, 'not_found'),
		then: async ({ who }) => {
			assert.equal(await count(who, 'factors'), 1);
			assert.equal(await accepted(who, 'factor_removed'), 1);
			await assertOpen(who, who.factors[0]);
		},
	},
	'POST /v1/me/mfa/recovery-codes': {
		prepare: enrolled,
		request: async ({ who: { factors: [factor] } }) => ({ code: await h.nextCode(stack, factor) }),
		repeat: (answer) => api.refused(answer, 422, 'code_invalid'),
		then: async ({ who, client }) => {
			assert.equal(await count(who, 'recovery_codes'), 10);
			const code = await h.nextCode(stack, who.factors[0]);
			const { recoveryCodes } = api.expect(await client.post('/v1/me/mfa/recovery-codes', { code }), 200);
			const again = await api.signIn(stack, who);
			api.expect(await again.post(`${CURRENT}/verification`, { recoveryCode: recoveryCodes[0] }), 200);
		},
	},
	'POST /v1/public/accounts/mfa/setup': {
		prepare: newcomer,
		repeat: (answer, state) => {
			state.set = api.expect(answer, 200);
			assert.equal('totp_secret' in state.set, false, 'the secret was returned once, although the response was lost');
		},
		then: async ({ who, client, set }) => {
			assert.equal(await count(who, 'factors'), 1);
			const key = new URL(set.otpauth_url).searchParams.get('secret');
			api.expect(await client.post(`${PUBLIC}/enable`, { mfa_code: await h.nextCode(stack, { key, step: 0 }) }), 200);
		},
	},
	'POST /v1/public/accounts/mfa/enable': {
		prepare: async () => {
			const one = await newcomer();
			const set = api.expect(await one.client.post(`${PUBLIC}/setup`), 200);
			return { ...one, factor: { key: set.totp_secret, step: 0 } };
		},
		request: async ({ factor }) => ({ mfa_code: await h.nextCode(stack, factor) }),
		repeat: (answer) => api.refused(answer, 409, 'no_pending_factor'),
		then: async ({ who, client, factor }) => {
			assert.equal(await accepted(who, 'factor_added'), 1);
			const mfa_code = await h.nextCode(stack, factor);
			const said = api.expect(await client.post(`${PUBLIC}/recovery-codes/regenerate`, { mfa_code }), 200);
			assert.equal(said.mfa_recovery_codes.length, 10, 'the lost codes are replaced');
			const [{ id }] = await api.factors(client);
			await assertOpen(who, Object.assign(factor, { id }));
		},
	},
	'POST /v1/public/accounts/mfa/disable': {
		prepare: enrolled,
		request: async ({ who }) => ({ email: who.email, password: who.password, mfa_code: await h.nextCode(stack, who.factors[0]) }),
		repeat: (answer) => api.refused(answer, 409, 'mfa_not_enabled'),
		then: async ({ who }) => {
			assert.equal(await accepted(who, 'mfa_disabled'), 1);
			await assertOpen(who);
		},
	},
	'POST /v1/public/accounts/mfa/recovery-codes/regenerate': {
		prepare: enrolled,
		request: async ({ who: { factors: [factor] } }) => ({ mfa_code: await h.nextCode(stack, factor) }),
		repeat: (answer) => api.refused(answer, 422, 'code_invalid'),
		then: async ({ who, client }) => {
			const mfa_code = await h.nextCode(stack, who.factors[0]);
			api.expect(await client.post(`${PUBLIC}/recovery-codes/regenerate`, { mfa_code }), 200);
			assert.equal(await count(who, 'recovery_codes'), 10);
		},
	},
};

// The request of a row, made once: a repeat is the same to the letter.
async function requestOf(name, row, state) {
	const [method, template] = name.split(' ');
	const target = template.replace(/\{(\w+)\}/g, (_, part) => state[part]);
	return [method, target, await row.request?.(state)];
}

const again = (state, [method, target, json]) => state.client.request(method, target, { json });

test('a stack starts, with a proxy before its database', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 2 } });
	const folder = fs.mkdtempSync('/tmp/countersign-proxy-');
	const owner = fs.statSync(path.join(stack.data, 'postgres'));
	fs.chownSync(folder, owner.uid, owner.gid);
	proxy = await proxies.start(folder, stack.sockets, owner);
	const [, database] = /^database = (.*)$/m.exec(fs.readFileSync(path.join(stack.data, 'countersign.conf'), 'utf8'));
	assert.ok(database.includes(stack.sockets));
	await h.reconfigure(stack, { database: database.replace(stack.sockets, folder) });
});

test('every operation that changes anything has its row', () => {
	const rows = new Set(Object.keys(OPERATIONS).map((name) => name.replace(/ \(.*/, '')));
	const writes = api.operations().filter((o) => o.method !== 'GET').map((o) => `${o.method} ${o.path}`);
	assert.deepEqual([...rows].sort(), writes.sort());
});

for (const [name, row] of Object.entries(OPERATIONS)) {
	test(`${name}: the client leaves before the answer and repeats`, async () => {
		const state = await row.prepare();
		const request = await requestOf(name, row, state);
		await api.leave(state.client, ...request);
		await row.repeat(await again(state, request), state);
		await row.then(state);
	});

	test(`${name}: the database's answer is lost, the client gets an error and repeats the request`, async () => {
		const state = await row.prepare();
		const { token } = state.client;
		const request = await requestOf(name, row, state);
		await proxy.arm(row.decides ?? 'COMMIT', 'cut-answer');
		const answer = await again(state, request);
		await proxy.sprung();
		const problem = api.refused(answer, 503, 'outcome_unknown');
		assert.match(problem.detail, /may or may not have been saved/);
		assert.ok(problem.retryAfter > 0);
		assert.equal(state.client.token, token, 'nothing is granted');
		await row.repeat(await again(state, request), state);
		await row.then(state);
	});
}

test('the answer of the database to the statement that consumes a code before a change (disable) is lost: the next code works', async () => {
	const { who, client } = await enrolled();
	const body = async () => ({ email: who.email, password: who.password, mfa_code: await h.nextCode(stack, who.factors[0]) });
	const first = await body();
	await proxy.arm('consume_response', 'cut-answer');
	const answer = await client.post(`${PUBLIC}/disable`, first);
	await proxy.sprung();
	api.refused(answer, 503, 'outcome_unknown');
	assert.equal((await api.mfa(client)).enabled, true);
	api.refused(await client.post(`${PUBLIC}/disable`, first), 422, 'code_invalid');
	api.expect(await client.post(`${PUBLIC}/disable`, await body()), 200);
});

test('a request that never reached the database is simply done by its repeat', async () => {
	const { who, client } = await waiting();
	const code = await h.nextCode(stack, who.factors[0]);
	await proxy.arm('verification_by_factor', 'cut-request');
	const answer = await client.post(`${CURRENT}/verification`, { code });
	await proxy.sprung();
	assert.equal(answer.status, 503);
	api.expect(await client.post(`${CURRENT}/verification`, { code }), 200);
});

test('reading twice changes nothing', async () => {
	const { who, client, organizationId } = await api.administered(stack);
	for (const o of api.operations().filter((each) => each.method === 'GET')) {
		const before = await h.state(stack, who);
		const target = o.path.replace('{organization}', organizationId);
		const [first, second] = [await client.get(target), await client.get(target)];
		assert.equal(first.status, 200, o.path);
		assert.equal(second.text, first.text, o.path);
		assert.equal(await h.state(stack, who), before, o.path);
	}
});

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', async () => {
	await stack.stop();
	await proxy.stop();
	fs.rmSync(proxy.folder, { recursive: true });
});
