// Chromium, and a person who uses the pages in it. They do what people do: they read the
// QR code from the screen, type and press buttons. The steps are the same whether the
// scripts of the pages run or not; that is a property of the person.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { chromium } = require('playwright-core');
const rig = require('./rig');

const STEP_MS = 15_000;
const TOTP_STEP = 30;

const FLAGS = [
	'--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
];

// Starts the browser of the system. It has no sandbox: root cannot have one, and the pages are ours.
function launch() {
	return chromium.launch({
		executablePath: process.env.COUNTERSIGN_CHROMIUM || '/usr/bin/chromium',
		args: FLAGS,
		chromiumSandbox: false,
	});
}

// Reads a QR code in a picture, by another program than the one that made it.
async function qrRead(png) {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'countersign-qr-'));
	const file = path.join(folder, 'screen.png');
	try {
		fs.writeFileSync(file, png);
		return (await rig.run('zbarimg', ['--raw', '-q', file])).trim();
	} finally {
		fs.rmSync(folder, { recursive: true });
	}
}

class Person {
	constructor(stack, account, script) {
		this.stack = stack;
		this.account = account;
		this.script = script;
		this.problems = [];
		this.documents = new Map();
		this.lastDocument = null;
	}

	// Opens another page of the same browser, as after closing a tab.
	async openPage() {
		const page = await this.context.newPage();
		page.setDefaultTimeout(STEP_MS);
		page.on('console', (message) => this.#console(message));
		page.on('pageerror', (error) => this.problems.push(`script: ${error.message}`));
		page.on('requestfailed', (request) => {
			const why = request.failure()?.errorText;
			// Leaving a page and a download both end the request that is in progress.
			if (why !== 'net::ERR_ABORTED')
				this.problems.push(`request: ${request.url()}: ${why}`);
		});
		page.on('response', (response) => {
			if (!response.request().isNavigationRequest() || response.frame() !== page.mainFrame())
				return;
			this.documents.set(response.url(), response.status());
			this.lastDocument = response;
		});
		this.page = page;
		return page;
	}

	// Records a message of the console. The browser also reports the status of a page that refuses something, which is no problem.
	#console(message) {
		if (message.type() !== 'error' && message.type() !== 'warning')
			return;
		const status = /the server responded with a status of (\d+)/.exec(message.text());
		if (status && this.documents.get(message.location().url) === Number(status[1]))
			return;
		this.problems.push(`console: ${message.text()} (${message.location().url})`);
	}

	// Checks that the content security policy blocked nothing, no script failed, and nothing was missing.
	assertNoProblems() {
		assert.deepEqual(this.problems.splice(0), []);
	}

	get path() {
		const { pathname, search } = new URL(this.page.url());
		return pathname + search;
	}

	async goto(target) {
		await this.page.goto(this.stack.base + target);
	}

	heading() {
		return this.page.locator('h1').innerText();
	}

	async expectHeading(text) {
		await this.page.locator('h1', { hasText: text }).waitFor();
		assert.equal(await this.heading(), text);
	}

	// Waits until the page has the text; fails with the text that it has instead.
	async expectText(text) {
		try {
			await this.page.locator('main').getByText(text).first().waitFor();
		} catch {
			assert.fail(`"${text}" is not on ${this.path}:\n${await this.page.locator('main').innerText()}`);
		}
	}

	async expectNoText(text) {
		assert.equal(await this.page.locator('main').getByText(text).count(), 0, `"${text}" is on ${this.path}`);
	}

	async expectPath(target) {
		await this.page.waitForURL(this.stack.base + target);
	}

	button(name) {
		return this.page.getByRole('button', { name, exact: true });
	}

	link(name) {
		return this.page.getByRole('link', { name, exact: true });
	}

	field(name) {
		return this.page.getByLabel(name, { exact: true });
	}

	async press(name) {
		await this.#leaving(() => this.button(name).click());
	}

	async follow(name) {
		await this.#leaving(() => this.link(name).click());
	}

	// Does what leads to another page, and waits until that page has loaded.
	async #leaving(action) {
		const [response] = await Promise.all([
			this.page.waitForResponse((r) => r.request().isNavigationRequest() && r.frame() === this.page.mainFrame() &&
				(r.status() < 300 || r.status() >= 400)),
			action(),
		]);
		await response.finished();
		await this.page.waitForLoadState('load');
	}

	// --- sign-in -----------------------------------------------------------

	// Fills in the sign-in page; opens it first if another page is shown.
	async signIn({ password = this.account.password } = {}) {
		if (!this.path.startsWith('/login'))
			await this.goto('/login');
		await this.field('Email').fill(this.account.email);
		await this.field('Password').fill(password);
		await this.press('Sign in');
	}

	async signOut() {
		await this.follow('Sign out');
		await this.press('Sign out');
		await this.expectPath('/login');
	}

	// --- codes -------------------------------------------------------------

	// Makes a code that was not used before: each call moves the clock to a new time step.
	async nextCode(key = this.key) {
		this.stack.clock.advance(TOTP_STEP);
		await this.stack.stepWithRoom();
		return this.stack.oathtool(key);
	}

	// Makes a code that is wrong in this time step and in those next to it.
	async wrongCode(key = this.key) {
		const right = await Promise.all([-60, -30, 0, 30, 60].map((offset) => this.stack.oathtool(key, { offset })));
		return ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !right.includes(code));
	}

	// Types a code digit by digit. The script of the page sends it after the sixth; without scripts the button does.
	async enterCode(code, button) {
		await this.field('Verification code').click();
		if (this.script)
			await this.#leaving(() => this.page.keyboard.type(code));
		else {
			await this.page.keyboard.type(code);
			await this.press(button);
		}
	}

	async enterRecoveryCode(code) {
		await this.follow('Use a recovery code');
		await this.field('Recovery code').fill(code);
		await this.press('Verify');
	}

	// --- setup -------------------------------------------------------------

	// Goes from the explanation to the QR code.
	async startSetup({ label = '' } = {}) {
		if (label)
			await this.field('Name of this device (optional)').fill(label);
		await this.press('Start setup');
	}

	// Reads the URI from the QR code on the screen.
	async qrOnScreen() {
		const image = this.page.getByRole('img', { name: /^QR code/ });
		await image.waitFor();
		return qrRead(await image.screenshot());
	}

	// Reads the key under "Show key", in its groups.
	async keyOnScreen() {
		await this.page.getByText('Show key', { exact: true }).click();
		const key = this.page.locator('[data-key]');
		await key.waitFor();
		return (await key.innerText()).trim();
	}

	recoveryCodes() {
		return this.page.locator('[data-codes] li').allInnerTexts();
	}

	// Sets up a factor from start to end, and keeps the key and the recovery codes.
	async enrol({ label = 'Phone' } = {}) {
		await this.goto('/mfa/setup');
		await this.startSetup({ label });
		this.key = new URL(await this.qrOnScreen()).searchParams.get('secret');
		await this.follow('Next');
		await this.enterCode(await this.nextCode(), 'Confirm');
		this.codes = await this.recoveryCodes();
		await this.press('I have saved my codes');
		await this.follow('Done');
	}
}

// Makes a person with an account, in a browser context of their own.
async function person(stack, browser, { script = true, account, ...options } = {}) {
	const someone = new Person(stack, account, script);
	someone.context = await browser.newContext({
		javaScriptEnabled: script, reducedMotion: 'reduce', locale: 'en-GB', ...options,
	});
	if (script)
		await someone.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: stack.base });
	await someone.openPage();
	return someone;
}

module.exports = { launch, person, qrRead, TOTP_STEP };
