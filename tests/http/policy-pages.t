#!/usr/bin/env -S node --test-reporter=tap
// The pages of organizations: who may see them, what every field accepts, which message follows,
// the file of members, and that nobody sees another organization.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const csv = require('../lib/csv.js');
const h = require('../lib/http.js');
const m = require('../lib/members.js');
const rig = require('../lib/rig.js');

const STALE = 605;
const DAY = 86_400;
const NOBODY = h.idText('usr', '01890a5d-ac96-774b-bcce-b302099a8057');

let stack;
let owner, admin, member, stranger; // of Harbour, and the owner of Linden
let desk; // the owner's browser

const idOf = (who) => h.idText('usr', who.id);
const dayText = (offset = 0) => new Date((stack.clock.now() + offset * DAY) * 1000).toISOString().slice(0, 10);

// Sets how long ago a session was verified, in seconds.
const verified = (browser, seconds) => stack.psql(`UPDATE countersign.sessions
	SET verified_at = to_timestamp(${stack.clock.now() - seconds}), failures = 0
	WHERE session_id = '${h.sessionOf(browser.token)}'`);

const policyOf = async (slug) => JSON.parse(await stack.psql(`SELECT row_to_json(p) FROM countersign.policies p
	JOIN countersign.organizations o USING (organization_id) WHERE o.slug = '${slug}'`));

const OFF = { requirement: 'off', grace_days: '14' };
const LINK = /href="([^"]*)" rel="next"/;

// The cells of the first column of members, in their order.
const namesIn = (html) => [...html.matchAll(/member\?account=[^"]*">([^<]*)</g)].map(([, name]) => name);
const hrefIn = (html) => LINK.exec(html)?.[1].replace(/&amp;/g, '&');
const flashOf = (answer) => h.plain(/message-success"[^>]*>([^]*?)<\/div>/.exec(answer.text)?.[1] ?? '');

test('a stack with two organizations', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 3, session_idle: 2_592_000, session_lifetime: 2_592_000 } });
	await m.create(stack, 'harbour', 'Harbour <Clinic>');
	await m.create(stack, 'linden', 'Linden Practice');
	owner = await h.person(stack, { name: 'Olivia Owner' });
	admin = await h.person(stack, { name: 'Adam Admin' });
	member = await h.person(stack, { name: 'Mia Member' });
	stranger = await h.person(stack, { name: 'Lena Stranger' });
	await m.join(stack, 'harbour', owner, 'owner');
	await m.join(stack, 'harbour', admin, 'admin');
	await m.join(stack, 'harbour', member);
	await m.join(stack, 'linden', stranger, 'owner');
	desk = await h.signIn(stack, owner);
	await h.enrol(desk, owner);
});

// --- who may come ---------------------------------------------------------------

const pages = () => ['/admin/mfa', '/admin/mfa/members.csv', `/admin/mfa/member?account=${idOf(member)}`, '/admin/mfa/policy'];
const preview = `/admin/mfa/policy/preview?${new URLSearchParams({ requirement: 'everyone', grace_days: '14' })}`;
const changes = () => ({
	'/admin/mfa/policy': OFF,
	'/admin/mfa/member/reset': { account: idOf(member), reason: 'lost', confirm: member.email },
	'/admin/mfa/member/exempt': { account: idOf(member), until: dayText(3), exempt_reason: 'new phone' },
	'/admin/mfa/member/unexempt': { account: idOf(member) },
});

test('without a session all of it leads to sign-in', async () => {
	for (const target of [...pages(), preview, '/organization']) {
		const answer = await stack.get(target);
		assert.equal(answer.status, 303, target);
		assert.ok(answer.location.startsWith(`/login?next=${target.split('?')[0]}`), answer.location);
	}
	for (const [target, form] of Object.entries(changes()))
		assert.equal((await stack.post(target, form)).location, '/login', target);
});

test('before the challenge all of it leads to the challenge', async () => {
	const browser = await h.signIn(stack, owner);
	for (const target of [...pages(), preview, '/organization'])
		assert.equal((await browser.get(target)).location, '/mfa/challenge', target);
	for (const [target, form] of Object.entries(changes()))
		assert.equal((await browser.post(target, form)).location, '/mfa/challenge', target);
});

test('a member reads that the role does not allow it, with valid fields and invalid ones', async () => {
	const browser = await h.signIn(stack, member);
	await h.enrol(browser, member);
	for (const target of [...pages(), preview, '/admin/mfa?standing=no', '/admin/mfa/policy?grace_days=x']) {
		const answer = await browser.get(target);
		assert.equal(answer.status, 403, target);
		assert.equal(h.titleOf(answer), 'Not allowed', target);
		assert.match(h.plain(answer.text), /Your role in this organization does not allow this\./, target);
	}
	for (const [target, form] of Object.entries(changes()))
		for (const given of [form, {}]) {
			const answer = await browser.post(target, given);
			assert.equal(answer.status, 403, target);
			assert.equal(h.titleOf(answer), 'Not allowed', target);
		}
	const dashboard = await browser.get('/dashboard');
	assert.doesNotMatch(dashboard.text, /\/admin\//, 'no link leads there');
	assert.match(dashboard.text, /Harbour &lt;Clinic&gt;/, 'the organization is named');
	assert.equal((await policyOf('harbour')).version, 1);
});

test('who is in no organization is asked to choose one, and there is none', async () => {
	const browser = await h.signIn(stack, await h.person(stack));
	assert.equal((await browser.get('/admin/mfa')).location, '/organization?next=/admin/mfa');
	assert.equal((await browser.post('/admin/mfa/policy', OFF)).location, '/organization');
	const answer = await browser.get('/organization');
	assert.match(h.plain(answer.text), /You are not a member of any organization\./);
});

test('an admin of another organization finds none of these members', async () => {
	const browser = await h.signIn(stack, stranger);
	await h.enrol(browser, stranger);
	for (const [target, form] of Object.entries(changes())) {
		if (target === '/admin/mfa/policy')
			continue;
		const answer = await browser.post(target, form);
		assert.equal(answer.status, 404, target);
	}
	assert.equal((await browser.get(`/admin/mfa/member?account=${idOf(member)}`)).status, 404);
	const list = await browser.get('/admin/mfa');
	assert.deepEqual(namesIn(list.text), ['Lena Stranger']);
	assert.deepEqual(namesIn((await browser.get('/admin/mfa?search=mia')).text), []);
	const file = csv.rows((await browser.get('/admin/mfa/members.csv')).text);
	assert.deepEqual(file.map((row) => row.email), [stranger.email]);
	assert.equal((await policyOf('harbour')).version, 1);
});

test('an admin without a factor sees everything and changes nothing', async () => {
	const browser = await h.signIn(stack, admin);
	for (const target of pages())
		assert.equal((await browser.get(target)).status, 200, target);
	const policy = await browser.get('/admin/mfa/policy');
	assert.match(policy.text, /you need two-factor authentication yourself[^]*href="\/mfa\/setup"/);
	assert.doesNotMatch(policy.text, /Preview changes/);
	const page = await browser.get(`/admin/mfa/member?account=${idOf(member)}`);
	assert.match(page.text, /you need two-factor authentication yourself/);
	assert.doesNotMatch(page.text, /method="post"/);
	for (const [target, form] of Object.entries(changes()))
		assert.equal((await browser.post(target, form)).status, 409, target);
	const asked = await browser.get(preview);
	assert.equal(asked.status, 409);
	assert.equal((await policyOf('harbour')).version, 1);
	assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.factors WHERE account_id = '${member.id}'`), 1);
});

test('forms of other sites change nothing', async () => {
	for (const [target, form] of [...Object.entries(changes()), ['/organization', {}]])
		assert.equal((await desk.post(target, form, { origin: 'https://evil.example' })).status, 403, target);
	assert.equal((await policyOf('harbour')).version, 1);
});

test('a change with an old verification asks for it and goes on by itself', async () => {
	const asks = {
		'/admin/mfa/policy': [{ requirement: 'admins', grace_days: '30' }, '/admin/mfa/policy', /policy\?done=saved$/],
		'/admin/mfa/member/exempt': [changes()['/admin/mfa/member/exempt'], '/admin/mfa', /done=exempted$/],
		'/admin/mfa/member/unexempt': [changes()['/admin/mfa/member/unexempt'], '/admin/mfa', /done=unexempted$/],
		'/admin/mfa/member/reset': [changes()['/admin/mfa/member/reset'], '/admin/mfa', /done=reset$/],
	};
	for (const [target, [form, back, done]] of Object.entries(asks)) {
		await verified(desk, STALE);
		const asked = await desk.post(target, form);
		assert.equal(asked.status, 403, target);
		assert.equal(h.titleOf(asked), 'Confirm your identity');
		assert.ok(h.hasField(asked.text, 'code') && !h.hasField(asked.text, 'password'), target);
		for (const [name, value] of Object.entries(form))
			assert.equal(h.valueOf(asked.text, name), value, `${target}: ${name} is not lost`);
		assert.match(asked.text, new RegExp(`href="${back}">Cancel`));
		const wrong = await desk.post(target, { ...form, code: await h.wrongCode(stack, owner.factors[0]) });
		assert.equal(wrong.status, 422, target);
		const right = await desk.post(target, { ...form, code: await h.nextCode(stack, owner.factors[0]) });
		assert.equal(right.status, 303, `${target}: ${h.errorOf(right)}`);
		assert.match(right.location, done);
		assert.notEqual(flashOf(await desk.get(right.location)), '', target);
	}
	assert.deepEqual([(await policyOf('harbour')).requirement, (await policyOf('harbour')).grace_days], ['admins', 30]);
	assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.factors WHERE account_id = '${member.id}'`), 0);
	member.factors = [];
	await verified(desk, 1);
});

// --- decisions on members ----------------------------------------------------------

test('admins cannot decide on their own account, nor on an owner', async () => {
	const browser = await h.signIn(stack, admin);
	await h.enrol(browser, admin);
	const pageOf = async (by, who) => h.plain((await by.get(`/admin/mfa/member?account=${idOf(who)}`)).text);
	assert.match(await pageOf(browser, admin), /This is your own account\./);
	assert.match(await pageOf(browser, owner), /Only another owner can reset/);
	assert.match(await pageOf(desk, owner), /This is your own account\./);
	for (const [by, who] of [[browser, admin], [browser, owner], [desk, owner]]) {
		assert.doesNotMatch((await by.get(`/admin/mfa/member?account=${idOf(who)}`)).text, /action="\/admin\/mfa\/member\//);
		for (const [target, form] of Object.entries({
			reset: { reason: 'x', confirm: who.email }, exempt: { until: dayText(3), exempt_reason: 'x' }, unexempt: {},
		}))
			assert.equal((await by.post(`/admin/mfa/member/${target}`, { account: idOf(who), ...form })).status, 403, target);
	}
	assert.equal((await desk.get(`/admin/mfa/member?account=${idOf(admin)}`)).text.match(/action="\/admin\/mfa\/member\/reset"/g).length, 1);
});

test('a reset needs a reason and the address typed, ends all sessions, and its event names the admin', async () => {
	const browser = await h.signIn(stack, member);
	await h.enrol(browser, member);
	const form = { account: idOf(member), reason: 'The phone is at the bottom of the harbour', confirm: member.email };
	for (const [name, value, said] of [
		['reason', '', /Enter a reason/], ['reason', 'x'.repeat(501), /up to 500/], ['reason', 'a\u0007b', /Enter a reason/],
		['confirm', '', /Enter the email address/], ['confirm', 'not an address', /Enter the email address/],
		['confirm', owner.email, /Enter the email address/],
	]) {
		const answer = await desk.post('/admin/mfa/member/reset', { ...form, [name]: value });
		assert.equal(answer.status, 422, `${name} ${value}`);
		assert.match(h.errorOf(answer), said);
		assert.match(answer.text, new RegExp(`id="${name}"[^>]*aria-invalid="true"`), name);
		assert.match(h.titleOf(answer), /Mia Member/);
		if (name === 'confirm')
			assert.equal(h.valueOf(answer.text, 'reason'), form.reason, 'what was typed is not lost');
	}
	assert.equal((await browser.get('/profile')).status, 200);
	const before = await h.eventCount(stack, member);
	const answer = await desk.post('/admin/mfa/member/reset', { ...form, confirm: ` ${member.email.toUpperCase()}` .trim() });
	assert.equal(answer.location, `/admin/mfa/member?account=${idOf(member)}&done=reset`);
	assert.match(flashOf(await desk.get(answer.location)), /the member was signed out everywhere/);
	assert.match((await browser.get('/profile')).location, /^\/login/);
	const [event] = (await h.events(stack, member, before)).filter((e) => e.kind === 'mfa_reset');
	assert.equal(event.actor_id, owner.id);
	assert.equal(event.details.reason, form.reason);
	member.factors = [];
	const again = await desk.post('/admin/mfa/member/reset', form);
	assert.equal(again.status, 409, 'there is nothing left to reset');
	assert.equal(h.errorOf(again), 'Two-factor authentication is not enabled.');
});

test('an exemption lasts through its day, and not longer than a year', async () => {
	const form = { account: idOf(member), until: dayText(5), exempt_reason: 'On leave' };
	for (const [name, value, said] of [
		['until', '', /Choose a day/], ['until', 'soon', /Choose a day/], ['until', dayText(-1), /Choose a day/],
		['until', dayText(366), /up to a year/], ['until', '2026-02-30', /Choose a day/],
		['exempt_reason', '', /Enter a reason/], ['exempt_reason', ' \t ', /Enter a reason/], ['exempt_reason', 'x'.repeat(501), /up to 500/],
	]) {
		const answer = await desk.post('/admin/mfa/member/exempt', { ...form, [name]: value });
		assert.equal(answer.status, 422, `${name} ${value}`);
		assert.match(h.errorOf(answer), said, `${name} ${value}`);
		assert.match(answer.text, new RegExp(`id="${name}"[^>]*aria-invalid="true"`), name);
	}
	const done = await desk.post('/admin/mfa/member/exempt', form);
	assert.equal(done.location, `/admin/mfa/member?account=${idOf(member)}&done=exempted`);
	const until = await h.number(stack, `SELECT extract(epoch FROM exempt_until)::bigint FROM countersign.memberships WHERE account_id = '${member.id}'`);
	assert.equal(until, Date.parse(`${dayText(6)}T00:00:00Z`) / 1000, 'the day belongs to it');
	const page = await desk.get(done.location);
	assert.match(h.plain(page.text), /Exemption Until .* 00:00 UTC Reason On leave Granted .* by Olivia Owner/);
	assert.equal(h.valueOf(page.text, 'until'), dayText(5), 'the form has the day that was chosen');
	assert.equal((await desk.post('/admin/mfa/member/exempt', { ...form, until: dayText(0) })).status, 303, 'today is a day, too');
	assert.equal((await desk.post('/admin/mfa/member/unexempt', { account: idOf(member) })).status, 303);
	assert.equal((await desk.post('/admin/mfa/member/unexempt', { account: idOf(member) })).status, 303, 'none is as good');
	assert.doesNotMatch((await desk.get(`/admin/mfa/member?account=${idOf(member)}`)).text, /End the exemption/);
});

test('a member that is not there, and an account that is none', async () => {
	for (const account of [NOBODY, idOf(stranger)]) {
		assert.equal((await desk.get(`/admin/mfa/member?account=${account}`)).status, 404);
		assert.equal((await desk.post('/admin/mfa/member/unexempt', { account })).status, 404);
	}
	for (const account of ['', 'x', h.NO_FACTOR]) {
		assert.equal((await desk.get(`/admin/mfa/member?account=${account}`)).status, 422);
		const answer = await desk.post('/admin/mfa/member/unexempt', { account });
		assert.ok(answer.status === 404 || answer.status === 422, `${answer.status}`);
	}
});

// --- the policy ------------------------------------------------------------------------

test('every field of the policy says what it takes, in the form that was sent', async () => {
	const good = { requirement: 'everyone', required_since: dayText(2), grace_days: '7', reauthentication_age: '5', verification_age: '10' };
	const bad = [
		['requirement', '', /Choose who/], ['requirement', 'some', /Choose who/], ['requirement', 'NO', /Choose who/],
		['required_since', 'yesterday', /Choose a day/], ['required_since', dayText(367), /up to a year/],
		['grace_days', '', /0 to 365/], ['grace_days', '366', /0 to 365/], ['grace_days', '-1', /0 to 365/],
		['grace_days', '1.5', /0 to 365/], ['grace_days', '99999999999999999999', /0 to 365/],
		['reauthentication_age', '0', /1 to 1440/], ['reauthentication_age', '1441', /1 to 1440/], ['reauthentication_age', 'x', /1 to 1440/],
		['verification_age', '0', /1 to 1440/], ['verification_age', '1441', /1 to 1440/], ['verification_age', '5m', /1 to 1440/],
		['admin_verification', 'maybe', /./],
	];
	const { version } = await policyOf('harbour');
	for (const [name, value, said] of bad) {
		const form = { ...good, [name]: value };
		for (const answer of [await desk.get(`/admin/mfa/policy/preview?${new URLSearchParams(form)}`), await desk.post('/admin/mfa/policy', form)]) {
			assert.equal(answer.status, 422, `${name} ${value}`);
			assert.equal(h.titleOf(answer), 'Policy');
			assert.match(h.errorOf(answer), said, `${name} ${value}`);
			assert.match(answer.text, new RegExp(`href="#${name}"`), name);
			assert.match(answer.text, new RegExp(`id="${name}"`), `the link to ${name} leads somewhere`);
			if (name !== 'grace_days')
				assert.equal(h.valueOf(answer.text, 'grace_days'), '7', 'what was typed is not lost');
		}
	}
	assert.equal((await policyOf('harbour')).version, version);
	assert.equal((await desk.get('/admin/mfa/policy/preview?requirement=off&grace_days=1&extra=1')).status, 400);
});

test('the preview says whom it hits and what changes, and saving does just that', async () => {
	const form = { requirement: 'everyone', grace_days: '0' };
	const { version } = await policyOf('harbour');
	const answer = await desk.get(`/admin/mfa/policy/preview?${new URLSearchParams(form)}`);
	const text = h.plain(answer.text);
	assert.match(text, /Harbour <Clinic> has 3 members\./);
	assert.match(text, /1 member must set up two-factor authentication immediately/);
	assert.match(text, /Covered \(everyone\): 3 Already have a second factor: 2 In the grace period: 0 Must set it up immediately: 1 Exempt: 0/);
	assert.match(text, /Required for: everyone \(currently owners, admins and sensitive roles\)/);
	assert.match(text, /Grace period: none \(currently 30 days\)/);
	assert.equal((await policyOf('harbour')).version, version, 'nothing has changed');

	// The form again, with the same values.
	const hidden = Object.fromEntries([...answer.text.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, n, v]) => [n, v]));
	assert.equal(hidden.grace_days, '0');
	const back = await desk.get(`/admin/mfa/policy?${new URLSearchParams(hidden)}`);
	assert.equal(h.valueOf(back.text, 'grace_days'), '0');
	assert.match(back.text, /value="everyone" checked/);

	// What was shown is what is saved, also when that takes its time.
	const since = await policyOf('harbour').then((p) => Date.parse(p.required_since));
	stack.clock.advance(90);
	assert.equal((await desk.post('/admin/mfa/policy', hidden)).location, '/admin/mfa/policy?done=saved');
	const saved = await policyOf('harbour');
	assert.equal(Date.parse(saved.required_since), since, 'those who were covered keep their day');
	assert.equal(Date.parse(saved.everyone_since), Date.parse(hidden.required_since));
	assert.equal(saved.version, version + 1);
	assert.equal(flashOf(await desk.get('/admin/mfa/policy?done=saved')), 'The policy was saved.');
});

test('the day of the form is kept, moved, or announced', async () => {
	const save = async (form) => {
		const shown = await desk.get(`/admin/mfa/policy/preview?${new URLSearchParams(form)}`);
		assert.equal(shown.status, 200, h.errorOf(shown));
		const hidden = Object.fromEntries([...shown.text.matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, n, v]) => [n, v]));
		assert.equal((await desk.post('/admin/mfa/policy', hidden)).status, 303);
		return policyOf('harbour');
	};
	const before = await policyOf('harbour');
	const shown = h.valueOf((await desk.get('/admin/mfa/policy')).text, 'required_since');
	assert.equal(shown, new Date(before.everyone_since).toISOString().slice(0, 10));
	const kept = await save({ requirement: 'everyone', required_since: shown, grace_days: '20' });
	assert.equal(kept.everyone_since, before.everyone_since);
	assert.equal(kept.grace_days, 20);
	const none = await save({ requirement: 'everyone', grace_days: '21' });
	assert.equal(none.everyone_since, before.everyone_since);
	const ahead = await save({ requirement: 'everyone', required_since: dayText(30), grace_days: '21' });
	assert.equal(Date.parse(ahead.everyone_since), Date.parse(`${dayText(30)}T00:00:00Z`));

	// The policy begins later: the banner says so to the member.
	const browser = await h.signIn(stack, member);
	const page = h.plain((await browser.get('/dashboard')).text);
	assert.match(page, /Harbour <Clinic> will require two-factor authentication from .* 00:00 UTC\. You have 5\d days left \(until .* 00:00 UTC\)\./);

	const today = await save({ requirement: 'everyone', required_since: dayText(0), grace_days: '14' });
	assert.ok(Math.abs(Date.parse(today.everyone_since) / 1000 - stack.clock.now()) < 60, 'today means now');
	const ages = await save({ requirement: 'everyone', required_since: dayText(0), grace_days: '14', reauthentication_age: '5', verification_age: '3' });
	assert.deepEqual([ages.reauthentication_age, ages.verification_age, ages.everyone_since], [300, 180, today.everyone_since]);
	const unchanged = await save({ requirement: 'everyone', grace_days: '14', reauthentication_age: '5', verification_age: '3' });
	assert.equal(unchanged.version, ages.version, 'without a difference nothing is changed');
	await save({ requirement: 'everyone', grace_days: '14' });
});

test('the last method stays while a policy wants one', async () => {
	const profile = await desk.get('/profile');
	assert.match(h.plain(profile.text), /Harbour <Clinic> requires two-factor authentication, so you cannot disable it/);
	assert.doesNotMatch(profile.text, /href="\/mfa\/disable"|factors\/remove\?/);
	const page = await desk.get('/mfa/disable');
	assert.equal(page.status, 200);
	assert.match(h.plain(page.text), /requires two-factor authentication, so you cannot disable it/);
	assert.doesNotMatch(page.text, /action="\/mfa\/disable"/);
	for (const [target, form] of [['/mfa/disable', { password: owner.password }], ['/mfa/factors/remove', { factor: owner.factors[0].id }]]) {
		const answer = await desk.post(target, form);
		assert.equal(answer.status, 409, target);
		assert.match(h.plain(answer.text), /Your organization requires two-factor authentication\./, target);
	}
	assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.factors WHERE account_id = '${owner.id}'`), 1);
	await h.enrol(desk, owner, 'Tablet');
	assert.match((await desk.get('/profile')).text, /factors\/remove\?/);
	assert.equal((await desk.post('/mfa/factors/remove', { factor: owner.factors[1].id })).location, '/profile?done=removed');
	owner.factors.pop();
});

// --- the list and the file ------------------------------------------------------------------

test('the list is read page by page, by compliance status and by search', async () => {
	await m.crowd(stack, 'harbour', 450);
	const seen = [];
	let target = '/admin/mfa', pages = 0;
	for (; target; pages++) {
		const answer = await desk.get(target);
		assert.equal(answer.status, 200, target);
		assert.equal(/First page/.test(answer.text), pages > 0);
		seen.push(...namesIn(answer.text));
		target = hrefIn(answer.text);
	}
	assert.equal(pages, 10);
	assert.equal(seen.length, 453);
	assert.equal(new Set(seen).size, 453);
	assert.deepEqual(seen, [...seen].sort());
	const long = await desk.get('/admin/mfa?search=crowd&limit=400');
	assert.equal(namesIn(long.text).length, 400);
	assert.match(hrefIn(long.text), /^\/admin\/mfa\?search=crowd&after=[^&]+&limit=400$/);
	const rest = await desk.get(hrefIn(long.text));
	assert.deepEqual([...namesIn(long.text), ...namesIn(rest.text)], seen.filter((name) => /^Crowd/.test(name)));
	assert.equal(hrefIn(rest.text), undefined);
	assert.match(rest.text, /href="\/admin\/mfa\?search=crowd&amp;limit=400">First page/);
	const found = await desk.get('/admin/mfa?search=crowd-0123');
	assert.deepEqual(namesIn(found.text), ['Crowd 0123']);
	assert.equal(h.valueOf(found.text, 'search'), 'crowd-0123');
	const enrolled = await desk.get('/admin/mfa?standing=enrolled');
	assert.deepEqual(namesIn(enrolled.text), ['Adam Admin', 'Olivia Owner']);
	assert.match(enrolled.text, /value="enrolled" selected/);
	const both = await desk.get('/admin/mfa?standing=grace&search=crowd');
	assert.match(hrefIn(both.text), /^\/admin\/mfa\?standing=grace&search=crowd&after=/);
	assert.deepEqual(namesIn((await desk.get('/admin/mfa?standing=lapsed')).text), []);
	assert.match(h.plain((await desk.get('/admin/mfa')).text), /has 453 members as of .* Enrolled 2 0\.4 % Grace period 451 99\.6 % Overdue 0 0\.0 %/);
});

test('what the list does not take comes back with the whole list', async () => {
	for (const [name, value] of [['standing', 'some'], ['standing', 'UPPER'], ['search', 'x'.repeat(501)], ['after', '!'], ['after', 'AAAA'],
		['limit', '0'], ['limit', '501'], ['limit', 'all'], ['limit', '-1']]) {
		const answer = await desk.get(`/admin/mfa?${new URLSearchParams({ [name]: value })}`);
		assert.equal(answer.status, 422, `${name} ${value}`);
		assert.notEqual(h.errorOf(answer), '');
		assert.equal(namesIn(answer.text).length, 50);
	}
	assert.equal((await desk.get('/admin/mfa/members.csv?standing=some')).status, 422);
	assert.equal((await desk.get('/admin/mfa?search=%')).status, 400, 'no query at all');
});

test('the file has every member, whatever they are called, and its name has the day', async () => {
	await stack.psql(`UPDATE countersign.accounts SET name = '=1+1,"x"' WHERE name = 'Crowd 0007'`);
	assert.equal((await desk.post('/admin/mfa/member/exempt', { account: idOf(member), until: dayText(1), exempt_reason: 'A, "B"' })).status, 303);
	const answer = await desk.get('/admin/mfa/members.csv');
	assert.equal(answer.status, 200);
	assert.match(answer.headers['content-type'], /^text\/csv; charset=utf-8/);
	assert.equal(answer.headers['content-disposition'], `attachment; filename="harbour-mfa-${dayText()}.csv"`);
	assert.equal(answer.headers['cache-control'], 'no-store');
	assert.match(answer.text, /^name,email,role,sensitive,standing,deadline,exemptUntil,exemptReason,factors,recoveryCodesLeft,lastSignInAt,joinedAt,accountId\r\n/);
	const rows = csv.rows(answer.text);
	assert.equal(rows.length, 453);
	assert.equal(new Set(rows.map((row) => row.accountId)).size, 453);
	const of = (email) => rows.find((row) => row.email === email);
	assert.deepEqual({ ...of(owner.email), lastSignInAt: '', joinedAt: '' }, {
		name: 'Olivia Owner', email: owner.email, role: 'owner', sensitive: 'false', standing: 'enrolled', deadline: '', exemptUntil: '',
		exemptReason: '', factors: 'totp', recoveryCodesLeft: '10', lastSignInAt: '', joinedAt: '', accountId: idOf(owner),
	});
	assert.match(of(owner.email).lastSignInAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
	assert.equal(of(member.email).standing, 'exempt');
	assert.equal(of(member.email).exemptReason, 'A, "B"');
	assert.equal(of(member.email).exemptUntil, `${dayText(2)}T00:00:00Z`);
	assert.equal(of('crowd-0007@harbour.example').name, '\'=1+1,"x"', 'a spreadsheet takes it for no formula');
	assert.equal(of('crowd-0008@harbour.example').lastSignInAt, '');
	const grace = csv.rows((await desk.get('/admin/mfa/members.csv?standing=grace&search=crowd-00')).text);
	assert.equal(grace.length, 99);
	assert.deepEqual(csv.rows((await desk.get('/admin/mfa/members.csv?standing=lapsed')).text), []);
	const head = await desk.request('HEAD', '/admin/mfa/members.csv');
	assert.equal(head.status, 200);
	assert.equal(head.text, '');
});

test('a file that cannot be finished is cut off, and does not look whole', async () => {
	// One member after the first chunk cannot be read.
	await stack.psql(`ALTER TABLE countersign.accounts ENABLE ROW LEVEL SECURITY;
		CREATE POLICY broken ON countersign.accounts USING (CASE WHEN name = 'Crowd 0300' THEN 1 / (length(name) - 10) = 1 ELSE true END)`);
	await assert.rejects(desk.get('/admin/mfa/members.csv'), /aborted|hang up|ECONNRESET/);
	assert.equal((await desk.get('/admin/mfa/members.csv?search=crowd-0300')).status, 500, 'a fault in the first chunk gets its own response');
	await stack.psql('DROP POLICY broken ON countersign.accounts; ALTER TABLE countersign.accounts DISABLE ROW LEVEL SECURITY');
	assert.equal(csv.rows((await desk.get('/admin/mfa/members.csv')).text).length, 453);
});

// --- where admin pages want a fresh verification ------------------------------------------------

test('admin pages that need a fresh verification ask for it, and show nothing by another way', async () => {
	assert.equal((await desk.post('/admin/mfa/policy', { requirement: 'everyone', grace_days: '14', admin_verification: 'true' })).status, 303);
	await verified(desk, STALE);
	for (const target of [...pages(), preview]) {
		const answer = await desk.get(target);
		assert.equal(answer.status, 303, target);
		assert.ok(answer.location.startsWith('/mfa/challenge?next=/admin/mfa'), answer.location);
	}
	// A field that does not fit is found before anybody is asked for a proof.
	for (const target of ['/admin/mfa?standing=NO', '/admin/mfa/policy?grace_days=x', '/admin/mfa/policy/preview?requirement=off&grace_days=x'])
		assert.match((await desk.get(target)).location ?? '', /^\/mfa\/challenge\?next=/, target);
	for (const [target, form] of [['/admin/mfa/policy', {}], ['/admin/mfa/member/reset', { account: idOf(member) }], ['/admin/mfa/member/exempt', { account: idOf(member) }]]) {
		const answer = await desk.post(target, form);
		assert.equal(answer.status, 403, target);
		assert.doesNotMatch(answer.text, /Mia Member|required of/, target);
	}
	const challenge = await desk.get('/mfa/challenge?next=/admin/mfa');
	const answer = await desk.post('/mfa/challenge', { next: h.valueOf(challenge.text, 'next'), factor: owner.factors[0].id,
		code: await h.nextCode(stack, owner.factors[0]) });
	assert.equal(answer.location, '/admin/mfa');
	assert.equal((await desk.get('/admin/mfa')).status, 200);

	const newcomer = await h.person(stack);
	await m.join(stack, 'harbour', newcomer, 'admin');
	const browser = await h.signIn(stack, newcomer);
	for (const target of [...pages(), '/admin/mfa?standing=NO']) {
		const refused = await browser.get(target);
		assert.equal(refused.status, 409, target);
		assert.match(refused.text, /href="\/mfa\/setup"/, target);
	}
	assert.equal((await desk.post('/admin/mfa/policy', { requirement: 'everyone', grace_days: '14' })).status, 303);
});

// --- the switch -----------------------------------------------------------------------------------

test('with two organizations one is chosen, and each keeps to itself', async () => {
	await m.join(stack, 'linden', owner, 'member');
	desk = await h.signInFully(stack, owner);
	assert.equal((await desk.get('/admin/mfa')).location, '/organization?next=/admin/mfa', 'none is chosen');
	assert.match((await desk.get('/dashboard')).text, />Choose an organization</);
	const page = await desk.get('/organization?next=/admin/mfa');
	const ids = [...page.text.matchAll(/name="organization" value="([^"]*)"/g)].map(([, id]) => id);
	assert.equal(ids.length, 2);
	const [harbour, linden] = ids;
	for (const next of ['https://evil.example/', '//evil.example', 'javascript:alert(1)'])
		assert.doesNotMatch((await desk.get(`/organization?${new URLSearchParams({ next })}`)).text, /evil|alert/);

	const chosen = await desk.post('/organization', { organization: harbour, next: '/admin/mfa' });
	assert.equal(chosen.location, '/admin/mfa?done=switched');
	assert.match(flashOf(await desk.get(chosen.location)), /^You are now working in Harbour <Clinic>\. A verification counts in one organization only, so the next sensitive action asks for a code again\.$/);
	assert.equal((await desk.row()).verified_at, null);
	assert.equal((await desk.post('/admin/mfa/policy', OFF)).status, 403, 'the next sensitive operation asks');

	const other = await desk.post('/organization', { organization: linden });
	assert.equal(other.location, '/dashboard?done=switched');
	assert.match(flashOf(await desk.get(other.location)), /^You are now working in Linden Practice\./);
	const refused = await desk.get('/admin/mfa');
	assert.equal(refused.status, 403, 'an owner there is a member here');
	assert.doesNotMatch((await desk.get('/dashboard')).text, /href="\/admin\/mfa"/);
	assert.equal((await desk.post('/organization', { organization: harbour, next: '//evil.example' })).location, '/dashboard?done=switched');

	for (const [organization, status] of [[h.idText('org', '01890a5d-ac96-774b-bcce-b302099a8057'), 404], ['', 422], ['x', 422]])
		assert.equal((await desk.post('/organization', { organization })).status, status, organization);
	const foreign = await h.signIn(stack, member);
	assert.equal((await foreign.post('/organization', { organization: linden })).status, 404, 'no member there');
});

// --- as long as can be ---

test('the longest page of the longest names and reasons is answered', async () => {
	const keeper = await h.person(stack, { name: 'Kim Keeper' });
	await m.create(stack, 'crowded', 'Crowded Clinic');
	await m.join(stack, 'crowded', keeper, 'owner');
	await m.crowd(stack, 'crowded', 500);
	const organization = `(SELECT organization_id FROM countersign.organizations WHERE slug = 'crowded')`;
	const crowd = `(SELECT account_id FROM countersign.memberships WHERE organization_id = ${organization} AND role = 'member')`;
	await stack.psql(`
		UPDATE countersign.accounts SET name = rpad(name, 64, '"') WHERE account_id IN ${crowd};
		UPDATE countersign.emails SET address = lpad(address, 254, '''') WHERE account_id IN ${crowd};
		UPDATE countersign.memberships SET exempt_until = '2100-01-01', exempt_reason = repeat('🌴', 500), exempted_at = now(), exempt_by = '${keeper.id}'
		WHERE account_id IN ${crowd}`);
	const browser = await h.signIn(stack, keeper);
	await h.enrol(browser, keeper);
	const page = await browser.get('/admin/mfa?limit=500');
	assert.equal(page.status, 200);
	assert.equal(namesIn(page.text).filter((name) => name.endsWith('&quot;')).length, 500);
	assert.equal(csv.rows((await browser.get('/admin/mfa/members.csv')).text).length, 501);
	const id = h.idText('org', await stack.psql(organization.slice(1, -1)));
	const answer = await browser.get(`/v1/organizations/${id}/mfa/compliance?limit=500`);
	assert.equal(answer.status, 200);
	assert.equal(JSON.parse(answer.text).members.filter((one) => one.exemption?.reason.length === 1000).length, 500);
});

// --- when the time is over --------------------------------------------------------------------------

test('one second before the deadline everything works, at it only set-up', async () => {
	assert.equal((await desk.post('/admin/mfa/member/unexempt', { account: idOf(member), code: await h.nextCode(stack, owner.factors[0]) })).status, 303);
	const late = await h.person(stack, { verified: false });
	await m.join(stack, 'harbour', late);
	const browser = await h.signIn(stack, member);
	const { everyone_since: since, grace_days: grace } = await policyOf('harbour');
	const deadline = Math.ceil(Date.parse(since) / 1000) + grace * DAY;
	const at = (second) => stack.clock.set(second - Math.floor(Date.now() / 1000));
	const said = async (left) => assert.match(h.plain((await browser.get('/profile')).text), new RegExp(`requires two-factor authentication\\. You have ${left} left \\(until `));
	for (const [before, left] of [[13 * DAY, '13 days'], [2 * DAY, '2 days'], [DAY + 60, '1 day'], [DAY - 60, '24 hours'], [7200, '2 hours'], [3660, '1 hour'], [600, 'less than an hour']]) {
		at(deadline - before);
		await said(left);
	}
	at(deadline - 2);
	assert.equal((await browser.get('/dashboard')).status, 200);
	at(deadline);
	for (const target of ['/dashboard', '/profile', '/organization', '/mfa/disable', '/mfa/recovery-codes', '/admin/mfa'])
		assert.equal((await browser.get(target)).location, '/mfa/setup', target);
	assert.equal((await browser.post('/profile/sessions/end-others')).location, '/mfa/setup');
	const start = await browser.get('/mfa/setup');
	assert.match(h.plain(start.text), /Harbour <Clinic> requires two-factor authentication\. The grace period ended on .*\. You must enable it before you can continue\./);
	const links = [.../<nav[^]*?<\/nav>/.exec(start.text)[0].matchAll(/<a href="([^"]*)"/g)].map(([, href]) => href);
	assert.deepEqual(links, ['/logout']);
	assert.match((await browser.get('/logout')).text, /href="\/mfa\/setup">Cancel/);
	assert.equal((await browser.post('/mfa/setup/cancel')).location, '/mfa/setup', 'and no further');
	stack.clock.advance(120);
	await h.enrol(browser, member, 'Phone', { password: member.password });
	assert.equal((await browser.get('/dashboard')).status, 200);
	assert.doesNotMatch((await browser.get('/dashboard')).text, /class="deadline"/);
	const overview = h.plain((await desk.get('/dashboard')).text);
	assert.match(overview, /45\d members of Harbour <Clinic> are overdue/);

	stack.clock.advance(grace * DAY);
	const unverified = await h.signIn(stack, late);
	const page = h.plain((await unverified.get('/mfa/setup')).text);
	assert.match(page, /must verify your email address before you can enable/);
	assert.match(page, /The grace period ended on/);
	assert.doesNotMatch(page, /Back to your profile/);
	assert.match((await unverified.get('/verify-email')).text, /href="\/mfa\/setup">Back to setup/);
});

test('the stack ends without a crash', async () => {
	await stack.stop();
});
