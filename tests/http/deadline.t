#!/usr/bin/env -S node --test-reporter=tap
// A deadline is a date: one second before it everything works, one second after it pages
// and API answer enrollment_required, and only set-up, its status and sign-out are
// open. A table of compliance statuses with the clock moved, then what moves the date itself.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const api = require('../lib/api.js');

const DAY = 86_400;

let stack, one, person, client, browser, base;

test('a stack starts, with an organization and a member who is signed in', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 3, session_lifetime: 2_592_000, session_idle: 2_592_000 } });
	one = await api.administered(stack);
	person = one.member;
	client = await api.signIn(stack, person);
	browser = await h.signIn(stack, person);
	base = stack.clock.now() + 100;
});

// The clock stands a whole number of seconds from the base, with most of that second left.
async function toSecond(at) {
	while (Date.now() % 1000 > 250)
		await rig.sleep(20);
	stack.clock.set(base + at - Math.floor(Date.now() / 1000));
}

/*
 * Each row has the compliance status one second before the base and one second after it, and the deadline that is
 * shown (null: none). Its dates, in days from the base, say since when the policy covers admins and all others, when
 * the person joined, and when the exemption ends.
 */
const member = { role: 'member' }, sensitive = { role: 'member', sensitive: true }, admin = { role: 'admin' }, owner = { role: 'owner' };
const all = (since, grace, joined = -900) => ({ requirement: 'everyone', admins: since, everyone: since, grace, joined });
const some = (since, grace, joined = -900) => ({ requirement: 'admins', admins: since, grace, joined });
const ROWS = [
	// [what, before, after, deadline, policy and membership]
	['no policy, a member', 'not_required', 'not_required', null, { ...member, requirement: 'off', grace: 0, joined: -900 }],
	['no policy, an owner', 'not_required', 'not_required', null, { ...owner, requirement: 'off', grace: 0, joined: -900 }],
	['no policy, an exemption', 'not_required', 'not_required', null, { ...member, requirement: 'off', grace: 0, joined: -900, exempt: 3 }],
	['the grace days end', 'grace', 'lapsed', 0, { ...member, ...all(-10, 10) }],
	['one grace day ends', 'grace', 'lapsed', 0, { ...member, ...all(-1, 1) }],
	['a year ends', 'grace', 'lapsed', 0, { ...member, ...all(-365, 365) }],
	['no grace: it is required from now on', 'grace', 'lapsed', 0, { ...member, ...all(0, 0) }],
	['required since long', 'lapsed', 'lapsed', -20, { ...member, ...all(-30, 10) }],
	['a day to go', 'grace', 'grace', 1, { ...member, ...all(-9, 10) }],
	['announced', 'grace', 'grace', 40, { ...member, ...all(30, 10) }],
	['announced, without grace', 'grace', 'grace', 30, { ...member, ...all(30, 0) }],
	['for an admin', 'grace', 'lapsed', 0, { ...admin, ...all(-10, 10) }],
	['for an owner', 'grace', 'lapsed', 0, { ...owner, ...all(-10, 10) }],
	['for a sensitive role', 'grace', 'lapsed', 0, { ...sensitive, ...all(-10, 10) }],
	['joined on the day it began', 'grace', 'lapsed', 0, { ...member, ...all(-10, 10, -10) }],
	['joined later: days of their own', 'grace', 'lapsed', 0, { ...member, ...all(-100, 10, -10) }],
	['joined later, as an admin', 'grace', 'lapsed', 0, { ...admin, ...all(-100, 10, -10) }],
	['joined yesterday', 'grace', 'grace', 9, { ...member, ...all(-100, 10, -1) }],
	['joined just now, no grace', 'grace', 'lapsed', 0, { ...member, ...all(-100, 0, 0) }],
	['joined the day before it was required', 'grace', 'lapsed', 0, { ...member, ...all(-10, 10, -11) }],
	['joined before it is announced for', 'grace', 'grace', 12, { ...member, ...all(2, 10, -1) }],
	['admins only: a member need not', 'not_required', 'not_required', null, { ...member, ...some(-10, 10) }],
	['admins only: a member need not, long after', 'not_required', 'not_required', null, { ...member, ...some(-400, 0) }],
	['admins only: an admin', 'grace', 'lapsed', 0, { ...admin, ...some(-10, 10) }],
	['admins only: an owner', 'grace', 'lapsed', 0, { ...owner, ...some(-10, 10) }],
	['admins only: a sensitive role', 'grace', 'lapsed', 0, { ...sensitive, ...some(-10, 10) }],
	['admins only: an admin who joined later', 'grace', 'lapsed', 0, { ...admin, ...some(-100, 10, -10) }],
	['widened: a member from the later date', 'grace', 'lapsed', 0, { ...member, requirement: 'everyone', admins: -50, everyone: -10, grace: 10, joined: -900 }],
	['widened: an admin from the first', 'lapsed', 'lapsed', -40, { ...admin, requirement: 'everyone', admins: -50, everyone: -10, grace: 10, joined: -900 }],
	['widened: a sensitive role from the first', 'grace', 'lapsed', 0, { ...sensitive, requirement: 'everyone', admins: -10, everyone: -3, grace: 10, joined: -900 }],
	['exempt when the days end', 'exempt', 'exempt', 0, { ...member, ...all(-10, 10), exempt: 5 }],
	['exempt long after', 'exempt', 'exempt', -20, { ...member, ...all(-30, 10), exempt: 5 }],
	['the exemption ends long after', 'exempt', 'lapsed', -20, { ...member, ...all(-30, 10), exempt: 0 }],
	['the exemption ends with the days', 'exempt', 'lapsed', 0, { ...member, ...all(-10, 10), exempt: 0 }],
	['the exemption ends, days are left', 'exempt', 'grace', 3, { ...member, ...all(-7, 10), exempt: 0 }],
	['the exemption has ended, days are left', 'grace', 'grace', 3, { ...member, ...all(-7, 10), exempt: -1 }],
	['the exemption has ended, the days end', 'grace', 'lapsed', 0, { ...member, ...all(-10, 10), exempt: -1 }],
	['an exempt admin', 'exempt', 'lapsed', -20, { ...admin, ...all(-30, 10), exempt: 0 }],
	['an exempt member who need not', 'not_required', 'not_required', null, { ...member, ...some(-30, 10), exempt: 0 }],
];

const at = (days) => (days === undefined ? 'NULL' : `to_timestamp(${base + days * DAY})`);
const realm = () => `(SELECT organization_id FROM countersign.organizations WHERE slug = '${one.slug}')`;

async function arrange(row) {
	await stack.psql(`UPDATE countersign.policies SET requirement = '${row.requirement}', required_since = ${at(row.admins)},
			everyone_since = ${at(row.everyone)}, grace_days = ${row.grace}, version = version + 1 WHERE organization_id = ${realm()};
		UPDATE countersign.memberships SET role = '${row.role}', sensitive = ${row.sensitive ?? false}, joined_at = ${at(row.joined)},
			exempt_until = ${at(row.exempt)}, exempt_reason = ${row.exempt === undefined ? 'NULL' : "'x'"},
			exempt_by = ${row.exempt === undefined ? 'NULL' : `'${one.who.id}'`}, exempted_at = ${row.exempt === undefined ? 'NULL' : 'joined_at'}
		WHERE account_id = '${person.id}' AND organization_id = ${realm()}`);
}

async function assertCompliance(what, status, deadline) {
	const blocked = status === 'lapsed';
	const [list, session, mfa, page, pages] = await Promise.all([
		client.get('/v1/sessions'), client.get('/v1/sessions/current'), client.get('/v1/me/mfa'), browser.get('/profile'), browser.get('/mfa/setup'),
	]);
	if (blocked)
		api.refused(list, 403, 'enrollment_required');
	else
		api.expect(list, 200);
	assert.equal(api.expect(session, 200).state, blocked ? 'enrollment_required' : 'active', what);
	const { policy } = api.expect(mfa, 200);
	assert.equal(policy?.standing ?? 'not_required', status, what);
	assert.equal(policy?.deadline ?? null, deadline === null ? null : new Date((base + deadline * DAY) * 1000).toISOString().replace('.000', ''), what);
	assert.deepEqual([page.status, page.location], blocked ? [303, '/mfa/setup'] : [200, undefined], what);
	assert.equal(pages.status, 200, what);
}

for (const [what, before, after, deadline, row] of ROWS) {
	test(`${what}: ${before}, then ${after}`, async () => {
		await arrange(row);
		for (const [seconds, status] of [[-1, before], [1, after]]) {
			await toSecond(seconds);
			await assertCompliance(what, status, deadline);
			// What its admins see is the same, in the list as in the totals.
			const said = api.expect(await one.client.get(`/v1/organizations/${one.organizationId}/mfa/compliance?search=member`), 200);
			const shown = said.members.find((m) => m.email === person.email);
			assert.equal(shown.standing, status, 'in the list');
			assert.equal(said.totals[status === 'not_required' ? 'notRequired' : status], 1, 'in the totals');
			const filtered = api.expect(await one.client.get(`/v1/organizations/${one.organizationId}/mfa/compliance?standing=${status}`), 200);
			assert.ok(filtered.members.some((m) => m.email === person.email), 'under its filter');
		}
	});
}

test('at the very second of the deadline it has passed', async () => {
	await arrange({ ...member, ...all(-10, 10) });
	await toSecond(0);
	await assertCompliance('at the deadline', 'lapsed', 0);
});

// --- what is open then ------------------------------------------------------------

test('past the deadline every route but set-up, its status and sign-out is closed: API and pages', async () => {
	await arrange({ ...member, ...all(-30, 10) });
	const open = [], shut = [];
	for (const o of api.operations().filter((each) => each.guards.has('active'))) {
		const target = o.path.replace('{session}', h.NO_SESSION).replace('{factor}', h.NO_FACTOR).replace('{organization}', one.organizationId)
			.replace('{account}', person.accountId);
		const answer = await client.request(o.method, target, o.method === 'GET' ? {} : { json: {} });
		(answer.status === 403 && answer.json().code === 'enrollment_required' ? shut : open).push(`${o.method} ${o.path}`);
	}
	assert.deepEqual(open.sort(), ['GET /v1/me/mfa', 'POST /v1/me/mfa/totp/enroll', 'POST /v1/me/mfa/totp/verify',
		'POST /v1/public/accounts/mfa/enable', 'POST /v1/public/accounts/mfa/setup', 'POST /v1/sessions/current/reauthentication']);
	assert.ok(shut.length >= 15);
	for (const route of h.routes().filter((r) => r.guards.has('active') && !r.guards.has('enrolling'))) {
		const answer = await browser.request(route.method, route.path, route.method === 'GET' ? {} : { form: {} });
		assert.deepEqual([answer.status, answer.location], [303, '/mfa/setup'], `${route.method} ${route.path}`);
	}
	for (const path of ['/login', '/mfa/challenge', '/', '/verify-email', '/docs/api', '/logout']) {
		const answer = await browser.get(path);
		assert.doesNotMatch(answer.text, /<li><a href="\/dashboard"/, path);
	}
});

test('signing in past the deadline leads to set-up, and set-up sets free', async () => {
	await toSecond(5);
	const fresh = await api.signIn(stack, person);
	assert.equal((await api.session(fresh)).state, 'enrollment_required');
	const page = await h.signIn(stack, person, { next: '/profile' });
	assert.equal(page.went, '/profile');
	assert.equal((await page.get('/profile')).location, '/mfa/setup');
	await h.enrol(page, person);
	assert.equal((await page.get('/profile')).status, 200);
	assert.equal((await api.mfa(await api.signInFully(stack, person))).policy, undefined);
	// The others must pass the challenge first, like every session after a change of factors.
	api.refused(await fresh.get('/v1/sessions'), 403, 'mfa_required');
});

test('an overdue member has to set up again at once after a reset', async () => {
	const { client: admins } = one;
	await api.verify(admins, one.who.factors[0]);
	api.expect(await admins.post(`${one.at}/members/${person.accountId}/mfa/reset`, { reason: 'Lost the phone' }), 200);
	person.factors = [];
	client = await api.signIn(stack, person);
	browser = await h.signIn(stack, person);
	api.refused(await client.get('/v1/sessions'), 403, 'enrollment_required');
});

// --- what moves the date ------------------------------------------------------------

const put = async (json) => {
	await api.verify(one.client, one.who.factors[0]);
	return api.expect(await one.client.put(`${one.at}/mfa/policy`, json), 200);
};

test('a shortened period counts at once; turned off it frees; on again it begins anew', async () => {
	await arrange({ ...member, requirement: 'off', grace: 0, joined: -900 });
	api.expect(await client.get('/v1/sessions'), 200);
	const on = await put({ requirement: 'everyone', graceDays: 10 });
	stack.clock.advance(3 * DAY);
	api.expect(await client.get('/v1/sessions'), 200);
	await put({ requirement: 'everyone', graceDays: 2 });
	api.refused(await client.get('/v1/sessions'), 403, 'enrollment_required');
	assert.equal((await browser.get('/dashboard')).location, '/mfa/setup');
	await put({ requirement: 'everyone', graceDays: 4 });
	api.expect(await client.get('/v1/sessions'), 200);
	await put({ requirement: 'off', graceDays: 4 });
	assert.equal((await api.mfa(client)).policy, undefined);
	const again = await put({ requirement: 'everyone', graceDays: 4 });
	assert.ok(Date.parse(again.requiredSince) > Date.parse(on.requiredSince));
	stack.clock.advance(3 * DAY);
	api.expect(await client.get('/v1/sessions'), 200);
	stack.clock.advance(DAY + 60);
	api.refused(await client.get('/v1/sessions'), 403, 'enrollment_required');
});

test('a set-up that was begun before the deadline is finished after it', async () => {
	await put({ requirement: 'everyone', graceDays: 20 });
	const pending = await h.begin(browser, 'Phone', { password: person.password });
	await put({ requirement: 'everyone', graceDays: 0 });
	assert.equal((await browser.get('/profile')).location, '/mfa/setup');
	const answer = await browser.post('/mfa/setup/confirm', { factor: pending.id, code: await h.nextCode(stack, pending) });
	assert.equal(answer.status, 200, h.errorOf(answer));
	assert.equal((await browser.get('/profile')).status, 200);
	person.factors = [pending];
});

test('a member of several organizations follows the policy of the chosen one, and without one the strictest policy', async () => {
	const lax = await api.administered(stack), strict = await api.administered(stack);
	const who = await h.person(stack);
	await api.join(stack, lax.slug, who);
	await api.join(stack, strict.slug, who);
	const somebody = await api.signIn(stack, who);
	assert.equal((await api.session(somebody)).organizationId, null, 'several: none is entered by itself');
	api.expect(await lax.client.put(`${lax.at}/mfa/policy`, { requirement: 'everyone', graceDays: 30 }), 200);
	assert.equal((await api.mfa(somebody)).policy.organizationId, lax.organizationId);
	api.expect(await strict.client.put(`${strict.at}/mfa/policy`, { requirement: 'everyone', graceDays: 5 }), 200);
	assert.equal((await api.mfa(somebody)).policy.organizationId, strict.organizationId);
	const enter = (organizationId) => somebody.put('/v1/sessions/current/organization', { organizationId });
	api.expect(await enter(lax.organizationId), 200);
	assert.equal((await api.mfa(somebody)).policy.organizationId, lax.organizationId);
	stack.clock.advance(5 * DAY + 1);
	api.expect(await somebody.get('/v1/sessions'), 200);
	api.expect(await enter(strict.organizationId), 200);
	api.refused(await somebody.get('/v1/sessions'), 403, 'enrollment_required');
	api.refused(await enter(lax.organizationId), 403, 'enrollment_required');
	const anew = await api.signIn(stack, who);
	api.refused(await anew.get('/v1/sessions'), 403, 'enrollment_required');
});

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', () => stack.stop());
