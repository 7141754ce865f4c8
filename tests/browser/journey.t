#!/usr/bin/env -S node --test-reporter=tap
// The whole journey with the pages' scripts, and what only the scripts do.
'use strict';

const assert = require('node:assert/strict');
const { after, before, test } = require('node:test');
const { launch, person } = require('../lib/browser');
const { journey } = require('../lib/journey');
const rig = require('../lib/rig');

journey({ script: true });

let stack, browser, ben;

before(async () => {
	stack = await rig.start({ set: { workers: 2, argon2_memory_kib: 1024 } });
	browser = await launch();
	const account = await stack.createAccount({ email: 'ben@example.org' });
	ben = await person(stack, browser, { account });
	await ben.signIn();
	await ben.goto('/mfa/setup');
	await ben.startSetup();
	ben.key = new URL(await ben.qrOnScreen()).searchParams.get('secret');
	await ben.follow('Next');
	await ben.enterCode(await ben.nextCode(), 'Confirm');
	ben.codes = await ben.recoveryCodes();
});

after(async () => {
	await browser?.close();
	await stack?.stop();
});

test('Copy puts the codes on the clipboard and says so', async () => {
	await ben.button('Copy').click();
	await ben.expectText('Recovery codes copied.');
	const text = await ben.page.evaluate(() => navigator.clipboard.readText());
	assert.deepEqual(text.trim().split('\n'), ben.codes);
});

test('leaving before the codes are saved warns', async () => {
	const asked = ben.page.waitForEvent('dialog');
	const click = ben.link('Profile').click({ noWaitAfter: true });
	const dialog = await asked;
	assert.equal(dialog.type(), 'beforeunload');
	await dialog.dismiss();
	await click;
	await ben.expectHeading('Save your recovery codes');
	assert.deepEqual(await ben.recoveryCodes(), ben.codes);
});

test('Print prints', async () => {
	await ben.page.evaluate(() => {
		window.print = () => document.documentElement.setAttribute('data-printed', '');
	});
	await ben.button('Print').click();
	await ben.page.locator('[data-printed]').waitFor();
});

test('"I have saved my codes" does not warn', async () => {
	let asked = false;
	ben.page.on('dialog', (dialog) => {
		asked = true;
		dialog.accept();
	});
	await ben.press('I have saved my codes');
	await ben.follow('Done');
	assert.equal(asked, false);
});

test('six digits are sent once, and an answer that was refused is not sent again by itself', async () => {
	await ben.signOut();
	await ben.signIn();
	let sent = 0;
	ben.page.on('request', (request) => {
		sent += request.method() === 'POST' && request.url().endsWith('/mfa/challenge');
	});
	await ben.enterCode(await ben.wrongCode(), 'Verify');
	assert.equal(sent, 1);
	await ben.page.keyboard.type('12345');
	await rig.sleep(300);
	assert.equal(sent, 1);
});

test('after five wrong codes the button is disabled for as long as the server refuses codes', async () => {
	await ben.goto('/mfa/challenge');
	for (let wrong = 2; wrong <= 5; wrong++) {
		await ben.enterCode(await ben.wrongCode(), 'Verify');
		await ben.expectText('The code is incorrect');
	}
	await ben.goto('/mfa/challenge');
	await ben.enterCode(await ben.wrongCode(), 'Verify');
	await ben.page.locator('[data-wait-seconds]').waitFor();
	assert.equal(await ben.button('Verify').isDisabled(), true);
	assert.match(await ben.page.locator('[data-wait-left]').innerText(), /^0:[0-3][0-9]$/);
	// Typing six digits does not go around the wait.
	const request = ben.page.waitForRequest((r) => r.method() === 'POST', { timeout: 700 }).then(() => 'sent', () => 'not sent');
	await ben.field('Verification code').fill(await ben.stack.oathtool(ben.key));
	assert.equal(await request, 'not sent');
	stack.clock.advance(31);
	await ben.page.locator('[data-wait-over]').waitFor({ timeout: 40_000 });
	assert.equal(await ben.button('Verify').isEnabled(), true);
	await ben.field('Verification code').fill('');
	await ben.enterCode(await ben.nextCode(), 'Verify');
	await ben.expectPath('/dashboard');
});

test('none of this had anything refused, missing or failing', () => ben.assertNoProblems());
