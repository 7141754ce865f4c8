#!/usr/bin/env -S node --test-reporter=tap
// Mail: each message is sent on its change and only then, to the right person and with the right content. What
// happens when a server is away, slow, refuses mail, or the mailer dies; the link that verifies an address; the
// other transports.
'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { HtmlValidate } = require('html-validate');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const mail = require('../lib/mail.js');

const STALE = 700;
const MINUTE = 60, HOUR = 3600, DAY = 86_400;
const validator = new HtmlValidate({ root: true, extends: ['html-validate:recommended'] });

let stack, box;

const settings = (port) => ({
	...h.QUICK, workers: 3, mail_url: `smtp://127.0.0.1:${port}`, mail_tls: 'no', mail_timeout: 3, mail_from: 'mfa@example.net',
	base_url: 'https://mfa.example.net', issuer: 'Grüße & Söhne',
});

before(async () => {
	box = await mail.open();
	stack = await rig.start({ set: settings(box.port) });
});

after(async () => {
	await stack?.stop();
	await box?.close();
});

// --- looking ------------------------------------------------------------------

// The account's rows of the outbox, oldest first.
async function rows(who, on = stack) {
	return JSON.parse(await on.psql(`SELECT coalesce(json_agg(o ORDER BY created_at, message_id), '[]')
		FROM countersign.outbox o WHERE account_id = '${who.id}'`));
}

// What the server has for the person, each message read.
const inbox = (who, of = box) => Promise.all(of.messages.filter((m) => m.to.includes(who.email)).map((m) => mail.read(m.raw)));

// Waits until nothing is waiting in the outbox any more.
const settled = (who, on = stack) => h.until('the outbox is done', async () =>
	(await rows(who, on)).every((row) => row.next_attempt_at === null));

// The kinds of messages that a change leads to, all delivered, with the messages.
async function notified(who, act) {
	const before = await rows(who), had = (await inbox(who)).length;
	const answer = await act();
	assert.ok(answer === undefined || answer.status < 400, `${answer?.status} ${answer && h.errorOf(answer)}`);
	await settled(who);
	const kinds = (await rows(who)).slice(before.length).map((row) => row.kind);
	const messages = (await inbox(who)).slice(had);
	assert.equal(messages.length, kinds.length, 'each message is delivered once');
	return { kinds: kinds.sort(), messages };
}

const waitFor = (who, test, on = stack) => h.until('the outbox', async () => {
	const found = await rows(who, on);
	return test(found[found.length - 1]) && found[found.length - 1];
});

// The mailer's process, once it is at work.
const mailerOf = (on) => h.until('the mailer', () => rig.childrenOf(on.pids.supervisor).find((pid) => {
	try {
		return fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'mailer';
	} catch {
		return false;
	}
}));

const codesLeft = (who, n) => stack.psql(`DELETE FROM countersign.recovery_codes WHERE code_mac IN (SELECT code_mac
	FROM countersign.recovery_codes WHERE account_id = '${who.id}' AND used_at IS NULL OFFSET ${n})`);

// --- each message on its change --------------------------------------------------

const SUBJECTS = {
	factor_added: 'A two-factor method was added to your account',
	factor_removed: 'A two-factor method was removed from your account',
	recovery_code_used: 'A recovery code was used',
	recovery_codes_low: 'You have few recovery codes left',
	recovery_codes_replaced: 'Your recovery codes were replaced',
	mfa_disabled: 'Two-factor authentication was disabled',
	mfa_reset: 'Your second factor was reset',
	verify_email: 'Verify your email address',
};

async function assertMessage(message, kind, who) {
	assert.equal(message.subject, SUBJECTS[kind]);
	assert.deepEqual(message.from, { name: 'Grüße & Söhne', address: 'mfa@example.net' });
	assert.deepEqual(message.to.map((to) => to.address), [who.email]);
	assert.match(message.messageId, /^<msg_[0-9a-z]{26}@example\.net>$/);
	assert.ok(Math.abs(Date.parse(message.date) / 1000 - stack.clock.now()) < 120, message.date);
	assert.equal(message.header['auto-submitted'], 'auto-generated');
	assert.match(message.header['content-type'], /^multipart\/alternative;/);
	assert.equal(message.count, 8, 'no header but ours');
	assert.ok(message.text.includes(`Hello ${who.name},`), message.text);
	assert.ok(h.plain(message.html).includes(`Hello ${who.name},`));
	assert.equal(message.attachments.length, 0);
	const report = await validator.validateString(message.html);
	assert.deepEqual(report.results.flatMap((r) => r.messages.map((m) => `${m.line}: ${m.ruleId} ${m.message}`)), []);
}

test('each change has its message, to the owner, and every other step has none', async () => {
	const who = await h.person(stack, { name: 'Mia <b>Santos</b>' });
	let browser;
	const step = async (kinds, act) => {
		const found = await notified(who, act);
		assert.deepEqual(found.kinds, kinds);
		for (const message of found.messages)
			await assertMessage(message, kinds.find((kind) => SUBJECTS[kind] === message.subject), who);
		return found.messages;
	};
	await step([], async () => void (browser = await h.signIn(stack, who)));
	await step([], () => browser.post('/mfa/setup/start', { label: 'Gone' }));
	await step([], () => browser.post('/mfa/setup/cancel'));
	const [added] = await step(['factor_added'], async () => void await h.enrol(browser, who, 'Fön & <i>"Co"'));
	assert.ok(added.text.includes('The method “Fön & <i>"Co"” was added'), added.text);
	assert.ok(h.plain(added.html).includes('Fön & <i>"Co"'), added.html);
	assert.doesNotMatch(added.html, /<i>/);
	assert.match(added.text, /From: 127\.0\.0\.1/);
	await step(['factor_added'], async () => void await h.enrol(browser, who, 'Tablet'));
	await step([], () => browser.post('/mfa/factors/rename', { factor: who.factors[1].id, label: 'Watch' }));
	await step([], () => browser.post('/mfa/factors/prefer', { factor: who.factors[1].id }));
	const [removed] = await step(['factor_removed'], () => browser.post('/mfa/factors/remove', { factor: who.factors[1].id }));
	assert.match(removed.text, /“Watch”/);
	who.factors.pop();
	await step([], async () => void await h.signInFully(stack, who));
	const half = await h.signIn(stack, who);
	const [used] = await step(['recovery_code_used'], () => half.post('/mfa/challenge', { recovery_code: who.codes[0] }));
	assert.match(used.text, /You have 9 left/);
	await codesLeft(who, 4);
	const left = async () => (await stack.psql(`SELECT count(*) FROM countersign.recovery_codes WHERE account_id = '${who.id}' AND used_at IS NULL`));
	assert.equal(await left(), '4');
	await step(['recovery_codes_replaced'], async () =>
		browser.post('/mfa/recovery-codes', { password: who.password, code: await h.nextCode(stack, who.factors[0]) })
			.then((answer) => ((who.codes = h.codesOf(answer.text)), answer)));
	await step(['mfa_disabled'], async () => browser.post('/mfa/disable', { password: who.password, code: await h.nextCode(stack, who.factors[0]) }));
	who.factors = [];
	await step(['factor_added'], async () => void await h.enrol(browser, who, 'New'));
	await step(['mfa_reset'], async () => void await stack.ctl(['account', 'reset-mfa', who.email, '--reason', 'phone <lost>']));
	await step([], async () => void await stack.ctl(['session', 'revoke', who.email, '--all']));
	const texts = (await inbox(who)).map((m) => m.text + m.html).join('\n');
	assert.doesNotMatch(texts, /phone/, 'an operator\'s reason is for the audit log');
});

test('the message about few codes left is sent from three codes down, also when a code confirms a change', async () => {
	const { who, browser } = await h.enrolled(stack);
	await settled(who);
	const codes = who.codes.slice(0, 7);
	for (const code of codes.slice(0, 6)) {
		const half = await h.signIn(stack, who);
		const { kinds } = await notified(who, () => half.post('/mfa/challenge', { recovery_code: code }));
		assert.deepEqual(kinds, ['recovery_code_used']);
	}
	const half = await h.signIn(stack, who);
	const { kinds, messages } = await notified(who, () => half.post('/mfa/challenge', { recovery_code: codes[6] }));
	assert.deepEqual(kinds, ['recovery_code_used', 'recovery_codes_low']);
	assert.match(messages.map((m) => m.text).join(), /You have 3 recovery codes left/);
	await stack.psql(`UPDATE countersign.sessions SET verified_at = verified_at - interval '${STALE} s'
		WHERE session_id = '${h.sessionOf(browser.token)}'`);
	const change = await notified(who, () => browser.post('/mfa/factors/rename',
		{ factor: who.factors[0].id, label: 'Other', password: who.password, recovery_code: who.codes[7] }));
	assert.deepEqual(change.kinds, ['recovery_code_used', 'recovery_codes_low']);
});

test('removing the last method is disabling', async () => {
	const { who, browser } = await h.enrolled(stack);
	await settled(who);
	const { kinds } = await notified(who, () => browser.post('/mfa/factors/remove', { factor: who.factors[0].id }));
	assert.deepEqual(kinds, ['mfa_disabled']);
});

test('no message is sent for what was refused or rolled back', async () => {
	const { who, browser } = await h.enrolled(stack);
	await settled(who);
	const half = await h.signIn(stack, who), before = await rows(who);
	assert.equal((await half.post('/mfa/challenge', { recovery_code: 'aaaaa-aaaaa' })).status, 422);
	assert.equal((await browser.post('/mfa/disable', { password: 'wrong' })).status, 422);
	assert.equal((await browser.post('/mfa/recovery-codes', { code: await h.wrongCode(stack, who.factors[0]) })).status, 422);
	await assert.rejects(stack.ctl(['account', 'reset-mfa', who.email, '--reason', ' ']));
	await h.clearFailures(stack, who);
	const start = await h.begin(browser, 'Second');
	assert.equal((await browser.post('/mfa/setup/confirm', { factor: start.id, code: await h.wrongCode(stack, start) })).status, 422);
	await stack.psql('REVOKE INSERT ON countersign.audit_events FROM countersign_worker');
	try {
		for (const act of [() => half.post('/mfa/challenge', { recovery_code: who.codes[0] }), () => browser.post('/mfa/disable', { password: who.password }),
			() => browser.post('/mfa/factors/remove', { factor: who.factors[0].id })])
			assert.ok((await act()).status >= 500);
	} finally {
		await stack.psql('GRANT INSERT ON countersign.audit_events TO countersign_worker');
	}
	assert.deepEqual(await rows(who), before);
	const state = await h.state(stack, who);
	await stack.psql('REVOKE INSERT ON countersign.outbox FROM countersign_worker');
	try {
		for (const act of [() => half.post('/mfa/challenge', { recovery_code: who.codes[0] }), () => browser.post('/mfa/disable', { password: who.password }),
			async () => browser.post('/mfa/recovery-codes', { code: await h.nextCode(stack, who.factors[0]) }).then(async (answer) => {
				assert.equal(h.codesOf(answer.text).length, 0);
				return answer;
			})])
			assert.ok((await act()).status >= 500, 'a change whose message cannot be written does not happen');
	} finally {
		await stack.psql('GRANT INSERT ON countersign.outbox TO countersign_worker');
	}
	const after = await h.state(stack, who);
	assert.deepEqual(JSON.parse(after)[0].map((f) => f.factor_id), JSON.parse(state)[0].map((f) => f.factor_id));
	assert.deepEqual(JSON.parse(after)[2], JSON.parse(state)[2], 'no code is consumed or made');
	const { kinds } = await notified(who, () => half.post('/mfa/challenge', { recovery_code: who.codes[0] }));
	assert.deepEqual(kinds, ['recovery_code_used'], 'and afterwards all is as before');
});

test('a hundred requests with one recovery code: one message', async () => {
	const { who } = await h.enrolled(stack);
	await settled(who);
	const halves = await h.times(8, () => h.signIn(stack, who));
	const { kinds } = await notified(who, async () => {
		const answers = await Promise.all(halves.map((half) => half.post('/mfa/challenge', { recovery_code: who.codes[0] })));
		assert.equal(answers.filter(h.isGranted).length, 1);
	});
	assert.deepEqual(kinds, ['recovery_code_used']);
});

test('no message goes to an unverified address', async () => {
	const { who, browser } = await h.enrolled(stack);
	await settled(who);
	await stack.psql(`UPDATE countersign.emails SET verified_at = NULL WHERE account_id = '${who.id}'`);
	const half = await h.signIn(stack, who);
	assert.deepEqual((await notified(who, () => half.post('/mfa/challenge', { recovery_code: who.codes[0] }))).kinds, []);
	assert.deepEqual((await notified(who, () => browser.post('/mfa/disable', { password: who.password }))).kinds, []);
});

// --- when it does not go smoothly --------------------------------------------------

// A person whose next message waits in the outbox: made by an operator's reset.
async function withReset() {
	const { who } = await h.enrolled(stack);
	await settled(who);
	return { who, reset: () => stack.ctl(['account', 'reset-mfa', who.email, '--reason', 'test']) };
}

test('a server that is away gets the message when it is back, after waits that grow', async () => {
	const { who, reset } = await withReset();
	const { port } = box;
	await box.close();
	try {
		await growing(who, reset);
	} finally {
		await box.listen(port);
	}
	stack.clock.advance(3 * MINUTE + 2);
	const sent = await waitFor(who, (row) => row.sent_at);
	assert.equal(sent.attempts, 3);
	assert.equal((await inbox(who)).filter((m) => m.subject === SUBJECTS.mfa_reset).length, 1);
});

async function growing(who, reset) {
	await reset();
	const first = await waitFor(who, (row) => row.attempts === 1 && row.last_error);
	const wait = (row) => Math.round(Date.parse(row.next_attempt_at) / 1000 - stack.clock.now());
	assert.ok(wait(first) > MINUTE - 15 && wait(first) <= MINUTE + 2, `${wait(first)}`);
	stack.clock.advance(MINUTE + 2);
	const second = await waitFor(who, (row) => row.attempts === 2 && row.last_error && wait(row) > MINUTE);
	assert.ok(wait(second) > 3 * MINUTE - 15 && wait(second) <= 3 * MINUTE + 2, `${wait(second)}`);
}

test('what cannot be sent for three days is given up', async () => {
	const { who, reset } = await withReset();
	box.behave = { data: { code: 451, text: 'Later' } };
	try {
		await reset();
		await waitFor(who, (row) => row.attempts === 1 && /451/.test(row.last_error));
		stack.clock.advance(3 * DAY);
		const over = await waitFor(who, (row) => row.next_attempt_at === null);
		assert.equal(over.sent_at, null);
		assert.ok(h.logged(stack, 'mail.given_up') > 0);
	} finally {
		box.behave = {};
	}
});

test('a server that says later is asked again, one that says never is not', async () => {
	const { who: later, reset: resetLater } = await withReset();
	const { who: never, reset: resetNever } = await withReset();
	box.behave = {
		rcpt: (address) => ({ [later.email]: { code: 450, text: 'Mailbox busy' }, [never.email]: { code: 550, text: 'No such user' } })[address],
	};
	try {
		await resetLater();
		await resetNever();
		const busy = await waitFor(later, (row) => row.last_error);
		assert.match(busy.last_error, /450/);
		assert.ok(busy.next_attempt_at);
		const gone = await waitFor(never, (row) => row.last_error);
		assert.match(gone.last_error, /550/);
		assert.deepEqual([gone.next_attempt_at, gone.sent_at, gone.attempts], [null, null, 1]);
	} finally {
		box.behave = {};
	}
	stack.clock.advance(MINUTE + 2);
	await waitFor(later, (row) => row.sent_at);
});

test('a message that cannot be made goes out of the way of the others', async () => {
	const { who: poison, reset: resetPoison } = await withReset();
	const { who: next, reset: resetNext } = await withReset();
	const { port } = box;
	await box.close();
	await resetPoison();
	for (const [recipient, values, sealed] of [['eve@example.org\r\nRCPT TO:<x@example.org>', '{}', null], ['-oQ@example.org', '{}', null],
		['a@example.org', '[1]', null], ['a@example.org', '{}', 'broken']])
		await stack.psql(`INSERT INTO countersign.outbox (account_id, message_id, kind, recipient, "values", sealed, created_at, next_attempt_at)
			VALUES ('${poison.id}', gen_random_uuid(), 'mfa_reset', '${recipient.replace(/\r\n/, "' || E'\\r\\n' || '")}', '${values}',
			${sealed ? `'${sealed}'` : 'NULL'}, to_timestamp(${stack.clock.now()}), to_timestamp(${stack.clock.now()}) - interval '1 day')`);
	await box.listen(port);
	await resetNext();
	await waitFor(next, (row) => row.sent_at);
	const bad = (await rows(poison)).filter((row) => row.next_attempt_at === null && !row.sent_at);
	assert.equal(bad.length, 4);
	assert.deepEqual(bad.map((row) => row.last_error).sort(), ['its link cannot be opened', 'its values are not an object',
		'mail cannot be sent to this address', 'mail cannot be sent to this address']);
	assert.ok(bad.every((row) => row.attempts === 1 && row.sealed === null));
	assert.ok(!box.messages.some((m) => m.to.includes('x@example.org')));
	assert.equal(h.logged(stack, 'child.died'), 0);
});

test('a server that never answers, or not to the message, is given up within the time allowed', async () => {
	const { who, reset } = await withReset();
	box.behave = { delay: 20_000 };
	try {
		const begin = Date.now();
		await reset();
		const slow = await waitFor(who, (row) => row.last_error);
		assert.ok(Date.now() - begin < 12_000, `${Date.now() - begin} ms`);
		assert.match(slow.last_error, /in time/);
	} finally {
		box.behave = {};
	}
	const mute = await mail.silent();
	await h.reconfigure(stack, { mail_url: `smtp://127.0.0.1:${mute.port}` });
	stack.clock.advance(MINUTE + 2);
	await waitFor(who, (row) => row.attempts === 2 && Date.parse(row.next_attempt_at) / 1000 - stack.clock.now() > MINUTE &&
		Date.parse(row.next_attempt_at) / 1000 - stack.clock.now() <= 3 * MINUTE + 2 && mute.connections > 0);
	assert.equal((await stack.get('/login')).status, 200);
	await mute.close();
	await h.reconfigure(stack, { mail_url: `smtp://127.0.0.1:${box.port}` });
	stack.clock.advance(3 * MINUTE + 2);
	await waitFor(who, (row) => row.sent_at);
});

test('a mailer that is killed between the server\'s word and its mark sends once more, with the same Message-ID', async () => {
	const { who, reset } = await withReset();
	const pid = await mailerOf(stack);
	box.behave = { delay: 1_000 };
	box.taken = () => process.kill(pid, 'SIGKILL');
	try {
		await reset();
		await h.until('the server has it', async () => (await inbox(who)).length === 2);
	} finally {
		box.taken = undefined;
		box.behave = {};
	}
	const lost = await waitFor(who, (row) => row.attempts === 1);
	assert.equal(lost.sent_at, null);
	assert.ok(Date.parse(lost.next_attempt_at) / 1000 > stack.clock.now() + MINUTE / 2, 'it counts as under way');
	assert.notEqual(await mailerOf(stack), pid);
	await rig.sleep(4_000);
	assert.equal((await inbox(who)).length, 2, 'nobody else takes it meanwhile');
	stack.clock.advance(5 * MINUTE);
	await waitFor(who, (row) => row.sent_at);
	const messages = (await inbox(who)).filter((m) => m.subject === SUBJECTS.mfa_reset);
	assert.equal(messages.length, 2);
	assert.equal(messages[0].messageId, messages[1].messageId);
});

test('two mailers do not send one message twice', async () => {
	const before = box.messages.length;
	const people = [];
	for (let i = 0; i < 4; i++)
		people.push((await h.enrolled(stack)).who);
	const config = path.join(stack.data, 'countersign.conf');
	const second = path.join(stack.data, 'second.conf');
	fs.writeFileSync(second, fs.readFileSync(config, 'utf8').replace(/^listen = .*$/m, `listen = ${stack.data}/second.sock`)
		.replace(/^pid_file = .*$/m, 'pid_file =').replace(/^workers = .*$/m, 'workers = 1'), { mode: 0o644 });
	const other = stack.asService(path.join(stack.build, 'root/sbin/countersignd'), ['-c', second], '').catch((error) => error);
	await h.until('the second node', () => fs.existsSync(`${stack.data}/second.sock`));
	for (const who of people)
		await stack.ctl(['account', 'reset-mfa', who.email, '--reason', 'test']);
	for (const who of people)
		await settled(who);
	const pid = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).find((name) => {
		try {
			return fs.readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(second) && !fs.readFileSync(`/proc/${name}/comm`, 'utf8').match(/worker|janitor|mailer|setpriv/);
		} catch {
			return false;
		}
	});
	process.kill(Number(pid), 'SIGTERM');
	await other;
	assert.equal(box.messages.length - before, 8);
	const ids = await Promise.all(box.messages.slice(before).map(async (m) => (await mail.read(m.raw)).messageId));
	assert.equal(new Set(ids).size, 8);
});

// --- verifying an address ----------------------------------------------------------

async function unverified(options = {}) {
	const who = await h.person(stack, { verified: false, ...options });
	await settled(who);
	const [message] = await inbox(who);
	return { who, message };
}

const verified = async (who) => (await stack.psql(`SELECT verified_at IS NOT NULL FROM countersign.emails WHERE account_id = '${who.id}'`)) === 't';
const OVER = 'This link does not work';

test('a new account gets a link: opening it verifies nothing, its button verifies the address, once', async () => {
	const { who, message } = await unverified({ name: 'Una Berg' });
	await assertMessage(message, 'verify_email', who);
	assert.equal(message.link, `https://mfa.example.net/verify-email?token=${message.token}`);
	assert.equal(Buffer.from(message.token, 'base64url').length, 64);
	assert.ok(message.html.includes(message.link));
	const [row] = await rows(who);
	assert.equal(row.sealed, null, 'once it is sent, the token is nowhere but in the message');
	const kept = await stack.psql(`SELECT o::text FROM countersign.outbox o UNION ALL SELECT l::text FROM countersign.email_links l`);
	const secret = Buffer.from(message.token, 'base64url').subarray(32);
	for (const form of [message.token, secret.toString('hex'), secret.toString('base64url')])
		assert.ok(!kept.includes(form));
	for (let i = 0; i < 3; i++) {
		const page = await stack.get(`/verify-email?token=${message.token}`);
		assert.equal(page.status, 200);
		assert.equal(h.titleOf(page), 'Verify your email address');
		assert.ok(h.plain(page.text).includes(who.email));
		assert.equal((await stack.request('HEAD', `/verify-email?token=${message.token}`)).status, 200);
	}
	assert.equal(await verified(who), false, 'a program that follows links has verified nothing');
	assert.equal((await stack.post('/verify-email', { token: message.token }, { origin: 'http://evil.example' })).status, 403);
	assert.equal(await verified(who), false);
	const events = await h.eventCount(stack, who);
	const answer = await stack.post('/verify-email', { token: message.token });
	assert.equal(answer.status, 200);
	assert.match(answer.text, /Your email address is verified/);
	assert.equal(answer.session, undefined, 'it signs nobody in');
	assert.equal(await verified(who), true);
	const [event] = await h.events(stack, who, events);
	assert.deepEqual([event.kind, event.result, event.actor, event.session_id, event.details], ['email_verified', 'accepted', 'account', null, { by: 'link' }]);
	for (const again of [await stack.post('/verify-email', { token: message.token }), await stack.get(`/verify-email?token=${message.token}`)]) {
		assert.equal(again.status, 404);
		assert.equal(h.titleOf(again), OVER);
	}
	const browser = await h.signIn(stack, who);
	assert.equal(h.titleOf(await browser.get('/mfa/setup')), 'Two-factor authentication (MFA)');
	await h.enrol(browser, { ...who, factors: [] });
});

test('an account made with --verified is sent no link', async () => {
	const who = await h.person(stack);
	await rig.sleep(500);
	assert.deepEqual(await rows(who), []);
});

test('a hundred clicks at once verify once', async () => {
	const { who, message } = await unverified();
	const answers = await h.times(20, () => stack.post('/verify-email', { token: message.token }));
	assert.deepEqual(h.tally(answers.map((a) => a.status)), { 200: 1, 404: 19 });
	assert.equal((await h.events(stack, who)).filter((e) => e.kind === 'email_verified').length, 1);
});

test('expired, unknown, changed and foreign tokens: one page, and nothing happens', async () => {
	const { who, message } = await unverified();
	const { who: other, message: others } = await unverified();
	const bytes = (token) => Buffer.from(token, 'base64url');
	const mixed = (a, b, from, to) => Buffer.concat([bytes(a).subarray(0, from), bytes(b).subarray(from, to), bytes(a).subarray(to)]).toString('base64url');
	const pages = [];
	for (const token of ['x', 'A'.repeat(86), mixed(message.token, others.token, 0, 16), mixed(message.token, others.token, 16, 32),
		mixed(message.token, others.token, 32, 64), mixed(message.token, others.token, 0, 32), `${message.token}A`, message.token.slice(1)])
		pages.push(await stack.get(`/verify-email?token=${token}`), await stack.post('/verify-email', { token }));
	const browser = await h.signIn(stack, other);
	pages.push(await browser.get(`/verify-email?token=${message.token}`), await browser.post('/verify-email', { token: message.token }));
	stack.clock.advance(DAY);
	pages.push(await stack.get(`/verify-email?token=${message.token}`), await stack.post('/verify-email', { token: message.token }));
	stack.clock.advance(-DAY);
	await stack.ctl(['account', 'disable', who.email]);
	pages.push(await stack.get(`/verify-email?token=${message.token}`), await stack.post('/verify-email', { token: message.token }));
	for (const page of pages) {
		assert.equal(page.status, 404);
		assert.equal(h.titleOf(page), OVER);
		assert.ok(!page.text.includes(who.email));
	}
	assert.deepEqual([await verified(who), await verified(other)], [false, false]);
	await stack.ctl(['account', 'enable', who.email]);
	stack.clock.advance(DAY - 60);
	assert.equal((await stack.post('/verify-email', { token: message.token })).status, 200, 'a minute before its end it works');
	stack.clock.advance(-DAY + 60);
});

test('another message, once a minute for an account; the links before it are dead', async () => {
	const { who, message } = await unverified();
	const browser = await h.signIn(stack, who);
	for (const target of ['/mfa/setup', '/profile', '/verify-email'])
		assert.match((await browser.get(target)).text, /action="\/verify-email\/resend"/, target);
	const soon = await browser.post('/verify-email/resend');
	assert.equal(soon.status, 429);
	assert.ok(Number(soon.headers['retry-after']) > 0 && Number(soon.headers['retry-after']) <= 60);
	assert.match(soon.text, /less than a minute ago/);
	assert.equal((await rows(who)).length, 1);
	stack.clock.advance(61);
	const second = await h.signIn(stack, who);
	const answers = await h.times(10, (i) => (i % 2 ? browser : second).post('/verify-email/resend'));
	assert.deepEqual(h.tally(answers.map((a) => a.status)), { 303: 1, 429: 9 });
	assert.equal(answers.find((a) => a.status === 303).location, '/verify-email?done=sent');
	assert.match((await browser.get('/verify-email?done=sent')).text, /on its way/);
	await settled(who);
	const newest = (await inbox(who))[1];
	assert.notEqual(newest.token, message.token);
	assert.equal((await stack.post('/verify-email', { token: message.token })).status, 404);
	assert.equal((await browser.post('/verify-email', { token: newest.token })).status, 200);
	assert.equal(await verified(who), true);
	stack.clock.advance(61);
	assert.equal((await browser.post('/verify-email/resend')).location, '/verify-email');
	assert.match((await browser.get('/verify-email')).text, /is verified/);
	assert.equal((await rows(who)).length, 2, 'there is nothing to send any more');
	const kinds = (await h.events(stack, who)).map((e) => e.kind).filter((kind) => kind.startsWith('email'));
	assert.deepEqual(kinds, ['email_link_sent', 'email_verified']);
	assert.equal((await stack.post('/verify-email/resend')).location, '/login');
});

test('an operator who verifies the address ends the link', async () => {
	const { who, message } = await unverified();
	await stack.ctl(['account', 'verify-email', who.email]);
	assert.equal((await stack.post('/verify-email', { token: message.token })).status, 404);
});

test('no message, log, audit event or row holds a secret', async () => {
	const { who, browser } = await h.enrolled(stack, { password: 'unmistakable words' });
	const half = await h.signIn(stack, who);
	await half.post('/mfa/challenge', { recovery_code: who.codes[0] });
	await settled(who);
	const { message } = await unverified();
	const secrets = [who.password, ...who.codes, ...who.codes.map((c) => c.replace('-', '')), who.factors[0].key, browser.token, half.token];
	const texts = (await inbox(who)).map((m) => m.text + m.html + m.subject).join('\n');
	assert.ok(texts.length > 100);
	const kept = await stack.psql('SELECT o::text FROM countersign.outbox o UNION ALL SELECT e::text FROM countersign.audit_events e');
	const logs = ['countersignd', 'nginx', 'access', 'countersignctl'].map((name) => stack.log(name)).join('\n');
	for (const [where, text] of Object.entries({ texts, kept, logs })) {
		for (const secret of secrets)
			assert.ok(!text.includes(secret), `${where} has a secret`);
		assert.ok(!text.includes(message.token) && !/token=[\w-]{40}/.test(text), `${where} has no token`);
	}
});

test('the janitor deletes old mail and gives up what nobody sent', async () => {
	const who = await h.person(stack);
	const { who: kept } = await h.enrolled(stack);
	await settled(kept);
	await stack.psql(`INSERT INTO countersign.outbox (account_id, message_id, kind, recipient, "values", created_at, sent_at)
		VALUES ('${who.id}', gen_random_uuid(), 'mfa_reset', '${who.email}', '{}', to_timestamp(${stack.clock.now() - 31 * DAY}), now())`);
	const pid = rig.childrenOf(stack.pids.supervisor).find((p) => fs.readFileSync(`/proc/${p}/comm`, 'utf8').trim() === 'janitor');
	process.kill(pid, 'SIGKILL');
	await h.until('the janitor', async () => (await rows(who)).length === 0, 30_000);
	assert.equal((await rows(kept)).length, 1);
});

test('the audit chains are whole', () => h.assertChains(stack));

// --- the other ways -----------------------------------------------------------------

// The stack with other options, as its own start would have them.
async function by(options, act) {
	const none = { mail_url: '', mail_command: '', mail_directory: '', mail_tls: 'yes', mail_user: '', mail_password_file: '', mail_ca_file: '' };
	await h.reconfigure(stack, { ...none, ...options });
	await act();
}

test('by TLS with a certificate that is checked, signed in with a password', async () => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'countersign-mail-'));
	fs.chmodSync(folder, 0o755);
	const key = path.join(folder, 'key.pem'), cert = path.join(folder, 'cert.pem'), password = path.join(folder, 'password');
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert,
		'-days', '30', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
	fs.writeFileSync(password, 'a mail password\n', { mode: 0o644 });
	fs.chmodSync(cert, 0o644);
	const tls = { key: fs.readFileSync(key), cert: fs.readFileSync(cert) };
	const secure = await mail.open({ tls, auth: { user: 'countersign', password: 'a mail password' } });
	const options = { mail_url: `smtp://localhost:${secure.port}`, mail_user: 'countersign', mail_password_file: password };
	stack.clock.set(0); // the certificate is one of today
	try {
		const { who, reset } = await withLater();
		await by(options, async () => {
			await reset();
			const refused = await waitFor(who, (row) => row.last_error);
			assert.match(refused.last_error, /certificate/i, 'a certificate that nobody vouches for');
			assert.ok(refused.next_attempt_at);
		});
		assert.equal(secure.messages.length, 0);
		await by({ ...options, mail_ca_file: cert }, async () => {
			await stack.psql(`UPDATE countersign.outbox SET next_attempt_at = created_at WHERE next_attempt_at IS NOT NULL`);
			await waitFor(who, (row) => row.sent_at);
		});
		const got = secure.messages.find((m) => m.to.includes(who.email));
		assert.deepEqual([got.secure, got.user, got.from], [true, 'countersign', 'mfa@example.net']);
		assert.ok(!stack.log('countersignd').includes('a mail password'));
		const { who: second, reset: resetSecond } = await withLater();
		await by({ ...options, mail_url: `smtp://127.0.0.1:${box.port}`, mail_ca_file: cert }, async () => {
			await resetSecond();
			assert.match((await waitFor(second, (row) => row.last_error)).last_error, /TLS|SSL/i, 'a server without TLS is given nothing');
		});
	} finally {
		await secure.close();
		fs.rmSync(folder, { recursive: true, force: true });
	}
});

// As withReset(), without waiting for mail.
async function withLater() {
	const { who } = await h.enrolled(stack);
	return { who, reset: () => stack.ctl(['account', 'reset-mfa', who.email, '--reason', 'test']) };
}

test('by a program, without a shell: its arguments, its word, its time', async () => {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'countersign-mail-'));
	fs.chmodSync(folder, 0o777);
	const program = path.join(folder, 'send mail');
	const plain = path.join(folder, 'sendmail');
	fs.writeFileSync(plain, `#!/bin/sh\nprintf '%s|' "$@" >'${folder}/words'\ncase $(cat '${folder}/mode') in\n` +
		`later) echo 'not now' >&2; exit 75 ;;\nnever) exit 67 ;;\nhang) sleep 60 & echo $! >'${folder}/pid'; wait ;;\nesac\ncat >'${folder}/message'\n`, { mode: 0o755 });
	const mode = (word) => fs.writeFileSync(path.join(folder, 'mode'), word, { mode: 0o644 });
	assert.ok(!fs.existsSync(program));
	try {
		mode('take');
		const { who, reset } = await withLater();
		await by({ mail_command: `${plain} -i $(id) --` }, async () => {
			await reset();
			await waitFor(who, (row) => row.sent_at && row.kind === 'mfa_reset');
			assert.equal(fs.readFileSync(path.join(folder, 'words'), 'utf8'), `-i|$(id)|--|${who.email}|`);
			const message = await mail.read(fs.readFileSync(path.join(folder, 'message'), 'latin1'));
			assert.equal(message.to[0].address, who.email);
			mode('later');
			const { who: second, reset: again } = await withLater();
			await again();
			const later = await waitFor(second, (row) => row.last_error && row.kind === 'mfa_reset');
			assert.match(later.last_error, /status 75: not now/);
			assert.ok(later.next_attempt_at);
			mode('never');
			const { who: third, reset: no } = await withLater();
			await no();
			assert.equal((await waitFor(third, (row) => row.last_error && row.kind === 'mfa_reset')).next_attempt_at, null);
			mode('hang');
			const { who: fourth, reset: hang } = await withLater();
			await hang();
			assert.match((await waitFor(fourth, (row) => row.last_error && row.kind === 'mfa_reset')).last_error, /too long/);
			await h.until('what it began is gone', () => !rig.isAlive(Number(fs.readFileSync(path.join(folder, 'pid'), 'utf8'))));
		});
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
});

test('into a folder, as ./start has it', async () => {
	const folder = path.join(stack.data, 'mail');
	const { who, reset } = await withLater();
	await by({ mail_directory: folder }, async () => {
		await reset();
		const row = await waitFor(who, (r) => r.sent_at && r.kind === 'mfa_reset');
		const names = fs.readdirSync(folder);
		assert.ok(names.every((name) => /^msg_[0-9a-z]{26}\.eml$/.test(name)), `${names}`);
		const file = path.join(folder, `${h.idText('msg', row.message_id)}.eml`);
		assert.equal(fs.statSync(file).mode & 0o777, 0o600);
		const message = await mail.read(fs.readFileSync(file, 'latin1'));
		assert.deepEqual([message.to[0].address, message.subject], [who.email, SUBJECTS.mfa_reset]);
		fs.renameSync(folder, `${folder}.away`);
		const { who: second, reset: again } = await withLater();
		await again();
		assert.match((await waitFor(second, (r) => r.last_error && r.kind === 'mfa_reset')).last_error, /No such file/);
		fs.renameSync(`${folder}.away`, folder);
	});
});

test('without a way mail waits, the log says so, and pages do not offer it', async () => {
	const warned = h.logged(stack, 'mail.not_configured');
	const who = await h.person(stack, { verified: false });
	await by({}, async () => {
		await h.until('the warning', () => h.logged(stack, 'mail.not_configured') > warned);
		const { who: waiting, reset } = await withLater();
		await reset();
		await rig.sleep(4_000);
		const all = await rows(waiting);
		assert.deepEqual(all.map((row) => [row.kind, row.attempts, row.sent_at]), [['factor_added', 0, null], ['mfa_reset', 0, null]]);
		const browser = await h.signIn(stack, who);
		const page = await browser.get('/mfa/setup');
		assert.match(page.text, /ask your administrator/);
		assert.doesNotMatch(page.text, /verify-email\/resend/);
	});
});

test('the stack ends without a crash', () => stack.stop());
