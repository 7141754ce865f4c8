#!/usr/bin/env -S node --test-reporter=tap
// The answer of the database is lost on its way: nobody knows whether the change
// was made, so nothing is granted, and nothing is done twice.
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
const { test, before, after } = require('node:test');
const proxies = require('../lib/proxy.js');
const rig = require('../lib/rig.js');

const PASSWORD = 'correct horse battery';
let stack, proxy;

async function signIn(email) {
	const answer = await stack.post('/login', { email, password: PASSWORD });
	assert.strictEqual(answer.status, 303);
	return answer;
}

// An account with a factor: its key, and a code counts from the next step on.
async function enrolled(email) {
	await stack.createAccount({ email, password: PASSWORD });
	let cookie = (await signIn(email)).session;
	assert.strictEqual((await stack.post('/mfa/setup/start', {}, { cookie })).status, 303);
	const page = await stack.get('/mfa/setup?step=scan', { cookie });
	const key = [...page.text.matchAll(/class="key-group">([A-Z2-7]+)</g)].map((m) => m[1]).join('');
	const verify = await stack.get('/mfa/setup?step=verify', { cookie });
	const factor = /name="factor" value="(fct_[^"]+)"/.exec(verify.text)[1];
	const answer = await stack.post('/mfa/setup/confirm', { factor, code: await stack.oathtool(key) }, { cookie });
	assert.strictEqual(answer.status, 200);
	stack.clock.advance(30);
	return { email, key, codes: [...answer.text.matchAll(/<code>([^<]+)<\/code>/g)].map((m) => m[1]) };
}

const count = async (sql) => Number(await stack.psql(`SELECT count(*) ${sql}`));
const verifications = (result) =>
	count(`FROM countersign.audit_events WHERE kind = 'verification' AND result = '${result}'`);

async function reload() {
	const before = new Set(stack.pids.workers);
	process.kill(stack.pids.supervisor, 'SIGHUP');
	for (let i = 0; i < 200; i++) {
		await rig.sleep(100);
		const now = stack.pids.workers;
		if (now.length === before.size && now.every((pid) => !before.has(pid)))
			return;
	}
	assert.fail('the workers were not replaced');
}

before(async () => {
	stack = await rig.start({ set: { workers: 2 } });
	const folder = fs.mkdtempSync('/tmp/countersign-proxy-');
	const owner = fs.statSync(path.join(stack.data, 'postgres'));
	fs.chownSync(folder, owner.uid, owner.gid);
	proxy = await proxies.start(folder, stack.sockets, owner);
	const conf = path.join(stack.data, 'countersign.conf');
	const text = fs.readFileSync(conf, 'utf8');
	const moved = text.replace(/^database = .*$/m, (line) => line.replace(stack.sockets, folder));
	assert.notStrictEqual(moved, text);
	fs.writeFileSync(conf, moved);
	await reload();
});

after(async () => {
	await stack?.stop();
	await proxy?.stop();
	if (proxy)
		fs.rmSync(proxy.folder, { recursive: true });
});

for (const way of ['swallow', 'cut-answer']) {
	test(`a verification whose answer is lost (${way}) grants nothing and its code is consumed`, async () => {
		const who = await enrolled(`verification-${way}@example.org`);
		const { session } = await signIn(who.email);
		const accepted = await verifications('accepted');
		const code = await stack.oathtool(who.key);
		await proxy.arm('verification_by_factor', way);
		const started = Date.now();
		const answer = await stack.post('/mfa/challenge', { code }, { cookie: session });
		await proxy.sprung();
		assert.strictEqual(answer.status, 503);
		assert.match(answer.text, /may or may not have been saved/);
		assert.match(answer.text, /use the next one/);
		assert.ok(answer.headers['retry-after']);
		assert.deepStrictEqual(answer.setCookie, [], 'no token leaves');
		assert.ok(Date.now() - started < 10_000, 'it does not wait for ever');
		assert.strictEqual(await verifications('accepted'), accepted + 1, 'the database had done it');
		const old = await stack.get('/profile', { cookie: session });
		assert.strictEqual(old.location, '/login?next=/profile', 'the old token is worth nothing');
		const again = (await signIn(who.email)).session;
		assert.strictEqual((await stack.post('/mfa/challenge', { code }, { cookie: again })).status, 422);
		stack.clock.advance(30);
		const next = await stack.post('/mfa/challenge', { code: await stack.oathtool(who.key) }, { cookie: again });
		assert.strictEqual(next.status, 303, 'the next code works');
	});

	test(`a recovery code whose answer is lost (${way}) is consumed and grants nothing`, async () => {
		const who = await enrolled(`recovery-${way}@example.org`);
		const { session } = await signIn(who.email);
		await proxy.arm('verification_by_code', way);
		const answer = await stack.post('/mfa/challenge', { recovery_code: who.codes[0] }, { cookie: session });
		await proxy.sprung();
		assert.strictEqual(answer.status, 503);
		assert.deepStrictEqual(answer.setCookie, []);
		const again = (await signIn(who.email)).session;
		assert.strictEqual((await stack.post('/mfa/challenge', { recovery_code: who.codes[0] }, { cookie: again })).status, 422);
		assert.strictEqual((await stack.post('/mfa/challenge', { recovery_code: who.codes[1] }, { cookie: again })).status, 303);
	});

	test(`a commit whose answer is lost (${way}) shows no recovery codes and locks nobody out`, async () => {
		const email = `commit-${way}@example.org`;
		await stack.createAccount({ email, password: PASSWORD });
		const { session: cookie } = await signIn(email);
		await stack.post('/mfa/setup/start', {}, { cookie });
		const page = await stack.get('/mfa/setup?step=scan', { cookie });
		const key = [...page.text.matchAll(/class="key-group">([A-Z2-7]+)</g)].map((m) => m[1]).join('');
		const verify = await stack.get('/mfa/setup?step=verify', { cookie });
		const factor = /name="factor" value="(fct_[^"]+)"/.exec(verify.text)[1];
		await proxy.arm('COMMIT', way);
		const answer = await stack.post('/mfa/setup/confirm', { factor, code: await stack.oathtool(key) }, { cookie });
		await proxy.sprung();
		assert.strictEqual(answer.status, 503);
		assert.doesNotMatch(answer.text, /<code>[0-9a-z]{5}-/);
		assert.deepStrictEqual(answer.setCookie, []);
		assert.strictEqual(await count(`FROM countersign.factors f JOIN countersign.email_owners USING (account_id)
			WHERE address = '${email}' AND state = 'active'`), 1, 'the database had done it');
		stack.clock.advance(30);
		const again = await signIn(email);
		assert.strictEqual(again.location, '/mfa/challenge');
		const verified = await stack.post('/mfa/challenge', { code: await stack.oathtool(key) }, { cookie: again.session });
		assert.strictEqual(verified.status, 303);
		const profile = await stack.get('/profile', { cookie: verified.session });
		assert.match(profile.text, /not confirmed that you saved your recovery codes/);
	});
}

test('a verification that never reached the database changes nothing', async () => {
	const who = await enrolled('request@example.org');
	const { session } = await signIn(who.email);
	const accepted = await verifications('accepted');
	const code = await stack.oathtool(who.key);
	await proxy.arm('verification_by_factor', 'cut-request');
	const answer = await stack.post('/mfa/challenge', { code }, { cookie: session });
	await proxy.sprung();
	assert.strictEqual(answer.status, 503);
	assert.deepStrictEqual(answer.setCookie, []);
	assert.strictEqual(await verifications('accepted'), accepted);
	const again = await stack.post('/mfa/challenge', { code }, { cookie: session });
	assert.strictEqual(again.status, 303, 'the same code still works');
});

test('a read whose connection is cut is repeated and the client gets its page', async () => {
	const who = await enrolled('read@example.org');
	const { session } = await signIn(who.email);
	await proxy.arm('subject_load', 'cut-request');
	const answer = await stack.get('/mfa/challenge', { cookie: session });
	await proxy.sprung();
	assert.strictEqual(answer.status, 200);
});

test('a sign-in whose answer is lost opens no session for the client', async () => {
	const who = await enrolled('sign-in@example.org');
	await proxy.arm('sign_in', 'cut-answer');
	const answer = await stack.post('/login', { email: who.email, password: PASSWORD });
	await proxy.sprung();
	assert.strictEqual(answer.status, 503);
	assert.deepStrictEqual(answer.setCookie, []);
	assert.strictEqual((await signIn(who.email)).location, '/mfa/challenge');
});
