#!/usr/bin/env -S node --test-reporter=tap
// The challenge: which answers count, when, how often, and what a session may do before.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');

let stack;
let who;
let factor;

const answer = (browser, code, more = {}) => browser.post('/mfa/challenge', { factor: factor.id, code, ...more });
const stateOf = async (browser) => (await browser.row())?.state;
const recoveryLeft = () => h.number(stack,
	`SELECT count(*) FROM countersign.recovery_codes WHERE account_id = '${who.id}' AND used_at IS NULL`);

// Ten new codes of the account.
async function newCodes(browser) {
	const made = await browser.post('/mfa/recovery-codes', { password: who.password, code: await h.nextCode(stack, factor) });
	assert.equal(made.status, 200, h.errorOf(made));
	assert.equal((await browser.post('/mfa/recovery-codes/acknowledge')).status, 303);
	return h.codesOf(made.text);
}

test('a stack starts', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 3 } });
	({ who } = await h.enrolled(stack));
	[factor] = who.factors;
});

test('a right code is let in, with a new token', async () => {
	const browser = await h.signIn(stack, who);
	assert.equal(browser.went, '/mfa/challenge');
	const before = browser.token;
	const page = await browser.get('/mfa/challenge');
	assert.equal(page.status, 200);
	assert.match(page.text, /autocomplete="one-time-code"/);
	const passed = await answer(browser, await h.nextCode(stack, factor));
	assert.equal(passed.status, 303);
	assert.equal(passed.location, '/dashboard');
	assert.ok(passed.session && passed.session !== before);
	assert.equal(await stateOf(browser), 'active');
	assert.equal((await browser.get('/profile')).status, 200);
});

test('a wrong code is not, clears the field and says so', async () => {
	const browser = await h.signIn(stack, who);
	const wrong = await answer(browser, await h.wrongCode(stack, factor));
	assert.equal(wrong.status, 422);
	assert.equal(h.errorOf(wrong), 'The code is incorrect or has already been used. Check it and enter the current one.');
	assert.equal(h.valueOf(wrong.text, 'code'), '');
	assert.deepEqual(wrong.setCookie, []);
	assert.equal(await stateOf(browser), 'mfa_required');
	assert.equal(await h.failures(stack, who), 1);
	await answer(browser, await h.nextCode(stack, factor));
	assert.equal(await h.failures(stack, who), 0, 'a right one clears the count');
});

test('a used code is refused, in the session that used it and in another', async () => {
	const first = await h.signIn(stack, who), second = await h.signIn(stack, who);
	const code = await h.nextCode(stack, factor);
	assert.equal((await answer(first, code)).status, 303);
	assert.equal((await answer(first, code)).status, 422);
	assert.equal((await answer(second, code)).status, 422);
	assert.equal(await stateOf(second), 'mfa_required');
	await h.clearFailures(stack, who);
});

// Judges the code of a step `delta` away, as if none had been used.
async function judged(delta, second) {
	const browser = await h.signIn(stack, who);
	const step = Math.max(h.stepNow(stack), factor.step) + 4;
	await stack.psql(`UPDATE countersign.factors SET watermark = 0 WHERE account_id = '${who.id}'`);
	await h.toStep(stack, step, second);
	const { status } = await answer(browser, await h.codeAt(stack, factor, step + delta));
	factor.step = step + 2;
	await h.clearFailures(stack, who);
	return status;
}

test('the code of this step and of one either side count, no other, at any second', async () => {
	for (const second of [0, 14, 28])
		for (const delta of [-2, -1, 0, 1, 2])
			assert.equal(await judged(delta, second), Math.abs(delta) <= 1 ? 303 : 422, `${delta} steps away, second ${second}`);
});

test('a code older than the last accepted is refused', async () => {
	const browser = await h.signIn(stack, who), later = await h.signIn(stack, who);
	await h.nextCode(stack, factor);
	const step = h.stepNow(stack);
	assert.equal((await answer(browser, await h.codeAt(stack, factor, step + 1))).status, 303);
	for (const old of [step + 1, step, step - 1])
		assert.equal((await answer(later, await h.codeAt(stack, factor, old))).status, 422, `${old - step}`);
	factor.step = step + 1;
	assert.equal(await h.number(stack, `SELECT watermark FROM countersign.factors WHERE account_id = '${who.id}'`), step + 1);
	await h.clearFailures(stack, who);
});

test('a code with a space or a dash is the code', async () => {
	for (const shape of [(c) => `${c.slice(0, 3)} ${c.slice(3)}`, (c) => `${c.slice(0, 3)}-${c.slice(3)}`, (c) => ` ${c} `]) {
		const browser = await h.signIn(stack, who);
		assert.equal((await answer(browser, shape(await h.nextCode(stack, factor)))).status, 303);
	}
});

test('anything that is not exactly six ASCII digits is wrong', async () => {
	const code = await h.nextCode(stack, factor);
	const digits = `${code}${code}`;
	const wide = (zero) => [...code].map((c) => String.fromCodePoint(zero + Number(c))).join('');
	const odd = [1, 2, 3, 4, 5, 7, 8, 9, 10].map((n) => digits.slice(0, n));
	odd.push('abcdef', `${code}a`, `a${code}`, wide(0xff10), wide(0x0660), wide(0x1d7ce), `+${code.slice(1)}`, `0x${code}`,
		`${code}.0`, `${code}\n${code}`, '      ', '------', `${code.slice(0, 5)}O`, '1e5', '-12345', `${code}\u200b`);
	const browser = await h.signIn(stack, who);
	for (const text of odd) {
		const refused = await answer(browser, text);
		assert.equal(refused.status, 422, JSON.stringify(text));
		assert.equal(await stateOf(browser), 'mfa_required');
		await h.clearFailures(stack, who);
	}
	assert.equal((await answer(browser, 'x'.repeat(65))).status, 422, 'longer than any code');
	assert.equal((await answer(browser, `${code}\0`)).status, 400);
	assert.equal((await answer(browser, code)).status, 303, 'and the code itself was right all the time');
});

test('nothing, both answers, an unknown factor, a factor of another account: refused, and no guess', async () => {
	const { who: other } = await h.enrolled(stack);
	const [foreign] = other.factors;
	const browser = await h.signIn(stack, who);
	const code = await h.nextCode(stack, factor);
	const [recovery] = who.codes;
	for (const [form, status] of [[{}, 422], [{ code: '' }, 422], [{ code: '', recovery_code: '' }, 422], [{ factor: factor.id }, 422],
		[{ code, recovery_code: recovery }, 400], [{ code, factor: h.NO_FACTOR }, 404], [{ code, factor: foreign.id }, 404],
		[{ code: await h.nextCode(stack, foreign), factor: foreign.id }, 404], [{ code, factor: 'garbage' }, 422],
		[{ code, state: 'active' }, 400], [[['code', code], ['code', code]], 400]]) {
		const refused = await browser.post('/mfa/challenge', form);
		assert.equal(refused.status, status, JSON.stringify(form));
		assert.deepEqual(refused.setCookie, []);
	}
	assert.equal(await stateOf(browser), 'mfa_required');
	assert.equal(await h.failures(stack, who), 0);
	assert.equal(await h.failures(stack, other), 0);
	assert.equal(await recoveryLeft(), 10);
	assert.equal((await browser.post('/mfa/challenge', { code: await h.nextCode(stack, factor) })).status, 303,
		'without a factor the preferred one is meant');
});

test('a recovery code counts in any shape, once, and the count falls', async () => {
	let browser = await h.signInFully(stack, who);
	let codes = await newCodes(browser);
	while (!/0/.test(codes) || !/1.*1/.test(codes))
		codes = await newCodes(browser);
	// Codes with look-alikes come first, so that all shapes are tried on fitting ones.
	codes.sort((a, b) => /[01]/.test(b) - /[01]/.test(a));
	const shapes = [
		(c) => c.replace(/0/g, 'o').replace(/1/g, 'l'),
		(c) => c.toUpperCase().replace(/0/g, 'O').replace(/1/g, 'I'),
		(c) => c.replace(/1/g, 'i').replace(/0/g, 'O'),
		(c) => c.replace('-', ''),
		(c) => c.toUpperCase(),
		(c) => ` ${c.replace('-', ' - ')} `,
		(c) => [...c].join(' '),
		(c) => c,
		(c) => c.replace('-', '').toUpperCase(),
		(c) => c.replace('-', '--'),
	];
	for (let i = 0; i < 10; i++) {
		browser = await h.signIn(stack, who);
		const passed = await browser.post('/mfa/challenge', { recovery_code: shapes[i](codes[i]) });
		assert.equal(passed.status, 303, shapes[i](codes[i]));
		assert.equal(passed.location, '/dashboard');
		assert.equal(await recoveryLeft(), 9 - i);
		const page = await browser.get('/dashboard');
		assert.match(h.plain(page.text), new RegExp(`signed in with a recovery code\\. It cannot be used again\\. You have ${9 - i} left\\.`));
		assert.equal(/Generate new recovery codes/.test(page.text), 9 - i < 4, `${9 - i} left`);
		const again = await (await h.signIn(stack, who)).post('/mfa/challenge', { recovery_code: codes[i] });
		assert.equal(again.status, 422, 'a second time');
		await h.clearFailures(stack, who);
	}
	assert.match(h.plain((await browser.get('/profile')).text), /You have no recovery codes left/);
	who.codes = await newCodes(await h.signInFully(stack, who));
});

test('what is no code of this account is a wrong guess', async () => {
	const { who: other } = await h.enrolled(stack);
	const browser = await h.signIn(stack, who);
	let guesses = 0;
	for (const text of [other.codes[0], 'abcde-fghjk', who.codes[0].slice(0, -1), `${who.codes[0]}0`, 'u', '-', who.codes.join('')]) {
		if (text.length > 64)
			continue;
		const refused = await browser.post('/mfa/challenge', { recovery_code: text });
		assert.equal(refused.status, 422, text);
		assert.ok(h.hasField(refused.text, 'recovery_code'), 'the same form again');
		assert.equal(await h.failures(stack, who), 1, text);
		guesses++;
		await h.clearFailures(stack, who);
	}
	assert.equal(guesses, 6);
	assert.equal(await stateOf(browser), 'mfa_required');
	assert.equal(await h.number(stack,
		`SELECT count(*) FROM countersign.recovery_codes WHERE account_id = '${other.id}' AND used_at IS NULL`), 10);
	assert.equal((await (await h.signIn(stack, other)).post('/mfa/challenge', { recovery_code: other.codes[0] })).status, 303);
});

test('cancelling and signing out at the challenge kill the session', async () => {
	for (const target of ['/mfa/challenge/cancel', '/logout']) {
		const browser = await h.signIn(stack, who);
		const { token } = browser;
		const left = await browser.post(target);
		assert.equal(left.status, 303);
		assert.equal(left.location, '/login');
		assert.match(left.setCookie[0], /Max-Age=0$/);
		assert.equal(await new h.Browser(stack, token).row(), undefined, target);
		const late = await stack.post('/mfa/challenge', { code: await h.nextCode(stack, factor) }, { cookie: token });
		assert.equal(late.location, '/login');
		assert.equal(late.session, undefined);
	}
	const active = await h.signInFully(stack, who);
	assert.equal((await active.post('/mfa/challenge/cancel')).location, '/profile');
	assert.equal(await stateOf(active), 'active', 'a step-up is merely left');
});

// What a session gets that still owes its second factor: `open` is answered by the route itself.
const challenge = '/mfa/challenge';
const expected = {
	'GET /': { open: '/dashboard' },
	'GET /login': { open: '/dashboard' },
	'POST /login': { open: 422 },
	'GET /logout': { open: 200 },
	'POST /logout': { open: '/login' },
	'GET /dashboard': challenge,
	'GET /verify-email': { open: 404 },
	'POST /verify-email': { open: 422 },
	'POST /verify-email/resend': challenge,
	'GET /docs/api': { open: 200 },
	'GET /mfa/setup': challenge,
	'GET /mfa/setup/qr.png': challenge,
	'POST /mfa/setup/start': challenge,
	'POST /mfa/setup/confirm': challenge,
	'POST /mfa/setup/cancel': challenge,
	'GET /mfa/challenge': { open: 200 },
	'POST /mfa/challenge': { open: 422 },
	'POST /mfa/challenge/cancel': { open: '/login' },
	'GET /mfa/recovery-codes': challenge,
	'POST /mfa/recovery-codes': challenge,
	'POST /mfa/recovery-codes/acknowledge': challenge,
	'GET /mfa/disable': challenge,
	'POST /mfa/disable': challenge,
	'GET /profile': challenge,
	'POST /mfa/factors/rename': challenge,
	'POST /mfa/factors/prefer': challenge,
	'GET /mfa/factors/remove': challenge,
	'POST /mfa/factors/remove': challenge,
	'POST /profile/sessions/end': challenge,
	'POST /profile/sessions/end-others': challenge,
	'GET /organization': challenge,
	'POST /organization': challenge,
	'GET /admin/audit': challenge,
	'GET /admin/audit/export.csv': challenge,
	'GET /admin/audit/export.jsonl': challenge,
	'GET /admin/mfa': challenge,
	'GET /admin/mfa/member': challenge,
	'GET /admin/mfa/members.csv': challenge,
	'GET /admin/mfa/policy': challenge,
	'GET /admin/mfa/policy/preview': challenge,
	'POST /admin/mfa/policy': challenge,
	'POST /admin/mfa/member/reset': challenge,
	'POST /admin/mfa/member/exempt': challenge,
	'POST /admin/mfa/member/unexempt': challenge,
	'GET /gate/return': { open: 422 },
	'GET /gate/callback': { open: 422 },
	'GET /gate/organization': challenge,
	'GET /healthz': { open: 200 },
	'GET /readyz': { open: 200 },
};

// Fields with which the route would do its work, were the session active.
const fill = async (target) => ({
	'/mfa/setup/start': { label: 'Mine', password: who.password },
	'/mfa/setup/confirm': { factor: factor.id, code: await h.codeAt(stack, factor, h.stepNow(stack)) },
	'/mfa/recovery-codes': { password: who.password, code: await h.codeAt(stack, factor, h.stepNow(stack)) },
	'/mfa/disable': { password: who.password, code: await h.codeAt(stack, factor, h.stepNow(stack)) },
	'/mfa/factors/rename': { factor: factor.id, label: 'Mine', password: who.password, recovery_code: who.codes[0] },
	'/mfa/factors/prefer': { factor: factor.id, password: who.password, recovery_code: who.codes[0] },
	'/mfa/factors/remove': { factor: factor.id, password: who.password, recovery_code: who.codes[0] },
	'/profile/sessions/end': { session: h.NO_SESSION },
})[target] || {};

test('before the second factor a session reaches what is marked so, and nothing else', async () => {
	const table = h.routes();
	assert.deepEqual(table.map((r) => `${r.method} ${r.path}`).sort(), Object.keys(expected).sort(),
		'every route has an expectation here');
	await h.toStep(stack, factor.step + 1);
	factor.step = h.stepNow(stack) - 1;
	for (const route of table) {
		const what = `${route.method} ${route.path}`;
		const browser = await h.signIn(stack, who);
		const security = () => stack.psql(`SELECT (SELECT json_agg(f ORDER BY factor_id) FROM countersign.factors f
			WHERE account_id = '${who.id}'), (SELECT json_agg(c ORDER BY code_mac) FROM countersign.recovery_codes c
			WHERE account_id = '${who.id}')`);
		const before = await security();
		const form = await fill(route.path);
		const got = route.method === 'POST' ? await browser.post(route.path, form)
			: await browser.get(route.path === '/mfa/setup/qr.png' ? `${route.path}?factor=${factor.id}` : route.path);
		const want = expected[what];
		if (want === challenge) {
			assert.equal(got.status, 303, what);
			assert.equal(got.location, challenge, what);
			assert.ok(!route.guards.has('public') && route.guards.has('active'), what);
		} else if (typeof want.open === 'string') {
			assert.equal(got.location, want.open, what);
		} else {
			assert.equal(got.status, want.open, what);
		}
		assert.equal(await security(), before, `${what} has changed nothing`);
		assert.notEqual(await stateOf(browser), 'active', what);
	}
	assert.equal(await h.failures(stack, who), 0, 'and no proof was judged');
});

test('without a session every route that needs one sends to the sign-in', async () => {
	for (const route of h.routes()) {
		if (route.guards.has('public') || route.guards.has('visitor'))
			continue;
		const got = route.method === 'POST' ? await stack.post(route.path) : await stack.get(route.path);
		assert.equal(got.status, 303, route.path);
		assert.equal(got.location, route.method === 'POST' ? '/login' : `/login?next=${route.path}`);
	}
});

test('the way goes on to where it was heading, query included', async () => {
	const sent = await stack.get('/profile?done=renamed');
	const page = await stack.get(sent.location);
	const next = h.valueOf(page.text, 'next');
	const browser = await h.signIn(stack, who, { next });
	assert.equal(browser.went, '/mfa/challenge');
	const wrong = await answer(browser, await h.wrongCode(stack, factor));
	assert.equal(wrong.status, 422);
	const passed = await answer(browser, await h.nextCode(stack, factor), { next: '//evil.example' });
	assert.equal(passed.location, '/profile?done=renamed');
	const evil = await h.signIn(stack, who, { next: '//evil.example' });
	assert.equal((await answer(evil, await h.nextCode(stack, factor))).location, '/dashboard');
});

test('after a recovery code the way goes on behind the dashboard', async () => {
	const browser = await h.signIn(stack, who, { next: '/profile?done=renamed' });
	const passed = await browser.post('/mfa/challenge', { recovery_code: who.codes.pop() });
	assert.equal(passed.location, '/dashboard?next=/profile%3Fdone%3Drenamed');
	const page = await browser.get(passed.location);
	assert.match(page.text, /<a href="\/profile\?done=renamed">Continue to where you were going<\/a>/);
	for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example', '/%2f/evil'])
		assert.doesNotMatch((await browser.get(`/dashboard?next=${encodeURIComponent(next)}`)).text, /evil/);
});

test('a step-up challenge goes on to paths of this site only', async () => {
	const browser = await h.signInFully(stack, who);
	for (const [next, to] of [['/profile?done=renamed', '/profile?done=renamed'], ['//evil.example', '/dashboard'], ['', '/dashboard']]) {
		const page = await browser.get(`/mfa/challenge?next=${encodeURIComponent(next)}`);
		assert.equal(h.valueOf(page.text, 'next'), to === next ? next : undefined);
		assert.equal((await answer(browser, await h.nextCode(stack, factor), { next })).location, to);
	}
});

test('of several factors the preferred one comes first and another can be chosen', async () => {
	const { who: two, browser: first } = await h.enrolled(stack);
	const second = await h.enrol(first, two, 'Tablet');
	const [phone] = two.factors;
	const browser = await h.signIn(stack, two);
	const page = await browser.get('/mfa/challenge');
	assert.equal(h.valueOf(page.text, 'factor'), phone.id);
	assert.match(h.plain(page.text), /Enter the code from Phone\./);
	const href = h.plain(/<a href="([^"]*)">Use <span class="break">Tablet/.exec(page.text)[1]);
	assert.equal(href, `/mfa/challenge?factor=${second.id}`);
	const other = await browser.get(href);
	assert.equal(h.valueOf(other.text, 'factor'), second.id);
	assert.equal((await browser.get(`/mfa/challenge?factor=${h.NO_FACTOR}`)).status, 404);
	const passed = await browser.post('/mfa/challenge', { factor: second.id, code: await h.nextCode(stack, second) });
	assert.equal(passed.status, 303);
	const recovery = await browser.get('/mfa/challenge?method=recovery');
	assert.ok(h.hasField(recovery.text, 'recovery_code') && !h.hasField(recovery.text, 'code'));
	assert.match(recovery.text, /Back to verification/);
});

test('a code of any of the account\'s apps is accepted, whichever is chosen, once', async () => {
	const { who: two, browser: first } = await h.enrolled(stack);
	const second = await h.enrol(first, two, 'Tablet');
	const [phone] = two.factors;
	const browser = await h.signIn(stack, two);
	const wrong = await browser.post('/mfa/challenge', { factor: phone.id, code: '000000' });
	assert.equal(wrong.status, 422);
	assert.equal(await h.failures(stack, two), 1, 'trying both apps is one attempt');
	const code = await h.nextCode(stack, second);
	const crossed = await browser.post('/mfa/challenge', { factor: phone.id, code });
	assert.equal(crossed.status, 303, 'the code of the tablet is accepted while the phone is chosen');
	const used = await stack.psql(`SELECT factor_id FROM countersign.audit_events WHERE kind = 'verification' AND result = 'accepted'
		AND account_id = (SELECT account_id FROM countersign.email_owners WHERE address = '${two.email}') ORDER BY seq DESC LIMIT 1`);
	assert.equal(used.trim(), await stack.psql(`SELECT factor_id FROM countersign.factors WHERE label = 'Tablet'
		AND account_id = (SELECT account_id FROM countersign.email_owners WHERE address = '${two.email}')`).then((s) => s.trim()),
	'the event names the app that it came from');
	const again = await h.signIn(stack, two);
	for (const factor of [phone.id, second.id])
		assert.equal((await again.post('/mfa/challenge', { factor, code })).status, 422, 'a used code is used for every app');
	assert.equal(await h.failures(stack, two), 2);
});

test('a challenge is open for fifteen minutes', async () => {
	const browser = await h.signIn(stack, who);
	stack.clock.advance(885);
	assert.equal((await browser.get('/mfa/challenge')).status, 200);
	stack.clock.advance(20);
	assert.equal((await browser.get('/mfa/challenge')).location, '/login?next=/mfa/challenge');
	const late = await answer(browser, await h.nextCode(stack, factor));
	assert.equal(late.location, '/login');
	assert.equal(late.session, undefined);
	assert.equal(await h.failures(stack, who), 0);
	const inTime = await h.signIn(stack, who);
	stack.clock.advance(800);
	assert.equal((await answer(inTime, await h.nextCode(stack, factor))).status, 303);
	stack.clock.advance(800);
	assert.equal((await inTime.get('/profile')).status, 200, 'who has passed it has the whole session');
});

test('every verification is in the audit log, whatever its result', async () => {
	const browser = await h.signIn(stack, who);
	const before = await h.eventCount(stack, who);
	const answers = [
		await answer(browser, await h.wrongCode(stack, factor)),
		await answer(browser, await h.nextCode(stack, factor)),
		await browser.post('/mfa/challenge', { recovery_code: who.codes.pop() }),
	];
	const events = await h.events(stack, who, before);
	assert.deepEqual(events.map((e) => [e.kind, e.result, e.request_id, e.address, e.details]), [
		['verification', 'refused', answers[0].headers['x-request-id'], '127.0.0.1', null],
		['verification', 'accepted', answers[1].headers['x-request-id'], '127.0.0.1', null],
		['verification', 'accepted', answers[2].headers['x-request-id'], '127.0.0.1', { by: 'recovery_code' }],
	]);
	for (const event of events)
		assert.equal(event.session_id, h.sessionOf(browser.token));
});

test('with a window of 0 only the code of this step counts', async () => {
	await h.reconfigure(stack, { totp_window: 0 });
	for (const second of [0, 28])
		for (const delta of [-1, 0, 1])
			assert.equal(await judged(delta, second), delta === 0 ? 303 : 422, `${delta} steps away, second ${second}`);
});

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', () => stack.stop());
