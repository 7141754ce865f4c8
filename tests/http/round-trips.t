#!/usr/bin/env -S node --test-reporter=tap
// What a request costs at the database: a verification is one statement that
// loads and one that decides and writes, in one commit.
'use strict';

const assert = require('node:assert');
const { test, before, after } = require('node:test');
const rig = require('../lib/rig.js');

const PASSWORD = 'correct horse battery';
let stack, key, codes;

// The statements that the one worker executes while `act` runs. Its connection is the one that loads
// subjects; the janitor and the mailer have others.
async function statements(act) {
	const from = stack.log('postgres').length;
	const result = await act();
	await rig.sleep(300); // what is done once the answer has left
	const lines = [...stack.log('postgres').slice(from)
		.matchAll(/\[(\d+)\] \S*LOG: .*(?:execute ([a-z_]+):|statement: (BEGIN|COMMIT|ROLLBACK))/g)];
	const worker = lines.find(([, , name]) => name === 'subject_load')?.[1];
	const names = lines.filter(([, pid]) => pid === worker).map(([, , name, command]) => name || command);
	return { result, names };
}

const signIn = () => stack.post('/login', { email: 'a@example.org', password: PASSWORD });

before(async () => {
	stack = await rig.start({ set: { workers: 1 } });
	await stack.createAccount({ email: 'a@example.org', password: PASSWORD });
	let cookie = (await signIn()).session;
	await stack.post('/mfa/setup/start', {}, { cookie });
	const page = await stack.get('/mfa/setup?step=scan', { cookie });
	key = [...page.text.matchAll(/class="key-group">([A-Z2-7]+)</g)].map((m) => m[1]).join('');
	const verify = await stack.get('/mfa/setup?step=verify', { cookie });
	const factor = /name="factor" value="(fct_[^"]+)"/.exec(verify.text)[1];
	const answer = await stack.post('/mfa/setup/confirm', { factor, code: await stack.oathtool(key) }, { cookie });
	codes = [...answer.text.matchAll(/<code>([^<]+)<\/code>/g)].map((m) => m[1]);
	assert.strictEqual(codes.length, 10);
	await stack.psql("ALTER SYSTEM SET log_statement = 'all'; ALTER SYSTEM SET log_min_duration_statement = -1; SELECT pg_reload_conf()");
	await rig.sleep(500);
	stack.clock.advance(30);
});

after(() => stack?.stop());

test('a right code: two round trips, one commit', async () => {
	const cookie = (await signIn()).session;
	const code = await stack.oathtool(key);
	const { result, names } = await statements(() => stack.post('/mfa/challenge', { code }, { cookie }));
	assert.strictEqual(result.status, 303);
	assert.deepStrictEqual(names, ['subject_load', 'verification_by_factor']);
});

test('a recovery code: two round trips, one commit', async () => {
	const cookie = (await signIn()).session;
	const { result, names } = await statements(() => stack.post('/mfa/challenge', { recovery_code: codes[0] }, { cookie }));
	assert.strictEqual(result.status, 303);
	assert.deepStrictEqual(names, ['subject_load', 'verification_by_code']);
});

test('a wrong code: the same, and what its page shows is loaded once more', async () => {
	const cookie = (await signIn()).session;
	const { result, names } = await statements(() => stack.post('/mfa/challenge', { code: '000000' }, { cookie }));
	assert.strictEqual(result.status, 422);
	assert.deepStrictEqual(names, ['subject_load', 'verification_refused', 'subject_load']);
});

test('a page of a session: one round trip', async () => {
	const cookie = (await signIn()).session;
	const { result, names } = await statements(() => stack.get('/mfa/challenge', { cookie }));
	assert.strictEqual(result.status, 200);
	assert.deepStrictEqual(names, ['subject_load']);
});
