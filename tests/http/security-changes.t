#!/usr/bin/env -S node --test-reporter=tap
// Changes of factors, codes and sessions: the proof each asks for, what it changes, its event.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');

let stack;
let labels = 0;

// Sets how long ago a session gave its proofs, in seconds.
async function age(browser, { password = 1, verification = 1 }) {
	const at = (seconds) => `to_timestamp(${stack.clock.now() - seconds})`;
	await stack.psql(`UPDATE countersign.sessions SET password_at = ${at(password)}, verified_at = ${at(verification)},
		failures = 0 WHERE session_id = '${h.sessionOf(browser.token)}'`);
}

const FRESH = 5, STALE = 605;

const factorsOf = async (who) => JSON.parse(await stack.psql(`SELECT coalesce(json_agg(f ORDER BY created_at), '[]')
	FROM (SELECT label, state, preferred, created_at FROM countersign.factors WHERE account_id = '${who.id}') f`));

// A person with several factors.
async function withFactors(n) {
	const { who, browser } = await h.enrolled(stack);
	for (let i = 1; i < n; i++)
		await h.enrol(browser, who, `Factor ${i}`);
	return { who, browser };
}

// What a step-up page asks for.
function asks(answer) {
	return [h.hasField(answer.text, 'password') && 'password', h.hasField(answer.text, 'code') && 'code']
		.filter(Boolean).join('+');
}

test('a stack starts', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 3, factors_max: 5 } });
});

// The proofs a request carries, and what must come of them for each age of the session's own.
const proofs = {
	'nothing': async () => ({}),
	'the password': async (who) => ({ password: who.password }),
	'a code': async (who) => ({ code: await h.nextCode(stack, who.factors[0]) }),
	'both': async (who) => ({ password: who.password, code: await h.nextCode(stack, who.factors[0]) }),
	'a wrong password': async () => ({ password: 'not the password' }),
	'a wrong code': async (who) => ({ code: await h.wrongCode(stack, who.factors[0]) }),
	'a wrong password and a code': async (who) => ({ password: 'not the password', code: await h.nextCode(stack, who.factors[0]) }),
	'the password and a wrong code': async (who) => ({ password: who.password, code: await h.wrongCode(stack, who.factors[0]) }),
};

// 303 done; 403 asks for what is named; 422 says what was wrong.
const matrix = {
	'fresh password, fresh verification': { ages: [FRESH, FRESH], want: () => [303] },
	'stale password, fresh verification': { ages: [STALE, FRESH], want: (p) => ({
		'nothing': [403, 'password'], 'a code': [403, 'password'], 'a wrong code': [403, 'password'],
		'a wrong password': [422, 'password'], 'a wrong password and a code': [422, 'password'],
	})[p] || [303] },
	'fresh password, stale verification': { ages: [FRESH, STALE], want: (p) => ({
		'nothing': [403, 'code'], 'the password': [403, 'code'], 'a wrong password': [403, 'code'],
		'a wrong code': [422, 'code'], 'the password and a wrong code': [422, 'code'],
	})[p] || [303] },
	'stale password, stale verification': { ages: [STALE, STALE], want: (p) => ({
		'nothing': [403, 'password+code'], 'a code': [403, 'password+code'], 'a wrong code': [403, 'password+code'],
		'the password': [403, 'code'], 'a wrong password': [422, 'password+code'],
		'a wrong password and a code': [422, 'password+code'], 'the password and a wrong code': [422, 'code'],
	})[p] || [303] },
};

test('a change asks for what is stale, takes what is given, and does nothing without', async () => {
	const { who, browser } = await h.enrolled(stack);
	const [factor] = who.factors;
	for (const [name, { ages: [password, verification], want }] of Object.entries(matrix))
		for (const [given, make] of Object.entries(proofs)) {
			const what = `${name}, given ${given}`;
			const proof = await make(who);
			await age(browser, { password, verification });
			const label = `Label ${++labels}`;
			const answer = await browser.post('/mfa/factors/rename', { factor: factor.id, label, ...proof });
			const [status, asked] = want(given);
			assert.equal(answer.status, status, what);
			assert.equal((await factorsOf(who))[0].label === label, status === 303, what);
			if (status === 303) {
				assert.equal(answer.location, '/profile?done=renamed', what);
			} else {
				assert.equal(asks(answer), asked, what);
				assert.equal(h.valueOf(answer.text, 'label'), label, `${what}: what was wanted is not lost`);
				assert.equal(h.valueOf(answer.text, 'factor'), factor.id, what);
				assert.equal(h.errorOf(answer) !== '', status === 422 || Object.keys(proof).length > 0, what);
			}
			const guessed = given.includes('wrong code') && status === 422;
			assert.equal(await h.failures(stack, who), guessed ? 1 : 0, `${what}: only what is judged is a guess`);
			await h.clearFailures(stack, who);
		}
});

test('preferring and removing ask for the same', async () => {
	const { who, browser } = await withFactors(3);
	const [, second, third] = who.factors;
	for (const [target, factor, done] of [['/mfa/factors/prefer', second, 'preferred'], ['/mfa/factors/remove', third, 'removed']]) {
		for (const { ages: [password, verification] } of Object.values(matrix).slice(1)) {
			await age(browser, { password, verification });
			const before = JSON.stringify(await factorsOf(who));
			assert.equal((await browser.post(target, { factor: factor.id })).status, 403, target);
			assert.equal((await browser.post(target, { factor: factor.id, password: 'wrong', code: '000000' })).status, 422, target);
			assert.equal(JSON.stringify(await factorsOf(who)), before, target);
			await h.clearFailures(stack, who);
		}
		const answer = await browser.post(target, { factor: factor.id, password: who.password, method: who.factors[0].id,
			code: await h.nextCode(stack, who.factors[0]) });
		assert.equal(answer.status, 303, target);
		assert.equal(answer.location, `/profile?done=${done}`);
	}
	assert.deepEqual((await factorsOf(who)).map((f) => [f.label, f.preferred]), [['Phone', false], ['Factor 1', true]]);
});

test('a recovery code is enough to remove a factor, and is consumed by it', async () => {
	const { who, browser } = await withFactors(2);
	await age(browser, { verification: STALE });
	const form = { factor: who.factors[1].id, recovery_code: who.codes[0] };
	assert.equal((await browser.post('/mfa/factors/remove', form)).status, 303);
	assert.equal((await factorsOf(who)).length, 1);
	await age(browser, { verification: STALE });
	assert.equal((await browser.post('/mfa/disable', { password: who.password, recovery_code: who.codes[0] })).status, 422);
	assert.equal((await factorsOf(who)).length, 1);
});

test('with several factors the proof may come from another than the preferred one', async () => {
	const { who, browser } = await withFactors(2);
	const [first, second] = who.factors;
	await age(browser, { verification: STALE });
	const asked = await browser.post('/mfa/factors/prefer', { factor: second.id });
	assert.match(asked.text, new RegExp(`<option value="${first.id}" selected>Phone</option>`));
	const code = await h.nextCode(stack, second);
	assert.equal((await browser.post('/mfa/factors/prefer', { factor: second.id, method: first.id, code: '000000' })).status, 422);
	assert.equal((await browser.post('/mfa/factors/prefer', { factor: second.id, method: first.id, code })).status, 303, 'every app is tried');
});

test('disabling asks for the password each time, and for a verification when that is stale', async () => {
	const { who, browser } = await h.enrolled(stack);
	const wanted = [
		[{ }, {}, 403], [{ }, { code: 'app' }, 403], [{ }, { password: 'wrong' }, 422],
		[{ verification: STALE }, { password: who.password }, 403], [{ verification: STALE }, { code: 'app' }, 403],
		[{ verification: STALE }, { password: who.password, code: 'wrong' }, 422],
		[{ verification: STALE }, { password: 'wrong', code: 'app' }, 422],
		[{ verification: STALE }, { password: who.password, recovery_code: 'aaaaa-bbbbb' }, 422],
	];
	for (const [ages, proof, status] of wanted) {
		const form = { ...proof };
		if (form.code)
			form.code = await (form.code === 'app' ? h.nextCode : h.wrongCode)(stack, who.factors[0]);
		await age(browser, ages);
		const answer = await browser.post('/mfa/disable', form);
		assert.equal(answer.status, status, JSON.stringify([ages, proof]));
		assert.equal(h.titleOf(answer), 'Disable two-factor authentication');
		assert.equal((await factorsOf(who)).length, 1);
		await h.clearFailures(stack, who);
	}
	await age(browser, {});
	assert.equal((await browser.post('/mfa/disable', { password: who.password })).status, 303);
	assert.equal((await factorsOf(who)).length, 0);
	const again = await browser.post('/mfa/disable', { password: who.password });
	assert.equal(again.location, '/profile', 'there is nothing to disable any more');
});

test('new codes ask for a code from an app each time; a recovery code is no proof for them', async () => {
	const { who, browser } = await h.enrolled(stack);
	const set = () => stack.psql(`SELECT set_id FROM countersign.recovery_sets WHERE account_id = '${who.id}'`);
	const before = await set();
	const [recovery] = who.codes;
	const wanted = [
		[{}, {}, 422], [{}, { password: who.password }, 422], [{}, { recovery_code: recovery }, 422],
		[{}, { password: who.password, recovery_code: recovery }, 422], [{}, { code: recovery }, 422],
		[{}, { code: 'wrong' }, 422], [{ password: STALE }, { code: 'app' }, 403],
		[{ password: STALE }, { code: 'app', password: 'wrong' }, 422],
	];
	for (const [ages, proof, status] of wanted) {
		const form = { ...proof };
		if (form.code === 'app' || form.code === 'wrong')
			form.code = await (form.code === 'app' ? h.nextCode : h.wrongCode)(stack, who.factors[0]);
		await age(browser, ages);
		const answer = await browser.post('/mfa/recovery-codes', form);
		assert.equal(answer.status, status, JSON.stringify([ages, proof]));
		assert.equal(h.codesOf(answer.text).length, 0);
		assert.equal(await set(), before);
		await h.clearFailures(stack, who);
	}
	assert.equal(await h.number(stack,
		`SELECT count(*) FROM countersign.recovery_codes WHERE account_id = '${who.id}' AND used_at IS NULL`), 10,
	'and a recovery code that was sent is not consumed');
	const other = await h.signInFully(stack, who);
	await age(browser, { password: STALE, verification: STALE });
	const made = await browser.post('/mfa/recovery-codes', { password: who.password, code: await h.nextCode(stack, who.factors[0]) });
	assert.equal(made.status, 200);
	assert.equal(h.titleOf(made), 'New recovery codes');
	const codes = h.codesOf(made.text);
	assert.equal(codes.length, 10);
	assert.ok(!codes.some((code) => who.codes.includes(code)));
	assert.equal((await other.row()).state, 'mfa_required', 'the other sessions are asked again');
	for (const old of who.codes.slice(0, 4))
		assert.equal((await other.post('/mfa/challenge', { recovery_code: old })).status, 422, 'an old code is dead');
	assert.equal((await other.post('/mfa/challenge', { recovery_code: codes[0] })).status, 303);
});

test('a code that verified cannot make new codes, disable or verify again', async () => {
	const { who, browser } = await h.enrolled(stack);
	const code = await h.nextCode(stack, who.factors[0]);
	const other = await h.signIn(stack, who);
	assert.equal((await other.post('/mfa/challenge', { code })).status, 303);
	await age(browser, { verification: STALE });
	assert.equal((await browser.post('/mfa/recovery-codes', { code })).status, 422);
	assert.equal((await browser.post('/mfa/disable', { password: who.password, code })).status, 422);
	assert.equal((await browser.post('/mfa/factors/rename', { factor: who.factors[0].id, label: 'x', code })).status, 422);
	assert.equal((await browser.post('/mfa/setup/start', { label: 'x', code })).status, 422);
	assert.equal(await h.failures(stack, who), 4);
	assert.equal((await factorsOf(who)).length, 1);
});

test('removing the preferred factor makes the next one preferred and asks the other sessions again', async () => {
	const { who, browser } = await withFactors(3);
	const other = await h.signInFully(stack, who);
	const page = await browser.get(`/mfa/factors/remove?factor=${who.factors[0].id}`);
	assert.match(h.plain(page.text), /This is your preferred method\. Another method will become your preferred one\./);
	assert.equal((await browser.post('/mfa/factors/remove', { factor: who.factors[0].id })).status, 303);
	assert.deepEqual((await factorsOf(who)).map((f) => [f.label, f.preferred]), [['Factor 1', true], ['Factor 2', false]]);
	assert.equal((await other.row()).state, 'mfa_required');
	assert.equal((await browser.get('/profile')).status, 200);
	const asked = await other.get('/mfa/challenge');
	assert.equal(h.valueOf(asked.text, 'factor'), who.factors[1].id);
	const gone = await other.post('/mfa/challenge', { factor: who.factors[0].id, code: await h.nextCode(stack, who.factors[0]) });
	assert.equal(gone.status, 404, 'a removed factor answers nothing');
});

test('removing the last factor disables: factors, codes and other sessions are gone', async () => {
	const { who, browser } = await h.enrolled(stack);
	const other = await h.signInFully(stack, who), half = await h.signIn(stack, who);
	const page = await browser.get(`/mfa/factors/remove?factor=${who.factors[0].id}`);
	assert.equal(page.location, '/mfa/disable', 'the page says so');
	assert.equal((await browser.post('/mfa/factors/remove', { factor: who.factors[0].id })).status, 303);
	assert.deepEqual(await factorsOf(who), []);
	for (const table of ['recovery_sets', 'recovery_codes'])
		assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.${table} WHERE account_id = '${who.id}'`), 0);
	for (const session of [other, half]) {
		assert.equal(await session.row(), undefined);
		assert.equal((await session.get('/profile')).location, '/login?next=/profile');
	}
	assert.equal((await browser.get('/profile')).status, 200);
	assert.equal((await h.signIn(stack, who)).went, '/dashboard', 'and the password alone opens the account again');
});

test('disabling with a recovery code, and a new set-up behind it', async () => {
	const { who, browser } = await h.enrolled(stack);
	const other = await h.signInFully(stack, who);
	await age(browser, { verification: STALE });
	const answer = await browser.post('/mfa/disable', { password: who.password, recovery_code: who.codes[0] });
	assert.equal(answer.status, 303);
	assert.equal(answer.location, '/profile?done=disabled');
	assert.deepEqual(await factorsOf(who), []);
	assert.equal(await other.row(), undefined);
	const old = who.codes;
	who.factors = [];
	await h.enrol(browser, who, 'New phone');
	assert.equal(who.codes.length, 10);
	const session = await h.signIn(stack, who);
	assert.equal((await session.post('/mfa/challenge', { recovery_code: old[1] })).status, 422);
	assert.equal((await session.post('/mfa/challenge', { code: await h.nextCode(stack, who.factors[0]) })).status, 303);
});

test('what belongs to another account is not there', async () => {
	const { who: victim, browser: theirs } = await withFactors(2);
	const { who, browser } = await withFactors(2);
	const before = await h.state(stack, victim);
	const mine = await h.eventCount(stack, who);
	for (const id of [victim.factors[0].id, victim.factors[1].id, h.NO_FACTOR, h.idText('fct', '00000000-0000-0000-0000-000000000000')])
		for (const [target, form] of [['rename', { label: 'Mine now' }], ['prefer', {}], ['remove', {}]]) {
			const answer = await browser.post(`/mfa/factors/${target}`, { factor: id, ...form });
			assert.equal(answer.status, 404, `${target} ${id}`);
		}
	assert.equal((await browser.get(`/mfa/factors/remove?factor=${victim.factors[0].id}`)).status, 404);
	const session = h.idText('ses', h.sessionOf(theirs.token));
	await browser.post('/profile/sessions/end', { session });
	await browser.post('/profile/sessions/end', { session: h.NO_SESSION });
	assert.equal((await browser.post('/profile/sessions/end', { session: 'garbage' })).status, 422);
	assert.equal(await h.state(stack, victim), before);
	assert.equal((await theirs.get('/profile')).status, 200);
	assert.equal(await h.eventCount(stack, who), mine, 'what did not happen is no event');
	assert.deepEqual((await factorsOf(who)).map((f) => f.label), ['Phone', 'Factor 1']);
});

test('sessions are listed, ended one by one and all others at once', async () => {
	const who = await h.person(stack);
	const agents = ['Firefox on Linux', '<script>alert(1)</script>', 'Safari'];
	const browsers = [];
	for (const agent of agents) {
		const browser = new h.Browser(stack);
		await browser.post('/login', { email: who.email, password: who.password }, { headers: { 'User-Agent': agent } });
		browsers.push(browser);
	}
	const [own, second, third] = browsers;
	const page = await own.get('/profile');
	for (const agent of agents)
		assert.ok(h.plain(page.text).includes(agent.replace(/<[^>]*>/g, (tag) => tag)), agent);
	assert.ok(!page.text.includes('<script>alert'), 'a User-Agent is text');
	const ids = [...page.text.matchAll(/name="session" value="(ses_[^"]*)"/g)].map((m) => m[1]);
	assert.deepEqual(ids.sort(), [second, third].map((b) => h.idText('ses', h.sessionOf(b.token))).sort(),
		'every other session can be ended from here');
	const one = await own.post('/profile/sessions/end', { session: h.idText('ses', h.sessionOf(second.token)) });
	assert.equal(one.location, '/profile?done=session-ended');
	assert.equal(await second.row(), undefined);
	assert.equal((await second.get('/profile')).status, 303);
	assert.equal((await third.get('/profile')).status, 200);
	const others = await own.post('/profile/sessions/end-others');
	assert.equal(others.location, '/profile?done=sessions-ended');
	assert.equal(await third.row(), undefined);
	assert.equal((await own.get('/profile')).status, 200);
	const self = await own.post('/profile/sessions/end', { session: h.idText('ses', h.sessionOf(own.token)) });
	assert.equal(self.location, '/login');
	assert.match(self.setCookie[0], /Max-Age=0$/);
});

// Every change that a session can make, on a person of its own: [name, events, action].
function changes(who, browser) {
	const code = () => h.nextCode(stack, who.factors[0]);
	const [phone, tablet] = who.factors;
	return [
		['rename', ['factor_renamed'], () => browser.post('/mfa/factors/rename', { factor: tablet.id, label: 'Watch' })],
		['prefer', ['factor_preferred'], () => browser.post('/mfa/factors/prefer', { factor: tablet.id })],
		['start', ['factor_setup_started'], () => browser.post('/mfa/setup/start', { label: 'Third' })],
		['cancel', ['factor_setup_cancelled'], () => browser.post('/mfa/setup/cancel')],
		['acknowledge', ['recovery_codes_acknowledged'], () => browser.post('/mfa/recovery-codes/acknowledge')],
		['regenerate', ['verification', 'recovery_codes_replaced'], async () =>
			browser.post('/mfa/recovery-codes', { method: phone.id, code: await code() })],
		['end others', ['session_revoked'], () => browser.post('/profile/sessions/end-others')],
		['step-up challenge', ['verification'], async () => browser.post('/mfa/challenge', { factor: phone.id, code: await code() })],
		['remove', ['factor_removed'], () => browser.post('/mfa/factors/remove', { factor: tablet.id })],
		['disable', ['reauthentication', 'mfa_disabled'], () => browser.post('/mfa/disable', { password: who.password })],
		['sign out', ['sign_out'], () => browser.post('/logout')],
	];
}

test('every change has exactly one event, with request, address and actor', async () => {
	const { who, browser } = await withFactors(2);
	for (const [name, kinds, act] of changes(who, browser)) {
		const session = h.sessionOf(browser.token);
		const before = await h.eventCount(stack, who);
		const answer = await act();
		assert.ok(answer.status < 400, `${name}: ${answer.status} ${h.errorOf(answer)}`);
		const events = await h.events(stack, who, before);
		assert.deepEqual(events.map((e) => e.kind), kinds, name);
		for (const event of events) {
			assert.equal(event.result, 'accepted', name);
			assert.equal(event.request_id, answer.headers['x-request-id'], name);
			assert.equal(event.address, '127.0.0.1', name);
			assert.equal(event.actor, 'account', name);
			assert.equal(event.actor_id, who.id, name);
			assert.equal(event.session_id, session, name);
			assert.ok(Math.abs(Date.parse(event.at) / 1000 - stack.clock.now()) < 30, name);
		}
	}
	assert.equal((await h.events(stack, who)).some((e) => e.kind === 'sign_in'), true);
});

test('what changes nothing is no event', async () => {
	const { who, browser } = await h.enrolled(stack);
	await browser.post('/mfa/recovery-codes/acknowledge');
	const before = await h.eventCount(stack, who);
	const [factor] = who.factors;
	for (const [target, form] of [['/mfa/factors/rename', { factor: factor.id, label: factor.label }],
		['/mfa/factors/prefer', { factor: factor.id }], ['/mfa/setup/cancel', {}], ['/mfa/recovery-codes/acknowledge', {}]])
		assert.ok((await browser.post(target, form)).status < 400, target);
	assert.equal(await h.eventCount(stack, who), before);
});

test('a change whose event cannot be written does not happen', async () => {
	const { who, browser } = await withFactors(2);
	const list = changes(who, browser);
	const pending = list.splice(list.findIndex(([name]) => name === 'cancel'), 1)[0];
	assert.equal((await list.find(([name]) => name === 'start')[2]()).status, 303);
	list.splice(list.findIndex(([name]) => name === 'start'), 1, pending);
	const confirming = await h.pending(browser, 'Third');
	list.push(['confirm', [], async () =>
		browser.post('/mfa/setup/confirm', { factor: confirming.id, code: await h.nextCode(stack, confirming) })]);
	list.push(['sign in', [], () => stack.post('/login', { email: who.email, password: who.password })]);
	list.push(['wrong code', [], async () => browser.post('/mfa/challenge', { code: await h.wrongCode(stack, who.factors[0]) })]);
	const half = await h.signIn(stack, who);
	list.push(['challenge', [], async () => half.post('/mfa/challenge', { code: await h.nextCode(stack, who.factors[0]) })]);
	list.push(['recovery code', [], () => half.post('/mfa/challenge', { recovery_code: who.codes[0] })]);
	const before = await h.state(stack, who);
	await stack.psql('REVOKE INSERT ON countersign.audit_events FROM countersign_worker');
	try {
		for (const [name, , act] of list) {
			const answer = await act();
			assert.ok(answer.status === 500 || answer.status === 503, `${name}: ${answer.status}`);
			assert.deepEqual(answer.setCookie, [], name);
			assert.equal(h.codesOf(answer.text).length, 0, name);
			assert.ok(answer.text.includes(answer.headers['x-request-id']), `${name}: the error page has the request id`);
			assert.equal(await h.state(stack, who), before, `${name} has changed nothing`);
		}
	} finally {
		await stack.psql('GRANT INSERT ON countersign.audit_events TO countersign_worker');
	}
	const answer = await half.post('/mfa/challenge', { recovery_code: who.codes[0] });
	assert.equal(answer.status, 303, 'and afterwards everything is as before');
});

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', () => stack.stop());
