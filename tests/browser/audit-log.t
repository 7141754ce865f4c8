#!/usr/bin/env -S node --test-reporter=tap
// The audit log as an admin sees it: a change of one's own is there, filters narrow it by
// keyboard and without scripts, and each of its states holds what every page must hold.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { after, before, test } = require('node:test');
const { launch, person } = require('../lib/browser');
const { inspect } = require('../lib/inspect');
const rig = require('../lib/rig');

const REGION = '.table-scroll';

let stack, browser, ada, max;

before(async () => {
	stack = await rig.start({ set: { workers: 3, argon2_memory_kib: 1024 } });
	browser = await launch();
	const someone = async (name, role, script) => {
		const account = await stack.createAccount({ email: `${name.toLowerCase()}@example.org`, name: `${name} Example` });
		await stack.ctl(['organization', 'add-member', 'acme', account.email, '--role', role]);
		return person(stack, browser, { account, script });
	};
	await stack.ctl(['organization', 'create', '--slug', 'acme', '--name', 'Acme']);
	ada = await someone('Ada', 'admin', true);
	max = await someone('Max', 'member', false);
});

after(async () => {
	await browser?.close();
	await stack?.stop();
});

const rows = (someone) => someone.page.locator('table.rows tbody tr');
const texts = async (someone) => (await rows(someone).allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));

// --- the pages ------------------------------------------------------------------

test('an admin finds their own actions in the audit log', async () => {
	await ada.goto('/admin/audit');
	await ada.signIn();
	await ada.expectPath('/admin/audit');
	await ada.expectHeading('Audit log');
	assert.match((await texts(ada))[0], /Signed in Ada Example ada@example\.org The member 127\.0\.0\.1/);
	await ada.goto('/mfa/setup');
	await ada.startSetup({ label: 'Phone' });
	await ada.goto('/admin/audit');
	assert.match((await texts(ada))[0], /Method setup started Ada Example/);
	assert.equal(await ada.page.locator('nav[aria-label="Organization"] [aria-current="page"]').innerText(), 'Audit log');
	const title = await ada.page.locator('h2#events + p').innerText();
	assert.match(title, /^\d+ events, \d+ \w+ \d{4}, \d\d:\d\d UTC to \d+ \w+ \d{4}, \d\d:\d\d UTC$/);
	await inspect(ada);
});

test('more about an event is a press away', async () => {
	await ada.page.locator('summary').first().click();
	const open = ada.page.locator('details[open]');
	assert.match(await open.innerText(), /Kind\s+factor_setup_started\s+Number\s+\d+ in the member’s audit chain/);
	await inspect(ada);
});

test('the table scrolls within itself by keyboard at 320 px, and says what it is', async () => {
	await ada.page.setViewportSize({ width: 320, height: 800 });
	const region = ada.page.getByRole('region', { name: 'Table of events' });
	await region.focus();
	await ada.page.keyboard.press('ArrowRight');
	await ada.page.waitForFunction((name) => document.querySelector(name).scrollLeft > 0, REGION);
	await ada.page.setViewportSize({ width: 1280, height: 800 });
});

test('without scripts a member sees that the page is for admins only', async () => {
	await max.goto('/admin/audit');
	await max.signIn({ password: 'not the password' });
	await max.signIn();
	assert.equal((await max.lastDocument).status(), 403);
	await max.expectHeading('Not allowed');
});

test('filters narrow it, by words and by person', async () => {
	await ada.goto('/admin/audit');
	await ada.page.getByLabel('Member').fill('max@example.org');
	await ada.page.getByLabel('Event', { exact: true }).selectOption({ label: 'Signed in' });
	await ada.page.getByLabel('Result').selectOption({ label: 'Accepted' });
	await ada.page.getByRole('button', { name: 'Show events' }).click();
	await ada.expectHeading('Audit log');
	assert.equal((await texts(ada)).length, 1);
	assert.match((await texts(ada))[0], /^\d+ \w+ \d{4}, \d\d:\d\d UTC Signed in Max Example max@example\.org The member/);
	assert.equal(await ada.page.getByLabel('Member').inputValue(), 'max@example.org');
	const day = new Date(stack.clock.now() * 1000).toISOString().slice(0, 10);
	await ada.page.getByLabel('Before').fill(day);
	await ada.page.getByRole('button', { name: 'Show events' }).click();
	await ada.expectText('No events match.');
	assert.equal(await ada.page.getByLabel('Before').inputValue(), day);
	await inspect(ada);
	await ada.follow('Clear filters');
	assert.ok((await texts(ada)).length > 2);
});

test('a filter that is none is marked', async () => {
	await ada.goto('/admin/audit?kind=nothing&since=2026-02-30');
	await ada.expectText('There is a problem');
	assert.equal(await ada.page.locator('[aria-invalid="true"]').getAttribute('id'), 'since');
	await inspect(ada);
});

test('older events are on the next page', async () => {
	await stack.psql(`INSERT INTO countersign.audit_events SELECT m.account_id, 1000 + s, now() - s * interval '1 minute', 'verification', 'refused', 'account',
		m.account_id, NULL, NULL, m.organization_id, '2001:db8:1234:5678:9abc:def0:1234:5678', repeat('x', 200), '0123', '{"a":"${'y'.repeat(300)}"}', 1,
		decode(repeat('ab', 32), 'hex') FROM countersign.memberships m, generate_series(60, 110) s WHERE m.role = 'member'`);
	await ada.goto('/admin/audit');
	assert.equal(await rows(ada).count(), 50);
	await inspect(ada);
	await ada.follow('Older events');
	assert.ok(await rows(ada).count() > 0);
	await ada.page.locator('summary').first().click();
	await inspect(ada);
	await ada.follow('Newest events');
	assert.equal(await rows(ada).count(), 50);
});

test('an export is a download with all of the filter', async () => {
	await ada.goto('/admin/audit?kind=verification');
	for (const [words, ending] of [['Export as CSV', 'csv'], ['Export as JSON Lines', 'jsonl']]) {
		const [download] = await Promise.all([ada.page.waitForEvent('download'), ada.page.getByRole('link', { name: words }).click()]);
		assert.match(download.suggestedFilename(), new RegExp(`^audit-acme-\\d{4}-\\d\\d-\\d\\d\\.${ending}$`));
		const text = fs.readFileSync(await download.path(), 'utf8');
		assert.equal(text.trimEnd().split('\n').length, ending === 'csv' ? 52 : 51);
	}
});

test('printed it is a table alone', async () => {
	await ada.goto('/admin/audit');
	await ada.page.emulateMedia({ media: 'print' });
	for (const gone of ['nav[aria-label="Organization"]', 'form.filter', 'header.site', 'table.rows tbody td:last-child', '#export'])
		assert.equal(await ada.page.locator(gone).first().isVisible(), false, gone);
	assert.equal(await ada.page.locator('table.rows tbody th').first().isVisible(), true);
	assert.equal(await ada.page.evaluate((name) => getComputedStyle(document.querySelector(name)).overflowX, REGION), 'visible');
	await ada.page.emulateMedia({ media: 'screen' });
});

test('no page had anything refused, missing or failing', () => {
	ada.assertNoProblems();
	max.assertNoProblems();
});
