#!/usr/bin/env -S node --test-reporter=tap
// Mail about the policy of an organization: to whom, when and how often it is sent, while policies,
// exemptions and people change, mailers die and organizations are large.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { HtmlValidate } = require('html-validate');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const mail = require('../lib/mail.js');
const api = require('../lib/api.js');

const DAY = 86_400;
const SETUP = 'https://mfa.example.net/mfa/setup';
const validator = new HtmlValidate({ root: true, extends: ['html-validate:recommended'] });

let stack, box, start;

before(async () => {
	box = await mail.open();
	stack = await rig.start({
		set: { ...h.QUICK, workers: 3, mail_url: `smtp://127.0.0.1:${box.port}`, mail_tls: 'no', mail_timeout: 3,
			mail_from: 'mfa@example.net', base_url: 'https://mfa.example.net', issuer: 'Example' },
	});
	start = stack.clock.now();
});

after(async () => {
	await stack?.stop();
	await box?.close();
});

// --- organizations and their rules ------------------------------------------------

let organizations = 0;

async function organization(name = 'Acme Ltd') {
	const slug = `acme-${++organizations}`;
	await stack.ctl(['organization', 'create', '--slug', slug, '--name', name]);
	return { slug, name, id: await stack.psql(`SELECT organization_id FROM countersign.organizations WHERE slug = '${slug}'`) };
}

const join = (org, who, role = 'member') => stack.ctl(['organization', 'add-member', org.slug, who.email, '--role', role]);

async function member(org, options) {
	const who = await h.person(stack, options);
	await join(org, who);
	return who;
}

// Behind all that has happened until now.
const soon = () => stack.clock.now() + 1;

const time = (seconds) => `to_timestamp(${seconds})`;

// A change of the rule as an admin's change writes it.
const policy = (org, { requirement = 'everyone', since = soon(), grace = 10 }) => stack.psql(`UPDATE countersign.policies SET
	requirement = '${requirement}', required_since = ${requirement === 'off' ? 'NULL' : time(since)},
	everyone_since = ${requirement === 'everyone' ? time(since) : 'NULL'}, grace_days = ${grace}, updated_at = ${time(stack.clock.now())},
	version = version + 1, noticed_account = NULL WHERE organization_id = '${org.id}'`);

const off = (org) => policy(org, { requirement: 'off' });

// As an admin's exemption writes it, and its end.
const exempt = (org, who, until) => stack.psql(`UPDATE countersign.memberships SET exempt_until = ${time(until)}, exempt_reason = 'on leave',
	exempt_by = account_id, exempted_at = ${time(stack.clock.now())}, notice_due_at = ${time(until)}, notice_stage = 0, notice_deadline = NULL
	WHERE organization_id = '${org.id}' AND account_id = '${who.id}'`);
const unexempt = (org, who) => stack.psql(`UPDATE countersign.memberships SET exempt_until = NULL, exempt_reason = NULL, exempt_by = NULL,
	exempted_at = NULL, notice_due_at = ${time(stack.clock.now())} WHERE organization_id = '${org.id}' AND account_id = '${who.id}'`);

// --- looking -------------------------------------------------------------------------

// Waits until no change of a policy, nobody who is due and no message is left. Who is taken is so for a minute.
const quiet = (ms = 30_000) => h.until('no message and nobody who is due is left', async () => (await stack.psql(`SELECT NOT EXISTS (
	SELECT FROM countersign.policies WHERE version <> noticed_version) AND NOT EXISTS (
	SELECT FROM countersign.memberships WHERE notice_due_at <= ${time(stack.clock.now() + 65)}) AND NOT EXISTS (
	SELECT FROM countersign.outbox WHERE next_attempt_at IS NOT NULL)`)) === 't', ms);

// The messages about policies that a change sends to these people: [index of the person, subject], and each parsed.
async function notified(act, ...people) {
	await quiet();
	const before = box.messages.length;
	await act();
	await quiet();
	const messages = await Promise.all(box.messages.slice(before).map((m) => mail.read(m.raw)));
	const index = (m) => people.findIndex((who) => who.email === m.to[0].address);
	const found = messages.filter((m) => index(m) >= 0 && /two-factor authentication|second factor of/.test(m.subject));
	return { names: found.map((m) => [index(m), short(m.subject)]).sort(), found };
}

const short = (subject) => (/requires/.test(subject) ? 'applies' : /(\d+) days? left/.exec(subject)?.[1] ?? subject);

// Days forward; whoever is due by then is looked at.
const days = (n) => stack.clock.advance(n * DAY);

// "23 November 2026, 09:15 UTC", by another's calendar.
function dateText(seconds) {
	const d = new Date(seconds * 1000), two = (n) => `${n}`.padStart(2, '0');
	return `${d.getUTCDate()} ${d.toLocaleString('en', { month: 'long', timeZone: 'UTC' })} ${d.getUTCFullYear()}, ` +
		`${two(d.getUTCHours())}:${two(d.getUTCMinutes())} UTC`;
}

async function assertMessage(message, { who, org, has, hasNot = [] }) {
	const text = message.text.replace(/\s+/g, ' '), html = h.plain(message.html);
	for (const part of [`Hello ${who.name},`, ...has])
		assert.ok(text.includes(part) && html.includes(part), `${part}\n${text}\n${html}`);
	for (const part of hasNot)
		assert.ok(!text.includes(part) && !html.includes(part), `${part}\n${text}\n${html}`);
	assert.ok((text + message.subject).includes(org.name));
	assert.equal(message.header['auto-submitted'], 'auto-generated');
	const report = await validator.validateString(message.html);
	assert.deepEqual(report.results.flatMap((r) => r.messages.map((m) => `${m.line}: ${m.ruleId} ${m.message}`)), []);
}

const reminderState = (org, who) => stack.psql(`SELECT notice_stage, extract(epoch FROM notice_deadline)::bigint,
	extract(epoch FROM notice_due_at)::bigint FROM countersign.memberships
	WHERE organization_id = '${org.id}' AND account_id = '${who.id}'`);

// --- one person ---------------------------------------------------------------------

test('when a policy begins only members without a factor get a message, within seconds', async () => {
	const org = await organization('Grüße & <b>"Söhne"</b>');
	const open = await member(org, { name: 'Mia <i>Santos</i>' }), secret = await member(org, { verified: false });
	const { who: done } = await h.enrolled(stack);
	await join(org, done);
	const disabled = await member(org);
	await stack.ctl(['account', 'disable', disabled.email]);
	const other = await member(await organization());
	await quiet();
	const begin = Date.now(), since = soon();
	const { names, found } = await notified(() => policy(org, { since, grace: 10 }), open, secret, done, disabled, other);
	assert.ok(Date.now() - begin < 12_000, `${Date.now() - begin} ms`);
	assert.deepEqual(names, [[0, 'applies']]);
	assert.equal(found[0].subject, 'Grüße & <b>"Söhne"</b> requires two-factor authentication');
	assert.ok(found[0].text.includes(SETUP) && found[0].html.includes(`href="${SETUP}"`));
	assert.doesNotMatch(found[0].html, /<b>|<i>/);
	await assertMessage(found[0], { who: open, org, has: ['You have a grace period', `until ${dateText(since + 10 * DAY)} you can keep working`,
		'After that, you must enable it before you can continue.'] });
	assert.equal(await reminderState(org, open), `1|${since + 10 * DAY}|${since + 3 * DAY}`);
});

test('reminders 7, 3 and 1 days before the deadline, each once, and none to who has enrolled', async () => {
	const org = await organization(), a = await member(org), b = await member(org);
	const since = soon();
	await notified(() => policy(org, { since, grace: 10 }));
	const first = await notified(() => days(3), a, b);
	assert.deepEqual(first.names, [[0, '7'], [1, '7']]);
	assert.equal(first.found[0].subject, '7 days left to enable two-factor authentication');
	await assertMessage(first.found.find((m) => m.to[0].address === a.email), { who: a, org,
		has: [`Your grace period ends on ${dateText(since + 10 * DAY)}`, 'you must enable it before you can continue', `${org.name} requires`] });
	await h.enrol(await h.signIn(stack, b), b);
	assert.deepEqual((await notified(() => days(3), a, b)).names, []);
	assert.deepEqual((await notified(() => days(1), a, b)).names, [[0, '3']]);
	assert.deepEqual((await notified(() => days(1), a, b)).names, []);
	const last = await notified(() => days(1), a, b);
	assert.deepEqual(last.names, [[0, '1']]);
	assert.equal(last.found[0].subject, '1 day left to enable two-factor authentication');
	assert.deepEqual((await notified(() => days(2), a, b)).names, []);
	assert.equal(await reminderState(org, a), `4|${since + 10 * DAY}|`);
	assert.match(await reminderState(org, b), /^2\|\d+\|$/);
});

test('a shortened grace period is announced again, a longer one is not, and each has its own reminders', async () => {
	const org = await organization(), a = await member(org), since = soon();
	await notified(() => policy(org, { since, grace: 30 }));
	const { names, found } = await notified(() => policy(org, { since, grace: 8 }), a);
	assert.deepEqual(names, [[0, 'applies']]);
	assert.ok(found[0].text.replace(/\s+/g, ' ').includes(`until ${dateText(since + 8 * DAY)}`));
	assert.deepEqual((await notified(() => days(1), a)).names, [[0, '7']]);
	assert.deepEqual((await notified(() => policy(org, { since, grace: 20 }), a)).names, []);
	assert.equal(await reminderState(org, a), `1|${since + 20 * DAY}|${since + 13 * DAY}`);
	assert.deepEqual((await notified(() => days(12.5), a)).names, [[0, '7']]);
	const over = await notified(() => policy(org, { since, grace: 5 }), a);
	assert.deepEqual(over.names, [[0, 'applies']]);
	await assertMessage(over.found[0], { who: a, org, has: ['You must enable it before you can continue.'], hasNot: ['transition', 'until'] });
	assert.deepEqual((await notified(() => policy(org, { since, grace: 3 }), a)).names, [], 'it was over before');
});

test('a policy without grace is announced at once, and a policy that begins later with its date', async () => {
	const org = await organization(), a = await member(org);
	const now = await notified(() => policy(org, { grace: 0 }), a);
	assert.deepEqual(now.names, [[0, 'applies']]);
	await assertMessage(now.found[0], { who: a, org, has: ['You must enable it before you can continue.'], hasNot: ['transition', 'until'] });
	const later = await organization(), b = await member(later), since = stack.clock.now() + 20 * DAY;
	const { names, found } = await notified(() => policy(later, { since, grace: 0 }), b);
	assert.deepEqual(names, [[0, 'applies']]);
	assert.ok(found[0].text.replace(/\s+/g, ' ').includes(`until ${dateText(since)}`));
	assert.equal(await reminderState(later, b), `1|${since}|${since - 7 * DAY}`);
});

test('a policy that ends sends no more messages, and one that comes back is announced anew', async () => {
	const org = await organization(), a = await member(org);
	await notified(() => policy(org, { grace: 8 }));
	assert.deepEqual((await notified(() => off(org), a)).names, []);
	assert.equal(await reminderState(org, a), '0||');
	assert.deepEqual((await notified(() => days(2), a)).names, []);
	assert.deepEqual((await notified(() => policy(org, { grace: 20 }), a)).names, [[0, 'applies']]);
});

test('a policy for admins is announced to admins and sensitive roles, and to the others when it covers everyone', async () => {
	const org = await organization(), plain = await member(org), admin = await h.person(stack), sensitive = await h.person(stack);
	await join(org, admin, 'admin');
	await stack.ctl(['organization', 'add-member', org.slug, sensitive.email, '--role', 'member', '--sensitive']);
	const people = [plain, admin, sensitive];
	assert.deepEqual((await notified(() => policy(org, { requirement: 'admins' }), ...people)).names, [[1, 'applies'], [2, 'applies']]);
	await stack.psql(`UPDATE countersign.policies SET requirement = 'everyone', everyone_since = ${time(stack.clock.now())}, version = version + 1
		WHERE organization_id = '${org.id}'`);
	assert.deepEqual((await notified(() => undefined, ...people)).names, []);
	assert.match(await reminderState(org, plain), /^1\|/);
	assert.deepEqual((await notified(() => policy(org, { requirement: 'admins' }), ...people)).names, []);
	assert.equal(await reminderState(org, plain), '0||');
});

test('exempt members get no message before their exemption ends', async () => {
	const org = await organization(), a = await member(org), b = await member(org), c = await member(org);
	await quiet();
	const now = soon();
	await exempt(org, a, now + 3 * DAY);
	await exempt(org, b, now + 30 * DAY);
	assert.deepEqual((await notified(() => policy(org, { since: now, grace: 8 }), a, b, c)).names, [[2, 'applies']]);
	await exempt(org, c, now + 20 * DAY);
	assert.deepEqual((await notified(() => days(2), a, b, c)).names, [], 'no reminder while exempt');
	const ended = await notified(() => days(1), a, b, c);
	assert.deepEqual(ended.names, [[0, 'applies']]);
	assert.ok(ended.found[0].text.replace(/\s+/g, ' ').includes(`until ${dateText(now + 8 * DAY)}`));
	assert.deepEqual((await notified(() => unexempt(org, b), a, b, c)).names, [[1, 'applies']]);
	const over = await notified(() => days(18), a, b, c);
	assert.deepEqual(over.names, [[2, 'applies']], 'the deadline has passed meanwhile');
	assert.doesNotMatch(over.found[0].text, /transition/);
});

test('a member who joins later gets a grace period from then on, and a message at once', async () => {
	const org = await organization(), early = await member(org), late = await h.person(stack), since = soon();
	await notified(() => policy(org, { since, grace: 10 }));
	days(5);
	const joined = stack.clock.now();
	const { names, found } = await notified(() => join(org, late), early, late);
	assert.deepEqual(names, [[1, 'applies']]);
	const deadline = Number((await reminderState(org, late)).split('|')[1]);
	assert.ok(deadline >= joined + 10 * DAY && deadline < joined + 10 * DAY + 60);
	assert.ok(found[0].text.replace(/\s+/g, ' ').includes(`until ${dateText(deadline)}`));
});

test('a member who loses the factor gets the message they never got before, and no second one for the same date', async () => {
	const org = await organization(), { who } = await h.enrolled(stack);
	await join(org, who);
	const reset = () => stack.ctl(['account', 'reset-mfa', who.email, '--reason', 'test']);
	assert.deepEqual((await notified(() => policy(org, { grace: 10 }), who)).names, []);
	who.factors = [];
	assert.deepEqual((await notified(reset, who)).names, [[0, 'applies']]);
	await h.enrol(await h.signIn(stack, who), who);
	assert.deepEqual((await notified(reset, who)).names, []);
});

test('an unverified address gets the message once it is verified, and no message was recorded before', async () => {
	const org = await organization(), who = await member(org, { verified: false });
	assert.deepEqual((await notified(() => policy(org, { grace: 30 }), who)).names, []);
	assert.match(await reminderState(org, who), /^0\|\|\d+$/);
	await stack.ctl(['account', 'verify-email', who.email]);
	assert.deepEqual((await notified(() => days(1), who)).names, [[0, 'applies']]);
});

test('a member of two organizations gets a message of each of them', async () => {
	const one = await organization('One Ltd'), two = await organization('Two Ltd'), who = await member(one);
	await join(two, who);
	const { names, found } = await notified(async () => {
		await policy(one, { grace: 10 });
		await policy(two, { grace: 20 });
	}, who);
	assert.deepEqual(names, [[0, 'applies'], [0, 'applies']]);
	assert.deepEqual(found.map((m) => m.subject).sort(), ['One Ltd requires two-factor authentication', 'Two Ltd requires two-factor authentication']);
});

test('a reminder that could not be sent for a day is not sent any more', async () => {
	const org = await organization(), who = await member(org);
	await notified(() => policy(org, { grace: 8 }));
	const { port } = box;
	await box.close();
	try {
		stack.clock.advance(DAY);
		await h.until('the reminder waits', async () => (await stack.psql(`SELECT kind, attempts FROM countersign.outbox
			WHERE account_id = '${who.id}' AND next_attempt_at IS NOT NULL`)) === 'deadline_near|1');
		stack.clock.advance(DAY + 60);
	} finally {
		await box.listen(port);
	}
	assert.deepEqual((await notified(() => undefined, who)).names, []);
	assert.equal(await stack.psql(`SELECT last_error FROM countersign.outbox WHERE account_id = '${who.id}' AND kind = 'deadline_near'`),
		'it was not sent in time');
});

test('a change of the role decides anew whether a member gets a message', async () => {
	const org = await organization(), who = await member(org);
	assert.deepEqual((await notified(() => policy(org, { requirement: 'admins' }), who)).names, []);
	const role = (...words) => stack.ctl(['organization', 'set-role', org.slug, who.email, '--role', ...words]);
	assert.deepEqual((await notified(() => role('member', '--sensitive'), who)).names, [[0, 'applies']]);
	assert.deepEqual((await notified(() => role('admin'), who)).names, []);
	assert.deepEqual((await notified(() => role('member'), who)).names, []);
	assert.equal(await reminderState(org, who), '0||');
});

test('an admin sets policy and exemption through the API, and the other admins get a message about a reset', async () => {
	const one = await api.administered(stack), org = { id: await orgOf(one), name: await stack.psql(`SELECT name FROM countersign.organizations WHERE slug = '${one.slug}'`) };
	const set = (wanted) => one.client.put(`${one.at}/mfa/policy`, wanted).then((answer) => void api.expect(answer, 200));
	assert.deepEqual((await notified(() => set({ requirement: 'everyone', graceDays: 20 }), one.member, one.who)).names, [[0, 'applies']]);
	const at = `${one.at}/members/${one.member.accountId}/mfa/exemption`, until = new Date((stack.clock.now() + DAY) * 1000).toISOString().slice(0, 19);
	await notified(async () => void api.expect(await one.client.put(at, { until: `${until}Z`, reason: 'On leave' }), 200), one.member);
	assert.match(await reminderState(org, one.member), /^0\|\|\d+$/);
	const back = await notified(async () => assert.equal((await one.client.delete(at)).status, 204), one.member);
	assert.deepEqual(back.names, [[0, 'applies']]);
	assert.deepEqual((await notified(() => set({ requirement: 'everyone', graceDays: 9 }), one.member)).names, [[0, 'applies']]);

	const lost = (await h.enrolled(stack, { name: 'Lo <b>Lost' })).who, second = await h.person(stack, { name: 'Olga Owner' });
	const secret = await h.person(stack, { verified: false }), gone = await h.person(stack), elsewhere = await h.person(stack);
	await join({ slug: one.slug }, lost, 'admin');
	await join({ slug: one.slug }, second, 'owner');
	await join({ slug: one.slug }, secret, 'admin');
	await join({ slug: one.slug }, gone, 'admin');
	await stack.ctl(['account', 'disable', gone.email]);
	await join(await organization(), elsewhere, 'owner');
	const people = [lost, second, secret, gone, elsewhere, one.who, one.member];
	const reset = `${one.at}/members/${h.idText('usr', lost.id)}/mfa/reset`;
	const { names, found } = await notified(async () => {
		for (const status of [200, 409])
			api.expect(await one.client.post(reset, { reason: 'phone <lost>' }), status);
	}, ...people);
	const own = names.filter(([who]) => who === 0), others = names.filter(([who]) => who !== 0);
	assert.deepEqual(own, [[0, 'applies']], 'the member who was reset gets a message of their own');
	assert.deepEqual(others, [[1, 'The second factor of Lo <b>Lost was reset']]);
	const message = found.find((m) => m.to[0].address === second.email);
	await assertMessage(message, { who: second, org, has: [`Admin Person reset the second factor of Lo <b>Lost (${lost.email}), a member of ${org.name}.`,
		`When: ${dateText(stack.clock.now()).slice(0, 10)}`], hasNot: ['phone', '127.0.0.1'] });
	assert.doesNotMatch(message.html, /<b>/);
});

const orgOf = (one) => stack.psql(`SELECT organization_id FROM countersign.organizations WHERE slug = '${one.slug}'`);

// --- many people ----------------------------------------------------------------------

// Members made at once, with addresses that are verified.
async function crowd(org, n) {
	const name = `crowd${org.slug}`;
	await stack.psql(`CREATE TEMPORARY TABLE made AS SELECT gen_random_uuid() AS id, format('${name}-%s@example.org', i) AS address
			FROM generate_series(1, ${n}) AS i;
		INSERT INTO countersign.accounts (account_id, name, password_hash, password_changed_at, created_at)
			SELECT id, 'Member', 'x', now(), now() FROM made;
		INSERT INTO countersign.email_owners (address, account_id) SELECT address, id FROM made;
		INSERT INTO countersign.emails (account_id, address, is_primary, created_at, verified_at) SELECT id, address, true, now(), now() FROM made;
		INSERT INTO countersign.throttles (account_id) SELECT id FROM made;
		INSERT INTO countersign.audit_chains (account_id, length, head) SELECT id, 0, decode(repeat('00', 32), 'hex') FROM made;
		INSERT INTO countersign.memberships (account_id, organization_id, role, joined_at)
			SELECT id, '${org.id}', 'member', ${time(start - 365 * DAY)} FROM made`);
	await quiet();
}

// Of the messages in the outbox to an organization's members: members, messages, and how many have another number than `each`.
const tally = (org, each = 1) => stack.psql(`SELECT count(*), sum(n), count(*) FILTER (WHERE n <> ${each}) FROM (
	SELECT m.account_id, count(o.account_id) AS n FROM countersign.memberships m
	LEFT JOIN countersign.outbox o ON o.account_id = m.account_id AND o.kind IN ('policy_applies', 'deadline_near')
	WHERE m.organization_id = '${org.id}' GROUP BY m.account_id) AS x`);

const named = (pid, name) => {
	try {
		return fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name;
	} catch {
		return false;
	}
};
const mailerOf = (supervisor) => h.until('the mailer', () => rig.childrenOf(supervisor).find((pid) => named(pid, 'mailer')));

test('two thousand members all get one message, while requests and other mail go on as before', async () => {
	const org = await organization(), folder = path.join(stack.data, 'mail');
	await crowd(org, 2_000);
	const { who } = await h.enrolled(stack);
	await quiet();
	const left = () => h.number(stack, `SELECT count(*) FROM countersign.memberships WHERE organization_id = '${org.id}' AND notice_stage = 0`);
	await h.reconfigure(stack, { mail_url: '', mail_directory: folder });
	try {
		await policy(org, { grace: 30 });
		await h.until('the first messages are written', async () => (await left()) < 2_000);
		const waiting = await h.number(stack, 'SELECT count(*) FROM countersign.outbox WHERE next_attempt_at IS NOT NULL');
		assert.ok(waiting <= 100, `${waiting} wait at a time`);
		const begin = Date.now();
		await stack.ctl(['account', 'reset-mfa', who.email, '--reason', 'test']);
		await h.until('the news of an account', async () => (await stack.psql(`SELECT sent_at IS NOT NULL FROM countersign.outbox
			WHERE account_id = '${who.id}' AND kind = 'mfa_reset'`)) === 't');
		assert.ok(await left() > 0, `it overtakes the members who still wait for their message (${Date.now() - begin} ms)`);
		who.factors = [];
		const slow = [];
		while (await left() > 0) {
			const from = Date.now();
			assert.equal((await stack.get('/login')).status, 200);
			await h.signIn(stack, who);
			slow.push(Date.now() - from);
		}
		slow.sort((a, b) => a - b);
		assert.ok(slow.length > 3 && slow[slow.length >> 1] < 500 && slow.at(-1) < 2_500, `${slow}`);
		await quiet(60_000);
		assert.equal(await tally(org), '2000|2000|0');
		const to = fs.readdirSync(folder).map((name) => /^To: (\S+)\r$/m.exec(fs.readFileSync(path.join(folder, name), 'latin1'))[1])
			.filter((address) => address.includes(`crowd${org.slug}`));
		assert.deepEqual([to.length, new Set(to).size], [2_000, 2_000]);
		assert.equal(h.logged(stack, 'reminders.failed'), 0);
	} finally {
		await h.reconfigure(stack, { mail_url: `smtp://127.0.0.1:${box.port}`, mail_directory: '' });
	}
});

test('with mailers that are killed in the middle, and a second node, every member gets exactly one message', async () => {
	const org = await organization();
	await crowd(org, 300);
	const config = path.join(stack.data, 'countersign.conf'), second = path.join(stack.data, 'second.conf');
	fs.writeFileSync(second, fs.readFileSync(config, 'utf8').replace(/^listen = .*$/m, `listen = ${stack.data}/second.sock`)
		.replace(/^pid_file = .*$/m, `pid_file = ${stack.data}/run/second.pid`).replace(/^workers = .*$/m, 'workers = 1'), { mode: 0o644 });
	const other = stack.asService(path.join(stack.build, 'root/sbin/countersignd'), ['-c', second], '').catch((error) => error);
	const supervisor = await h.until('the second node', () => fs.existsSync(`${stack.data}/run/second.pid`) &&
		Number(fs.readFileSync(`${stack.data}/run/second.pid`, 'utf8').split('\n')[0]));
	await mailerOf(supervisor);
	const before = box.messages.length;
	await policy(org, { grace: 30 });
	for (let i = 1; i <= 5; i++) {
		await h.until('some messages are sent', () => box.messages.length > before + i * 25);
		process.kill(await mailerOf(i % 2 ? stack.pids.supervisor : supervisor), 'SIGKILL');
	}
	await h.until('all are looked at, those last who were taken by the dead', async () => {
		stack.clock.advance(61);
		await rig.sleep(1_000);
		return (await stack.psql(`SELECT count(*) FROM countersign.memberships WHERE organization_id = '${org.id}' AND notice_stage = 0`)) === '0';
	}, 120_000);
	stack.clock.advance(600);
	await quiet(120_000);
	process.kill(supervisor, 'SIGTERM');
	await other;
	assert.equal(await tally(org), '300|300|0');
	const ids = await Promise.all(box.messages.slice(before).map(async (m) => (await mail.read(m.raw)).messageId));
	assert.equal(new Set(ids).size, 300);
	assert.ok(ids.length <= 305, 'what was handed over and not marked is sent once more, with the same Message-ID');
});

test('a policy that changes while its members are scanned: the last version counts for all of them', async () => {
	const org = await organization(), since = soon();
	await crowd(org, 1_200);
	const { port } = box;
	await box.close(); // messages wait, so that the scan goes on quickly
	try {
		await policy(org, { since, grace: 30 });
		await h.until('the scan has begun', async () => (await stack.psql(`SELECT count(*) FROM countersign.memberships
			WHERE organization_id = '${org.id}' AND notice_stage > 0`)) > 0);
		await policy(org, { since, grace: 20 });
		await h.until('the messages for all are written', async () => (await stack.psql(`SELECT count(*) FROM countersign.memberships WHERE organization_id = '${org.id}'
			AND notice_deadline IS DISTINCT FROM ${time(since + 20 * DAY)}`)) === '0', 60_000);
	} finally {
		await stack.psql(`DELETE FROM countersign.outbox WHERE next_attempt_at IS NOT NULL`);
		await box.listen(port);
	}
	await quiet();
	assert.equal(await stack.psql(`SELECT noticed_version = version AND noticed_account IS NULL FROM countersign.policies
		WHERE organization_id = '${org.id}'`), 't');
	await notified(() => off(org));
	assert.equal(await stack.psql(`SELECT count(*) FROM countersign.memberships WHERE organization_id = '${org.id}'
		AND (notice_stage <> 0 OR notice_deadline IS NOT NULL OR notice_due_at IS NOT NULL)`), '0');
});

test('while very many messages wait, no more are written; a message that cannot be written delays nobody else', async () => {
	const org = await organization(), a = await member(org), b = await member(org);
	await quiet();
	await stack.psql(`INSERT INTO countersign.outbox (account_id, message_id, kind, recipient, "values", created_at, next_attempt_at)
		SELECT '${a.id}', gen_random_uuid(), 'mfa_reset', 'a@example.org', '{}', now(), now() + interval '10 years' FROM generate_series(1, 10000)`);
	await policy(org, { grace: 30 });
	await rig.sleep(6_000);
	assert.match(await reminderState(org, b), /^0\|\|/);
	await stack.psql(`DELETE FROM countersign.outbox WHERE account_id = '${a.id}' AND kind = 'mfa_reset';
		ALTER TABLE countersign.outbox ADD CONSTRAINT poison CHECK (recipient <> '${a.email}')`);
	stack.acceptLog(/poison/);
	try {
		await h.until('the message for the other is written', async () => /^1\|/.test(await reminderState(org, b)));
		assert.match(await reminderState(org, a), /^0\|\|\d+$/);
		assert.ok(h.logged(stack, 'reminders.failed') > 0);
	} finally {
		await stack.psql('ALTER TABLE countersign.outbox DROP CONSTRAINT poison');
	}
	stack.clock.advance(61);
	assert.deepEqual((await notified(() => undefined, a, b)).names, []);
	assert.match(await reminderState(org, a), /^1\|/);
});

test('without a mail transport no message is written; once there is one, the message is sent', async () => {
	const org = await organization(), who = await member(org);
	await quiet();
	await h.reconfigure(stack, { mail_url: '' });
	await policy(org, { grace: 30 });
	await rig.sleep(5_000);
	assert.equal(await stack.psql(`SELECT count(*) FROM countersign.outbox WHERE account_id = '${who.id}'`), '0');
	assert.equal(await stack.psql(`SELECT version - noticed_version FROM countersign.policies WHERE organization_id = '${org.id}'`), '1');
	const before = box.messages.length;
	await h.reconfigure(stack, { mail_url: `smtp://127.0.0.1:${box.port}` });
	await quiet();
	assert.equal(box.messages.slice(before).filter((m) => m.to.includes(who.email)).length, 1);
});

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', () => stack.stop());
