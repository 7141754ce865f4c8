// Steps that API clients take: sign-in with a token in a header or the cookie, enrolment
// through either API family, verification. Every response is checked against the contract.
'use strict';

const assert = require('node:assert/strict');

const net = require('node:net');

const contract = require('./contract.js');
const h = require('./http.js');
const rig = require('./rig.js');
const table = require('./routes.js');

const CARRIERS = {
	bearer: (token) => ({ headers: { Authorization: `Bearer ${token}` }, origin: false }),
	header: (token) => ({ headers: { 'x-account-access-token': token }, origin: false }),
	cookie: (token) => ({ cookie: token, origin: true }),
};

// Checks what holds for every response of the API.
function check(method, target, answer) {
	contract.validate(method, target, answer);
	assert.equal(answer.headers['cache-control'], 'no-store', `${method} ${target} is not cached`);
	if (answer.status < 400)
		return answer;
	assert.match(answer.headers['content-type'], /^application\/problem\+json/, `${method} ${target}: ${answer.status}`);
	if (answer.status === 401)
		assert.match(answer.headers['www-authenticate'] ?? '', /^Bearer/);
	if (answer.status === 405)
		assert.ok(answer.headers.allow, 'a 405 says what is allowed');
	if (method !== 'HEAD')
		checkProblem(answer);
	return answer;
}

function checkProblem(answer) {
	const problem = answer.json();
	assert.equal(problem.status, answer.status);
	assert.equal(problem.requestId, answer.headers['x-request-id']);
	assert.match(problem.code, /^[a-z_]+$/);
	assert.equal(problem.type, `/docs/api#${problem.code}`);
	assert.equal(answer.headers['retry-after'], problem.retryAfter === undefined ? undefined : `${problem.retryAfter}`);
	assert.equal(Array.isArray(problem.errors), problem.code === 'field_invalid');
}

// Sends one request without a session, or with what the options carry.
async function call(stack, method, target, options = {}) {
	return check(method, target, await stack.request(method, target, { origin: false, ...options }));
}

class Client {
	constructor(stack, token, by = 'bearer') {
		Object.assign(this, { stack, token, by });
	}

	// Follows the token when it is re-issued: in the body for a client that keeps it
	// itself, in the cookie for a browser, and never in the other of the two.
	async request(method, target, { json, headers = {}, ...options } = {}) {
		const carried = this.token ? CARRIERS[this.by](this.token) : { headers: {}, origin: this.by === 'cookie' };
		const answer = await call(this.stack, method, target, {
			json, ...carried, ...options, headers: { ...carried.headers, ...headers },
		});
		const said = answer.status < 300 && answer.headers['content-type'] === 'application/json' && answer.text !== ''
			? answer.json().token : undefined;
		if (this.by === 'cookie') {
			assert.equal(said, undefined, `${method} ${target} keeps the token of a browser out of the body`);
			if (answer.session !== undefined)
				this.token = answer.session || undefined;
		} else {
			assert.deepEqual(answer.setCookie, [], `${method} ${target} sets no cookie for a client of headers`);
			this.token = said ?? this.token;
		}
		return answer;
	}

	get(target, options) {
		return this.request('GET', target, options);
	}

	post(target, json, options) {
		return this.request('POST', target, { json, ...options });
	}

	put(target, json, options) {
		return this.request('PUT', target, { json, ...options });
	}

	patch(target, json, options) {
		return this.request('PATCH', target, { json, ...options });
	}

	delete(target, json, options) {
		return this.request('DELETE', target, { json, ...options });
	}
}

// Returns the body of a response, which must have this status.
function expect(answer, status) {
	assert.equal(answer.status, status, answer.text);
	return answer.text === '' ? undefined : answer.json();
}

// Checks a refusal by status and code.
function refused(answer, status, code) {
	assert.deepEqual([answer.status, answer.json().code], [status, code], answer.text);
	return answer.json();
}

// Returns the errors of a 422 about fields: the detail by pointer, in order.
function faults(answer) {
	return Object.fromEntries(refused(answer, 422, 'field_invalid').errors.map((e) => [e.pointer, e.detail]));
}

// The operations of every API family: { method, path, guards, fields }.
const operations = () => table.of('v1', 'public');

// --- sign-in ----------------------------------------------------------------

// Signs a person in with the password alone, and returns the client. A client with a
// cookie signs in on the page, as a browser does.
async function signIn(stack, who, { by = 'bearer' } = {}) {
	if (by === 'cookie')
		return new Client(stack, (await h.signIn(stack, who)).token, by);
	const client = new Client(stack, undefined, by);
	let answer = await client.post('/v1/sessions', { email: who.email, password: who.password });
	// Of many sign-ins at once, some are asked to come back later.
	for (let tries = 0; answer.status === 503 && answer.headers['retry-after'] && tries < 50; tries++) {
		await rig.sleep(100);
		answer = await client.post('/v1/sessions', { email: who.email, password: who.password });
	}
	expect(answer, 201);
	assert.ok(client.token, 'signing in gives a token');
	return client;
}

async function verify(client, factor) {
	const code = await h.nextCode(client.stack, factor);
	return expect(await client.post('/v1/sessions/current/verification', { code, factorId: factor.id }), 200);
}

async function signInFully(stack, who, options) {
	const client = await signIn(stack, who, options);
	await verify(client, who.factors[0]);
	return client;
}

const reauthenticate = async (client, who) =>
	expect(await client.post('/v1/sessions/current/reauthentication', { password: who.password }), 200);

// --- enrolment --------------------------------------------------------------

// Begins a setup through /v1: returns the pending factor and the codes issued with it.
async function begin(client, who, label) {
	const body = { password: who.password };
	if (label !== undefined)
		body.label = label;
	const said = expect(await client.post('/v1/me/mfa/totp/enroll', body), 200);
	return { id: said.factorId, key: said.secret, label, step: 0, uri: said.totpURI, codes: said.backupCodes, expiresAt: said.expiresAt };
}

async function confirm(client, who, factor) {
	const code = await h.nextCode(client.stack, factor);
	const said = expect(await client.post('/v1/me/mfa/totp/verify', { code, factorId: factor.id }), 200);
	factor.confirmedBy = code;
	who.codes = said.backupCodes ?? factor.codes ?? who.codes;
	who.factors.push(factor);
	return said;
}

// Sets up a factor from start to end. The person keeps the factor and, with the first one, the codes.
async function enrol(client, who, label) {
	const factor = await begin(client, who, label);
	await confirm(client, who, factor);
	return factor;
}

const KEY = /[?&]secret=([A-Z2-7]+)/;

// Does the same through /v1/public, which names no factor.
async function enrolPublic(client, who) {
	const set = expect(await client.post('/v1/public/accounts/mfa/setup'), 200);
	const factor = { key: KEY.exec(set.otpauth_url)[1], step: 0 };
	const code = await h.nextCode(client.stack, factor);
	const on = expect(await client.post('/v1/public/accounts/mfa/enable', { mfa_code: code }), 200);
	factor.confirmedBy = code;
	factor.id = (await factors(client)).find((f) => !who.factors.some((known) => known.id === f.id)).id;
	who.codes = on.mfa_recovery_codes ?? who.codes;
	who.factors.push(factor);
	return factor;
}

// Makes a person with one factor, and the client that set it up. Its session is verified
// only if `verified` is set.
async function enrolled(stack, { by = 'bearer', verified = false, family = 'v1', ...account } = {}) {
	const who = await h.person(stack, account);
	const client = await signIn(stack, who, { by });
	await (family === 'v1' ? enrol : enrolPublic)(client, who);
	assert.equal(who.codes.length, 10);
	if (verified)
		await verify(client, who.factors[0]);
	return { who, client };
}

// --- lost responses ---------------------------------------------------------

// Sends a complete request and disconnects before the response; resolves once it was carried out.
async function leave(client, method, target, json) {
	const body = json === undefined ? '' : JSON.stringify(json);
	const { headers } = CARRIERS[client.by](client.token ?? '');
	const head = {
		Host: `localhost:${client.stack.port}`,
		'Content-Length': Buffer.byteLength(body),
		...(body && { 'Content-Type': 'application/json' }),
		...headers,
	};
	const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`).join('');
	const done = () => client.stack.log('access').split(`"method":"${method}","path":"${target}"`).length;
	const before = done();
	await new Promise((resolve, reject) => {
		const socket = net.connect(client.stack.port, '127.0.0.1');
		socket.on('error', reject);
		socket.write(`${method} ${target} HTTP/1.1\r\n${lines}\r\n${body}`, () => {
			socket.destroy();
			resolve();
		});
	});
	await h.until(`${method} ${target} is carried out`, () => done() > before);
}

// --- state ------------------------------------------------------------------

const session = async (client) => expect(await client.get('/v1/sessions/current'), 200);
const mfa = async (client) => expect(await client.get('/v1/me/mfa'), 200);
const factors = async (client) => expect(await client.get('/v1/me/mfa/factors'), 200).factors;

// Whether a token belongs to no session (any more).
async function isDead(stack, token) {
	const answer = await call(stack, 'GET', '/v1/sessions/current', { headers: { Authorization: `Bearer ${token}` } });
	return answer.status === 401;
}

// Makes an organization with these people as members; returns its id.
let organizations = 0;
async function organization(stack, ...people) {
	const slug = `place-${++organizations}`;
	await stack.ctl(['organization', 'create', '--slug', slug, '--name', `Place ${organizations}`]);
	for (const who of people)
		await stack.ctl(['organization', 'add-member', slug, who.email, '--role', 'member']);
	return h.idText('org', await stack.psql(`SELECT organization_id FROM countersign.organizations WHERE slug = '${slug}'`));
}

// Adds a person to an organization.
const join = (stack, slug, who, role = 'member', sensitive = false) =>
	stack.ctl(['organization', 'add-member', slug, who.email, '--role', role, ...(sensitive ? ['--sensitive'] : [])]);

// Makes an organization with an admin, who has a factor and a fresh verification, and a plain member.
async function administered(stack, { role = 'admin', by = 'bearer' } = {}) {
	const slug = `realm-${++organizations}`;
	await stack.ctl(['organization', 'create', '--slug', slug, '--name', `Realm ${organizations}`]);
	const who = await h.person(stack, { name: 'Admin Person' });
	const member = await h.person(stack, { name: 'Member Person' });
	await join(stack, slug, who, role);
	await join(stack, slug, member);
	const client = await signIn(stack, who, { by });
	await enrol(client, who);
	await verify(client, who.factors[0]);
	const { organizationId } = await session(client);
	return { who, client, member: { ...member, accountId: h.idText('usr', member.id) }, slug, organizationId, at: `/v1/organizations/${organizationId}` };
}

module.exports = {
	Client, check, call, operations, expect, refused, faults, signIn, verify, signInFully, reauthenticate, begin, confirm, enrol,
	enrolPublic, enrolled, leave, session, mfa, factors, isDead, organization, join, administered,
};
