#!/usr/bin/env -S node --test-reporter=tap
// Every example of the contract, replayed: the request as it is shown, with the values
// of a prepared account put in, gets the answer that is shown.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const contract = require('../lib/contract.js');
const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const api = require('../lib/api.js');

const PUBLIC = '/v1/public/accounts/mfa';

let stack;

// --- accounts as the examples find them -----------------------------------------

async function newcomer() {
	const who = await h.person(stack);
	return { who, client: await api.signIn(stack, who) };
}

async function enrolled(label = 'Phone') {
	const one = await newcomer();
	await api.enrol(one.client, one.who, label);
	return one;
}

async function verified(label) {
	const one = await enrolled(label);
	await api.verify(one.client, one.who.factors[0]);
	return one;
}

async function waiting() {
	const { who } = await enrolled();
	return { who, client: await api.signIn(stack, who) };
}

async function begun() {
	const one = await newcomer();
	return { ...one, pending: await api.begin(one.client, one.who) };
}

async function publicBegun(make) {
	const one = await make();
	const set = api.expect(await one.client.post(`${PUBLIC}/setup`), 200);
	const [{ id }] = JSON.parse(await stack.psql(`SELECT json_agg(json_build_object('id', factor_id))
		FROM countersign.factors WHERE account_id = '${one.who.id}' AND state = 'pending'`));
	return { ...one, pending: { id: h.idText('fct', id), key: set.totp_secret, step: 0 } };
}

// Another session, and then the client's own the last one used.
async function withOther() {
	const one = await enrolled();
	const other = await api.signIn(stack, one.who);
	await api.verify(one.client, one.who.factors[0]);
	return { ...one, session: (await api.session(other)).id };
}

async function inOrganization() {
	const one = await verified();
	return { ...one, organizationId: await api.organization(stack, one.who) };
}

// One who runs an organization, and a plain member of it.
async function administering() {
	const { member, ...one } = await api.administered(stack);
	return { ...one, member, account: member.accountId };
}

async function exempted() {
	const one = await administering();
	api.expect(await one.client.put(`${one.at}/members/${one.account}/mfa/exemption`, { until: soon(30), reason: 'On leave' }), 200);
	return one;
}

async function required() {
	const one = await administering();
	api.expect(await one.client.put(`${one.at}/mfa/policy`, { requirement: 'everyone', graceDays: 14 }), 200);
	return one;
}

async function memberEnrolled() {
	const one = await administering();
	await api.enrol(await api.signIn(stack, one.member), one.member);
	return one;
}

// A day so many days ahead of the stack's clock.
const soon = (days) => new Date((stack.clock.now() + days * 86_400) * 1000).toISOString().slice(0, 10);

async function two() {
	const one = await verified();
	await api.enrol(one.client, one.who, 'Tablet');
	return one;
}

// Which operation, by which of its requests, gets which of its answers, and on what account.
const ROWS = [
	['listSessions', 'plain', 'two', withOther],
	['signIn', 'password', 'challenged', enrolled],
	['signIn', 'password', 'plain', newcomer],
	['readSession', 'plain', 'active', verified],
	['readSession', 'plain', 'challenged', waiting],
	['signOut', 'plain', undefined, newcomer],
	['verifySession', 'code', 'verified', waiting],
	['verifySession', 'factor', 'verified', waiting],
	['verifySession', 'recovery', 'verified', waiting],
	['reauthenticate', 'password', 'confirmed', verified],
	['switchOrganization', 'organization', 'switched', inOrganization],
	['endSession', 'plain', undefined, withOther],
	['readMfa', 'plain', 'enabled', enrolled],
	['readMfa', 'plain', 'disabled', newcomer],
	['beginTotp', 'plain', 'first', newcomer],
	['beginTotp', 'named', 'further', verified],
	['confirmTotp', 'code', 'enrolled', begun],
	['confirmTotp', 'factor', 'elsewhere', () => publicBegun(newcomer)],
	['disableMfa', 'password', 'disabled', verified],
	['listFactors', 'plain', 'one', enrolled],
	['listFactors', 'plain', 'none', newcomer],
	['changeFactor', 'rename', 'changed', verified],
	['changeFactor', 'prefer', 'changed', () => verified('Work phone')],
	['changeFactor', 'both', 'changed', verified],
	['removeFactor', 'plain', 'last', verified],
	['removeFactor', 'plain', 'further', two],
	['replaceRecoveryCodes', 'code', 'ten', enrolled],
	['publicSetup', 'plain', 'first', newcomer],
	['publicSetup', 'plain', 'repeat', () => publicBegun(newcomer)],
	['publicEnable', 'code', 'first', () => publicBegun(newcomer)],
	['publicEnable', 'code', 'further', () => publicBegun(verified)],
	['publicDisable', 'code', 'disabled', enrolled],
	['publicDisable', 'recovery', 'disabled', enrolled],
	['publicRegenerate', 'code', 'ten', enrolled],
	['readPolicy', 'plain', 'off', administering],
	['changePolicy', 'everyone', 'on', administering],
	['changePolicy', 'look', 'tried', administering],
	['listMembers', 'plain', 'page', administering],
	['exemptMember', 'until', 'exempt', required],
	['endExemption', 'plain', undefined, exempted],
	['resetMember', 'reason', 'reset', memberEnrolled],
	['listAuditEvents', 'plain', 'page', administering],
	['readContract', 'plain', 'start', newcomer],
];

// --- values --------------------------------------------------------------------------

// A member of a shown request with what is right for this account; what is not personal stays.
async function live(name, shown, { who, pending, session, organizationId, account }) {
	const factor = pending ?? who.factors[0];
	switch (name) {
	case 'email':
		return who.email;
	case 'password':
		assert.equal(shown, who.password);
		return shown;
	case 'code':
	case 'mfa_code': {
		const digits = [...await h.nextCode(stack, factor)];
		assert.match(shown, /^\d{3} ?\d{3}$/);
		return shown.replace(/\d/g, () => digits.shift());
	}
	case 'recoveryCode':
	case 'recovery_code':
		assert.match(shown, h.CODE);
		return who.codes[0];
	case 'factorId':
	case 'factor':
		return factor.id;
	case 'session':
		return session;
	case 'organizationId':
	case 'organization':
		return organizationId;
	case 'account':
		return account;
	case 'until':
		return soon(30);
	default:
		return shown;
	}
}

async function fill(shown, state) {
	const filled = {};
	for (const [name, value] of Object.entries(shown))
		filled[name] = await live(name, value, state);
	return filled;
}

// A value with what differs from account to account replaced by its kind.
const KINDS = [
	[/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, 'a time'],
	[/^(usr|ses|fct|org)_[0-9a-hjkmnp-tv-z]{26}$/, 'an id of its kind'],
	[/^[A-Za-z0-9_-]{86}$/, 'a token'],
	[h.CODE, 'a recovery code'],
	[/^[A-Z2-7]{32}$/, 'a key'],
	[/^otpauth:\/\/totp\/Countersign:\w+@example\.org\?secret=[A-Z2-7]{32}&issuer=Countersign$/, 'a URI'],
];

function kind(value, name) {
	if (Array.isArray(value))
		return value.map((item) => kind(item, name));
	if (value !== null && typeof value === 'object')
		return Object.fromEntries(Object.keys(value).sort().map((key) => [key, kind(value[key], key)]));
	if (['address', 'userAgent', 'backupCodesRemaining', 'email', 'seq', 'requestId'].includes(name))
		return typeof value;
	if (typeof value !== 'string')
		return value;
	const found = KINDS.find(([pattern]) => pattern.test(value));
	return found ? `${found[1]} ${/^(usr|ses|fct|org)_/.exec(value)?.[1] ?? ''}` : value;
}

// --- the replay ------------------------------------------------------------------------

const examples = contract.examples();

// The answers of success: by status, name and value.
const successes = (example) => Object.entries(example.responses).filter(([status]) => status < 300);

test('a stack starts', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 3 } });
});

test('every shown request and every shown answer of success is replayed', () => {
	const requests = new Set(ROWS.map(([id, request]) => `${id} ${request}`));
	assert.deepEqual([...requests].sort(), examples.map((e) => `${e.operationId} ${e.name}`).sort());
	const answers = ROWS.map(([id, , answer]) => `${id} ${answer}`);
	const shown = examples.flatMap((e) => successes(e).flatMap(([, named]) => Object.keys(named).map((name) => `${e.operationId} ${name}`)));
	assert.deepEqual([...new Set(answers)].filter((a) => !a.endsWith(' undefined')).sort(), [...new Set(shown)].sort());
	const operations = new Set(api.operations().map((o) => `${o.method} ${o.path}`));
	assert.deepEqual(new Set(examples.map((e) => `${e.method} ${e.path}`)), operations);
});

for (const [operationId, request, response, prepare] of ROWS)
	test(`${operationId}: ${request} gets ${response ?? 'no content'}`, async () => {
		const example = examples.find((e) => e.operationId === operationId && e.name === request);
		const state = await prepare();
		const target = contract.fill(example.path, await fill(example.parameters, state)) + example.query;
		const json = example.body && await fill(example.body, state);
		const client = example.open ? new api.Client(stack) : state.client;
		const answer = await client.request(example.method, target, { json });
		const [[status, named]] = successes(example);
		assert.equal(answer.status, Number(status), answer.text);
		if (response === undefined)
			assert.equal(answer.text, '');
		else if (operationId === 'readContract')
			assert.deepEqual(answer.json(), contract.document);
		else
			assert.deepEqual(kind(answer.json()), kind(named[response]));
	});

test('a shown problem is what a refusal of that kind looks like', async () => {
	const shown = examples.find((e) => e.operationId === 'readMfa').responses[401].unauthenticated;
	const real = api.refused(await api.call(stack, 'GET', '/v1/me/mfa'), 401, 'unauthenticated');
	assert.deepEqual({ ...real, requestId: '' }, { ...shown, requestId: '' });
});

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', () => stack.stop());
