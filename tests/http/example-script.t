#!/usr/bin/env -S node --test-reporter=tap
// The examples are run as they stand.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');

const LIFE = path.join(rig.top, 'tests/http/examples/life.sh');
const TIMEOUT = { timeout: 120_000 };

let stack;

// What the script did, a line a request: "METHOD PATH STATUS".
const steps = (output) => [...output.matchAll(/^> (\S+ \S+)\n(\d+)/gm)].map((m) => `${m[1]} ${m[2]}`);

test('a stack starts, with the limits of nginx', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 3 }, limits: true });
});

test('life.sh goes through the life of an account, and leaves it as it was', async () => {
	const who = await h.person(stack);
	const output = await rig.run('sh', [LIFE, stack.base, who.email, who.password], TIMEOUT);
	assert.match(output, /Done: the account is as it was\.\n$/);
	assert.match(output, /^Refused: mfa_required$/m);
	assert.ok(steps(output).length >= 18, `${steps(output).length}`);
	const remaining = [...output.matchAll(/"backupCodesRemaining":(\d+)/g)].map((m) => Number(m[1]));
	assert.deepEqual(remaining, [0, 10, 10, 9, 0]);
	for (const table of ['factors', 'recovery_codes', 'sessions'])
		assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.${table} WHERE account_id = '${who.id}'`), 0, table);
	const kinds = (await h.events(stack, who)).filter((e) => e.result === 'accepted').map((e) => e.kind);
	for (const kind of ['factor_added', 'factor_renamed', 'recovery_codes_replaced', 'mfa_disabled'])
		assert.ok(kinds.includes(kind), kind);
});

test('life.sh finds the address and password of ben in the list of the demonstration', async () => {
	const folder = path.join(stack.folder, 'tree'), examples = path.join(folder, 'tests/http/examples');
	fs.mkdirSync(examples, { recursive: true });
	fs.mkdirSync(path.join(folder, 'var'));
	fs.chmodSync(path.join(folder, 'var'), 0o777);
	fs.copyFileSync(LIFE, path.join(examples, 'life.sh'));
	const demo = path.join(folder, 'var/demo.txt');
	await stack.asService(path.join(rig.top, 'tools/demo'),
		[path.join(stack.build, 'root/bin/countersignctl'), path.join(stack.data, 'countersign.conf'), stack.base, demo], '');
	const output = await rig.run('sh', [path.join(examples, 'life.sh'), stack.base], TIMEOUT);
	assert.match(output, /Done: the account is as it was\.\n$/);
	assert.match(output, /otpauth:\/\/totp\/Countersign:ben@linden\.example\?/);
});

test('life.sh ends with an error where the service says something else', async () => {
	const who = await h.person(stack);
	await assert.rejects(rig.run('sh', [LIFE, stack.base, who.email, 'not the password'], TIMEOUT), (error) => {
		assert.match(error.stderr, /^expected 201$/m);
		assert.match(error.stdout, /^401 .*"code":"credentials_invalid"/m);
		return true;
	});
});

test('the stack ends without a crash', () => stack.stop());
