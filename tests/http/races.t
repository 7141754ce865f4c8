#!/usr/bin/env -S node --test-reporter=tap
// Single use and the attempt limit hold for requests at the same instant over eight workers.
'use strict';

const assert = require('node:assert/strict');
const net = require('node:net');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');

let stack;

// Many sessions of one account, all waiting for their second factor.
async function waiting(who, n) {
	const browsers = [];
	while (browsers.length < n)
		browsers.push(...await h.times(Math.min(8, n - browsers.length), () => h.signIn(stack, who)));
	return browsers;
}

const statuses = (answers) => h.tally(answers.map((a) => a.status));
const granted = (answers) => answers.filter(h.isGranted);
const verifications = async (who, result, after = 0) =>
	(await h.events(stack, who, after)).filter((e) => e.kind === 'verification' && e.result === result).length;
const sessionsIn = (who, state) =>
	h.number(stack, `SELECT count(*) FROM countersign.sessions WHERE account_id = '${who.id}' AND state = '${state}'`);

const seconds = (who) => h.number(stack, `SELECT round(extract(epoch FROM t.blocked_until - e.at))
	FROM countersign.throttles t JOIN countersign.audit_events e USING (account_id)
	WHERE account_id = '${who.id}' ORDER BY e.seq DESC LIMIT 1`);

test('a stack with eight workers starts', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 8 } });
	assert.equal(stack.pids.workers.length, 8);
});

test('of 100 uses of one code over 100 sessions exactly one is accepted', async () => {
	const { who } = await h.enrolled(stack);
	const browsers = await waiting(who, 100);
	const before = await h.eventCount(stack, who);
	const code = await h.nextCode(stack, who.factors[0]);
	const answers = await Promise.all(browsers.map((b) => b.post('/mfa/challenge', { code })));
	assert.equal(granted(answers).length, 1, JSON.stringify(statuses(answers)));
	assert.deepEqual(statuses(answers), { 303: 1, 422: 5, 429: 94 });
	assert.equal(await verifications(who, 'accepted', before), 1);
	assert.equal(await verifications(who, 'refused', before), 5);
	assert.equal(await sessionsIn(who, 'mfa_required'), 99);
	await h.assertChains(stack);
});

test('of 100 uses of one code in one session exactly one is accepted', async () => {
	const { who } = await h.enrolled(stack);
	const { token } = await h.signIn(stack, who);
	const before = await h.eventCount(stack, who);
	const code = await h.nextCode(stack, who.factors[0]);
	const answers = await h.times(100, () => stack.post('/mfa/challenge', { code }, { cookie: token }));
	assert.equal(granted(answers).length, 1, JSON.stringify(statuses(answers)));
	assert.equal(await verifications(who, 'accepted', before), 1);
	await h.assertChains(stack);
});

test('of 100 uses of one recovery code over 100 sessions exactly one is accepted', async () => {
	const { who } = await h.enrolled(stack);
	const browsers = await waiting(who, 100);
	const before = await h.eventCount(stack, who);
	const answers = await Promise.all(browsers.map((b) => b.post('/mfa/challenge', { recovery_code: who.codes[3] })));
	assert.equal(granted(answers).length, 1, JSON.stringify(statuses(answers)));
	assert.deepEqual(statuses(answers), { 303: 1, 422: 5, 429: 94 });
	assert.equal(await verifications(who, 'accepted', before), 1);
	assert.equal(await h.number(stack,
		`SELECT count(*) FROM countersign.recovery_codes WHERE account_id = '${who.id}' AND used_at IS NULL`), 9);
	await h.assertChains(stack);
});

test('of 100 confirmations of one factor exactly one counts, with one set of codes', async () => {
	const who = await h.person(stack);
	const browser = await h.signIn(stack, who);
	const factor = await h.begin(browser);
	const code = await h.nextCode(stack, factor);
	const { token } = browser;
	const answers = await h.times(100, () => stack.post('/mfa/setup/confirm', { factor: factor.id, code }, { cookie: token }));
	const winners = answers.filter((a) => h.codesOf(a.text).length > 0);
	assert.equal(winners.length, 1, JSON.stringify(statuses(answers)));
	assert.equal(granted(answers).length, 1);
	assert.equal(answers.filter((a) => a.status >= 500).length, 0);
	assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.factors WHERE account_id = '${who.id}' AND state = 'active'`), 1);
	assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.recovery_codes k
		JOIN countersign.recovery_sets s USING (account_id, set_id) WHERE account_id = '${who.id}'`), 10);
	assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.recovery_codes WHERE account_id = '${who.id}'`), 10);
	assert.deepEqual((await h.events(stack, who)).map((e) => e.kind).filter((k) => k === 'factor_added').length, 1);
	const session = await h.signIn(stack, who);
	const used = await session.post('/mfa/challenge', { recovery_code: h.codesOf(winners[0].text)[0] });
	assert.equal(used.status, 303, 'the codes that were shown are the ones that count');
	await h.assertChains(stack);
});

test('of 100 requests for new codes with one code over 20 sessions exactly one gets them', async () => {
	const { who } = await h.enrolled(stack);
	const browsers = await waiting(who, 20);
	// All of them have passed a challenge lately.
	await stack.psql(`UPDATE countersign.sessions SET state = 'active', verified_by = 'totp',
		verified_at = to_timestamp(${stack.clock.now()}) WHERE account_id = '${who.id}'`);
	const code = await h.nextCode(stack, who.factors[0]);
	const answers = await h.times(100, (i) =>
		stack.post('/mfa/recovery-codes', { code }, { cookie: browsers[i % 20].token }));
	const winners = answers.filter((a) => h.codesOf(a.text).length > 0);
	assert.equal(winners.length, 1, JSON.stringify(statuses(answers)));
	assert.equal(answers.filter((a) => a.status >= 500).length, 0);
	assert.equal((await h.events(stack, who)).filter((e) => e.kind === 'recovery_codes_replaced').length, 1);
	assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.recovery_codes WHERE account_id = '${who.id}'`), 10);
	await h.clearFailures(stack, who);
	const session = await h.signIn(stack, who);
	assert.equal((await session.post('/mfa/challenge', { recovery_code: who.codes[0] })).status, 422, 'the old ones are dead');
	assert.equal((await session.post('/mfa/challenge', { recovery_code: h.codesOf(winners[0].text)[9] })).status, 303);
	await h.assertChains(stack);
});

test('of 200 wrong codes at once five are checked, the rest have to wait, also after a restart', async () => {
	const { who } = await h.enrolled(stack);
	const [factor] = who.factors;
	const browsers = await waiting(who, 20);
	const before = await h.eventCount(stack, who);
	const wrong = await h.wrongCode(stack, factor);
	// Routes and kinds share the attempt limit: every other request has a recovery code.
	const answers = await h.times(200, (i) => browsers[i % 20].post('/mfa/challenge',
		i % 2 ? { code: wrong } : { recovery_code: 'aaaaa-bbbbb' }));
	assert.equal(await verifications(who, 'refused', before), 5);
	assert.deepEqual(statuses(answers), { 422: 5, 429: 195 });
	for (const answer of answers.filter((a) => a.status === 429)) {
		const wait = Number(answer.headers['retry-after']);
		// Counted from a request's own time, which may lie before the fifth answer's.
		assert.ok(wait >= 1 && wait <= 32, `Retry-After ${answer.headers['retry-after']}`);
		assert.match(h.errorOf(answer), /There were too many incorrect codes\. You can try again in \d+ seconds?\./);
	}
	assert.equal(await h.failures(stack, who), 5);
	const workers = stack.pids.workers;
	assert.ok(await h.reload(stack));
	assert.ok(!stack.pids.workers.some((pid) => workers.includes(pid)), 'all workers are new ones');
	const blocked = await browsers[0].post('/mfa/challenge', { code: await h.codeAt(stack, factor, h.stepNow(stack) + 1) });
	assert.equal(blocked.status, 429, 'a right code is refused while blocked');
	const recovery = await browsers[1].post('/mfa/challenge', { recovery_code: who.codes[0] });
	assert.equal(recovery.status, 429, 'and so is a right recovery code');
	assert.equal(await h.failures(stack, who), 5, 'what is not checked is not counted');
	stack.clock.advance(31);
	assert.equal((await browsers[1].post('/mfa/challenge', { recovery_code: who.codes[0] })).status, 303, 'and it was not consumed');
	assert.equal(await h.failures(stack, who), 0);
	await h.assertChains(stack);
});

test('the wait doubles from 30 s to 15 min, and a right password does not end it', async () => {
	const { who } = await h.enrolled(stack);
	const [factor] = who.factors;
	let browser = await h.signIn(stack, who);
	for (let i = 0; i < 4; i++)
		assert.equal((await browser.post('/mfa/challenge', { code: await h.wrongCode(stack, factor) })).status, 422);
	for (const wait of [30, 60, 120, 240, 480, 900, 900]) {
		assert.equal((await browser.post('/mfa/challenge', { code: await h.wrongCode(stack, factor) })).status, 422);
		assert.equal(await seconds(who), wait);
		stack.clock.advance(wait - 4);
		browser = await h.signIn(stack, who);
		const early = await browser.post('/mfa/challenge', { code: await h.codeAt(stack, factor, h.stepNow(stack)) });
		assert.equal(early.status, 429, `${wait} s are not over`);
		assert.ok(Number(early.headers['retry-after']) <= 4);
		stack.clock.advance(5);
	}
	assert.equal(await h.failures(stack, who), 11);
	assert.equal((await browser.post('/mfa/challenge', { code: await h.nextCode(stack, factor) })).status, 303);
	assert.equal(await h.failures(stack, who), 0, 'only a right code resets the count');
	await h.assertChains(stack);
});

test('after 100 wrong codes every code is refused, of any kind and at any time', async () => {
	const { who, browser: active } = await h.enrolled(stack);
	const [factor] = who.factors;
	await stack.psql(`UPDATE countersign.throttles SET failures = 99, blocked_until = NULL WHERE account_id = '${who.id}'`);
	let browser = await h.signIn(stack, who);
	assert.equal((await browser.post('/mfa/challenge', { code: await h.wrongCode(stack, factor) })).status, 422);
	assert.equal(await h.failures(stack, who), 100);
	const codes = await active.post('/mfa/recovery-codes', { code: await h.nextCode(stack, factor) });
	assert.equal(codes.status, 403);
	assert.equal(h.codesOf(codes.text).length, 0);
	stack.clock.advance(660);
	const disabled = await active.post('/mfa/disable', { password: who.password, recovery_code: who.codes[1] });
	assert.equal(disabled.status, 403, 'no route is left over');
	for (const wait of [0, 1000, 86_400]) {
		stack.clock.advance(wait);
		browser = await h.signIn(stack, who);
		for (const form of [{ code: await h.nextCode(stack, factor) }, { recovery_code: who.codes[0] }]) {
			const locked = await browser.post('/mfa/challenge', form);
			assert.equal(locked.status, 403);
			assert.match(h.errorOf(locked), /Ask your administrator to reset your second factor/);
			assert.equal((await browser.row()).state, 'mfa_required');
		}
	}
	assert.equal(await h.failures(stack, who), 100);
	assert.equal(await h.number(stack,
		`SELECT count(*) FROM countersign.recovery_codes WHERE account_id = '${who.id}' AND used_at IS NOT NULL`), 0);
	await h.assertChains(stack);
});

test('a client without the password cannot change the count of failures', async () => {
	const { who } = await h.enrolled(stack);
	const forged = Buffer.concat([Buffer.from(who.id.replace(/-/g, ''), 'hex'), Buffer.alloc(48, 1)]).toString('base64url');
	await h.times(20, (i) => stack.post('/login', { email: who.email, password: `guess ${i}` }));
	for (const cookie of [undefined, forged])
		for (const target of ['/mfa/challenge', '/mfa/setup/confirm', '/mfa/recovery-codes', '/mfa/disable', '/mfa/factors/rename'])
			for (const form of [{ code: '123456' }, { recovery_code: 'aaaaa-bbbbb' }, { factor: who.factors[0].id, code: '123456' }]) {
				const answer = await stack.post(target, form, { cookie });
				assert.ok(answer.status === 303 ? answer.location === '/login' : answer.status === 400, `${target} ${answer.status}`);
			}
	assert.equal(await h.failures(stack, who), 0);
	const session = await h.signInFully(stack, who);
	stack.clock.advance(660);
	for (let i = 0; i < 4; i++)
		await session.post('/mfa/disable', { password: `guess ${i}`, code: '123456' });
	assert.equal(await h.failures(stack, who), 0, 'not even with a session: the password comes first');
	await h.assertChains(stack);
});

// Sends a request whole and is gone before the answer.
function abandon(browser, form) {
	return new Promise((resolve, reject) => {
		const body = new URLSearchParams(form).toString();
		const socket = net.connect(stack.port, '127.0.0.1', () => socket.write([
			'POST /mfa/challenge HTTP/1.1', `Host: localhost:${stack.port}`, `Origin: ${stack.base}`,
			`Cookie: __Host-session=${browser.token}`, 'Content-Type: application/x-www-form-urlencoded',
			`Content-Length: ${body.length}`, '', body].join('\r\n'), () => {
			socket.destroy();
			resolve();
		}));
		socket.on('error', reject);
	});
}

test('a request whose client is gone takes its slot all the same', async () => {
	const { who } = await h.enrolled(stack);
	const [factor] = who.factors;
	const browsers = await waiting(who, 20);
	const code = await h.wrongCode(stack, factor);
	const before = await h.eventCount(stack, who);
	for (let i = 0; i < 5; i++)
		await abandon(browsers[i], { code });
	await h.until('the five slots are taken', async () => await h.failures(stack, who) === 5);
	await Promise.all(browsers.map((b) => abandon(b, { code })));
	const blocked = await browsers[0].post('/mfa/challenge', { code: await h.codeAt(stack, factor, h.stepNow(stack) + 1) });
	assert.equal(blocked.status, 429);
	assert.equal(await verifications(who, 'refused', before), 5);
	await h.assertChains(stack);
});

test('simultaneous sign-ins, wrong codes and changes of one account all complete', async () => {
	const { who, browser } = await h.enrolled(stack);
	const answers = await h.times(40, (i) => (i % 4
		? stack.post('/login', { email: who.email, password: i % 2 ? who.password : 'not the password' })
		: browser.post('/mfa/factors/rename', { factor: who.factors[0].id, label: `Name ${i}` })));
	assert.deepEqual(Object.keys(statuses(answers)).sort(), ['303', '422'], JSON.stringify(statuses(answers)));
	assert.equal(answers.filter((a) => a.status === 422).length, 10);
	await h.assertChains(stack);
});

test('all workers are still there', () => {
	assert.equal(stack.pids.workers.length, 8);
	assert.equal(h.logged(stack, 'child.died'), 0);
	assert.equal(h.logged(stack, 'flow.race_without_end'), 0);
});

test('the stack ends without a crash', () => stack.stop());
