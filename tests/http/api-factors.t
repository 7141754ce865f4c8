#!/usr/bin/env -S node --test-reporter=tap
// Several factors: listing, renaming, preferring and removing them, and which confirmation each change needs.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const api = require('../lib/api.js');

const STALE_S = 11 * 60;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const at = (factor) => `/v1/me/mfa/factors/${factor.id ?? factor}`;

let stack;

// A person with a phone and a tablet, and a verified client.
async function two(options = {}) {
	const { who, client } = await api.enrolled(stack, { verified: true, ...options });
	await api.enrol(client, who, 'Tablet');
	const [phone, tablet] = who.factors;
	return { who, client, phone, tablet };
}

const kinds = async (who, after) => (await h.events(stack, who, after)).map((e) => e.kind);

test('a stack starts', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 3 } });
});

test('the list: the preferred one first, what is known of each, nothing secret', async () => {
	const { who, client, phone, tablet } = await two();
	const answer = await client.get('/v1/me/mfa/factors');
	const { factors, ...rest } = api.expect(answer, 200);
	assert.deepEqual(rest, {});
	assert.deepEqual(factors.map((f) => [f.id, f.kind, f.label, f.preferred]), [
		[phone.id, 'totp', 'Authenticator app', true], [tablet.id, 'totp', 'Tablet', false],
	]);
	for (const f of factors) {
		assert.deepEqual(Object.keys(f).sort(), ['addedAt', 'id', 'kind', 'label', 'lastUsedAt', 'preferred']);
		assert.match(f.addedAt, TIME);
		assert.match(f.lastUsedAt, TIME);
	}
	for (const factor of who.factors)
		assert.ok(!answer.text.includes(factor.key));
});

test('the list is empty without factors, and a pending one is not in it', async () => {
	const who = await h.person(stack);
	const client = await api.signIn(stack, who);
	assert.deepEqual(await api.factors(client), []);
	const factor = await api.begin(client, who);
	assert.deepEqual(await api.factors(client), []);
	api.refused(await client.patch(at(factor), { label: 'Phone' }), 404, 'not_found');
	api.refused(await client.delete(at(factor)), 404, 'not_found');
});

test('renaming answers the factor; the same name again changes nothing', async () => {
	const { who, client, tablet } = await two();
	const before = await h.eventCount(stack, who);
	const said = api.expect(await client.patch(at(tablet), { label: ' Ünder the desk ' }), 200);
	assert.equal(said.label, 'Ünder the desk');
	assert.equal(said.id, tablet.id);
	assert.deepEqual(api.expect(await client.patch(at(tablet), { label: 'Ünder the desk' }), 200), said);
	assert.deepEqual(await kinds(who, before), ['factor_renamed'], 'one event for two requests');
	assert.deepEqual((await api.factors(client)).map((f) => f.label), ['Authenticator app', 'Ünder the desk']);
});

test('preferring moves the mark, and the preferred one answers the next challenge', async () => {
	const { who, client, phone, tablet } = await two();
	const before = await h.eventCount(stack, who);
	assert.equal(api.expect(await client.patch(at(tablet), { preferred: true }), 200).preferred, true);
	assert.equal(api.expect(await client.patch(at(tablet), { preferred: true }), 200).preferred, true);
	assert.deepEqual(await kinds(who, before), ['factor_preferred']);
	assert.deepEqual((await api.factors(client)).map((f) => [f.id, f.preferred]), [[tablet.id, true], [phone.id, false]]);
	const waiting = await api.signIn(stack, who);
	api.expect(await waiting.post('/v1/sessions/current/verification', { code: await h.nextCode(stack, tablet) }), 200);
});

test('both at once', async () => {
	const { client, tablet } = await two();
	const said = api.expect(await client.patch(at(tablet), { label: 'Work', preferred: true }), 200);
	assert.deepEqual([said.label, said.preferred], ['Work', true]);
});

test('a change says what is wrong with it', async () => {
	const { who, client, tablet } = await two();
	const before = await h.state(stack, who);
	for (const body of [{}, undefined, { label: null }, { label: '' }, { label: null, preferred: null }])
		assert.deepEqual(api.refused(await client.patch(at(tablet), body), 422, 'field_invalid').errors, [
			{ pointer: '/label', detail: 'Send label, preferred or both.' },
			{ pointer: '/preferred', detail: 'Send label, preferred or both.' },
		]);
	assert.deepEqual(api.refused(await client.patch(at(tablet), { preferred: false }), 422, 'field_invalid').errors,
		[{ pointer: '/preferred', detail: 'It can only be set to true. Prefer another factor instead.' }]);
	api.refused(await client.patch(at(tablet), { preferred: false, label: 'Other' }), 422, 'field_invalid');
	assert.deepEqual(api.faults(await client.patch(at(tablet), { preferred: 'true' })), { '/preferred': 'It must be true or false.' });
	assert.deepEqual(api.faults(await client.patch(at(tablet), { preferred: 1, label: 2 })), {
		'/preferred': 'It must be true or false.', '/label': 'It must be a string.',
	});
	for (const label of ['x'.repeat(65), 'ä'.repeat(33), 'a\u007fb'])
		assert.deepEqual(Object.keys(api.faults(await client.patch(at(tablet), { label }))), ['/label']);
	assert.deepEqual(Object.keys(api.faults(await client.patch(at(tablet), { label: 'x', kind: 'totp', 'a/b~c': 1 }))), ['/kind', '/a~1b~0c']);
	assert.deepEqual(Object.keys(api.faults(await client.patch(at(tablet), { label: 'x', factor: tablet.id }))), ['/factor']);
	assert.equal(await h.state(stack, who), before, 'nothing has changed');
});

test('removing one leaves the other, preferred now, and the codes', async () => {
	const { who, client, phone, tablet } = await two();
	const other = await api.signInFully(stack, who);
	const said = api.expect(await client.delete(at(phone)), 200);
	assert.deepEqual(said, { enabled: true, methods: ['totp', 'backup_code'], backupCodesRemaining: 10 });
	assert.deepEqual((await api.factors(client)).map((f) => [f.id, f.preferred]), [[tablet.id, true]]);
	assert.equal((await api.session(other)).state, 'mfa_required', 'other sessions have to verify again');
	api.refused(await client.delete(at(phone)), 404, 'not_found');
	const waiting = await api.signIn(stack, who);
	api.refused(await waiting.post('/v1/sessions/current/verification', { code: await h.nextCode(stack, phone) }), 422, 'code_invalid');
	await api.verify(waiting, tablet);
});

test('removing the last one turns it all off', async () => {
	const { who, client } = await api.enrolled(stack, { verified: true });
	const other = await api.signIn(stack, who);
	const said = api.expect(await client.delete(at(who.factors[0])), 200);
	assert.deepEqual(said, { enabled: false, methods: [], backupCodesRemaining: 0 });
	assert.equal(await api.isDead(stack, other.token), true);
	assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.recovery_codes WHERE account_id = '${who.id}'`), 0);
	assert.equal((await api.session(await api.signIn(stack, who))).state, 'active');
});

// Each change, under every combination of what is fresh.
const CHANGES = {
	rename: (client, factor) => client.patch(at(factor), { label: 'Other' }),
	prefer: (client, factor) => client.patch(at(factor), { preferred: true }),
	remove: (client, factor) => client.delete(at(factor)),
};

for (const [name, change] of Object.entries(CHANGES)) {
	test(`${name} needs a fresh password and a fresh verification`, async () => {
		const { who, client, phone, tablet } = await two();
		const confirm = { password: () => api.reauthenticate(client, who), code: () => api.verify(client, phone) };
		stack.clock.advance(STALE_S);
		const before = await api.factors(client);
		api.refused(await change(client, tablet), 403, 'reauthentication_required');
		await confirm.code();
		api.refused(await change(client, tablet), 403, 'reauthentication_required');
		stack.clock.advance(STALE_S);
		await confirm.password();
		api.refused(await change(client, tablet), 403, 'verification_required');
		const after = await api.factors(client);
		assert.deepEqual(after.map((f) => ({ ...f, lastUsedAt: '' })), before.map((f) => ({ ...f, lastUsedAt: '' })));
		await confirm.code();
		api.expect(await change(client, tablet), 200);
	});

	test(`${name}: other people's factors and unknown ones are not there`, async () => {
		const { client } = await two();
		const stranger = await api.enrolled(stack);
		const before = await h.state(stack, stranger.who);
		for (const id of [stranger.who.factors[0].id, h.NO_FACTOR, 'fct_1', h.NO_SESSION, 'x', h.NO_FACTOR.toUpperCase(), `${h.NO_FACTOR}0`])
			api.refused(await change(client, id), 404, 'not_found');
		assert.equal(await h.state(stack, stranger.who), before);
	});
}

test('a switch of the organization takes the verification that changes need', async () => {
	const { who, client, phone, tablet } = await two();
	const organizationId = await api.organization(stack, who);
	api.expect(await client.put('/v1/sessions/current/organization', { organizationId }), 200);
	for (const change of Object.values(CHANGES))
		api.refused(await change(client, tablet), 403, 'verification_required');
	await api.verify(client, phone);
	api.expect(await CHANGES.remove(client, tablet), 200);
});

test('the factors a browser changes are the same', async () => {
	const { client, tablet } = await two({ by: 'cookie' });
	assert.equal(api.expect(await client.patch(at(tablet), { label: 'Browser' }), 200).label, 'Browser');
	api.expect(await client.delete(at(tablet)), 200);
});

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', () => stack.stop());
