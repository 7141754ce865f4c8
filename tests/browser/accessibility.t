#!/usr/bin/env -S node --test-reporter=tap
// Every page and state of a page: axe-core finds nothing, in light and dark, wide
// and at 320 px; the HTML is valid; nothing scrolls sideways; text can be doubled;
// every field has a visible label; nothing was refused by the content security
// policy. And the keyboard alone is enough.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { launch, person } = require('../lib/browser');
const { inspect, valid } = require('../lib/inspect');
const rig = require('../lib/rig');
const mail = require('../lib/mail');

const STALE_S = 11 * 60;

let stack, browser, eva, una;

before(async () => {
	stack = await rig.start({ set: { workers: 3, argon2_memory_kib: 1024 } });
	browser = await launch();
	eva = await person(stack, browser, { account: await stack.createAccount({ email: 'eva@example.org', name: 'Eva Example' }) });
	una = await person(stack, browser, { account: await stack.createAccount({ email: 'una@example.org', verified: false }) });
});

after(async () => {
	await browser?.close();
	await stack?.stop();
});

// A page or state: how it is reached, and what its heading says then.
function state(name, heading, reach) {
	test(name, async () => {
		const someone = (await reach()) ?? eva;
		await someone.expectHeading(heading);
		await inspect(someone);
	});
}

// Sends a form of our own making from the page that is open.
function submit(someone, action, fields) {
	return Promise.all([
		someone.page.waitForNavigation(),
		someone.page.evaluate(([to, values]) => {
			const form = document.body.appendChild(document.createElement('form'));
			form.method = 'post';
			form.action = to;
			for (const [name, value] of Object.entries(values))
				form.appendChild(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
			form.submit();
		}, [action, fields]),
	]);
}

// The token of the link in the second message that ./start wrote into its folder. Only a file that
// has its last name is a message.
async function newestToken() {
	const folder = path.join(stack.data, 'mail');
	const messages = () => fs.readdirSync(folder).filter((name) => name.endsWith('.eml')).sort();
	for (let tries = 0; messages().length < 2 && tries < 100; tries++)
		await rig.sleep(100);
	assert.equal(messages().length, 2, 'two messages are there');
	return (await mail.read(fs.readFileSync(path.join(folder, messages().pop()), 'latin1'))).token;
}

// --- before sign-in ----------------------------------------------------------

state('sign-in', 'Sign in', () => eva.goto('/login'));
state('sign-in refused', 'Sign in', () => eva.signIn({ password: 'not the password' }));
state('nothing at this address', 'Not found', () => eva.goto('/nothing'));
state('nothing at this address, by nginx', 'Page not found', () => eva.goto('/static/nothing'));
state('a form that is too large, by nginx', 'Too much data', async () => {
	await eva.goto('/login');
	await submit(eva, '/login', { email: 'a'.repeat(20_000) });
});
state('not allowed, by nginx', 'Not allowed', async () => {
	await eva.goto('/login');
	await submit(eva, '/static/app.css', {});
});
state('an address that is too long, by nginx', 'Address too long', () => eva.goto(`/${'a'.repeat(9_000)}`));

test('every error page of nginx is valid HTML and stands alone', async () => {
	const folder = path.join(rig.top, 'static/error');
	const files = fs.readdirSync(folder);
	assert.ok(files.length >= 10);
	for (const file of files) {
		const html = fs.readFileSync(path.join(folder, file), 'utf8');
		assert.deepEqual(await valid(html), [], file);
		assert.doesNotMatch(html, /<script|style=|https?:/, file);
	}
});

// --- set-up ------------------------------------------------------------------

state('set-up with an address that is not verified', 'Two-factor authentication (MFA)', async () => {
	await una.signIn();
	await una.goto('/mfa/setup');
	await una.expectText('must verify your email address');
	return una;
});
state('profile with an address that is not verified', 'Profile', async () => {
	await una.goto('/profile');
	await una.expectText('Not verified');
	return una;
});
state('a verification email asked for too soon', 'Verify your email address', async () => {
	await una.press('Send the email again');
	await una.expectText('less than a minute ago');
	return una;
});
state('another verification message', 'Verify your email address', async () => {
	stack.clock.advance(61);
	await una.press('Send the email again');
	await una.expectText('on its way');
	return una;
});
state('the page behind a verification link', 'Verify your email address', async () => {
	await una.goto(`/verify-email?token=${await newestToken()}`);
	return una;
});
state('the address verified', 'Verify your email address', async () => {
	await una.press('Verify email address');
	await una.expectText('is verified');
	return una;
});
state('the address verified before', 'Verify your email address', async () => {
	await una.goto('/verify-email');
	await una.expectText('is verified');
	return una;
});
state('a verification link that does not work', 'This link does not work', async () => {
	await una.goto('/verify-email?token=x');
	return una;
});
state('dashboard, disabled', 'Dashboard', () => eva.goto('/login').then(() => eva.signIn()));
state('profile, disabled', 'Profile', () => eva.goto('/profile'));
state('the wrong kind of request', 'Method not allowed', () => eva.goto('/mfa/setup/start'));
state('sign-out', 'Sign out', () => eva.goto('/logout'));
state('set-up, explanation', 'Two-factor authentication (MFA)', () => eva.goto('/mfa/setup'));
state('set-up, a name that is too long', 'Two-factor authentication (MFA)', async () => {
	await eva.startSetup({ label: 'x'.repeat(80) });
	await eva.expectText('A field is missing');
});
state('step-up by password', 'Confirm your identity', async () => {
	stack.clock.advance(STALE_S);
	await eva.goto('/mfa/setup');
	await eva.startSetup({ label: 'Phone' });
});
state('step-up by password, refused', 'Confirm your identity', async () => {
	await eva.field('Password').fill('not the password');
	await eva.press('Continue');
});
state('set-up, QR code', 'Two-factor authentication (MFA)', async () => {
	await eva.field('Password').fill(eva.account.password);
	await eva.press('Continue');
	eva.key = new URL(await eva.qrOnScreen()).searchParams.get('secret');
});
state('set-up, key shown', 'Two-factor authentication (MFA)', () => eva.keyOnScreen().then(() => eva));
state('set-up, code', 'Two-factor authentication (MFA)', () => eva.follow('Next'));
state('set-up, code refused', 'Two-factor authentication (MFA)', async () =>
	eva.enterCode(await eva.wrongCode(), 'Confirm'));
state('recovery codes of the set-up', 'Save your recovery codes', async () => {
	await eva.enterCode(await eva.nextCode(), 'Confirm');
	eva.codes = await eva.recoveryCodes();
});
state('set-up done', 'Two-factor authentication (MFA)', () => eva.press('I have saved my codes'));
state('profile, enabled', 'Profile', () => eva.follow('Done'));
state('dashboard, enabled', 'Dashboard', () => eva.goto('/dashboard'));
state('adding a method', 'Two-factor authentication (MFA)', () => eva.goto('/mfa/setup'));
state('set-up that is over', 'Two-factor authentication (MFA)', async () => {
	await eva.startSetup({ label: 'A device with quite a long name, as people give them' });
	await eva.follow('Next');
	stack.clock.advance(STALE_S);
	await eva.enterCode('000000', 'Confirm');
	await eva.expectText('no longer open');
});

// --- changes -----------------------------------------------------------------

state('recovery codes, old confirmation', 'Recovery codes', () => eva.goto('/mfa/recovery-codes'));
state('recovery codes, refused', 'Recovery codes', async () => {
	await eva.field('Password').fill('not the password');
	await eva.field('Verification code').fill(await eva.wrongCode());
	await eva.press('Generate new recovery codes');
	await eva.expectText('The password is incorrect.');
});
state('disabling', 'Disable two-factor authentication', () => eva.goto('/mfa/disable'));
state('disabling, refused', 'Disable two-factor authentication', async () => {
	await eva.field('Password').fill(eva.account.password);
	await eva.page.getByText('Use a recovery code').click();
	await eva.field('Recovery code').fill('aaaaa-aaaaa');
	await eva.press('Disable two-factor authentication');
	await eva.expectText('The code is incorrect');
});
state('step-up by code', 'Confirm your identity', async () => {
	stack.clock.advance(STALE_S);
	await eva.goto('/profile');
	await eva.page.getByText('Rename').click();
	await eva.press('Save name');
});
state('step-up by code, refused', 'Confirm your identity', async () => {
	await eva.field('Password').fill(eva.account.password);
	await eva.field('Verification code').fill(await eva.wrongCode());
	await eva.press('Continue');
	await eva.expectText('The code is incorrect');
});
state('profile, after a change', 'Profile', async () => {
	await eva.goto('/profile');
	await eva.page.getByText('Rename').click();
	await eva.field('New name').fill('Phone with a considerablylongunbrokenname for a small screen');
	await eva.press('Save name');
	await eva.field('Verification code').fill(await eva.nextCode());
	await eva.press('Continue');
	await eva.expectText('The method was renamed.');
});
state('profile, several methods', 'Profile', async () => {
	await eva.goto('/mfa/setup');
	await eva.startSetup({ label: 'Tablet' });
	eva.tablet = new URL(await eva.qrOnScreen()).searchParams.get('secret');
	await eva.follow('Next');
	await eva.enterCode(await eva.nextCode(eva.tablet), 'Confirm');
	await eva.follow('Done');
	await eva.page.getByText('Rename').first().click();
});
state('removing a method', 'Remove a method', () => eva.follow('Remove Tablet'));
state('recovery codes, several methods', 'Recovery codes', () => eva.goto('/mfa/recovery-codes'));
state('profile, recovery codes not saved', 'Profile', async () => {
	await stack.psql('UPDATE countersign.recovery_sets SET acknowledged_at = NULL');
	await eva.goto('/profile');
	await eva.expectText('You have not confirmed');
});

// --- the challenge -----------------------------------------------------------

state('challenge, several methods', 'Verification', async () => {
	await eva.goto('/dashboard');
	await eva.signOut();
	await eva.goto('/login?next=/profile');
	await eva.signIn();
});
state('challenge, refused', 'Verification', async () => eva.enterCode(await eva.wrongCode(), 'Verify'));
state('challenge, recovery code', 'Use a recovery code', () => eva.follow('Use a recovery code'));
state('challenge, recovery code refused', 'Use a recovery code', async () => {
	await eva.field('Recovery code').fill('aaaaa-aaaaa');
	await eva.press('Verify');
	await eva.expectText('The code is incorrect');
});
state('dashboard after a recovery code', 'Dashboard', async () => {
	await eva.field('Recovery code').fill(eva.codes.shift());
	await eva.press('Verify');
	await eva.expectText('It cannot be used again.');
});
state('dashboard, few recovery codes', 'Dashboard', async () => {
	await stack.psql('DELETE FROM countersign.recovery_codes WHERE ctid IN (SELECT ctid FROM countersign.recovery_codes LIMIT 7)');
	await eva.goto('/dashboard');
	await eva.expectText('You have only');
});
state('profile, few recovery codes', 'Profile', async () => {
	await stack.psql('UPDATE countersign.recovery_sets SET acknowledged_at = created_at');
	await eva.goto('/profile');
	await eva.expectText('You have only');
});
state('recovery codes, few', 'Recovery codes', () => eva.goto('/mfa/recovery-codes'));
state('recovery codes, none', 'Recovery codes', async () => {
	await stack.psql('DELETE FROM countersign.recovery_codes');
	await eva.goto('/mfa/recovery-codes');
	await eva.expectText('You have no recovery codes left.');
});
state('new recovery codes', 'New recovery codes', async () => {
	await eva.field('Verification code').fill(await eva.nextCode());
	await eva.press('Generate new recovery codes');
	eva.codes = await eva.recoveryCodes();
});
state('new recovery codes, saved', 'Two-factor authentication (MFA)', () => eva.press('I have saved my codes'));
state('challenge, the last free attempt', 'Verification', async () => {
	await eva.signOut();
	await eva.signIn();
	for (let wrong = 0; wrong < 5; wrong++)
		await eva.enterCode(await eva.wrongCode(), 'Verify');
	await eva.expectText('The code is incorrect');
	await eva.expectText('You can try again in');
});
state('challenge, too many attempts', 'Verification', async () => {
	await eva.goto('/mfa/challenge');
	await eva.enterCode(await eva.wrongCode(), 'Verify');
	await eva.expectText('You can try again in');
	assert.equal(await eva.page.getByText('You can try again in').count(), 1);
	assert.equal(await eva.page.locator('[aria-invalid]').count(), 0);
});
state('challenge, locked', 'Verification', async () => {
	stack.clock.advance(60);
	await stack.psql('UPDATE countersign.throttles SET failures = 100');
	await eva.goto('/mfa/challenge');
	await eva.enterCode(await eva.wrongCode(), 'Verify');
	await eva.expectText('Ask your administrator');
	await stack.psql('UPDATE countersign.throttles SET failures = 0');
});

// --- the keyboard ------------------------------------------------------------

// Presses Tab until the element is focused, and sees where the focus is at every stop.
async function tabTo(someone, locator) {
	for (let stops = 0; stops < 30; stops++) {
		await someone.page.keyboard.press('Tab');
		const hidden = await someone.page.evaluate(() => {
			const at = document.activeElement;
			const style = getComputedStyle(at);
			const box = at.getBoundingClientRect();
			const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && box.width > 1 && box.top >= 0;
			return at === document.body || seen ? '' : at.outerHTML;
		});
		assert.equal(hidden, '', 'the focus cannot be seen');
		if (await locator.evaluate((element) => element === document.activeElement))
			return;
	}
	assert.fail('the keyboard does not get there');
}

test('sign-in and challenge with the keyboard alone', async () => {
	const { page } = eva;
	const enter = () => Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
	await page.reload();
	await tabTo(eva, eva.button('Cancel'));
	await enter();
	await eva.expectPath('/login');
	await page.reload();
	await tabTo(eva, eva.field('Email'));
	await page.keyboard.type(eva.account.email);
	await tabTo(eva, eva.field('Password'));
	await page.keyboard.type(eva.account.password);
	await tabTo(eva, eva.button('Sign in'));
	await enter();
	await eva.expectPath('/mfa/challenge');
	await tabTo(eva, eva.link('Use a recovery code'));
	await enter();
	await page.waitForFunction(() => document.activeElement.id === 'recovery_code'); // by itself
	await page.keyboard.type(eva.codes.shift());
	await tabTo(eva, eva.button('Verify'));
	await enter();
	await eva.expectText('It cannot be used again.');
	await tabTo(eva, eva.link('Sign out'));
	await enter();
	await tabTo(eva, eva.button('Sign out'));
	await enter();
	await eva.expectPath('/login');
});

test('the first stop skips to the content', async () => {
	await eva.page.reload();
	await eva.page.keyboard.press('Tab');
	assert.equal(await eva.page.evaluate(() => document.activeElement.textContent), 'Skip to main content');
	await eva.page.keyboard.press('Enter');
	assert.equal(await eva.page.evaluate(() => document.activeElement.id), 'main');
	eva.assertNoProblems();
});

// --- when things fail --------------------------------------------------------

// Something stands still while a page is asked for.
async function frozen(pids, ask) {
	for (const pid of pids)
		process.kill(pid, 'SIGSTOP');
	try {
		await ask();
	} finally {
		for (const pid of pids)
			process.kill(pid, 'SIGCONT');
	}
}

state('the database does not answer', 'Not available', async () => {
	await eva.goto('/login');
	await eva.signIn();
	await frozen(rig.childrenOf(stack.pids.postgres), () => eva.goto('/dashboard'));
});
state('the service does not answer, by nginx', 'Not available right now', async () => {
	const { supervisor } = stack.pids;
	await frozen([supervisor, ...rig.childrenOf(supervisor)], () => eva.goto('/dashboard'));
});
