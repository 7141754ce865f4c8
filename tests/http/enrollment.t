#!/usr/bin/env -S node --test-reporter=tap
// Setting up a factor: who may, what is shown to whom, and what a confirmation changes.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');

let stack;

const pendings = (who) => h.number(stack,
	`SELECT count(*) FROM countersign.factors WHERE account_id = '${who.id}' AND state = 'pending'`);
const actives = (who) => h.number(stack,
	`SELECT count(*) FROM countersign.factors WHERE account_id = '${who.id}' AND state = 'active'`);

function readQr(png) {
	const file = path.join(stack.folder, 'qr.png');
	fs.writeFileSync(file, png);
	return execFileSync('zbarimg', ['-q', '--raw', '-Sdisable', '-Sqrcode.enable', file],
		{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

test('a stack starts', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 3, factors_max: 2 } });
});

test('an account with an unverified address cannot set up a factor, and the page says what to do', async () => {
	const who = await h.person(stack, { verified: false });
	const browser = await h.signIn(stack, who);
	const page = await browser.get('/mfa/setup');
	assert.equal(page.status, 200);
	assert.match(h.plain(page.text), /You must verify your email address before you can enable two-factor authentication/);
	assert.ok(page.text.includes(who.email));
	assert.ok(!page.text.includes('/mfa/setup/start'), 'there is no form to start with');
	const before = await h.eventCount(stack, who);
	for (const [target, form] of [['/mfa/setup/start', { label: 'Phone' }], ['/mfa/setup/start', { password: who.password }],
		['/mfa/setup/confirm', { factor: h.NO_FACTOR, code: '123456' }], ['/mfa/setup/confirm', {}]]) {
		const answer = await browser.post(target, form);
		assert.equal(answer.status, 303, target);
		assert.equal(answer.location, '/mfa/setup', target);
	}
	assert.equal((await browser.get('/mfa/setup?step=scan')).text.includes('otpauth'), false);
	assert.equal(await pendings(who), 0);
	assert.equal(await h.eventCount(stack, who), before);
	await stack.ctl(['account', 'verify-email', who.email]);
	await h.enrol(browser, who);
	assert.equal(await actives(who), 1, 'once it is verified it works');
});

test('a start with an old password asks for it and then goes on by itself', async () => {
	const who = await h.person(stack);
	const browser = await h.signIn(stack, who);
	stack.clock.advance(660);
	const asked = await browser.post('/mfa/setup/start', { label: 'Work phone' });
	assert.equal(asked.status, 403);
	assert.equal(h.titleOf(asked), 'Confirm your identity');
	assert.match(h.plain(asked.text), /To set up two-factor authentication, sign in again\./);
	assert.match(asked.text, /<form id="continue" method="post" action="\/mfa\/setup\/start">/);
	assert.equal(h.valueOf(asked.text, 'label'), 'Work phone');
	assert.equal(h.errorOf(asked), '', 'nothing was done wrong so far');
	assert.equal(h.hasField(asked.text, 'code'), false, 'without a factor no code is asked for');
	const wrong = await browser.post('/mfa/setup/start', { label: 'Work phone', password: 'not the password' });
	assert.equal(wrong.status, 422);
	assert.equal(h.errorOf(wrong), 'The password is incorrect.');
	assert.equal(h.valueOf(wrong.text, 'label'), 'Work phone', 'and what it was for is not lost');
	assert.equal(await pendings(who), 0);
	const right = await browser.post('/mfa/setup/start', { label: h.valueOf(wrong.text, 'label'), password: who.password });
	assert.equal(right.status, 303);
	assert.equal(right.location, '/mfa/setup?step=scan');
	assert.ok(right.session, 'a new token');
	const scan = await browser.get(right.location);
	assert.match(scan.text, /alt="QR code that adds Work phone/);
});

test('nine minutes are not yet old', async () => {
	const who = await h.person(stack);
	const browser = await h.signIn(stack, who);
	stack.clock.advance(590);
	assert.equal((await browser.post('/mfa/setup/start', { label: 'Phone' })).status, 303);
});

test('five wrong passwords end the session', async () => {
	const who = await h.person(stack);
	const browser = await h.signIn(stack, who);
	stack.clock.advance(660);
	for (let i = 1; i < 5; i++)
		assert.equal((await browser.post('/mfa/setup/start', { password: `wrong ${i}` })).status, 422, `wrong password ${i}`);
	assert.equal((await browser.post('/mfa/setup/start', { password: who.password })).status, 303);
	stack.clock.advance(660);
	for (let i = 1; i < 5; i++)
		assert.equal((await browser.post('/mfa/setup/start', { password: `wrong ${i}` })).status, 422, 'a right one starts the count anew');
	const { token } = browser;
	const last = await browser.post('/mfa/setup/start', { password: 'wrong 5' });
	assert.equal(last.status, 303);
	assert.equal(last.location, '/login');
	assert.match(last.setCookie[0], /^__Host-session=;.*Max-Age=0$/);
	assert.equal(await new h.Browser(stack, token).row(), undefined);
	assert.equal((await stack.post('/mfa/setup/start', { password: who.password }, { cookie: token })).location, '/login');
});

test('a second start of the same session is the same factor; of another session it is the end of it', async () => {
	const who = await h.person(stack);
	const one = await h.signIn(stack, who), two = await h.signIn(stack, who);
	const first = await h.begin(one);
	const again = await h.begin(one);
	assert.deepEqual(again, first);
	const renamed = await h.begin(one, 'Tablet');
	assert.equal(renamed.key, first.key);
	assert.match((await one.get('/mfa/setup?step=scan')).text, /adds Tablet/);
	assert.equal((await two.get('/mfa/setup')).text.includes('otpauth'), false, 'another session does not see it');
	const other = await h.begin(two);
	assert.notEqual(other.key, first.key);
	assert.notEqual(other.id, first.id);
	assert.equal(await pendings(who), 1);
	assert.match((await one.get('/mfa/setup?step=scan')).text, /Start setup/);
	for (const id of [first.id, other.id]) {
		const late = await one.post('/mfa/setup/confirm', { factor: id, code: await h.nextCode(stack, id === first.id ? first : other) });
		assert.equal(late.status, 409);
		assert.match(h.errorOf(late), /This setup is no longer open/);
	}
	assert.equal(await actives(who), 0);
	const done = await two.post('/mfa/setup/confirm', { factor: other.id, code: await h.nextCode(stack, other) });
	assert.equal(done.status, 200);
	assert.equal(await actives(who), 1);
});

test('a started set-up is over after ten minutes', async () => {
	const who = await h.person(stack);
	const browser = await h.signIn(stack, who);
	const factor = await h.begin(browser);
	stack.clock.advance(590);
	assert.equal(h.keyOf((await browser.get('/mfa/setup?step=scan')).text), factor.key);
	stack.clock.advance(15);
	assert.match((await browser.get('/mfa/setup?step=scan')).text, /Start setup/);
	assert.equal((await browser.get(`/mfa/setup/qr.png?factor=${factor.id}`)).status, 404);
	const late = await browser.post('/mfa/setup/confirm', { factor: factor.id, code: await h.nextCode(stack, factor) });
	assert.equal(late.status, 409);
	assert.equal(await actives(who), 0);
});

test('the QR code is for the session that started, and says what the page says', async () => {
	const who = await h.person(stack, { email: 'quick+response@example.org' });
	const browser = await h.signIn(stack, who), second = await h.signIn(stack, who);
	const stranger = await h.signIn(stack, await h.person(stack));
	const factor = await h.begin(browser);
	const page = await browser.get('/mfa/setup?step=scan');
	const source = h.plain(/<p class="qr"><img src="([^"]*)"/.exec(page.text)[1]);
	assert.equal(source, `/mfa/setup/qr.png?factor=${factor.id}`);
	const image = await browser.get(source);
	assert.equal(image.status, 200);
	assert.equal(image.headers['content-type'], 'image/png');
	assert.equal(image.headers['cache-control'], 'no-store');
	assert.equal(page.headers['cache-control'], 'no-store');
	const uri = readQr(image.body);
	assert.equal(uri, h.plain(/href="(otpauth:[^"]*)"/.exec(page.text)[1]));
	const url = new URL(uri);
	assert.equal(url.host, 'totp');
	assert.equal(decodeURIComponent(url.pathname), '/Countersign:quick+response@example.org');
	assert.deepEqual(Object.fromEntries(url.searchParams), { secret: factor.key, issuer: 'Countersign' });
	for (const other of [second, stranger])
		assert.equal((await other.get(source)).status, 404);
	assert.equal((await stack.get(source)).status, 303, 'nobody at all is sent to sign in');
	assert.equal((await browser.get(`/mfa/setup/qr.png?factor=${h.NO_FACTOR}`)).status, 404);
	assert.equal((await browser.get('/mfa/setup/qr.png')).status, 422);
});

test('a wrong code confirms nothing and counts against the attempt limit', async () => {
	const who = await h.person(stack);
	const browser = await h.signIn(stack, who);
	const factor = await h.begin(browser);
	for (const [code, n] of [[await h.wrongCode(stack, factor), 1], ['12345', 2], ['abcdef', 3]]) {
		const answer = await browser.post('/mfa/setup/confirm', { factor: factor.id, code });
		assert.equal(answer.status, 422);
		assert.match(h.errorOf(answer), /The code is incorrect/);
		assert.equal(h.valueOf(answer.text, 'code'), '', 'the field is empty again');
		assert.equal(h.valueOf(answer.text, 'factor'), factor.id);
		assert.equal(await h.failures(stack, who), n);
	}
	assert.equal(await actives(who), 0);
	assert.equal((await browser.post('/mfa/setup/confirm', { factor: factor.id, code: '' })).status, 422);
	assert.equal(await h.failures(stack, who), 3, 'an empty one is no guess');
	assert.equal((await browser.post('/mfa/setup/confirm', { factor: factor.id, code: await h.nextCode(stack, factor) })).status, 200);
	assert.equal(await actives(who), 1);
});

test('wrong codes at the set-up are stopped after five', async () => {
	const who = await h.person(stack);
	const browser = await h.signIn(stack, who);
	const factor = await h.begin(browser);
	const wrong = await h.wrongCode(stack, factor);
	for (let i = 0; i < 5; i++)
		assert.equal((await browser.post('/mfa/setup/confirm', { factor: factor.id, code: wrong })).status, 422);
	const blocked = await browser.post('/mfa/setup/confirm', { factor: factor.id, code: await h.nextCode(stack, factor) });
	assert.equal(blocked.status, 429, 'a right one, too');
	assert.ok(Number(blocked.headers['retry-after']) > 0);
	assert.equal(await actives(who), 0);
});

test('a factor id that is none of this set-up is refused', async () => {
	const who = await h.person(stack);
	const browser = await h.signIn(stack, who);
	const stranger = await h.signIn(stack, await h.person(stack));
	const factor = await h.begin(browser), foreign = await h.begin(stranger);
	const uuid = factor.id.slice(4);
	for (const [id, status] of [['garbage', 422], [`usr_${uuid}`, 422], [`ses_${uuid}`, 422], [uuid, 422], [`${factor.id}0`, 422],
		['', 422], [foreign.id, 409], [h.NO_FACTOR, 409]]) {
		const code = await h.nextCode(stack, factor);
		const answer = await browser.post('/mfa/setup/confirm', { factor: id, code });
		assert.equal(answer.status, status, id);
	}
	assert.equal((await browser.post('/mfa/setup/confirm', { code: await h.nextCode(stack, factor) })).status, 422, 'none at all');
	assert.equal(await actives(who), 0);
	assert.equal(await pendings(who), 1, 'the set-up is still open');
});

test('the first factor brings ten codes, once, and a new token', async () => {
	const who = await h.person(stack);
	const browser = await h.signIn(stack, who);
	const before = browser.token;
	const factor = await h.begin(browser);
	const answer = await browser.post('/mfa/setup/confirm', { factor: factor.id, code: await h.nextCode(stack, factor) });
	assert.equal(answer.status, 200);
	assert.equal(h.titleOf(answer), 'Save your recovery codes');
	assert.equal(answer.headers['cache-control'], 'no-store');
	assert.ok(answer.session && answer.session !== before);
	const codes = h.codesOf(answer.text);
	assert.equal(codes.length, 10);
	assert.equal(new Set(codes).size, 10);
	for (const code of codes)
		assert.match(code, h.CODE);
	const download = decodeURIComponent(/href="data:text\/plain;charset=utf-8,([^"]*)"/.exec(answer.text)[1]);
	for (const code of codes)
		assert.ok(download.includes(`${code}\n`), 'the download has them too');
	for (const target of ['/mfa/recovery-codes', '/profile', '/mfa/setup', '/mfa/setup?step=verify', '/dashboard']) {
		const { text } = await browser.get(target);
		assert.ok(!codes.some((code) => text.includes(code) || text.includes(code.replace('-', ''))), target);
		assert.ok(!text.includes(factor.key), target);
	}
	assert.match((await browser.get('/profile')).text, /You have not confirmed that you saved your recovery codes/);
	const saved = await browser.post('/mfa/recovery-codes/acknowledge');
	assert.equal(saved.status, 303);
	assert.equal(saved.location, '/mfa/setup?step=done');
	assert.match(h.plain((await browser.get(saved.location)).text), /Two-factor authentication is enabled\. From now on, every sign-in requires your authenticator app\./);
	assert.doesNotMatch((await browser.get('/profile')).text, /You have not confirmed/);
	const again = await browser.post('/mfa/setup/confirm', { factor: factor.id, code: await h.nextCode(stack, factor) });
	assert.equal(again.status, 409, 'there is nothing left to confirm');
	assert.equal(h.codesOf(again.text).length, 0);
});

test('the code that confirmed cannot sign in; the next one can', async () => {
	const { who } = await h.enrolled(stack);
	const [factor] = who.factors;
	const browser = await h.signIn(stack, who);
	const used = await browser.post('/mfa/challenge', { factor: factor.id, code: factor.confirmedBy });
	assert.equal(used.status, 422);
	assert.match(h.errorOf(used), /has already been used/);
	assert.equal((await browser.row()).state, 'mfa_required');
	const next = await browser.post('/mfa/challenge', { factor: factor.id, code: await h.nextCode(stack, factor) });
	assert.equal(next.status, 303);
	assert.equal((await browser.row()).state, 'active');
});

test('after enabling, the other sessions are asked', async () => {
	const who = await h.person(stack);
	const other = await h.signIn(stack, who), browser = await h.signIn(stack, who);
	assert.equal((await other.get('/profile')).status, 200);
	await h.enrol(browser, who);
	assert.equal((await browser.get('/profile')).status, 200, 'this session has just confirmed the factor');
	assert.equal((await other.row()).state, 'mfa_required');
	assert.equal((await other.get('/profile')).location, '/mfa/challenge');
	const answer = await other.post('/mfa/challenge', { code: await h.nextCode(stack, who.factors[0]) });
	assert.equal(answer.status, 303);
	assert.equal((await other.get('/profile')).status, 200);
});

test('a second factor needs password and verification, and brings no codes', async () => {
	const { who, browser } = await h.enrolled(stack);
	const [first] = who.factors;
	stack.clock.advance(660);
	const both = await browser.post('/mfa/setup/start', { label: 'Tablet' });
	assert.equal(both.status, 403);
	assert.ok(h.hasField(both.text, 'password') && h.hasField(both.text, 'code'));
	const half = await browser.post('/mfa/setup/start', { label: 'Tablet', password: who.password });
	assert.equal(half.status, 403);
	assert.ok(!h.hasField(half.text, 'password') && h.hasField(half.text, 'code'), 'only the code is still missing');
	assert.equal(await pendings(who), 0);
	const sets = await stack.psql(`SELECT set_id FROM countersign.recovery_sets WHERE account_id = '${who.id}'`);
	const other = await h.signInFully(stack, who);
	const code = await h.nextCode(stack, first);
	const second = await h.begin(browser, 'Tablet', { code });
	const answer = await browser.post('/mfa/setup/confirm', { factor: second.id, code: await h.nextCode(stack, second) });
	assert.equal(answer.status, 303);
	assert.equal(answer.location, '/mfa/setup?step=done');
	const done = await browser.get(answer.location);
	assert.equal(h.codesOf(done.text).length, 0);
	assert.match(h.plain(done.text), /Two-factor authentication is enabled/);
	assert.equal(await stack.psql(`SELECT set_id FROM countersign.recovery_sets WHERE account_id = '${who.id}'`), sets);
	assert.equal(await stack.psql(`SELECT label FROM countersign.factors WHERE account_id = '${who.id}' AND preferred`), 'Phone');
	assert.equal((await other.row()).state, 'mfa_required', 'the other sessions are asked again');
	assert.equal((await browser.row()).state, 'active');
	const full = await browser.post('/mfa/setup/start', { label: 'Third' });
	assert.equal(full.status, 409, 'no more than factors_max');
	assert.match(h.errorOf(full), /You already have the maximum number of methods/);
	assert.equal(await pendings(who), 0);
});

test('a pending factor does not touch a working one, and cancelling forgets it', async () => {
	const { who, browser } = await h.enrolled(stack);
	const [first] = who.factors;
	const second = await h.begin(browser, 'Tablet');
	const elsewhere = await h.signInFully(stack, who, first);
	assert.equal((await elsewhere.row()).state, 'active');
	const early = await (await h.signIn(stack, who)).post('/mfa/challenge', { factor: second.id, code: await h.nextCode(stack, second) });
	assert.equal(early.status, 404, 'a pending one answers no challenge');
	const cancelled = await browser.post('/mfa/setup/cancel');
	assert.equal(cancelled.status, 303);
	assert.equal(cancelled.location, '/profile');
	assert.equal(await pendings(who), 0);
	assert.equal(await actives(who), 1);
	assert.equal((await browser.post('/mfa/setup/confirm', { factor: second.id, code: await h.nextCode(stack, second) })).status, 409);
	assert.equal((await browser.post('/mfa/setup/cancel')).status, 303, 'once more is as good');
	const again = await h.begin(browser, 'Tablet');
	assert.notEqual(again.key, second.key);
});

test('a label that does not fit is refused, an empty one has a default', async () => {
	const who = await h.person(stack);
	const browser = await h.signIn(stack, who);
	for (const label of ['x'.repeat(65), 'a\u0007b', 'a\nb']) {
		const answer = await browser.post('/mfa/setup/start', { label });
		assert.equal(answer.status, 422, JSON.stringify(label));
		assert.equal(await pendings(who), 0);
	}
	await browser.post('/mfa/setup/start', { label: '' });
	assert.match((await browser.get('/mfa/setup?step=scan')).text, /adds Authenticator app to/);
	await h.begin(browser, '<b>"Käse"</b> & co');
	const { text } = await browser.get('/mfa/setup?step=scan');
	assert.ok(!text.includes('<b>'), 'what is typed is text and never markup');
	assert.match(h.plain(text.replace(/.*alt="QR code that adds ([^"]*) to your.*/s, '$1')), /^<b>"Käse"<\/b> & co$/);
});

test('the secret of a factor is sealed in the database', async () => {
	const { who } = await h.enrolled(stack);
	const key = who.factors[0].key;
	const bytes = Buffer.from([...key].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0'))
		.join('').match(/.{8}/g).map((bits) => parseInt(bits, 2)));
	assert.equal(bytes.length, 20);
	const row = await stack.psql(`SELECT row_to_json(f) FROM countersign.factors f WHERE account_id = '${who.id}'`);
	for (const text of [key, bytes.toString('hex'), bytes.toString('base64')])
		assert.ok(!row.includes(text));
	const codes = await stack.psql(`SELECT json_agg(c) FROM countersign.recovery_codes c WHERE account_id = '${who.id}'`);
	for (const code of who.codes)
		assert.ok(!codes.includes(code) && !codes.includes(Buffer.from(code.replace('-', '')).toString('hex')));
});

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', () => stack.stop());
