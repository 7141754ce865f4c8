// The whole journey of a person's second factor. It is written once and runs twice, with the scripts of
// the pages and without. Each test begins where the one before ended.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { after, before, test } = require('node:test');
const { launch, person } = require('./browser');
const rig = require('./rig');

const STALE_S = 11 * 60; // older than a confirmation may be for a change
const CODE = /^[a-z0-9]{5}-[a-z0-9]{5}$/;
const WRONG = 'The code is incorrect or has already been used.';

function journey({ script }) {
	const t = {};
	before(async () => {
		t.stack = await rig.start({ set: { workers: 4, argon2_memory_kib: 1024 } });
		t.browser = await launch();
		const account = await t.stack.createAccount({ email: 'ann@example.org', name: 'Ann Example' });
		t.ann = await person(t.stack, t.browser, { script, account });
	});
	after(async () => {
		await t.browser?.close();
		await t.stack?.stop();
	});
	setUp(t);
	recoveryCodes(t, script);
	challenge(t, script);
	recovery(t);
	methods(t);
	sessions(t, script);
	ending(t);
	test('no page had anything refused, missing or failing', () => t.ann.assertNoProblems());
}

function setUp(t) {
	test('the profile leads to set-up', async () => {
		await t.ann.goto('/profile');
		await t.ann.expectPath('/login?next=/profile');
		await t.ann.signIn();
		await t.ann.expectPath('/profile');
		await t.ann.expectText('Disabled');
		await t.ann.follow('Enable two-factor authentication');
		await t.ann.expectPath('/mfa/setup');
		await t.ann.expectHeading('Two-factor authentication (MFA)');
		await t.ann.expectText('Google Authenticator, Authy, or Microsoft Authenticator');
	});

	test('a session that signed in long ago is asked for the password, and set-up resumes by itself', async () => {
		t.stack.clock.advance(STALE_S);
		await t.ann.startSetup({ label: 'Phone' });
		await t.ann.expectHeading('Confirm your identity');
		await t.ann.field('Password').fill('not the password');
		await t.ann.press('Continue');
		await t.ann.expectText('The password is incorrect.');
		assert.equal(await t.ann.field('Password').inputValue(), '');
		await t.ann.field('Password').fill(t.ann.account.password);
		await t.ann.press('Continue');
		await t.ann.expectPath('/mfa/setup?step=scan');
		await t.ann.expectText('Scan the QR code');
	});

	test('the QR code on the screen holds the key under "Show key"', async () => {
		t.uri = await t.ann.qrOnScreen();
		const uri = new URL(t.uri);
		assert.match(t.uri, /^otpauth:\/\/totp\/Countersign:ann(@|%40)example\.org\?/i);
		assert.equal(uri.searchParams.get('issuer'), 'Countersign');
		t.ann.key = uri.searchParams.get('secret');
		const shown = await t.ann.keyOnScreen();
		assert.match(shown, /^([A-Z2-7]{4}\s+){7}[A-Z2-7]{4}$/);
		assert.equal(shown.replace(/\s/g, ''), t.ann.key);
	});

	test('a wrong code says so and clears the field', async () => {
		await t.ann.follow('Next');
		await t.ann.enterCode(await t.ann.wrongCode(), 'Confirm');
		await t.ann.expectText(WRONG);
		assert.equal(await t.ann.field('Verification code').inputValue(), '');
		assert.match(await t.ann.page.title(), /^Error: /);
	});

	test('Back shows the same QR code', async () => {
		await t.ann.follow('Back');
		assert.equal(await t.ann.qrOnScreen(), t.uri);
	});

	test('the right code enables it and brings ten recovery codes', async () => {
		await t.ann.follow('Next');
		await t.ann.enterCode(await t.ann.nextCode(), 'Confirm');
		await t.ann.expectHeading('Save your recovery codes');
		t.ann.codes = await t.ann.recoveryCodes();
		assert.equal(new Set(t.ann.codes).size, 10);
		for (const code of t.ann.codes)
			assert.match(code, CODE);
	});
}

function recoveryCodes(t, script) {
	test('Download gives a text file of the codes', async () => {
		const [download] = await Promise.all([t.ann.page.waitForEvent('download'), t.ann.link('Download').click()]);
		assert.match(download.suggestedFilename(), /^[a-z-]+\.txt$/);
		const text = fs.readFileSync(await download.path(), 'utf8');
		assert.deepEqual(text.split('\n').filter((line) => CODE.test(line)), t.ann.codes);
		assert.match(text, /ann@example\.org/);
	});

	test('on paper there is the sheet of codes and nothing else', async () => {
		await t.ann.page.emulateMedia({ media: 'print' });
		assert.equal(await t.ann.page.locator('[data-codes] li').first().isVisible(), true);
		assert.match(await t.ann.page.locator('[data-codes]').innerText(), /ann@example\.org/);
		for (const other of ['header', 'footer', 'h1', '.message', '.steps', '.actions'])
			for (const part of await t.ann.page.locator(other).all())
				assert.equal(await part.isVisible(), false, other);
		await t.ann.page.emulateMedia({ media: null });
	});

	if (!script) {
		test('buttons that need a script are not shown', async () => {
			for (const name of ['Copy', 'Print'])
				assert.equal(await t.ann.page.getByText(name, { exact: true }).isVisible(), false, name);
		});
	}

	test('"I have saved my codes" and Done end at the profile', async () => {
		await t.ann.press('I have saved my codes');
		await t.ann.expectText('Two-factor authentication is enabled. From now on, every sign-in requires your authenticator app.');
		await t.ann.follow('Done');
		await t.ann.expectPath('/profile');
		await t.ann.expectText('Enabled');
		await t.ann.expectText('10 left');
		await t.ann.expectNoText('You have not confirmed');
	});
}

// Pastes a code as some apps put it on the clipboard, with a space in the middle.
async function pasteCode(someone, code, script) {
	const spaced = `${code.slice(0, 3)} ${code.slice(3)}`;
	const field = someone.field('Verification code');
	if (!script) {
		await field.fill(spaced);
		await someone.press('Verify');
		return;
	}
	await someone.page.evaluate((text) => navigator.clipboard.writeText(text), spaced);
	await field.focus();
	await Promise.all([someone.page.waitForNavigation(), someone.page.keyboard.press('Control+V')]);
}

function challenge(t, script) {
	test('the next sign-in is challenged; a wrong code says so and clears the field', async () => {
		await t.ann.signOut();
		await t.ann.goto('/mfa/recovery-codes');
		await t.ann.signIn();
		await t.ann.expectPath('/mfa/challenge');
		await t.ann.expectHeading('Verification');
		await t.ann.enterCode(await t.ann.wrongCode(), 'Verify');
		await t.ann.expectText(WRONG);
		assert.equal(await t.ann.field('Verification code').inputValue(), '');
	});

	test('the right code goes on to the page that was asked for', async () => {
		await t.ann.enterCode(await t.ann.nextCode(), 'Verify');
		await t.ann.expectPath('/mfa/recovery-codes');
		await t.ann.expectText('10 of 10 recovery codes left');
	});

	test('a code pasted as "123 456" works', async () => {
		await t.ann.signOut();
		await t.ann.signIn();
		await pasteCode(t.ann, await t.ann.nextCode(), script);
		await t.ann.expectPath('/dashboard');
		await t.ann.expectText('You are signed in as Ann Example.');
	});

	test('Cancel at the challenge returns to sign-in, and the session is dead', async () => {
		await t.ann.signOut();
		await t.ann.signIn();
		const cookies = await t.ann.context.cookies();
		assert.equal(cookies.length, 1);
		await t.ann.press('Cancel');
		await t.ann.expectPath('/login');
		await t.ann.context.addCookies(cookies);
		await t.ann.goto('/mfa/challenge');
		await t.ann.expectHeading('Sign in');
		assert.equal(await t.stack.psql("SELECT count(*) FROM countersign.sessions WHERE state = 'mfa_required'"), '0');
	});
}

function recovery(t) {
	// Signs the person in with the next unused recovery code.
	const signInByCode = async () => {
		await t.ann.signOut();
		await t.ann.signIn();
		await t.ann.enterRecoveryCode(t.ann.codes.shift());
	};

	test('a recovery code signs in, says how many are left, and the way goes on', async () => {
		await t.ann.goto('/profile');
		await t.ann.signIn();
		await t.ann.follow('Use a recovery code');
		await t.ann.follow('Back to verification');
		await t.ann.expectHeading('Verification');
		t.used = t.ann.codes.shift();
		await t.ann.enterRecoveryCode(t.used);
		await t.ann.expectText('You signed in with a recovery code. It cannot be used again. You have 9 left.');
		await t.ann.follow('Continue to where you were going');
		await t.ann.expectPath('/profile');
	});

	test('a used recovery code is refused, another is accepted in any spelling', async () => {
		await t.ann.signOut();
		await t.ann.signIn();
		await t.ann.enterRecoveryCode(t.used);
		await t.ann.expectText(WRONG);
		assert.equal(await t.ann.field('Recovery code').inputValue(), '');
		await t.ann.field('Recovery code').fill(t.ann.codes.shift().toUpperCase().replace('-', ' '));
		await t.ann.press('Verify');
		await t.ann.expectText('8 left');
	});

	test('below four recovery codes new ones are asked for', async () => {
		for (let left = 7; left >= 4; left--) {
			await signInByCode();
			await t.ann.expectText(`It cannot be used again. You have ${left} left.`);
			await t.ann.expectNoText('Generate new recovery codes');
		}
		await signInByCode();
		await t.ann.expectText('You have only 3 recovery codes left.');
		await t.ann.follow('Generate new recovery codes');
		await t.ann.expectText('3 of 10 recovery codes left');
	});

	test('new recovery codes need a code from the app, and end the old ones', async () => {
		const old = t.ann.codes;
		await t.ann.field('Verification code').fill(await t.ann.wrongCode());
		await t.ann.press('Generate new recovery codes');
		await t.ann.expectText(WRONG);
		await t.ann.field('Verification code').fill(await t.ann.nextCode());
		await t.ann.press('Generate new recovery codes');
		await t.ann.expectHeading('New recovery codes');
		t.ann.codes = await t.ann.recoveryCodes();
		assert.equal(new Set([...t.ann.codes, ...old]).size, 13);
		await t.ann.press('I have saved my codes');
		await t.ann.follow('Done');
		await t.ann.expectText('10 left');
		await t.ann.signOut();
		await t.ann.signIn();
		await t.ann.enterRecoveryCode(old[0]);
		await t.ann.expectText(WRONG);
		await t.ann.field('Recovery code').fill(t.ann.codes.shift());
		await t.ann.press('Verify');
		await t.ann.expectText('9 left');
	});
}

function methods(t) {
	const method = (label) => t.ann.page.getByRole('listitem').filter({ has: t.ann.page.getByRole('heading', { name: label }) });

	test('a second device is added without new recovery codes', async () => {
		await t.ann.goto('/profile');
		await t.ann.follow('Add another method');
		await t.ann.startSetup({ label: 'Tablet' });
		t.tablet = new URL(await t.ann.qrOnScreen()).searchParams.get('secret');
		assert.notEqual(t.tablet, t.ann.key);
		await t.ann.follow('Next');
		await t.ann.enterCode(await t.ann.nextCode(t.tablet), 'Confirm');
		await t.ann.follow('Done');
		await t.ann.expectPath('/profile');
		assert.match(await method('Phone').innerText(), /Preferred/);
		assert.doesNotMatch(await method('Tablet').innerText(), /^.*\bPreferred$/m);
	});

	test('the preferred method is asked for first, and another can be chosen', async () => {
		await t.ann.press('Make preferred method: Tablet');
		await t.ann.expectText('Your preferred method was changed.');
		await t.ann.signOut();
		await t.ann.signIn();
		await t.ann.expectText('Enter the code from Tablet.');
		await t.ann.follow('Use Phone instead');
		await t.ann.expectText('Enter the code from Phone.');
		await t.ann.enterCode(await t.ann.nextCode(), 'Verify');
		await t.ann.expectPath('/dashboard');
	});

	test('a method is renamed', async () => {
		await t.ann.follow('Profile');
		await method('Phone').getByText('Rename').click();
		const name = method('Phone').getByLabel('New name');
		assert.equal(await name.inputValue(), 'Phone');
		await name.fill('Old phone <b>&');
		await Promise.all([t.ann.page.waitForNavigation(), method('Phone').getByRole('button', { name: 'Save name' }).click()]);
		await t.ann.expectText('The method was renamed.');
		assert.equal(await method('Old phone <b>&').count(), 1);
	});

	test('removing a method asks an old session for password and code, and goes on by itself', async () => {
		t.stack.clock.advance(STALE_S);
		await t.ann.follow('Remove Tablet');
		await t.ann.expectText('Codes from Tablet will no longer be accepted.');
		await t.ann.press('Remove');
		await t.ann.expectHeading('Confirm your identity');
		await t.ann.field('Password').fill(t.ann.account.password);
		await t.ann.field('Method').selectOption({ label: 'Old phone <b>&' });
		await t.ann.field('Verification code').fill(await t.ann.nextCode());
		await t.ann.press('Continue');
		await t.ann.expectText('The method was removed.');
		assert.equal(await method('Tablet').count(), 0);
		assert.equal(await method('Old phone').count(), 1);
	});
}

function sessions(t, script) {
	const other = async () => {
		const someone = await person(t.stack, t.browser, { script, account: t.ann.account, userAgent: 'Another browser' });
		await someone.signIn();
		await someone.enterCode(await t.ann.nextCode(), 'Verify');
		await someone.expectPath('/dashboard');
		return someone;
	};
	const expectDead = async (someone) => {
		await someone.goto('/profile');
		await someone.expectHeading('Sign in');
		someone.assertNoProblems();
		await someone.context.close();
	};

	test('the profile lists the sessions, and one of them is signed out', async () => {
		const someone = await other();
		await t.ann.goto('/profile');
		assert.equal(await t.ann.page.getByRole('heading', { name: /This session/ }).count(), 1);
		await t.ann.press('Sign out of Another browser 127.0.0.1');
		await t.ann.expectText('The session was signed out.');
		await expectDead(someone);
	});

	test('all other sessions are signed out at once', async () => {
		const someone = await other();
		await t.ann.goto('/profile');
		await t.ann.press('Sign out everywhere else');
		await t.ann.expectText('You were signed out everywhere else.');
		await t.ann.expectNoText('Another browser');
		await expectDead(someone);
	});
}

function ending(t) {
	test('disabling takes the password, and then no code is asked for', async () => {
		await t.ann.follow('Disable two-factor authentication');
		await t.ann.field('Password').fill('not the password');
		await t.ann.press('Disable two-factor authentication');
		await t.ann.expectText('The password is incorrect.');
		await t.ann.field('Password').fill(t.ann.account.password);
		await t.ann.press('Disable two-factor authentication');
		await t.ann.expectPath('/profile?done=disabled');
		await t.ann.expectText('Disabled');
		await t.ann.signOut();
		await t.ann.signIn();
		await t.ann.expectPath('/dashboard');
	});

	test('Cancel during set-up returns to the profile and leaves nothing', async () => {
		await t.ann.goto('/mfa/setup');
		await t.ann.startSetup();
		await t.ann.press('Cancel');
		await t.ann.expectPath('/profile');
		assert.equal(await t.stack.psql('SELECT count(*) FROM countersign.factors'), '0');
	});

	test('a tab closed before the codes were saved locks nobody out, and the profile says so', async () => {
		await t.ann.goto('/mfa/setup');
		await t.ann.startSetup();
		t.ann.key = new URL(await t.ann.qrOnScreen()).searchParams.get('secret');
		await t.ann.follow('Next');
		await t.ann.enterCode(await t.ann.nextCode(), 'Confirm');
		await t.ann.expectHeading('Save your recovery codes');
		await t.ann.page.close();
		await t.ann.openPage();
		await t.ann.goto('/profile');
		await t.ann.expectText('You have not confirmed that you saved your recovery codes.');
		await t.ann.follow('Generate new recovery codes');
		await t.ann.field('Verification code').fill(await t.ann.nextCode());
		await t.ann.press('Generate new recovery codes');
		await t.ann.press('I have saved my codes');
		await t.ann.follow('Done');
		await t.ann.expectText('10 left');
		await t.ann.expectNoText('You have not confirmed');
	});
}

module.exports = { journey };
