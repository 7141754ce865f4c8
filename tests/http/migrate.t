#!/usr/bin/env -S node --test-reporter=tap
// A worker serves the schema it knows and no other: an older or newer one is refused, the pool says so and heals.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');

const WORKERS = 2;

let stack;
let who;
let known;

const log = () => stack.log('countersignd');

// Starts a second service on the same database: its exit status and what it said.
async function startAnother() {
	const file = path.join(stack.data, 'another.conf');
	const text = fs.readFileSync(path.join(stack.data, 'countersign.conf'), 'utf8')
		.replace(/^listen = .*$/m, `listen = ${path.join(stack.sockets, 'another.sock')}`)
		.replace(/^pid_file = .*$/m, 'pid_file = ');
	fs.writeFileSync(file, text, { mode: 0o644 });
	const error = await stack.asService(path.join(stack.build, 'root/sbin/countersignd'), ['-c', file], '')
		.then(() => assert.fail('it ran'), (e) => e);
	return { status: error.code, text: error.stderr };
}

// While the schema is not the known one: new workers refuse it, those at work stay as they are.
async function assertRefused(why) {
	const before = stack.pids.workers;
	assert.equal(before.length, WORKERS);
	const ready = await stack.get('/readyz');
	assert.equal(ready.status, 503);
	assert.equal(ready.text, 'not ready\n');
	assert.equal((await stack.get('/healthz')).status, 200);
	assert.equal(await h.reload(stack), false, 'the reload is given up');
	assert.ok(log().includes(why), `the log says: ${why}`);
	assert.deepEqual(stack.pids.workers, before, 'the workers from before stay');
	const { status, text } = await startAnother();
	assert.equal(status, 78, 'a service that is started anew ends with the status of a wrong configuration');
	assert.ok(text.includes(why), text);
}

async function assertHealed() {
	await h.until('it is ready again', async () => (await stack.get('/readyz')).status === 200);
	assert.ok(await h.reload(stack));
	await h.until('the old workers have left', () => stack.pids.workers.length === WORKERS);
	const browser = await h.signInFully(stack, who);
	assert.equal((await browser.get('/profile')).status, 200);
}

test('a stack starts', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: WORKERS } });
	({ who } = await h.enrolled(stack));
	known = await h.number(stack, 'SELECT max(version) FROM countersign.schema_migrations');
	assert.ok(known >= 1);
	assert.equal((await stack.get('/readyz')).status, 200);
});

test('a newer schema is refused', async () => {
	await stack.psql(`INSERT INTO countersign.schema_migrations
		SELECT (m).* FROM (SELECT json_populate_record(m, '{"version": ${known + 1}}') AS m
			FROM countersign.schema_migrations m WHERE version = ${known}) x`);
	await assertRefused(`the database has schema version ${known + 1}, this program knows version ${known}; install the newer program`);
});

test('a worker that dies meanwhile is not replaced by one that guesses, and the rest goes on', async () => {
	const [victim, ...others] = stack.pids.workers;
	const died = h.logged(stack, 'child.died');
	process.kill(victim, 'SIGKILL');
	await h.until('replacements refuse to work', () => h.logged(stack, 'child.died') >= died + 3);
	assert.ok(others.every((pid) => rig.isAlive(pid)));
	assert.ok(rig.isAlive(stack.pids.supervisor));
	assert.equal((await stack.get('/login')).status, 200);
	await stack.psql(`DELETE FROM countersign.schema_migrations WHERE version = ${known + 1}`);
	await h.until('the worker is replaced', () => stack.pids.workers.length === WORKERS, 60_000);
	await assertHealed();
});

test('an older schema is refused', async () => {
	await stack.psql(`CREATE TABLE public.kept AS TABLE countersign.schema_migrations;
		DELETE FROM countersign.schema_migrations`);
	await assertRefused(`the database has schema version 0, this program knows version ${known}; run countersignctl migrate`);
	await stack.psql('INSERT INTO countersign.schema_migrations TABLE public.kept; DROP TABLE public.kept');
	await assertHealed();
});

test('a schema of the right number that lacks a column is refused: all statements are prepared at the start', async () => {
	await stack.psql('ALTER TABLE countersign.recovery_sets RENAME COLUMN acknowledged_at TO something_else');
	assert.equal(await h.reload(stack), false);
	assert.match(log(), /the database refuses a statement: its schema is not the one this version knows/);
	const { status } = await startAnother();
	assert.equal(status, 78);
	await stack.psql('ALTER TABLE countersign.recovery_sets RENAME COLUMN something_else TO acknowledged_at');
	await assertHealed();
});

test('migrating a database that has everything changes nothing', async () => {
	const rows = () => stack.psql('SELECT json_agg(m ORDER BY version) FROM countersign.schema_migrations m');
	const before = await rows();
	await stack.ctl(['migrate']);
	assert.equal(await rows(), before);
});

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', () => stack.stop());
