#!/usr/bin/env -S node --test-reporter=tap
// Only a client that knows the password can reach the account's attempt limit: whoever holds a session alone
// loses it before that hurts its owner.
'use strict';

const assert = require('node:assert');
const { test, before, after } = require('node:test');
const rig = require('../lib/rig.js');
const h = require('../lib/http.js');

let stack;

before(async () => {
	stack = await rig.start({ set: { workers: 2 } });
});

after(() => stack?.stop());

const failures = (table, where) => stack.psql(`SELECT failures FROM countersign.${table} WHERE ${where}`);

test('five wrong codes end an active session whose password is not fresh', async () => {
	const { who, browser } = await h.enrolled(stack);
	const wrong = await h.wrongCode(stack, who.factors[0]);
	stack.clock.advance(11 * 60);
	for (let i = 1; i < 5; i++) {
		const answer = await stack.post('/mfa/challenge', { code: wrong }, { cookie: browser.token });
		assert.strictEqual(answer.status, 422);
		assert.strictEqual(await failures('sessions', `account_id = '${who.id}'`), `${i}`);
	}
	const last = await stack.post('/mfa/challenge', { code: wrong }, { cookie: browser.token });
	assert.strictEqual(last.status, 303);
	assert.strictEqual(last.location, '/login');
	assert.match(last.setCookie[0], /^__Host-session=;/);
	assert.strictEqual(await failures('sessions', `account_id = '${who.id}'`), '', 'the session is gone');
	assert.strictEqual(await failures('throttles', `account_id = '${who.id}'`), '5');
	assert.strictEqual((await stack.get('/profile', { cookie: browser.token })).location, '/login?next=/profile');
});

test('right after the password was entered wrong codes do not end it', async () => {
	const { who, browser } = await h.enrolled(stack);
	const wrong = await h.wrongCode(stack, who.factors[0]);
	for (let i = 1; i <= 5; i++)
		assert.strictEqual((await stack.post('/mfa/challenge', { code: wrong }, { cookie: browser.token })).status, 422);
	assert.strictEqual((await stack.get('/profile', { cookie: browser.token })).status, 200);
});

test('a right code clears the count', async () => {
	const { who, browser } = await h.enrolled(stack);
	const [factor] = who.factors;
	stack.clock.advance(11 * 60);
	let cookie = browser.token;
	for (let round = 0; round < 3; round++) {
		const wrong = await h.wrongCode(stack, factor);
		for (let i = 1; i < 5; i++)
			assert.strictEqual((await stack.post('/mfa/challenge', { code: wrong }, { cookie })).status, 422);
		const answer = await stack.post('/mfa/challenge', { code: await h.nextCode(stack, factor) }, { cookie });
		assert.strictEqual(answer.status, 303);
		cookie = answer.session;
	}
});
