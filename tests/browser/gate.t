#!/usr/bin/env -S node --test-reporter=tap
// Guarded sites in a browser: the example of ./start, and a site on another host.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { HtmlValidate } = require('html-validate');
const { launch, person } = require('../lib/browser');
const rig = require('../lib/rig');
const { Application, Nginx, ask, HTML } = require('../lib/gate');

const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const validator = new HtmlValidate({ root: true, extends: ['html-validate:recommended'] });
let stack, browser, application, nginx, port, forgetful, site;

before(async () => {
	port = await rig.freePort();
	forgetful = await rig.freePort();
	site = `http://app.localhost:${port}`;
	application = await new Application().start();
	stack = await rig.start({ set: { workers: 3, argon2_memory_kib: 1024, gate_origins: `${site} http://forgetful.localhost:${forgetful}` } });
	nginx = await new Nginx(stack, path.join(stack.folder, 'site')).start(`
server {
	listen 127.0.0.1:${port};
	include countersign/countersign_gate.conf;
	location / {
		auth_request /_countersign/two_factor;
		include countersign/countersign_gate_proxy.conf;
		proxy_pass http://127.0.0.1:${application.port};
	}
	location /admin/ {
		auth_request /_countersign/fresh;
		include countersign/countersign_gate_proxy.conf;
		proxy_pass http://127.0.0.1:${application.port};
	}
	location = /public.html {
		default_type text/html;
		return 200 '<!DOCTYPE html><title>Public</title><h1>Public</h1>';
	}
}
server {
	listen 127.0.0.1:${forgetful};
	fastcgi_hide_header Set-Cookie;
	include countersign/countersign_gate.conf;
	location / {
		auth_request /_countersign/two_factor;
		include countersign/countersign_gate_proxy.conf;
		proxy_pass http://127.0.0.1:${application.port};
	}
}`, [port, forgetful]);
	browser = await launch();
});

after(async () => {
	await browser?.close();
	await nginx?.stop();
	application?.stop();
	await stack?.stop();
});

// What axe and the validator have to say of the page that is open.
async function assertSound(someone) {
	await someone.page.evaluate(AXE);
	const found = await someone.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
	assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`), []);
	const report = await validator.validateString(await (await someone.lastDocument).text());
	assert.deepEqual(report.results.flatMap((r) => r.messages.map((m) => `${m.line}: ${m.ruleId}: ${m.message}`)), []);
	const sideways = await someone.page.evaluate(() => document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth);
	assert.equal(sideways, false);
}

async function enrolled(name) {
	const someone = await person(stack, browser, { account: await account(name) });
	await someone.signIn();
	await someone.enrol();
	return someone;
}

const account = (name) => stack.createAccount({ email: `${name.toLowerCase()}@example.org`, name: `${name} <b>Exämple` });

for (const script of [true, false]) {
	const how = script ? 'with scripts' : 'without scripts';
	let ann;

	test(`the example of ./start, ${how}: from open to guarded`, async () => {
		ann = await person(stack, browser, { script, account: await account(script ? 'Ann' : 'Bea') });
		await ann.goto('/example');
		await ann.expectHeading('Example site');
		if (script)
			await assertSound(ann);
		await ann.follow('Signed-in users only');
		await ann.expectHeading('Sign in');
		await ann.signIn();
		await ann.expectPath('/example/one-factor');
		await ann.expectText(ann.account.name);
		await ann.expectText(ann.account.email);
		if (script)
			await assertSound(ann);
	});

	test(`the example, ${how}: without a second factor set-up comes first, and then the page`, async () => {
		await ann.follow('Back to the example');
		await ann.follow('Second factor required');
		await ann.expectHeading('Two-factor authentication (MFA)');
		await ann.startSetup();
		ann.key = new URL(await ann.qrOnScreen()).searchParams.get('secret');
		await ann.follow('Next');
		await ann.enterCode(await ann.nextCode(), 'Confirm');
		await ann.press('I have saved my codes');
		await ann.follow('Continue to where you were going');
		await ann.expectPath('/example/two-factor');
		await ann.expectHeading('Second factor required');
		if (script)
			await assertSound(ann);
	});

	test(`the example, ${how}: a fresh code is asked for again when it is old, and no password`, async () => {
		await ann.goto('/example/fresh?tab=2&x=%20y');
		await ann.expectHeading('Recent code required');
		if (script)
			await assertSound(ann);
		stack.clock.advance(61);
		await ann.goto('/example/fresh?tab=2&x=%20y');
		await ann.expectHeading('Verification');
		assert.equal(await ann.field('Password').count(), 0);
		await ann.enterCode(await ann.wrongCode(), 'Verify');
		await ann.expectText('The code is incorrect or has already been used.');
		await ann.enterCode(await ann.nextCode(), 'Verify');
		await ann.expectPath('/example/fresh?tab=2&x=%20y');
		await ann.expectHeading('Recent code required');
		await ann.goto('/example/two-factor');
		await ann.expectHeading('Second factor required');
	});

	test(`a site on another host, ${how}: signed in here, it only goes round`, async () => {
		await ann.page.goto(`${site}/report?a=1&b=%26c`);
		await ann.page.waitForURL(`${site}/report?a=1&b=%26c`);
		const seen = JSON.parse(await ann.page.locator('pre').innerText());
		assert.match(seen.headers['remote-user'], /^usr_/);
		assert.equal(seen.headers['remote-email'], ann.account.email);
		assert.doesNotMatch(seen.headers.cookie ?? '', /__Host-gate=|__Host-session/);
		assert.doesNotMatch(seen.headers.referer ?? '', /ticket/);
		const names = (await ann.context.cookies()).filter((c) => c.domain === 'app.localhost').map((c) => c.name);
		assert.deepEqual(names, ['__Host-gate'], 'and the mark is gone');
	});

	test(`a site on another host, ${how}: behind a form of ours the way still leads there`, async () => {
		stack.clock.advance(601);
		await ann.page.goto(`${site}/admin/users?page=2`);
		await ann.expectHeading('Verification');
		assert.equal(new URL(ann.page.url()).origin, stack.base);
		await Promise.all([ann.page.waitForURL(`${site}/admin/users?page=2`), ann.enterCode(await ann.nextCode(), 'Verify')]);
		assert.equal(JSON.parse(await ann.page.locator('pre').innerText()).url, '/admin/users?page=2');

		await ann.goto('/logout');
		await ann.press('Sign out');
		await ann.page.goto(`${site}/after?x=y`);
		await ann.expectHeading('Sign in');
		await ann.signIn();
		await ann.expectHeading('Verification');
		await Promise.all([ann.page.waitForURL(`${site}/after?x=y`), ann.enterCode(await ann.nextCode(), 'Verify')]);
		ann.assertNoProblems();
		await ann.context.close();
	});
}

test('tabs that are opened together all arrive', async () => {
	const eva = await enrolled('Eva');
	const pages = await Promise.all(Array.from({ length: 5 }, () => eva.context.newPage()));
	await Promise.all(pages.map((page, i) => page.goto(`${site}/tab/${i}`)));
	for (const [i, page] of pages.entries()) {
		await page.waitForURL(`${site}/tab/${i}`);
		assert.equal(JSON.parse(await page.locator('pre').innerText()).url, `/tab/${i}`);
	}
	await eva.context.close();
});

test('a script of the site gets a status it can act on; a load of the page goes round', async () => {
	const kim = await person(stack, browser, { account: await account('Kim') });
	await kim.page.goto(`${site}/public.html`);
	const got = await kim.page.evaluate(async () => {
		const answer = await fetch('/api/data', { headers: { Accept: 'text/html' } });
		return { status: answer.status, type: answer.headers.get('content-type'), code: (await answer.json()).code, redirected: answer.redirected };
	});
	assert.deepEqual(got, { status: 401, type: 'application/problem+json', code: 'unauthenticated', redirected: false });
	await kim.context.close();
});

test('a link with somebody else\'s ticket signs nobody in', async () => {
	const mallory = await enrolled('Mallory');
	const cookie = (await mallory.context.cookies()).find((c) => c.name === '__Host-session').value;
	const away = new URL((await ask(port, '/', { host: `app.localhost:${port}`, headers: HTML })).location);
	const back = await ask(stack.port, away.searchParams.get('next'), { cookie, headers: { ...HTML, 'Sec-Fetch-Site': 'cross-site' } });
	const link = back.location;
	assert.match(link, /^http:\/\/app\.localhost:\d+\/gate\/callback\?ticket=/);
	const victim = await person(stack, browser, { account: await account('Vic') });
	await victim.page.goto(link);
	await victim.expectHeading('Sign in');
	assert.ok((await victim.context.cookies()).every((c) => c.name !== '__Host-gate'));
	await victim.context.close();
	await mallory.context.close();
});

test('a browser that keeps no cookies of the site is not sent round without end', async () => {
	const lou = await enrolled('Lou');
	await assert.rejects(lou.page.goto(`http://forgetful.localhost:${forgetful}/`), /ERR_TOO_MANY_REDIRECTS/);
	await lou.context.close();
});

test('switching the organization that a place belongs to is a page of its own', async () => {
	await stack.ctl(['organization', 'create', '--name', 'Harbour Clinic', '--slug', 'harbour']);
	await stack.ctl(['organization', 'create', '--name', 'Linden', '--slug', 'linden']);
	const mia = await person(stack, browser, { account: await account('Mia') });
	for (const slug of ['harbour', 'linden'])
		await stack.ctl(['organization', 'add-member', slug, mia.account.email, '--role', 'member']);
	await mia.signIn();
	await mia.enrol();
	await mia.goto('/gate/organization?organization=harbour&next=/example/two-factor');
	await mia.expectText('Harbour Clinic');
	await assertSound(mia);
	await mia.press('Switch to Harbour Clinic');
	await mia.expectHeading('Verification');
	await mia.enterCode(await mia.nextCode(), 'Verify');
	await mia.expectPath('/example/two-factor');
	await mia.context.close();
});
