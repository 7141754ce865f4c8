#!/usr/bin/env -S node --test-reporter=tap
// The v1 API family (/v1/me/mfa), from enrolment to disabling, field by field.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const api = require('../lib/api.js');

const ENROLL = '/v1/me/mfa/totp/enroll';
const VERIFY = '/v1/me/mfa/totp/verify';
const TOTP = '/v1/me/mfa/totp';
const STALE_S = 11 * 60;

let stack;

// Whether a recovery code signs in.
async function works(who, recoveryCode) {
	const client = await api.signIn(stack, who);
	const answer = await client.post('/v1/sessions/current/verification', { recoveryCode });
	if (answer.status !== 200)
		api.refused(answer, 422, 'code_invalid');
	return answer.status === 200;
}

const pendings = (who) => h.number(stack,
	`SELECT count(*) FROM countersign.factors WHERE account_id = '${who.id}' AND state = 'pending'`);
const kinds = async (who) => (await h.events(stack, who)).map((e) => `${e.kind} ${e.result}`);

async function newcomer(options = {}, by = 'bearer') {
	const who = await h.person(stack, options);
	return { who, client: await api.signIn(stack, who, { by }) };
}

test('a stack starts', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 3 } });
});

// --- the document, in its order ------------------------------------------------

for (const by of ['bearer', 'header', 'cookie']) {
	test(`from password to a verified factor and back (${by})`, async () => {
		const { who, client } = await newcomer({}, by);
		assert.deepEqual(await api.mfa(client), { enabled: false, methods: [], backupCodesRemaining: 0 });

		const offer = api.expect(await client.post(ENROLL, { password: who.password }), 200);
		assert.deepEqual(Object.keys(offer).sort(), ['backupCodes', 'expiresAt', 'factorId', 'secret', 'totpURI']);
		assert.match(offer.factorId, /^fct_[0-9a-hjkmnp-tv-z]{26}$/);
		assert.match(offer.secret, /^[A-Z2-7]{32}$/, '160 bits');
		assert.equal(offer.totpURI, `otpauth://totp/Countersign:${who.email}?secret=${offer.secret}&issuer=Countersign`);
		assert.equal(offer.backupCodes.length, 10);
		assert.equal(new Set(offer.backupCodes).size, 10);
		for (const code of offer.backupCodes)
			assert.match(code, h.CODE);
		assert.ok(Math.abs(Date.parse(offer.expiresAt) / 1000 - stack.clock.now() - 600) < 10, 'it waits ten minutes');
		assert.equal((await api.mfa(client)).enabled, false, 'only a verification enables it');

		const factor = { id: offer.factorId, key: offer.secret, step: 0 };
		const code = await h.nextCode(stack, factor);
		assert.match(code, /^\d{6}$/);
		const said = api.expect(await client.post(VERIFY, { code }), 200);
		assert.deepEqual(said, { enabled: true, methods: ['totp', 'backup_code'], backupCodesRemaining: 10 });
		assert.deepEqual(await api.mfa(client), said);

		const again = await api.signIn(stack, who);
		api.refused(await again.get('/v1/me/mfa'), 403, 'mfa_required');
		api.refused(await again.post('/v1/sessions/current/verification', { code }), 422, 'code_invalid');
		await api.verify(again, factor);
		assert.equal(await works(who, offer.backupCodes[4]), true);
		assert.equal((await api.mfa(client)).backupCodesRemaining, 9);

		await api.verify(client, factor);
		const off = api.expect(await client.delete(TOTP, { password: who.password }), 200);
		assert.deepEqual(off, { enabled: false, methods: [], backupCodesRemaining: 0 });
		assert.equal((await api.session(await api.signIn(stack, who))).state, 'active', 'nothing is asked any more');
		const events = await kinds(who);
		for (const kind of ['factor_setup_started accepted', 'factor_added accepted', 'mfa_disabled accepted'])
			assert.ok(events.includes(kind), `${kind} in ${events}`);
	});
}

test('status says what is there: without codes left backup_code is no method', async () => {
	const { who, client } = await api.enrolled(stack);
	for (const [i, code] of who.codes.entries()) {
		assert.equal(await works(who, code), true);
		const { methods, backupCodesRemaining } = await api.mfa(client);
		assert.equal(backupCodesRemaining, 9 - i);
		assert.deepEqual(methods, i < 9 ? ['totp', 'backup_code'] : ['totp']);
	}
	assert.equal(await works(who, who.codes[0]), false);
});

// --- enroll ---------------------------------------------------------------------

test('enroll asks for the password, on a fresh session too', async () => {
	const { who, client } = await newcomer();
	assert.deepEqual(api.faults(await client.post(ENROLL, {})), { '/password': 'It is missing.' });
	assert.deepEqual(api.faults(await client.post(ENROLL)), { '/password': 'It is missing.' });
	api.refused(await client.post(ENROLL, { password: 'not the password' }), 422, 'credentials_invalid');
	assert.equal(await pendings(who), 0);
	stack.clock.advance(STALE_S);
	api.expect(await client.post(ENROLL, { password: who.password }), 200);
	assert.equal(await pendings(who), 1, 'the password in the request is as fresh as can be');
});

test('five wrong passwords at enroll end the session', async () => {
	const { client } = await newcomer();
	for (let i = 0; i < 4; i++)
		api.refused(await client.post(ENROLL, { password: 'not it' }), 422, 'credentials_invalid');
	api.refused(await client.post(ENROLL, { password: 'not it' }), 401, 'unauthenticated');
	assert.equal(await api.isDead(stack, client.token), true);
});

test('enroll and verify need a verified address', async () => {
	const { who, client } = await newcomer({ verified: false });
	const problem = api.refused(await client.post(ENROLL, { password: who.password }), 403, 'email_unverified');
	assert.match(problem.detail, /must verify your email address/);
	api.refused(await client.post(VERIFY, { code: '123456' }), 403, 'email_unverified');
	assert.equal(await pendings(who), 0);
	await stack.ctl(['account', 'verify-email', who.email]);
	api.expect(await client.post(ENROLL, { password: who.password }), 200);
});

test('enroll takes a label, and says which will not do', async () => {
	const { who, client } = await newcomer();
	for (const label of ['x'.repeat(65), 'a\u0001b', 'a\nb'])
		assert.deepEqual(Object.keys(api.faults(await client.post(ENROLL, { password: who.password, label }))), ['/label'], label);
	await api.enrol(client, who, '  Téléphone <b> ');
	assert.equal((await api.factors(client))[0].label, 'Téléphone <b>');
	const other = await newcomer();
	await api.enrol(other.client, other.who);
	assert.equal((await api.factors(other.client))[0].label, 'Authenticator app', 'without one it has the name of its kind');
});

test('codes issued at enroll are refused before verify, and work after it', async () => {
	const { who, client } = await newcomer();
	const factor = await api.begin(client, who);
	api.refused(await client.post('/v1/sessions/current/verification', { recoveryCode: factor.codes[0] }), 409, 'mfa_not_enabled');
	assert.equal((await api.mfa(client)).backupCodesRemaining, 0);
	assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.recovery_codes WHERE account_id = '${who.id}'`), 0);
	const said = await api.confirm(client, who, factor);
	assert.equal(said.backupCodes, undefined, 'they are returned once');
	for (const code of factor.codes.slice(0, 2))
		assert.equal(await works(who, code), true);
	assert.equal(await works(who, factor.codes[0]), false);
});

test('enroll repeated from the same session: the same secret, new codes, the old ones dead', async () => {
	const { who, client } = await newcomer();
	const first = await api.begin(client, who, 'Phone'), second = await api.begin(client, who, 'Tablet');
	assert.deepEqual([second.id, second.key, second.uri, second.expiresAt], [first.id, first.key, first.uri, first.expiresAt]);
	assert.equal(new Set([...first.codes, ...second.codes]).size, 20);
	assert.equal(await pendings(who), 1);
	await api.confirm(client, who, second);
	assert.equal((await api.factors(client))[0].label, 'Tablet');
	assert.equal(await works(who, first.codes[0]), false);
	assert.equal(await works(who, second.codes[0]), true);
});

test('enroll repeated from another session: another secret, and the old pending one is dead', async () => {
	const { who, client } = await newcomer();
	const other = await api.signIn(stack, who);
	const first = await api.begin(client, who), second = await api.begin(other, who);
	assert.notEqual(second.id, first.id);
	assert.notEqual(second.key, first.key);
	assert.equal(await pendings(who), 1);
	api.refused(await client.post(VERIFY, { code: await h.nextCode(stack, first) }), 409, 'no_pending_factor');
	api.refused(await other.post(VERIFY, { code: await stack.oathtool(first.key) }), 422, 'code_invalid');
	await api.confirm(other, who, second);
	assert.equal(await works(who, first.codes[0]), false);
	assert.equal(await works(who, second.codes[0]), true);
});

test('a pending factor lives ten minutes', async () => {
	const { who, client } = await newcomer();
	const factor = await api.begin(client, who);
	stack.clock.advance(601);
	api.refused(await client.post(VERIFY, { code: await h.nextCode(stack, factor) }), 409, 'no_pending_factor');
	assert.notEqual((await api.begin(client, who)).key, factor.key);
});

test('the codes of a set-up that was given up do not come back with the next one', async () => {
	const { who, client } = await newcomer();
	const first = await api.begin(client, who);
	stack.clock.advance(601);
	const second = await api.begin(client, who);
	await api.confirm(client, who, second);
	assert.equal(await works(who, first.codes[0]), false);
});

// --- page and API mixed -----------------------------------------------------------

test('begun on the page and verified here: the codes come back', async () => {
	const who = await h.person(stack);
	const browser = await h.signIn(stack, who);
	const factor = await h.begin(browser);
	const client = new api.Client(stack, browser.token, 'cookie');
	const said = api.expect(await client.post(VERIFY, { code: await h.nextCode(stack, factor), factorId: factor.id }), 200);
	assert.equal(said.enabled, true);
	assert.equal(said.backupCodes.length, 10);
	assert.equal(await works(who, said.backupCodes[3]), true);
});

test('a factor begun here and confirmed on the page: the page shows new codes, and the codes issued before are refused', async () => {
	const { who, client } = await newcomer({}, 'cookie');
	const factor = await api.begin(client, who);
	const browser = new h.Browser(stack, client.token);
	const page = await browser.post('/mfa/setup/confirm', { factor: factor.id, code: await h.nextCode(stack, factor) });
	assert.equal(page.status, 200);
	const shown = h.codesOf(page.text);
	assert.equal(new Set([...shown, ...factor.codes]).size, 20);
	assert.equal(await works(who, factor.codes[0]), false);
	assert.equal(await works(who, shown[0]), true);
});

test('a factor begun here and confirmed by the public family: the response has the valid codes', async () => {
	const { who, client } = await newcomer();
	const factor = await api.begin(client, who);
	const said = api.expect(await client.post('/v1/public/accounts/mfa/enable', { mfa_code: await h.nextCode(stack, factor) }), 200);
	assert.equal(said.mfa_recovery_codes.length, 10);
	assert.equal(await works(who, factor.codes[0]), false);
	assert.equal(await works(who, said.mfa_recovery_codes[0]), true);
});

// --- verify -----------------------------------------------------------------------

test('verify: nothing pending, a wrong code, another factor, a missing code', async () => {
	const { who, client } = await newcomer();
	api.refused(await client.post(VERIFY, { code: '123456' }), 409, 'no_pending_factor');
	const factor = await api.begin(client, who);
	const wrong = await h.wrongCode(stack, factor);
	assert.match(api.refused(await client.post(VERIFY, { code: wrong }), 422, 'code_invalid').detail, /incorrect or has already been used/);
	api.refused(await client.post(VERIFY, { code: await stack.oathtool(factor.key), factorId: h.NO_FACTOR }), 409, 'no_pending_factor');
	assert.deepEqual(api.faults(await client.post(VERIFY, {})), { '/code': 'It is missing.' });
	assert.deepEqual(Object.keys(api.faults(await client.post(VERIFY, { code: '123456', factorId: 'fct' }))), ['/factorId']);
	assert.equal((await api.mfa(client)).enabled, false);
	await api.confirm(client, who, factor);
	api.refused(await client.post(VERIFY, { code: factor.confirmedBy }), 409, 'no_pending_factor');
});

test('wrong codes at verify count against the account\'s attempt limit: five, then the wait', async () => {
	const { who, client } = await newcomer();
	const factor = await api.begin(client, who);
	const code = await h.wrongCode(stack, factor);
	for (let i = 0; i < 5; i++)
		api.refused(await client.post(VERIFY, { code }), 422, 'code_invalid');
	assert.ok(api.refused(await client.post(VERIFY, { code: await stack.oathtool(factor.key) }), 429, 'too_many_attempts').retryAfter <= 30);
	stack.clock.advance(31);
	await api.confirm(client, who, factor);
	assert.equal(await h.failures(stack, who), 0);
});

test('verify ends the verification of other sessions; a browser is verified by it, a client of headers is not', async () => {
	const { who, client } = await newcomer();
	const other = await api.signIn(stack, who);
	await api.enrol(client, who);
	assert.equal((await api.session(other)).state, 'mfa_required');
	assert.equal((await api.session(client)).verifiedAt, null, 'its token stays, so it was not elevated');
	const page = await newcomer({}, 'cookie');
	const { token } = page.client;
	await api.enrol(page.client, page.who);
	assert.notEqual(page.client.token, token);
	assert.notEqual((await api.session(page.client)).verifiedAt, null);
});

// --- a second factor ----------------------------------------------------------------

test('a second factor brings no codes, and needs a fresh verification', async () => {
	const { who, client } = await api.enrolled(stack);
	api.refused(await client.post(ENROLL, { password: who.password }), 403, 'verification_required');
	await api.verify(client, who.factors[0]);
	const offer = api.expect(await client.post(ENROLL, { password: who.password, label: 'Tablet' }), 200);
	assert.deepEqual(Object.keys(offer).sort(), ['expiresAt', 'factorId', 'secret', 'totpURI']);
	const factor = { id: offer.factorId, key: offer.secret, step: 0 };
	const said = await api.confirm(client, who, factor);
	assert.deepEqual(said, { enabled: true, methods: ['totp', 'backup_code'], backupCodesRemaining: 10 });
	assert.equal(await works(who, who.codes[0]), true, 'the codes are those of the first');
	stack.clock.advance(STALE_S);
	api.refused(await client.post(ENROLL, { password: who.password }), 403, 'verification_required');
});

test('there are at most five factors', async () => {
	const { who, client } = await api.enrolled(stack, { verified: true });
	for (let i = 2; i <= 5; i++)
		await api.enrol(client, who, `Device ${i}`);
	api.refused(await client.post(ENROLL, { password: who.password }), 409, 'too_many_factors');
});

// --- DELETE -------------------------------------------------------------------------

test('DELETE needs the password and a fresh verification', async () => {
	const { who, client } = await api.enrolled(stack);
	assert.deepEqual(api.faults(await client.delete(TOTP)), { '/password': 'It is missing.' });
	assert.deepEqual(api.faults(await client.delete(TOTP, {})), { '/password': 'It is missing.' });
	api.refused(await client.delete(TOTP, { password: 'not the password' }), 422, 'credentials_invalid');
	api.refused(await client.delete(TOTP, { password: who.password }), 403, 'verification_required');
	await api.verify(client, who.factors[0]);
	stack.clock.advance(STALE_S);
	api.refused(await client.delete(TOTP, { password: who.password }), 403, 'verification_required');
	assert.equal((await api.mfa(client)).enabled, true);
	await api.verify(client, who.factors[0]);
	api.expect(await client.delete(TOTP, { password: who.password }), 200);
});

test('DELETE needs a verification of the current organization', async () => {
	const { who, client } = await api.enrolled(stack, { verified: true });
	const organizationId = await api.organization(stack, who);
	api.expect(await client.put('/v1/sessions/current/organization', { organizationId }), 200);
	api.refused(await client.delete(TOTP, { password: who.password }), 403, 'verification_required');
	await api.verify(client, who.factors[0]);
	api.expect(await client.delete(TOTP, { password: who.password }), 200);
	const [event] = (await h.events(stack, who)).filter((e) => e.kind === 'mfa_disabled');
	assert.equal(h.idText('org', event.organization_id), organizationId, 'the event is of that organization');
});

test('DELETE takes every factor and code, and ends the other sessions', async () => {
	const { who, client } = await api.enrolled(stack, { verified: true });
	await api.enrol(client, who, 'Tablet');
	const other = await api.signInFully(stack, who), waiting = await api.signIn(stack, who);
	await api.verify(client, who.factors[0]);
	api.expect(await client.delete(TOTP, { password: who.password }), 200);
	for (const table of ['factors', 'recovery_codes', 'recovery_sets'])
		assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.${table} WHERE account_id = '${who.id}'`), 0, table);
	for (const each of [other, waiting])
		assert.equal(await api.isDead(stack, each.token), true);
	assert.equal((await api.session(client)).verifiedAt, null);
});

test('DELETE twice says the same twice, with one event', async () => {
	const { who, client } = await api.enrolled(stack, { verified: true });
	const first = api.expect(await client.delete(TOTP, { password: who.password }), 200);
	const second = api.expect(await client.delete(TOTP, { password: who.password }), 200);
	assert.deepEqual(second, first);
	assert.equal((await kinds(who)).filter((k) => k === 'mfa_disabled accepted').length, 1);
	api.refused(await client.delete(TOTP, { password: 'not it' }), 422, 'credentials_invalid');
});

test('disabling and enrolling again makes a fresh set of codes, and none of the old works', async () => {
	const { who, client } = await api.enrolled(stack, { verified: true });
	const old = who.codes;
	api.expect(await client.delete(TOTP, { password: who.password }), 200);
	who.factors = [];
	await api.enrol(client, who);
	assert.equal(new Set([...old, ...who.codes]).size, 20);
	assert.equal(await works(who, old[5]), false);
	assert.equal(await works(who, who.codes[5]), true);
});

// --- new codes ------------------------------------------------------------------------

test('new codes need a code of the app, and end the old ones at once', async () => {
	const { who, client } = await api.enrolled(stack);
	const post = (json) => client.post('/v1/me/mfa/recovery-codes', json);
	assert.deepEqual(api.faults(await post({})), { '/code': 'It is missing.' });
	api.refused(await post({ code: await h.wrongCode(stack, who.factors[0]) }), 422, 'code_invalid');
	api.refused(await post({ code: who.codes[0] }), 422, 'code_invalid');
	api.refused(await post({ code: who.factors[0].confirmedBy }), 422, 'code_invalid');
	const code = await h.nextCode(stack, who.factors[0]);
	const { recoveryCodes, ...rest } = api.expect(await post({ code }), 200);
	assert.deepEqual(rest, {});
	assert.equal(new Set([...recoveryCodes, ...who.codes]).size, 20);
	for (const each of recoveryCodes)
		assert.match(each, h.CODE);
	api.refused(await post({ code }), 422, 'code_invalid');
	assert.equal(await works(who, who.codes[0]), false);
	assert.equal(await works(who, recoveryCodes[0]), true);
});

test('new codes without a factor', async () => {
	const { client } = await newcomer();
	api.refused(await client.post('/v1/me/mfa/recovery-codes', { code: '123456' }), 409, 'mfa_not_enabled');
});

// --- what must stay secret ---------------------------------------------------------------

test('no log and no event holds a password, code, secret or token of all that', async () => {
	const { who, client } = await api.enrolled(stack, { verified: true, password: 'a password nobody else has' });
	const wrong = 'wrong password nobody has';
	api.refused(await client.delete(TOTP, { password: wrong }), 422, 'credentials_invalid');
	const secrets = [who.password, wrong, who.factors[0].key, ...who.codes, client.token];
	const kept = ['access', 'countersignd', 'nginx', 'postgres'].map((name) => stack.log(name)).join('\n') +
		JSON.stringify(await h.events(stack, who));
	assert.ok(kept.length > 10_000);
	for (const secret of secrets)
		assert.ok(!kept.includes(secret), secret);
});

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', () => stack.stop());
