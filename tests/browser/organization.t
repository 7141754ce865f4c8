#!/usr/bin/env -S node --test-reporter=tap
// An organization that comes to require a second factor, in a browser: its admin's
// policy, list, decisions and file; its members before the deadline, at it and
// behind it; the switch between organizations. Every page and state is looked at as
// in accessibility.t.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { after, before, test } = require('node:test');
const { launch, person } = require('../lib/browser');
const csv = require('../lib/csv');
const { inspect } = require('../lib/inspect');
const m = require('../lib/members');
const rig = require('../lib/rig');

const DAY = 86_400;
const STALE_S = 11 * 60;
const MONTH = 2_592_000;

let stack, browser, olivia, noah, mia, una;

async function join(email, name, role, options = {}) {
	const account = await stack.createAccount({ email, name, ...options });
	await m.join(stack, 'harbour', account, role);
	return account;
}

before(async () => {
	stack = await rig.start({ set: { workers: 3, argon2_memory_kib: 1024, session_idle: MONTH, session_lifetime: MONTH } });
	browser = await launch();
	await m.create(stack, 'harbour', 'Harbour Clinic');
	await m.create(stack, 'linden', 'Linden Practice');
	const account = await join('olivia@harbour.example', 'Olivia Brandt', 'owner');
	await join('adam@harbour.example', 'Adam Okafor', 'admin');
	olivia = await person(stack, browser, { account, acceptDownloads: true });
	noah = await person(stack, browser, { account: await join('noah@harbour.example', 'Noah Visser', 'member') });
	mia = await person(stack, browser, { account: await join('mia@harbour.example', 'Mia Santos', 'member') });
	una = await person(stack, browser, { account: await join('una@harbour.example', 'Una Berg', 'member', { verified: false }) });
	await m.crowd(stack, 'harbour', 120);
});

after(async () => {
	await browser?.close();
	await stack?.stop();
});

const at = (second) => stack.clock.set(second - Math.floor(Date.now() / 1000));
const dayText = (days) => new Date((stack.clock.now() + days * DAY) * 1000).toISOString().slice(0, 10);
const banner = (someone) => someone.page.locator('.deadline p').first();
const rows = (someone) => someone.page.locator('.cards tbody tr');
const totalOf = (someone, name) => someone.page.locator('.chart tr', { hasText: name }).locator('td').first().innerText();

// When the grace period of members ends, in seconds since 1970.
const deadline = () => stack.psql(`SELECT ceil(extract(epoch FROM p.everyone_since))::bigint + p.grace_days * ${DAY}
	FROM countersign.policies p JOIN countersign.organizations o USING (organization_id) WHERE o.slug = 'harbour'`).then(Number);

async function confirmIdentity(someone) {
	await someone.expectHeading('Confirm your identity');
	await someone.field('Verification code').fill(await someone.nextCode());
	await someone.press('Continue');
}

// --- the policy --------------------------------------------------------------

test('changing the policy takes a factor of one\'s own', async () => {
	await olivia.signIn();
	await olivia.follow('Admin');
	await olivia.expectHeading('Members');
	await olivia.follow('Policy');
	await olivia.expectText('does not require two-factor authentication.');
	await olivia.expectText('you need two-factor authentication yourself');
	assert.equal(await olivia.button('Preview changes').count(), 0);
	await inspect(olivia);
	await olivia.enrol();
});

test('the list of members before there is a policy', async () => {
	await olivia.goto('/admin/mfa');
	assert.equal(await totalOf(olivia, 'Not required'), '124');
	await inspect(olivia);
});

test('the form of the policy, and a number that does not fit', async () => {
	await olivia.goto('/admin/mfa/policy');
	assert.equal(await olivia.field('Grace period in days').inputValue(), '14');
	await inspect(olivia);
	await olivia.field('Everyone').check();
	await olivia.field('Grace period in days').fill('400');
	await olivia.press('Preview changes');
	await olivia.expectText('a whole number of days from 0 to 365');
	assert.ok(await olivia.field('Everyone').isChecked(), 'what was chosen is not lost');
	await inspect(olivia);
});

test('without a grace period the preview warns how many members are blocked at once', async () => {
	await olivia.field('Grace period in days').fill('0');
	await olivia.press('Preview changes');
	await olivia.expectHeading('Review the new policy');
	await olivia.expectText('124 members must set up two-factor authentication immediately');
	await inspect(olivia);
});

test('the preview shows whom it hits and when, and saving asks for a code where the last one is old', async () => {
	await olivia.press('Edit');
	await olivia.field('Grace period in days').fill('14');
	await olivia.press('Preview changes');
	await olivia.expectText('In the grace period: 124');
	await olivia.expectText('Must set it up immediately: 0');
	await olivia.expectText(/The grace period of 14 days ends on \d+ \w+ \d{4}, \d\d:\d\d UTC\./);
	await inspect(olivia);
	stack.clock.advance(STALE_S);
	await olivia.press('Save policy');
	await confirmIdentity(olivia);
	await olivia.expectText('The policy was saved.');
	await olivia.expectText('requires two-factor authentication for everyone.');
	await inspect(olivia);
});

// --- a member on the way to the deadline ----------------------------------------

test('the banner shows a member how many days are left', async () => {
	await noah.signIn();
	assert.match(await banner(noah).innerText(), /^Harbour Clinic requires two-factor authentication\. You have 14 days left \(until \d+ \w+ \d{4}, \d\d:\d\d UTC\)\.$/);
	await inspect(noah);
	at(await deadline() - DAY - 60);
	await noah.goto('/profile');
	assert.match(await banner(noah).innerText(), /You have 1 day left/);
	at(await deadline() - 3 * 3600);
	await noah.goto('/profile');
	assert.match(await banner(noah).innerText(), /You have 3 hours left/);
	await mia.signIn();
	assert.match(await banner(mia).innerText(), /You have 3 hours left/);
});

test('before the deadline one works, at it every page leads to set-up', async () => {
	const end = await deadline();
	at(end - 3);
	await noah.goto('/profile');
	await noah.expectHeading('Profile');
	at(end);
	for (const target of ['/profile', '/dashboard', '/organization', '/admin/mfa']) {
		await noah.goto(target);
		await noah.expectPath('/mfa/setup');
	}
	await noah.expectText(/The grace period ended on .*\. You must enable it before you can continue\./);
	assert.deepEqual(await noah.page.getByRole('navigation').getByRole('link').allInnerTexts(), ['Sign out']);
	assert.equal(await banner(noah).count(), 0);
	await inspect(noah);
});

test('set-up is cancelled to its beginning, and done it sets free', async () => {
	await noah.startSetup({ label: 'Phone' });
	if (await noah.field('Password').count() > 0) {
		await noah.field('Password').fill(noah.account.password);
		await noah.press('Continue');
	}
	await inspect(noah);
	await noah.press('Cancel');
	await noah.expectPath('/mfa/setup');
	await noah.expectText('The grace period ended on');
	await noah.enrol();
	await noah.expectHeading('Profile');
	await noah.expectText('so you cannot disable it or remove your last method');
	await inspect(noah);
	await noah.goto('/mfa/disable');
	await noah.expectText('so you cannot disable it');
	await inspect(noah);
});

test('a member with an unverified address reads what to do', async () => {
	await una.signIn();
	await una.expectPath('/mfa/setup');
	await una.expectText('must verify your email address');
	await una.expectText('The grace period ended on');
	await inspect(una);
	await una.goto('/verify-email');
	await inspect(una);
});

// --- the admin's list ---------------------------------------------------------------

test('the dashboard and the list show who has let it pass', async () => {
	await olivia.goto('/dashboard');
	await olivia.expectText('123 members of Harbour Clinic are overdue');
	await inspect(olivia);
	await olivia.follow('View overdue members');
	assert.equal(await totalOf(olivia, 'Overdue'), '123');
	assert.equal(await totalOf(olivia, 'Enrolled'), '2');
	assert.equal(await rows(olivia).count(), 50);
	await inspect(olivia);
});

test('page by page, everybody is there once', async () => {
	await olivia.goto('/admin/mfa');
	const names = await rows(olivia).locator('th a').allInnerTexts();
	while (await olivia.link('Next page').count() > 0) {
		await olivia.follow('Next page');
		names.push(...await rows(olivia).locator('th a').allInnerTexts());
	}
	assert.equal(names.length, 125);
	assert.equal(new Set(names).size, 125);
	await inspect(olivia);
	await olivia.follow('First page');
	assert.deepEqual(await rows(olivia).locator('th a').allInnerTexts(), names.slice(0, 50));
});

test('filter and search', async () => {
	await olivia.goto('/admin/mfa');
	await olivia.field('Name or email').fill('VISS');
	await olivia.press('Show members');
	assert.deepEqual(await rows(olivia).locator('th a').allInnerTexts(), ['Noah Visser']);
	await olivia.field('Compliance status').selectOption('Overdue');
	await olivia.press('Show members');
	await olivia.expectText('No members match.');
	await inspect(olivia);
	await olivia.follow('Clear filters');
	await olivia.follow('Enrolled');
	assert.deepEqual(await rows(olivia).locator('th a').allInnerTexts(), ['Noah Visser', 'Olivia Brandt']);
});

test('the file is downloaded, with what was searched for', async () => {
	await olivia.goto('/admin/mfa?search=crowd');
	const [download] = await Promise.all([olivia.page.waitForEvent('download'), olivia.link('Download as CSV').click()]);
	assert.equal(download.suggestedFilename(), `harbour-mfa-${dayText(0)}.csv`);
	const lines = csv.rows(fs.readFileSync(await download.path(), 'utf8'));
	assert.equal(lines.length, 120);
	assert.deepEqual([lines[0].email, lines[0].standing, lines[0].role], ['crowd-0001@harbour.example', 'lapsed', 'member']);
	olivia.assertNoProblems();
});

test('on paper there is the list, its day and its organization, and nothing to press', async () => {
	await olivia.goto('/admin/mfa');
	await olivia.follow('Long pages for printing');
	assert.equal(await rows(olivia).count(), 125);
	assert.equal(await olivia.link('Long pages for printing').count(), 0);
	await olivia.page.emulateMedia({ media: 'print' });
	for (const gone of ['.site', '.sub-nav', '.filter', '.actions', '.site-foot'])
		assert.equal(await olivia.page.locator(gone).first().isVisible(), false, gone);
	await olivia.expectText(/Harbour Clinic has \d+ members as of \d+ \w+ \d{4}, \d\d:\d\d UTC\./);
	assert.ok(await rows(olivia).first().isVisible());
	assert.equal(await rows(olivia).locator('th a').first().evaluate((link) => getComputedStyle(link).textDecorationLine), 'none');
	await olivia.page.emulateMedia({ media: 'screen' });
});

// --- decisions ------------------------------------------------------------------------

test('an exemption lets a member work until its day is over', async () => {
	await olivia.goto('/admin/mfa?search=mia');
	await olivia.follow('Mia Santos');
	await olivia.expectHeading('Mia Santos');
	await inspect(olivia);
	await olivia.field('Last day').fill(dayText(3));
	await olivia.page.locator('#exempt_reason').fill('Waits for a new phone');
	await olivia.page.locator('#until').evaluate((field) => {
		field.min = '';
		field.value = '2020-01-01';
	});
	await olivia.press('Save exemption');
	await confirmIdentity(olivia);
	await olivia.expectText('Choose a day from today');
	await inspect(olivia);
	const last = dayText(3);
	await olivia.field('Last day').fill(last);
	await olivia.press('Save exemption');
	await olivia.expectText('The exemption was saved.');
	await olivia.expectText('by Olivia Brandt');
	await inspect(olivia);

	await mia.goto('/profile');
	await mia.expectHeading('Profile');
	assert.equal(await banner(mia).count(), 0);
	const end = Date.parse(`${last}T00:00:00Z`) / 1000 + DAY;
	at(end - 3);
	await mia.goto('/profile');
	await mia.expectHeading('Profile');
	at(end);
	await mia.goto('/profile');
	await mia.expectPath('/mfa/setup');
});

test('an exemption is ended', async () => {
	await olivia.goto('/admin/mfa?search=mia');
	await olivia.follow('Mia Santos');
	await olivia.field('Last day').fill(dayText(30));
	await olivia.page.locator('#exempt_reason').fill('Again');
	await olivia.press('Save exemption');
	await confirmIdentity(olivia);
	await olivia.press('End the exemption now');
	await olivia.expectText('The exemption has ended.');
	await mia.goto('/profile');
	await mia.expectPath('/mfa/setup');
});

test('an admin resets a member who lost the phone: they type the address and confirm with a code', async () => {
	await noah.goto('/profile');
	await olivia.goto('/admin/mfa?search=noah');
	await olivia.follow('Noah Visser');
	await inspect(olivia);
	await olivia.page.locator('#reason').fill('Lost the phone, called from the front desk');
	await olivia.field('Member’s email address').fill('noa@harbour.example');
	await olivia.press('Reset the second factor');
	await olivia.expectText('Enter the email address of this member');
	await inspect(olivia);
	stack.clock.advance(STALE_S);
	await olivia.field('Member’s email address').fill('noah@harbour.example');
	await olivia.press('Reset the second factor');
	await olivia.expectText('Confirm your identity to reset the second factor of this member');
	await inspect(olivia);
	await confirmIdentity(olivia);
	await olivia.expectText('The second factor was reset');
	await inspect(olivia);

	await noah.goto('/profile');
	await noah.expectPath('/login?next=/profile');
	await noah.signIn();
	await noah.expectPath('/mfa/setup');
	await noah.enrol();
	await noah.expectText('Enabled');
});

test('of oneself and of owners nothing is decided, and why is said', async () => {
	await olivia.goto('/admin/mfa?search=olivia');
	await olivia.follow('Olivia Brandt');
	await olivia.expectText('This is your own account.');
	assert.equal(await olivia.page.locator('main form').count(), 0);
	await inspect(olivia);
});

test('a member reads that these pages are for admins only', async () => {
	assert.equal(await noah.link('Admin').count(), 0);
	await noah.goto('/admin/mfa');
	await noah.expectHeading('Not allowed');
	await noah.expectText('Your role in this organization does not allow this.');
	await inspect(noah);
});

// --- two organizations ------------------------------------------------------------------

test('with two organizations one is chosen, and the switch says what it has cleared', async () => {
	await m.join(stack, 'linden', olivia.account, 'admin');
	await olivia.signOut();
	await olivia.signIn();
	await olivia.enterCode(await olivia.nextCode(), 'Verify');
	await olivia.goto('/admin/mfa');
	await olivia.expectHeading('Organizations');
	assert.equal(await olivia.link('Choose an organization').count(), 1);
	await inspect(olivia);
	await olivia.press('Work in Linden Practice');
	await olivia.expectHeading('Members');
	await olivia.expectText('You are now working in Linden Practice. A verification counts in one organization only, so the next sensitive action asks for a code again.');
	assert.equal(await rows(olivia).count(), 1, 'nobody of the other one');
	await inspect(olivia);
	await olivia.goto('/admin/mfa/policy');
	await olivia.field('Owners, admins and sensitive roles').check();
	await olivia.press('Preview changes');
	await olivia.press('Save policy');
	await confirmIdentity(olivia);
	await olivia.expectText('The policy was saved.');
	await olivia.follow('Organization: Linden Practice');
	await olivia.expectText('Current');
	await inspect(olivia);
	await olivia.press('Work in Harbour Clinic');
	await olivia.expectHeading('Dashboard');
	await olivia.expectText('You are now working in Harbour Clinic.');
	await inspect(olivia);
});

test('a member reads before the switch that the other organization would block them', async () => {
	await m.join(stack, 'linden', noah.account);
	await noah.goto('/organization');
	await noah.expectText('Your role: member');
	await inspect(noah);
});

// --- without scripts -----------------------------------------------------------------------

test('all of it without scripts', async () => {
	const plain = await person(stack, browser, { account: olivia.account, script: false });
	plain.key = olivia.key;
	await plain.signIn();
	await plain.enterCode(await plain.nextCode(), 'Verify');
	await plain.follow('Choose an organization');
	await plain.press('Work in Harbour Clinic');
	await plain.expectText('You are now working in Harbour Clinic.');
	await plain.follow('Admin');
	await plain.follow('Policy');
	await plain.field('Grace period in days').fill('366');
	await plain.press('Preview changes');
	await plain.expectText('a whole number of days from 0 to 365');
	await plain.field('Grace period in days').fill('21');
	await plain.press('Preview changes');
	await plain.expectText('Grace period: 21 days (currently 14 days)');
	await plain.press('Save policy');
	await confirmIdentity(plain);
	await plain.expectText('The policy was saved.');
	await plain.follow('Members');
	await plain.field('Compliance status').selectOption('Grace period');
	await plain.press('Show members');
	assert.equal(await rows(plain).count(), 50);
	await plain.follow('Next page');
	await plain.follow('First page');
	await plain.field('Name or email').fill('una');
	await plain.press('Show members');
	await plain.follow('Una Berg');
	await plain.field('Last day').fill(dayText(2));
	await plain.page.locator('#exempt_reason').fill('Waits for the message');
	await plain.press('Save exemption');
	await plain.expectText('The exemption was saved.');
	await plain.press('End the exemption now');
	await plain.expectText('The exemption has ended.');
	plain.assertNoProblems();
});
