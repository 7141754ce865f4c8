#!/usr/bin/env -S node --test-reporter=tap
// The public API family (/v1/public/accounts), called with curl as its users do.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const api = require('../lib/api.js');

const BASE = '/v1/public/accounts/mfa';
const STALE_S = 11 * 60;

let stack;

// One of the documented command lines, with the site, the token and the values put in.
async function curl(line, values) {
	let text = line.replace('https://veriswarm.ai', stack.base).replace(/\\\n/g, ' ');
	for (const [from, to] of Object.entries(values))
		text = text.replace(from, to);
	const output = await rig.run('sh', ['-c', text.replace(/^curl/, "curl -s --noproxy '*' -D /dev/stderr -w '\\n%{http_code}' 2>/dev/null")]);
	const at = output.lastIndexOf('\n');
	return { status: Number(output.slice(at + 1)), said: JSON.parse(output.slice(0, at)) };
}

const SETUP = `curl -X POST https://veriswarm.ai/v1/public/accounts/mfa/setup \\
-H "x-account-access-token: YOUR_SESSION_TOKEN"`;

const ENABLE = `curl -X POST https://veriswarm.ai/v1/public/accounts/mfa/enable \\
-H "x-account-access-token: YOUR_SESSION_TOKEN" \\
-H "Content-Type: application/json" \\
-d '{
"mfa_code": "123456"
}'`;

const REGENERATE = `curl -X POST https://veriswarm.ai/v1/public/accounts/mfa/recovery-codes/regenerate \\
-H "x-account-access-token: YOUR_SESSION_TOKEN" \\
-H "Content-Type: application/json" \\
-d '{
"mfa_code": "123456"
}'`;

const DISABLE = `curl -X POST https://veriswarm.ai/v1/public/accounts/mfa/disable \\
-H "x-account-access-token: YOUR_SESSION_TOKEN" \\
-H "Content-Type: application/json" \\
-d '{
"email": "you@example.com",
"password": "your-password",
"mfa_code": "123456"
}'`;

async function newcomer(by = 'header') {
	const who = await h.person(stack);
	return { who, client: await api.signIn(stack, who, { by }) };
}

const enrolled = (options = {}) => api.enrolled(stack, { by: 'header', family: 'public', ...options });
const account = (who) => h.idText('usr', who.id);

async function works(who, recoveryCode) {
	const client = await api.signIn(stack, who);
	return (await client.post('/v1/sessions/current/verification', { recoveryCode })).status === 200;
}

test('a stack starts', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 3 } });
});

test('the four documented command lines, with one token from beginning to end', async () => {
	const { who, client: { token } } = await newcomer();
	const own = { YOUR_SESSION_TOKEN: token, 'you@example.com': who.email, 'your-password': who.password };

	const set = await curl(SETUP, own);
	assert.equal(set.status, 200);
	const key = set.said.totp_secret;
	assert.match(key, /^[A-Z2-7]{32}$/);
	assert.deepEqual(set.said, {
		status: 'mfa_secret_issued',
		account_id: account(who),
		mfa_enabled: false,
		totp_secret: key,
		otpauth_url: `otpauth://totp/Countersign:${who.email}?secret=${key}&issuer=Countersign`,
	});
	const again = await curl(SETUP, own);
	const { totp_secret: _, ...rest } = set.said;
	assert.deepEqual(again.said, rest, 'a repeat returns the URL but not the raw secret');

	const factor = { key, step: 0 };
	const on = await curl(ENABLE, { ...own, 123456: await h.nextCode(stack, factor) });
	assert.equal(on.status, 200);
	const { mfa_recovery_codes: codes, ...on_rest } = on.said;
	assert.deepEqual(on_rest, { status: 'enabled', account_id: account(who), mfa_enabled: true });
	assert.equal(new Set(codes).size, 10);
	for (const code of codes)
		assert.match(code, h.CODE);

	const fresh = await curl(REGENERATE, { ...own, 123456: await h.nextCode(stack, factor) });
	assert.equal(fresh.status, 200);
	const { mfa_recovery_codes: others, ...fresh_rest } = fresh.said;
	assert.deepEqual(fresh_rest, { status: 'recovery_codes_regenerated', account_id: account(who), mfa_enabled: true });
	assert.equal(new Set([...codes, ...others]).size, 20);
	assert.equal(await works(who, codes[0]), false, 'all previous codes are invalid');
	assert.equal(await works(who, others[0]), true);

	const off = await curl(DISABLE, { ...own, 123456: await h.nextCode(stack, factor) });
	assert.equal(off.status, 200);
	assert.deepEqual(off.said, { status: 'disabled', account_id: account(who), mfa_enabled: false });
	for (const table of ['factors', 'recovery_codes', 'recovery_sets'])
		assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.${table} WHERE account_id = '${who.id}'`), 0,
			`${table}: permanently deleted`);

	const anew = await curl(SETUP, own);
	assert.equal(anew.status, 200, 'it can be enabled again at any time');
	assert.notEqual(anew.said.totp_secret, key);
});

test('the documented body with a recovery code disables too, once', async () => {
	const { who, client } = await enrolled();
	const line = DISABLE.replace('"mfa_code": "123456"', '"recovery_code": "abc12-def34"');
	const values = { YOUR_SESSION_TOKEN: client.token, 'you@example.com': who.email, 'your-password': who.password, 'abc12-def34': who.codes[2] };
	assert.deepEqual((await curl(line, values)).said, { status: 'disabled', account_id: account(who), mfa_enabled: false });
	const again = await curl(line, values);
	assert.deepEqual([again.status, again.said.code], [409, 'mfa_not_enabled']);
});

// --- setup --------------------------------------------------------------------------

test('setup on a session that signed in long ago asks for the password, and says so', async () => {
	const { who, client } = await newcomer();
	stack.clock.advance(STALE_S);
	const problem = api.refused(await client.post(`${BASE}/setup`), 403, 'reauthentication_required');
	assert.match(problem.detail, /Enter your password/);
	await api.reauthenticate(client, who);
	assert.equal(api.expect(await client.post(`${BASE}/setup`), 200).status, 'mfa_secret_issued');
});

test('setup needs a verified address, and so does enable', async () => {
	const who = await h.person(stack, { verified: false });
	const client = await api.signIn(stack, who, { by: 'header' });
	api.refused(await client.post(`${BASE}/setup`), 403, 'email_unverified');
	api.refused(await client.post(`${BASE}/enable`, { mfa_code: '123456' }), 403, 'email_unverified');
});

test('setup takes no fields', async () => {
	const { client } = await newcomer();
	assert.deepEqual(api.faults(await client.post(`${BASE}/setup`, { password: 'x' })), { '/password': 'There is no such member.' });
	api.expect(await client.post(`${BASE}/setup`, {}), 200);
});

test('setup from another session issues another secret, and the old one is dead', async () => {
	const { who, client } = await newcomer();
	const other = await api.signIn(stack, who, { by: 'header' });
	const first = api.expect(await client.post(`${BASE}/setup`), 200);
	const second = api.expect(await other.post(`${BASE}/setup`), 200);
	assert.notEqual(second.totp_secret, first.totp_secret);
	assert.equal(second.otpauth_url.includes(second.totp_secret), true);
	const code = await h.nextCode(stack, { key: first.totp_secret, step: 0 });
	api.refused(await client.post(`${BASE}/enable`, { mfa_code: code }), 409, 'no_pending_factor');
	api.refused(await other.post(`${BASE}/enable`, { mfa_code: code }), 422, 'code_invalid');
});

test('setup continues a factor that the v1 family began: it returns the URL, without the raw secret', async () => {
	const { who, client } = await newcomer();
	const factor = await api.begin(client, who);
	const said = api.expect(await client.post(`${BASE}/setup`), 200);
	assert.equal(said.otpauth_url, factor.uri);
	assert.equal('totp_secret' in said, false);
});

test('setup of a second factor needs a fresh verification; enable then brings no codes', async () => {
	const { who, client } = await enrolled();
	const problem = api.refused(await client.post(`${BASE}/setup`), 403, 'verification_required');
	assert.match(problem.detail, /Enter a code/);
	await api.verify(client, who.factors[0]);
	const set = api.expect(await client.post(`${BASE}/setup`), 200);
	assert.equal(set.mfa_enabled, true);
	const on = api.expect(await client.post(`${BASE}/enable`, { mfa_code: await h.nextCode(stack, { key: set.totp_secret, step: 0 }) }), 200);
	assert.deepEqual(on, { status: 'enabled', account_id: account(who), mfa_enabled: true });
	assert.equal(await works(who, who.codes[0]), true, 'the codes of the first stay');
});

// --- enable -------------------------------------------------------------------------

test('enable: a missing and a wrong code, nothing pending, a code twice', async () => {
	const { client } = await newcomer();
	api.refused(await client.post(`${BASE}/enable`, { mfa_code: '123456' }), 409, 'no_pending_factor');
	const set = api.expect(await client.post(`${BASE}/setup`), 200);
	const factor = { key: set.totp_secret, step: 0 };
	assert.deepEqual(api.faults(await client.post(`${BASE}/enable`, {})), { '/mfa_code': 'It is missing.' });
	assert.deepEqual(Object.keys(api.faults(await client.post(`${BASE}/enable`, { code: '123456' }))).sort(), ['/code', '/mfa_code']);
	api.refused(await client.post(`${BASE}/enable`, { mfa_code: await h.wrongCode(stack, factor) }), 422, 'code_invalid');
	assert.equal((await api.mfa(client)).enabled, false);
	const mfa_code = await h.nextCode(stack, factor);
	api.expect(await client.post(`${BASE}/enable`, { mfa_code }), 200);
	api.refused(await client.post(`${BASE}/enable`, { mfa_code }), 409, 'no_pending_factor');
});

test('enable by a browser elevates its session and sets the cookie', async () => {
	const { client } = await newcomer('cookie');
	const { token } = client;
	const set = api.expect(await client.post(`${BASE}/setup`), 200);
	api.expect(await client.post(`${BASE}/enable`, { mfa_code: await h.nextCode(stack, { key: set.totp_secret, step: 0 }) }), 200);
	assert.notEqual(client.token, token);
	assert.equal(await api.isDead(stack, token), true);
	assert.notEqual((await api.session(client)).verifiedAt, null);
});

// --- disable ------------------------------------------------------------------------

test('disable needs each of its parts', async () => {
	const { who, client } = await enrolled();
	const full = { email: who.email, password: who.password, recovery_code: who.codes[0] };
	const without = (name) => Object.fromEntries(Object.entries(full).filter(([key]) => key !== name));
	assert.deepEqual(api.faults(await client.post(`${BASE}/disable`, without('email'))), { '/email': 'It is missing.' });
	assert.deepEqual(api.faults(await client.post(`${BASE}/disable`, without('password'))), { '/password': 'It is missing.' });
	assert.deepEqual(api.faults(await client.post(`${BASE}/disable`, without('recovery_code'))), { '/mfa_code': 'It is missing.' });
	assert.deepEqual(Object.keys(api.faults(await client.post(`${BASE}/disable`, {}))).sort(), ['/email', '/password']);
	assert.equal((await api.mfa(client)).enabled, true);
	assert.equal((await api.mfa(client)).backupCodesRemaining, 10, 'no code was consumed');
	api.expect(await client.post(`${BASE}/disable`, full), 200);
});

test('disable refuses another address, a wrong password and a wrong code; the code is judged last', async () => {
	const { who, client } = await enrolled();
	const other = await h.person(stack);
	const post = (changed) => client.post(`${BASE}/disable`,
		{ email: who.email, password: who.password, recovery_code: who.codes[0], ...changed });
	api.refused(await post({ email: other.email }), 422, 'credentials_invalid');
	api.refused(await post({ email: 'no address' }), 422, 'field_invalid');
	api.refused(await post({ password: 'not it' }), 422, 'credentials_invalid');
	assert.equal((await api.mfa(client)).backupCodesRemaining, 10, 'who does not know the password does not get to try the code');
	assert.equal(await h.failures(stack, who), 0);
	api.refused(await post({ recovery_code: 'aaaaa-aaaaa' }), 422, 'code_invalid');
	api.refused(await post({ recovery_code: undefined, mfa_code: await h.wrongCode(stack, who.factors[0]) }), 422, 'code_invalid');
	api.refused(await post({ recovery_code: undefined, mfa_code: who.factors[0].confirmedBy }), 422, 'code_invalid');
	assert.equal(await h.failures(stack, who), 3);
	assert.equal((await api.mfa(client)).enabled, true);
	api.expect(await post({ email: who.email.toUpperCase() }), 200);
});

test('a verified, fresh session alone does not disable', async () => {
	const { who, client } = await enrolled({ verified: true });
	api.refused(await client.post(`${BASE}/disable`, { email: who.email, password: who.password }), 422, 'field_invalid');
	assert.equal((await api.mfa(client)).enabled, true);
});

test('disable ends the other sessions and works with the password of long ago', async () => {
	const { who, client } = await enrolled();
	const other = await api.signInFully(stack, who);
	stack.clock.advance(STALE_S);
	const mfa_code = await h.nextCode(stack, who.factors[0]);
	api.expect(await client.post(`${BASE}/disable`, { email: who.email, password: who.password, mfa_code }), 200);
	assert.equal(await api.isDead(stack, other.token), true);
	assert.equal(await api.isDead(stack, client.token), false);
});

// --- regenerate ---------------------------------------------------------------------

test('regenerate kills the old codes, unused ones too, and takes no recovery code', async () => {
	const { who, client } = await enrolled();
	assert.deepEqual(api.faults(await client.post(`${BASE}/recovery-codes/regenerate`, {})), { '/mfa_code': 'It is missing.' });
	assert.deepEqual(api.faults(await client.post(`${BASE}/recovery-codes/regenerate`, { recovery_code: who.codes[0] })), {
		'/recovery_code': 'There is no such member.', '/mfa_code': 'It is missing.',
	});
	api.refused(await client.post(`${BASE}/recovery-codes/regenerate`, { mfa_code: who.codes[0] }), 422, 'code_invalid');
	assert.equal((await api.mfa(client)).backupCodesRemaining, 10);
	assert.equal(await works(who, who.codes[0]), true, 'the refused request did not consume it');
	const mfa_code = await h.nextCode(stack, who.factors[0]);
	const said = api.expect(await client.post(`${BASE}/recovery-codes/regenerate`, { mfa_code }), 200);
	assert.equal((await api.mfa(client)).backupCodesRemaining, 10);
	for (const code of who.codes.slice(0, 3))
		assert.equal(await works(who, code), false);
	assert.equal(await works(who, said.mfa_recovery_codes[9]), true);
	api.refused(await client.post(`${BASE}/recovery-codes/regenerate`, { mfa_code }), 422, 'code_invalid');
});

test('regenerate without a factor', async () => {
	const { client } = await newcomer();
	api.refused(await client.post(`${BASE}/recovery-codes/regenerate`, { mfa_code: '123456' }), 409, 'mfa_not_enabled');
});

// --- organizations --------------------------------------------------------------------

test('after a switch of the organization setup asks for a verification in the new one', async () => {
	const { who, client } = await enrolled({ verified: true });
	const organizationId = await api.organization(stack, who);
	api.expect(await client.post(`${BASE}/setup`), 200);
	api.expect(await client.put('/v1/sessions/current/organization', { organizationId }), 200);
	api.refused(await client.post(`${BASE}/setup`), 403, 'verification_required');
	await api.verify(client, who.factors[0]);
	api.expect(await client.post(`${BASE}/setup`), 200);
});

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', () => stack.stop());
