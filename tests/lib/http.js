// Steps that tests through nginx share: people, their browsers, codes, and queries of the database.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');

const rig = require('./rig.js');
const table = require('./routes.js');

const STEP = 30;
// Options for fast password hashing, in tests of something else.
const QUICK = { argon2_memory_kib: 1024, argon2_passes: 1 };
const CODE = /^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$/;

// Keeps a session as a browser does: it sends the last cookie that was set.
class Browser {
	constructor(stack, token) {
		this.stack = stack;
		this.token = token;
	}

	async request(method, target, options = {}) {
		const answer = await this.stack.request(method, target, { cookie: this.token, ...options });
		if (answer.session !== undefined)
			this.token = answer.session || undefined;
		return answer;
	}

	get(target, options) {
		return this.request('GET', target, options);
	}

	post(target, form = {}, options = {}) {
		return this.request('POST', target, { form, ...options });
	}

	// Reads the row of the session; undefined if there is none.
	async row() {
		if (!this.token)
			return undefined;
		const found = await this.stack.psql(`SELECT row_to_json(s) FROM countersign.sessions s
			WHERE session_id = '${sessionOf(this.token)}'`);
		return found ? JSON.parse(found) : undefined;
	}
}

// The parts of a token are 16 bytes of the account, 16 of the session, and 32 of a secret.
const bytesOf = (token) => Buffer.from(token, 'base64url');
const uuidText = (bytes) => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
const accountOf = (token) => uuidText(bytesOf(token).subarray(0, 16));
const sessionOf = (token) => uuidText(bytesOf(token).subarray(16, 32));

// Writes an identifier as the service shows it: its prefix, then 128 bits in 26 characters.
function idText(prefix, uuid) {
	let n = BigInt(`0x${uuid.replace(/-/g, '')}`), text = '';
	for (let i = 0; i < 26; i++, n >>= 5n)
		text = '0123456789abcdefghjkmnpqrstvwxyz'[Number(n & 31n)] + text;
	return `${prefix}_${text}`;
}

// Well-formed identifiers of nothing.
const NO_FACTOR = idText('fct', '01890a5d-ac96-774b-bcce-b302099a8057');
const NO_SESSION = idText('ses', '01890a5d-ac96-774b-bcce-b302099a8057');

let people = 0;

// Makes an account for one test.
async function person(stack, options = {}) {
	const made = await stack.createAccount({ email: `person${++people}@example.org`, ...options });
	const id = await stack.psql(`SELECT account_id FROM countersign.email_owners WHERE address = '${made.email}'`);
	assert.match(id, /^[0-9a-f-]{36}$/, 'the account is there');
	return { ...made, id, factors: [], codes: [] };
}

// Signs a person in with the password alone, and returns the browser.
async function signIn(stack, who, { next } = {}) {
	const browser = new Browser(stack);
	const form = { email: who.email, password: who.password };
	if (next !== undefined)
		form.next = next;
	let answer = await browser.post('/login', form);
	// Of many sign-ins at once, some are asked to come back later.
	for (let tries = 0; answer.status === 503 && answer.headers['retry-after'] && tries < 50; tries++) {
		await rig.sleep(100);
		answer = await browser.post('/login', form);
	}
	assert.equal(answer.status, 303, `signing in: ${answer.status} ${errorOf(answer)}`);
	assert.ok(browser.token, 'signing in sets the cookie');
	browser.went = answer.location;
	return browser;
}

// Signs a person in and passes the challenge.
async function signInFully(stack, who, factor = who.factors[0], options = {}) {
	const browser = await signIn(stack, who, options);
	assert.equal(browser.went, '/mfa/challenge');
	const answer = await browser.post('/mfa/challenge', { factor: factor.id, code: await nextCode(stack, factor) });
	assert.equal(answer.status, 303, `the challenge: ${answer.status} ${errorOf(answer)}`);
	browser.went = answer.location;
	return browser;
}

// Starts a setup: { id, key, label, step } of the pending factor.
async function begin(browser, label = 'Phone', proof = {}) {
	const answer = await browser.post('/mfa/setup/start', { label, ...proof });
	assert.equal(answer.status, 303, `starting setup: ${answer.status} ${errorOf(answer)}`);
	assert.equal(answer.location, '/mfa/setup?step=scan');
	return pending(browser, label);
}

async function pending(browser, label) {
	const scan = await browser.get('/mfa/setup?step=scan');
	const verify = await browser.get('/mfa/setup?step=verify');
	const key = keyOf(scan.text);
	const id = valueOf(verify.text, 'factor');
	assert.match(key, /^[A-Z2-7]{32}$/, 'a key is shown');
	assert.match(id, /^fct_/, 'the form names the factor');
	return { id, key, label, step: 0 };
}

// Sets up a factor from start to end. The person keeps the factor and, with the first one, the codes.
async function enrol(browser, who, label = 'Phone', proof = {}) {
	const factor = await begin(browser, label, proof);
	const code = await nextCode(browser.stack, factor);
	const answer = await browser.post('/mfa/setup/confirm', { factor: factor.id, code });
	assert.equal(answer.status, who.factors.length > 0 ? 303 : 200, `confirming: ${answer.status} ${errorOf(answer)}`);
	if (answer.status === 303)
		assert.equal(answer.location, '/mfa/setup?step=done');
	else
		who.codes = codesOf(answer.text);
	factor.confirmedBy = code;
	who.factors.push(factor);
	return factor;
}

// Makes a person with a factor and codes, and the browser that set them up.
async function enrolled(stack, options) {
	const who = await person(stack, options);
	const browser = await signIn(stack, who);
	await enrol(browser, who);
	assert.equal(who.codes.length, 10);
	return { who, browser };
}

// --- time and codes ---------------------------------------------------------

const stepNow = (stack) => Math.floor(stack.clock.now() / STEP);

// Sets the clock to a second of a time step, with at least half of that second left.
async function toStep(stack, step, second = 2) {
	while (Date.now() % 1000 > 500)
		await rig.sleep(20);
	stack.clock.set(step * STEP + second - Math.floor(Date.now() / 1000));
}

// Makes a code that is right and was not used before; moves the clock if it has to.
async function nextCode(stack, factor) {
	if (stepNow(stack) <= factor.step || stack.clock.now() % STEP > 20)
		await toStep(stack, Math.max(factor.step, stepNow(stack)) + 1);
	factor.step = stepNow(stack);
	return stack.oathtool(factor.key);
}

const codeAt = (stack, factor, step) => stack.oathtool(factor.key, { now: step * STEP });

// Makes six digits that are not the code of any time step nearby.
async function wrongCode(stack, factor) {
	const near = new Set();
	for (let d = -3; d <= 3; d++)
		near.add(await codeAt(stack, factor, stepNow(stack) + d));
	for (let n = 123456; ; n++)
		if (!near.has(`${n}`))
			return `${n}`;
}

// --- pages ------------------------------------------------------------------

const plain = (html) => html.replace(/<[^>]*>/g, '').replace(/&amp;/g, '&').replace(/&quot;|&#34;/g, '"')
	.replace(/&#39;|&#x27;/g, "'").replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/\s+/g, ' ').trim();

const keyOf = (html) => plain(/data-key>([^]*?)<\/p>/.exec(html)?.[1] ?? '').replace(/ /g, '');
const codesOf = (html) => [.../<ol class="codes">([^]*?)<\/ol>/.exec(html)?.[1].matchAll(/<code>([^<]*)<\/code>/g) ?? []]
	.map((found) => found[1]);

// Returns the value of the first input of that name.
function valueOf(html, name) {
	const tag = new RegExp(`<input[^>]*\\bname="${name}"[^>]*>`).exec(html)?.[0];
	return tag && plain(/\bvalue="([^"]*)"/.exec(tag)?.[1] ?? '');
}

const hasField = (html, name) => new RegExp(`<(input|select)[^>]*\\bname="${name}"`).test(html);
const titleOf = (answer) => plain(/<h1[^>]*>([^]*?)<\/h1>/.exec(answer.text)?.[1] ?? '');

// Returns the refusal that a page shows; '' if it shows none.
const errorOf = (answer) => plain(/role="alert"[^>]*>[^]*?<p[^>]*>([^]*?)<\/p>/.exec(answer.text)?.[1] ?? '');

// Whether a response elevated the session: it has a new token and does not lead to sign-in.
const isGranted = (answer) => answer.status < 400 && Boolean(answer.session) && !/^\/login/.test(answer.location ?? '');

// --- the database -----------------------------------------------------------

const number = async (stack, sql) => Number(await stack.psql(sql));

const failures = (stack, who) =>
	number(stack, `SELECT failures FROM countersign.throttles WHERE account_id = '${who.id}'`);

const clearFailures = (stack, who) =>
	stack.psql(`UPDATE countersign.throttles SET failures = 0, blocked_until = NULL WHERE account_id = '${who.id}'`);

// Returns the events of the account after number `after`, in order.
async function events(stack, who, after = 0) {
	const rows = await stack.psql(`SELECT coalesce(json_agg(e ORDER BY seq), '[]')
		FROM countersign.audit_events e WHERE account_id = '${who.id}' AND seq > ${after}`);
	return JSON.parse(rows);
}

const eventCount = (stack, who) =>
	number(stack, `SELECT length FROM countersign.audit_chains WHERE account_id = '${who.id}'`);

// Returns everything that a change of the account's security could have changed, for comparison.
function state(stack, who) {
	const rows = (table, columns, order) => `(SELECT json_agg(t ORDER BY ${order}) FROM
		(SELECT ${columns} FROM countersign.${table} WHERE account_id = '${who.id}') t)`;
	return stack.psql(`SELECT json_build_array(
		${rows('factors', '*', 'factor_id')},
		${rows('recovery_sets', '*', 'set_id')},
		${rows('recovery_codes', '*', 'code_mac')},
		${rows('throttles', '*', 'account_id')},
		${rows('sessions', 'session_id, token_hash, state, verified_at, password_at, expires_at', 'session_id')},
		${rows('accounts', 'password_hash, disabled_at', '1')},
		${rows('audit_chains', '*', 'account_id')})`);
}

// Checks the chain of every account: numbers from 1 without gaps, and the recorded length and head.
async function assertChains(stack) {
	const broken = await stack.psql(`SELECT c.account_id, c.length, e.n, e.low, e.high
		FROM countersign.audit_chains c
		LEFT JOIN (SELECT account_id, count(*) AS n, min(seq) AS low, max(seq) AS high
			FROM countersign.audit_events GROUP BY account_id) e USING (account_id)
		LEFT JOIN countersign.audit_events l ON l.account_id = c.account_id AND l.seq = c.length
		WHERE c.length <> coalesce(e.n, 0) OR coalesce(e.low, 1) <> 1 OR coalesce(e.high, 0) <> c.length
			OR (c.length > 0 AND l.mac IS DISTINCT FROM c.head)`);
	assert.equal(broken, '', 'the audit chains have no gaps');
}

// --- the service ------------------------------------------------------------

// Waits until `probe` returns something true; fails after `ms`. It probes less often the longer it takes, because a probe is often a program.
async function until(what, probe, ms = 15_000) {
	const end = Date.now() + ms;
	for (let pause = 20; ; pause = Math.min(pause * 1.5, 250)) {
		const found = await probe();
		if (found)
			return found;
		assert.ok(Date.now() < end, `waited ${ms} ms: ${what}`);
		await rig.sleep(pause);
	}
}

const logged = (stack, event) => stack.log('countersignd').split(`"event":"${event}"`).length - 1;

// Reloads the pool and waits for it; resolves to whether the reload succeeded.
async function reload(stack) {
	const done = logged(stack, 'reloaded'), failed = logged(stack, 'reload.failed');
	process.kill(stack.pids.supervisor, 'SIGHUP');
	await until('the reload', () => logged(stack, 'reloaded') > done || logged(stack, 'reload.failed') > failed, 60_000);
	return logged(stack, 'reloaded') > done;
}

// Sets options in the configuration and reloads the pool.
async function reconfigure(stack, options) {
	const file = path.join(stack.data, 'countersign.conf');
	let text = fs.readFileSync(file, 'utf8');
	for (const [name, value] of Object.entries(options)) {
		const line = `${name} = ${value}`;
		const old = new RegExp(`^${name} = .*$`, 'm');
		text = old.test(text) ? text.replace(old, line) : `${text}${line}\n`;
	}
	fs.writeFileSync(file, text);
	assert.ok(await reload(stack), 'the pool takes up the configuration');
}

// The routes of the pages: { method, path, guards, fields, stepUp }.
const routes = () => table.of('page');

// Sends bytes as they are and returns everything that comes back.
function raw(stack, bytes, { wait = 8_000 } = {}) {
	return new Promise((resolve, reject) => {
		const socket = net.connect(stack.port, '127.0.0.1');
		const parts = [];
		socket.setTimeout(wait, () => socket.destroy());
		socket.on('data', (part) => parts.push(part));
		socket.on('close', () => resolve(Buffer.concat(parts).toString('latin1')));
		socket.on('error', (error) => (parts.length > 0 || error.code === 'ECONNRESET' ? socket.destroy() : reject(error)));
		socket.write(bytes);
	});
}

// Counts how often each value occurs.
function tally(values) {
	const counts = {};
	for (const value of values)
		counts[value] = (counts[value] || 0) + 1;
	return counts;
}

const times = (n, make) => Promise.all(Array.from({ length: n }, (_, i) => make(i)));

module.exports = {
	STEP, QUICK, CODE, NO_FACTOR, NO_SESSION, Browser, idText, accountOf, sessionOf, bytesOf, person, signIn, signInFully, begin, pending, enrol,
	enrolled, stepNow, toStep, nextCode, codeAt, wrongCode, plain, keyOf, codesOf, valueOf, hasField, titleOf, errorOf,
	isGranted, number, failures, clearFailures, events, eventCount, state, assertChains, until, logged, reload,
	reconfigure, routes, raw, tally, times,
};
