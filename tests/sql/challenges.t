#!/usr/bin/env -S node --test-reporter=tap
// The statement that consumes a challenge: one response gets it, however many ask at once.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test, before, after } = require('node:test');

const rig = require('../lib/rig.js');

const uuid = (n) => `00000000-0000-0000-0000-${String(n).padStart(12, '0')}`;
const ACCOUNT = uuid(1), SESSION = uuid(2), OTHER_SESSION = uuid(3);
const BYTES = 'ab'.repeat(32);

let stack;

// The statement as the service runs it, with values in the place of its parameters.
function statement(name, values) {
	const text = fs.readFileSync(path.join(rig.top, 'sql/queries/challenge.sql'), 'utf8');
	const [, body] = new RegExp(`-- name: ${name}\\((?:.|\\n--)*?\\)\\n((?:--.*\\n)*[^;]*);`).exec(text);
	return body.replace(/^--.*\n/gm, '').replace(/(?<!:):([a-z_]+)/g, (whole, parameter) => {
		assert.ok(parameter in values, `${name} has the parameter ${parameter}`);
		return values[parameter];
	});
}

const insert = (id, more = {}) => stack.psql(statement('challenge_insert', {
	account_id: `'${ACCOUNT}'`, challenge_id: `'${id}'`, session_id: `'${SESSION}'`, kind: `'webauthn'`, purpose: `'verify'`,
	challenge: `'\\x${BYTES}'`, now: 'now()', expires_at: `now() + interval '5 minutes'`, ...more }));
const consume = (id, more = {}) => stack.psql(statement('challenge_consume', {
	account_id: `'${ACCOUNT}'`, challenge_id: `'${id}'`, session_id: `'${SESSION}'`, kind: `'webauthn'`, purpose: `'verify'`,
	now: 'now()', ...more }));

before(async () => {
	stack = await rig.start({ set: { workers: 1 } });
	await stack.psql(`INSERT INTO countersign.accounts (account_id, name, password_hash, password_changed_at, created_at)
		VALUES ('${ACCOUNT}', 'Ann', 'x', now(), now())`);
	for (const session of [SESSION, OTHER_SESSION]) {
		await stack.psql(`INSERT INTO countersign.sessions (account_id, session_id, token_hash, state, created_at, last_seen_at,
			expires_at, password_at, address, user_agent)
			VALUES ('${ACCOUNT}', '${session}', '\\x${BYTES}', 'active', now(), now(), now() + interval '1 day', now(), '', '')`);
	}
});

after(() => stack?.stop());

test('one of 20 responses at the same time gets the challenge', async () => {
	await insert(uuid(10));
	const answers = await Promise.all(Array.from({ length: 20 }, () => consume(uuid(10))));
	const got = answers.filter((a) => a.includes(BYTES));
	assert.equal(got.length, 1, `${got.length} responses got it`);
	assert.ok(!(await consume(uuid(10))).includes(BYTES), 'a later response gets nothing');
});

test('a challenge of another session, kind or purpose, or an expired one, is not issued', async () => {
	await insert(uuid(11));
	for (const more of [{ session_id: `'${OTHER_SESSION}'` }, { kind: `'totp'` }, { purpose: `'enroll'` },
		{ account_id: `'${uuid(9)}'` }, { now: `now() + interval '5 minutes'` }])
		assert.ok(!(await consume(uuid(11), more)).includes(BYTES), JSON.stringify(more));
	assert.ok((await consume(uuid(11))).includes(BYTES), 'the session itself gets it');
});

test('a challenge ends with its session', async () => {
	await insert(uuid(12));
	await stack.psql(`DELETE FROM countersign.sessions WHERE session_id = '${SESSION}'`);
	assert.ok(!(await consume(uuid(12))).includes(BYTES));
	await assert.rejects(insert(uuid(13)), /foreign key/, 'a session that is over cannot ask');
});

test('a challenge that is too short, or ends before it begins, is refused', async () => {
	const other = { session_id: `'${OTHER_SESSION}'` };
	await assert.rejects(insert(uuid(14), { ...other, challenge: `'\\xabcd'` }), /check constraint/);
	await assert.rejects(insert(uuid(15), { ...other, expires_at: 'now()' }), /check constraint/);
	await assert.rejects(insert(uuid(16), { ...other, purpose: `'sign_in'` }), /check constraint/);
	await insert(uuid(17), other);
});
