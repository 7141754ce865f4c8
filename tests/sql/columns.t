#!/usr/bin/env -S node --test-reporter=tap
// What statements return is compared with what they declare: by a program with statements of its own, and by the
// service when a column of a table has another type than its statements declare.
'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');

let stack;

test('a stack starts', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 1 } });
});

test('a connection compares the columns of every statement', async () => {
	Object.assign(stack.env, {
		CMOCKA_MESSAGE_OUTPUT: 'TAP',
		COUNTERSIGN_TEST_DATABASE: `host=${stack.sockets} user=countersign_worker dbname=countersign`,
	});
	const output = await stack.asService(path.join(stack.build, 'tests/unit/pg_columns_test'), [], '')
		.catch((error) => error.stdout);
	delete stack.env.COUNTERSIGN_TEST_DATABASE;
	const points = output.match(/^(not )?ok .*$/gm);
	assert.ok(points.length >= 10, output);
	assert.deepEqual(points.filter((point) => /^not|# SKIP/.test(point)), [], output);
});

test('a service whose statement returns another type does not start, and names statement and column', async () => {
	await stack.psql('ALTER TABLE countersign.organizations ALTER COLUMN slug TYPE varchar(63)');
	assert.equal(await h.reload(stack), false, 'the reload is given up');
	const line = stack.log('countersignd').split('\n').find((text) => text.includes('pg.columns_differ'));
	assert.ok(line, stack.log('countersignd'));
	const { statement, declared, declared_type: type } = JSON.parse(line);
	assert.match(statement, /^(gate_load|organizations_list|reminder_claim|subject_load)$/);
	assert.equal(declared, 'slug');
	assert.equal(type, 'text');
	await stack.psql('ALTER TABLE countersign.organizations ALTER COLUMN slug TYPE text');
	assert.ok(await h.reload(stack), 'the service starts again');
});

test('the stack ends without a crash', () => stack.stop());
