#!/usr/bin/env -S node --test-reporter=tap
// Parts that stop, die or lie: nobody gets past, answers stay in time, and it heals by itself.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');

// An answer is under way within 3.5 s; the rest is this machine's.
const ANSWER_MS = 3_500 + 400;
const WORKERS = 6;

let stack;
let who;
let factor;

const statuses = (answers) => h.tally(answers.map((a) => a.status));

function databasePids() {
	const all = [stack.pids.postgres];
	for (let i = 0; i < all.length; i++)
		all.push(...rig.childrenOf(all[i]));
	return all;
}

function signalDatabase(signal) {
	for (const pid of databasePids())
		try {
			process.kill(pid, signal);
		} catch (error) {
			assert.equal(error.code, 'ESRCH', 'a process of the database may have ended meanwhile');
		}
}

async function timed(promise) {
	const begin = Date.now();
	const answer = await promise;
	answer.took = Date.now() - begin;
	return answer;
}

// Several clients each send requests one after the other until they are stopped; every result is kept.
function load(clients, ask) {
	const answers = [];
	let going = true;
	const loops = Array.from({ length: clients }, async (_, i) => {
		while (going)
			answers.push(await ask(i).catch((error) => ({ status: 0, text: error.message })));
	});
	return { answers, stop: async () => {
		going = false;
		await Promise.all(loops);
		return answers;
	} };
}

// Every worker serves again: a failure of one would show among so many.
async function assertServing(browser, what) {
	await h.until(what, async () => (await browser.get('/profile')).status === 200, 10_000);
	await h.until(what, async () =>
		(await h.times(WORKERS * 2, () => stack.get('/readyz'))).every((a) => a.status === 200), 10_000);
}

// The stack has ended by itself, as expected; what its logs say of crashes still counts.
async function ended() {
	await stack.exited;
	stack.stopped = true;
	const problems = stack.crashes();
	fs.rmSync(stack.folder, { recursive: true, force: true });
	assert.deepEqual(problems, []);
}

test('a stack starts', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: WORKERS } });
	({ who } = await h.enrolled(stack));
	[factor] = who.factors;
});

test('while the database hangs every kind of request is answered 503 in time, and nothing is granted', async () => {
	const active = await h.signInFully(stack, who);
	const half = await h.signIn(stack, who);
	const started = await h.signIn(stack, await h.person(stack));
	const pending = await h.begin(started);
	const code = await h.nextCode(stack, factor);
	const setup = await h.nextCode(stack, pending);
	const before = await h.state(stack, who);
	const asks = [
		['POST', '/login', undefined, { email: who.email, password: who.password }],
		['POST', '/login', undefined, { email: 'nobody@example.org', password: 'x' }],
		['POST', '/mfa/challenge', half, { code }],
		['POST', '/mfa/challenge', half, { recovery_code: who.codes[0] }],
		['POST', '/mfa/setup/confirm', started, { factor: pending.id, code: setup }],
		['POST', '/mfa/recovery-codes', active, { code }],
		['POST', '/mfa/disable', active, { password: who.password }],
		['POST', '/mfa/factors/remove', active, { factor: factor.id }],
		['POST', '/logout', active, {}],
		['POST', '/mfa/challenge/cancel', half, {}],
		...h.routes().filter((r) => r.method === 'GET' && r.guards.has('session')).map((r) => ['GET', r.path, active]),
		['GET', '/login', active],
		['GET', '/readyz'],
	];
	signalDatabase('SIGSTOP');
	try {
		for (let i = 0; i < asks.length; i += WORKERS) {
			const answers = await Promise.all(asks.slice(i, i + WORKERS).map(([method, target, session, form]) =>
				timed(stack.request(method, target, { cookie: session?.token, form }))));
			answers.forEach((answer, k) => {
				const what = asks[i + k].slice(0, 2).join(' ');
				assert.equal(answer.status, 503, what);
				assert.ok(answer.took < ANSWER_MS, `${what}: ${answer.took} ms`);
				assert.deepEqual(answer.setCookie, [], what);
				assert.equal(h.codesOf(answer.text).length, 0, what);
				if (!what.endsWith('readyz'))
					assert.match(answer.text, /Request ID: <code/, `${what}: an error page of the service's own`);
				if (!what.endsWith('readyz'))
					assert.ok(Number(answer.headers['retry-after']) > 0, what);
			});
			await rig.sleep(1200);
		}
		assert.equal((await timed(stack.get('/healthz'))).status, 200, 'the process itself is alive');
		assert.equal((await stack.get('/login')).status, 200, 'what needs no database is there');
	} finally {
		signalDatabase('SIGCONT');
	}
	await assertServing(active, 'the database is back');
	assert.equal(await h.state(stack, who), before, 'nothing has changed meanwhile');
	assert.equal((await half.row()).state, 'mfa_required');
	assert.equal((await half.post('/mfa/challenge', { code })).status, 303, 'and the code that was not judged is still good');
	assert.equal((await started.post('/mfa/setup/confirm', { factor: pending.id, code: await h.nextCode(stack, pending) })).status, 200);
	await h.assertChains(stack);
});

test('a database that ends its connections is connected to again, unnoticed', async () => {
	const browser = await h.signInFully(stack, who);
	for (let round = 0; round < 3; round++) {
		const ended = await h.number(stack, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE usename = 'countersign_worker'`);
		// A worker that had no request since the last round has not connected again yet.
		assert.ok(ended >= 2, `${ended} connections were ended`);
		const answers = await h.times(WORKERS * 3, () => stack.get('/profile', { cookie: browser.token }));
		assert.deepEqual(statuses(answers), { 200: WORKERS * 3 });
	}
	await h.assertChains(stack);
});

test('a change whose connection is cut is refused or done, never half', async () => {
	const person = await h.enrolled(stack);
	const running = load(4, async (i) => person.browser.post('/mfa/factors/rename', { factor: person.who.factors[0].id,
		label: `${i} ${Math.random()}` }));
	for (let i = 0; i < 10; i++) {
		await rig.sleep(100);
		await stack.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'countersign_worker'");
	}
	const answers = await running.stop();
	assert.deepEqual(Object.keys(statuses(answers)).filter((s) => !['303', '503'].includes(s)), [], JSON.stringify(statuses(answers)));
	const done = answers.filter((a) => a.status === 303).length, failed = answers.filter((a) => a.status === 503).length;
	assert.ok(done > 20, JSON.stringify(statuses(answers)));
	const events = (await h.events(stack, person.who)).filter((e) => e.kind === 'factor_renamed').length;
	assert.ok(events >= done && events <= done + failed, `${events} events, ${done} done, ${failed} unknown`);
	await h.assertChains(stack);
});

test('a crash of the database server is survived: it recovers and so do we', async () => {
	const browser = await h.signInFully(stack, who);
	const half = await h.signIn(stack, who);
	const pid = await h.number(stack, "SELECT pid FROM pg_stat_activity WHERE usename = 'countersign_worker' LIMIT 1");
	process.kill(pid, 'SIGKILL');
	const answers = await h.times(WORKERS * 2, () => timed(half.post('/mfa/challenge', { recovery_code: 'aaaaa-bbbbb' })));
	for (const answer of answers) {
		assert.ok([422, 429, 503].includes(answer.status), `${answer.status}`);
		assert.ok(answer.took < ANSWER_MS, `${answer.took} ms`);
	}
	await assertServing(browser, 'the database has recovered');
	assert.equal((await half.row()).state, 'mfa_required');
	await h.clearFailures(stack, who);
	await h.assertChains(stack);
});

test('a worker that is killed under load costs at most its own request and is replaced', async () => {
	const browser = await h.signInFully(stack, who);
	const before = stack.pids.workers;
	assert.equal(before.length, WORKERS);
	const running = load(8, () => stack.get('/profile', { cookie: browser.token }));
	await rig.sleep(300);
	for (const victim of before.slice(0, 2)) {
		process.kill(victim, 'SIGKILL');
		await rig.sleep(400);
	}
	const answers = await running.stop();
	const lost = answers.filter((a) => a.status !== 200);
	assert.ok(lost.length <= 2, `${lost.length} of ${answers.length} lost: ${JSON.stringify(statuses(answers))}`);
	for (const answer of lost)
		assert.equal(answer.status, 503);
	assert.ok(answers.length > 50, `${answers.length} requests`);
	await h.until('all workers are there again', () => stack.pids.workers.length === WORKERS);
	assert.ok(!stack.pids.workers.includes(before[0]));
	assert.ok(h.logged(stack, 'child.died') >= 2);
});

test('a reload under load loses no request', async () => {
	const browser = await h.signInFully(stack, who);
	const before = stack.pids.workers;
	const running = load(8, (i) => (i % 2 ? stack.get('/profile', { cookie: browser.token })
		: stack.post('/login', { email: who.email, password: 'not the password' })));
	for (let i = 0; i < 3; i++)
		assert.ok(await h.reload(stack));
	const answers = await running.stop();
	assert.deepEqual(Object.keys(statuses(answers)), ['200', '422'], JSON.stringify(statuses(answers)));
	assert.ok(answers.length > 100, `${answers.length} requests`);
	await h.until('all workers are there', () => stack.pids.workers.length === WORKERS);
	assert.ok(!stack.pids.workers.some((pid) => before.includes(pid)));
});

test('a reload with a broken configuration changes nothing', async () => {
	const file = path.join(stack.data, 'countersign.conf');
	const text = fs.readFileSync(file, 'utf8');
	const before = stack.pids.workers;
	fs.writeFileSync(file, `${text}no_such_option = 1\n`);
	process.kill(stack.pids.supervisor, 'SIGHUP');
	await h.until('the refusal', () => h.logged(stack, 'reload.refused') > 0);
	assert.deepEqual(stack.pids.workers, before);
	fs.writeFileSync(file, text);
	assert.equal((await stack.get('/readyz')).status, 200);
});

test('with another keyring no code and no recovery code is right, and the log says why', async () => {
	const keyring = path.join(stack.data, 'keyring'), kept = path.join(stack.data, 'keyring.kept');
	await stack.asService('mv', [keyring, kept]);
	assert.equal(await h.reload(stack), false, 'without a keyring the old workers stay');
	assert.equal((await stack.get('/readyz')).status, 200);
	await stack.ctl(['key', 'init']);
	assert.ok(await h.reload(stack));
	const browser = await h.signIn(stack, who);
	const refused = h.logged(stack, 'seal.refused');
	const app = await browser.post('/mfa/challenge', { code: await h.nextCode(stack, factor) });
	assert.equal(app.status, 500);
	assert.ok(h.logged(stack, 'seal.refused') > refused);
	const recovery = await browser.post('/mfa/challenge', { recovery_code: who.codes[1] });
	assert.equal(recovery.status, 422);
	assert.equal((await browser.row()).state, 'mfa_required');
	await stack.asService('mv', [kept, keyring]);
	assert.ok(await h.reload(stack));
	assert.equal((await browser.post('/mfa/challenge', { recovery_code: who.codes[1] })).status, 303);
	await h.clearFailures(stack, who);
});

test('a sealed secret in the row of another account or factor opens nothing', async () => {
	const { who: thief } = await h.enrolled(stack);
	const own = thief.factors[0];
	const sealed = (f) => stack.psql(`SELECT encode(sealed, 'hex') FROM countersign.factors WHERE account_id = '${f.id}' AND preferred`);
	const before = await sealed(thief);
	const copy = (hex) => stack.psql(`UPDATE countersign.factors SET sealed = decode('${hex}', 'hex') WHERE account_id = '${thief.id}'`);
	const stolen = await sealed(who);
	const flipped = before.slice(0, -2) + (Number(`0x${before.slice(-2)}`) ^ 1).toString(16).padStart(2, '0');
	for (const hex of [stolen, flipped, before.slice(0, -2), '', '00']) {
		await copy(hex);
		const refused = h.logged(stack, 'seal.refused');
		const browser = await h.signIn(stack, thief);
		for (const key of [own, factor]) {
			const answer = await browser.post('/mfa/challenge', { factor: own.id, code: await h.nextCode(stack, key) });
			assert.equal(answer.status, 500, hex.slice(0, 8));
			assert.deepEqual(answer.setCookie, []);
		}
		assert.equal((await browser.row()).state, 'mfa_required');
		assert.equal(h.logged(stack, 'seal.refused'), refused + 2, 'and each is logged');
	}
	await copy(before);
	const browser = await h.signIn(stack, thief);
	assert.equal((await browser.post('/mfa/challenge', { code: await h.nextCode(stack, own) })).status, 303);
});

test('a flood of sign-ins does not stop verifications, and is asked to retry later', async () => {
	const browsers = [];
	for (let i = 0; i < 5; i++)
		browsers.push(await h.signIn(stack, who));
	// One hash takes about half a second of a processor, and only that many run at once.
	await h.reconfigure(stack, { argon2_memory_kib: 131072, argon2_passes: 4 });
	let flooding = true;
	const flood = h.times(40, (i) => timed(stack.post('/login', { email: `flood${i}@example.org`, password: 'x' })))
		.finally(() => (flooding = false));
	await rig.sleep(200);
	const verified = [];
	for (const browser of browsers) {
		const answer = await timed(browser.post('/mfa/challenge', { code: await h.nextCode(stack, factor) }));
		verified.push([answer.status, flooding]);
		assert.ok(answer.took < ANSWER_MS, `${answer.took} ms`);
	}
	const answers = await flood;
	assert.deepEqual(verified.map(([status]) => status), [303, 303, 303, 303, 303]);
	assert.ok(verified[0][1], 'the first was answered while the flood ran');
	const busy = answers.filter((a) => a.status === 503);
	assert.deepEqual(Object.keys(statuses(answers)), ['422', '503'], JSON.stringify(statuses(answers)));
	for (const answer of busy) {
		assert.ok(Number(answer.headers['retry-after']) > 0);
		assert.match(answer.text, /Too many people are signing in at the moment/, 'by the service, not for want of an answer');
	}
	await h.reconfigure(stack, h.QUICK);
});

test('TERM ends the pool behind the requests under way', async () => {
	await h.reconfigure(stack, { argon2_memory_kib: 131072, argon2_passes: 4 });
	const { supervisor, workers } = stack.pids;
	const asked = h.times(2, () => stack.post('/login', { email: 'nobody@example.org', password: 'x' }));
	await rig.sleep(150);
	process.kill(supervisor, 'SIGTERM');
	const answers = await asked;
	assert.deepEqual(statuses(answers), { 422: 2 });
	await h.until('the workers have ended', () => !workers.some(rig.isAlive) && !rig.isAlive(supervisor));
	assert.match(stack.log('countersignd'), /"event":"stopped","status":0/);
	assert.equal(fs.existsSync(path.join(stack.sockets, 'countersignd.sock')), false, 'and the socket is gone');
	await ended();
});

test('workers end with a supervisor that is killed', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 2 } });
	const { supervisor, workers } = stack.pids;
	assert.equal(workers.length, 2);
	const children = rig.childrenOf(supervisor);
	process.kill(supervisor, 'SIGKILL');
	await h.until('the workers and the janitor have ended', () => !children.some(rig.isAlive), 10_000);
	await ended();
});
