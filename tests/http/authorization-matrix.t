#!/usr/bin/env -S node --test-reporter=tap
// Who may reach what: every route of pages and API has a row here that says what it is
// for, and every kind of client requests it. A route without a row fails, and so does a
// guard that was forgotten.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const api = require('../lib/api.js');

// What a route is for; CLIENTS says who may reach it.
const ROUTES = {
	anybody: [
		'GET /', 'GET /login', 'POST /login', 'GET /verify-email', 'POST /verify-email', 'GET /docs/api', 'GET /healthz', 'GET /readyz',
		'POST /v1/sessions', 'GET /v1/openapi.json', 'GET /gate/callback',
	],
	// Any session, also one that waits for its second factor: these routes continue it or end it.
	session: [
		'GET /gate/return', 'GET /logout', 'POST /logout', 'GET /mfa/challenge', 'POST /mfa/challenge', 'POST /mfa/challenge/cancel',
		'GET /v1/sessions/current', 'DELETE /v1/sessions/current', 'POST /v1/sessions/current/verification',
	],
	// The way to a factor, also for those whose time is over.
	setup: [
		'GET /mfa/setup', 'GET /mfa/setup/qr.png', 'POST /mfa/setup/start', 'POST /mfa/setup/confirm', 'POST /mfa/setup/cancel',
		'POST /verify-email/resend',
		'POST /v1/sessions/current/reauthentication', 'GET /v1/me/mfa', 'POST /v1/me/mfa/totp/enroll', 'POST /v1/me/mfa/totp/verify',
		'POST /v1/public/accounts/mfa/setup', 'POST /v1/public/accounts/mfa/enable',
	],
	// What a person does with the own account.
	account: [
		'GET /dashboard', 'GET /gate/organization', 'GET /profile', 'GET /mfa/recovery-codes', 'POST /mfa/recovery-codes', 'POST /mfa/recovery-codes/acknowledge',
		'GET /mfa/disable', 'POST /mfa/disable', 'POST /mfa/factors/rename', 'POST /mfa/factors/prefer', 'GET /mfa/factors/remove',
		'POST /mfa/factors/remove', 'POST /profile/sessions/end', 'POST /profile/sessions/end-others', 'GET /organization', 'POST /organization',
		'GET /v1/sessions', 'PUT /v1/sessions/current/organization', 'DELETE /v1/sessions/{session}', 'DELETE /v1/me/mfa/totp',
		'GET /v1/me/mfa/factors', 'PATCH /v1/me/mfa/factors/{factor}', 'DELETE /v1/me/mfa/factors/{factor}', 'POST /v1/me/mfa/recovery-codes',
		'POST /v1/public/accounts/mfa/disable', 'POST /v1/public/accounts/mfa/recovery-codes/regenerate',
	],
	// Owners and admins of the organization.
	admin: [
		'GET /admin/mfa', 'GET /admin/mfa/members.csv', 'GET /admin/mfa/member', 'POST /admin/mfa/member/reset',
		'POST /admin/mfa/member/exempt', 'POST /admin/mfa/member/unexempt', 'GET /admin/mfa/policy',
		'GET /admin/mfa/policy/preview', 'POST /admin/mfa/policy',
		'GET /v1/organizations/{organization}/mfa/policy', 'PUT /v1/organizations/{organization}/mfa/policy',
		'GET /v1/organizations/{organization}/mfa/compliance', 'PUT /v1/organizations/{organization}/members/{account}/mfa/exemption',
		'DELETE /v1/organizations/{organization}/members/{account}/mfa/exemption', 'POST /v1/organizations/{organization}/members/{account}/mfa/reset',
		'GET /v1/organizations/{organization}/audit-events', 'GET /admin/audit', 'GET /admin/audit/export.csv', 'GET /admin/audit/export.jsonl',
	],
};

// The refusal that each client gets, as an API code and as the target of a page's redirect; without an entry there is none.
const SIGN_IN = { code: 'unauthenticated', to: /^\/login/ };
const CHALLENGE = { code: 'mfa_required', to: /^\/mfa\/challenge$/ };
const SET_UP = { code: 'enrollment_required', to: /^\/mfa\/setup$/ };
const FORBIDDEN = { code: 'forbidden', title: 'Not allowed' };
const ELSEWHERE = { code: 'not_found', own: true };
const CLIENTS = {
	'nobody': { session: SIGN_IN, setup: SIGN_IN, account: SIGN_IN, admin: SIGN_IN },
	'at the challenge': { setup: CHALLENGE, account: CHALLENGE, admin: CHALLENGE },
	'past the deadline': { account: SET_UP, admin: SET_UP },
	'a member': { admin: FORBIDDEN },
	'a sensitive member': { admin: FORBIDDEN },
	'somebody of another organization': { admin: ELSEWHERE },
	'an admin': {},
	'an owner': {},
};

let stack, one;

const rows = Object.values(ROUTES).flat();

// Everybody has a factor and a fresh verification but those whose time is over, or who wait.
const make = {
	'nobody': async () => undefined,
	'at the challenge': async () => {
		const { who } = await joined('admin', {}, true);
		return { who, token: (await api.signIn(stack, who)).token };
	},
	'past the deadline': async () => joined('admin', { late: true }, false),
	'a member': async () => joined('member', {}, true),
	'a sensitive member': async () => joined('member', { sensitive: true }, true),
	'somebody of another organization': async () => {
		const other = await api.administered(stack);
		return { who: other.who, token: other.client.token };
	},
	'an admin': async () => joined('admin', {}, true),
	'an owner': async () => joined('owner', {}, true),
};

async function joined(role, { sensitive = false, late = false }, enrolled) {
	const who = await h.person(stack);
	await api.join(stack, one.slug, who, role, sensitive);
	if (late)
		await stack.psql(`UPDATE countersign.memberships SET joined_at = to_timestamp(${stack.clock.now()}) - interval '90 days' WHERE account_id = '${who.id}'`);
	const client = await api.signIn(stack, who);
	if (enrolled) {
		await api.enrol(client, who);
		await api.verify(client, who.factors[0]);
	}
	return { who, token: client.token };
}

// A session is used up by some routes: a new one like it.
async function again(user) {
	if (user === undefined || !await api.isDead(stack, user.token))
		return user;
	const client = await api.signIn(stack, user.who);
	if (user.verified)
		await api.verify(client, user.who.factors[0]);
	return { ...user, token: client.token };
}

// Sends one request as that client, without a password or code in it, and returns which refusal it gets, if any.
async function ask(user, row) {
	const [method, template] = row.split(' ');
	const target = template.replace('{session}', h.NO_SESSION).replace('{factor}', h.NO_FACTOR)
		.replace('{organization}', one.organizationId).replace('{account}', one.member.accountId);
	const inApi = target.startsWith('/v1/');
	const body = method === 'GET' ? {} : inApi ? { json: {} } : { form: {} };
	const carrier = !user ? {} : inApi ? { headers: { Authorization: `Bearer ${user.token}` } } : { cookie: user.token };
	const answer = await stack.request(method, target, { ...body, ...carrier });
	assert.ok(answer.status < 500, `${row}: ${answer.status}`);
	if (inApi)
		return { api: true, status: answer.status, code: answer.status >= 400 ? answer.json().code : undefined, to: '' };
	return { api: false, status: answer.status, to: answer.location ?? '', title: h.titleOf(answer) };
}

const BARS = [SIGN_IN, CHALLENGE, SET_UP, FORBIDDEN];

function barred(found, bar) {
	return found.api ? found.code === bar.code : bar.title ? found.title === bar.title : found.status === 303 && bar.to.test(found.to);
}

test('a stack starts, with an organization whose deadline has passed for old members', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 3 } });
	one = await api.administered(stack);
	await stack.psql(`UPDATE countersign.policies p SET requirement = 'everyone', required_since = to_timestamp(${stack.clock.now()}) - interval '60 days',
			everyone_since = to_timestamp(${stack.clock.now()}) - interval '60 days', grace_days = 30, version = version + 1
		FROM countersign.organizations o WHERE o.organization_id = p.organization_id AND o.slug = '${one.slug}'`);
});

test('every route has one row', () => {
	const routes = [...h.routes(), ...api.operations()].map((r) => `${r.method} ${r.path}`);
	assert.deepEqual([...rows].sort(), routes.sort());
});

// Where a page leads by itself, which is no bar.
const LEADS = {
	'POST /mfa/challenge/cancel': /^\/(login|profile)$/, 'POST /logout': /^\/login$/, 'GET /': /^\/dashboard$/,
	'POST /mfa/setup/start': /^\/mfa\/setup/, 'POST /mfa/setup/cancel': /^\/(profile|mfa\/setup)$/, 'GET /login': /^\/dashboard$/,
};

for (const [name, bars] of Object.entries(CLIENTS)) {
	test(`${name}: every route`, async () => {
		let user = await make[name]();
		if (user?.who.factors.length > 0)
			user.verified = name !== 'at the challenge';
		for (const [kind, list] of Object.entries(ROUTES)) {
			for (const row of list) {
				user = await again(user);
				const found = await ask(user, row), what = `${name}: ${row}: ${JSON.stringify(found)}`;
				const bar = bars[kind];
				if (bar?.own && !found.api)
					continue; // pages show their own organization
				if (bar)
					assert.ok(barred(found, bar), what);
				else if (!LEADS[row]?.test(found.to))
					assert.ok(!BARS.some((each) => barred(found, each)) || found.code === 'unauthenticated' && kind === 'anybody', what);
			}
		}
	});
}

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', () => stack.stop());
