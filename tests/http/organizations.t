#!/usr/bin/env -S node --test-reporter=tap
// What owners and admins do through the API: policy, compliance, exemption, reset;
// who may, in a matrix of roles and routes that is made from the tables of routes; and
// which fault each invalid input gets.
'use strict';

const assert = require('node:assert/strict');
const test = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const api = require('../lib/api.js');

const DAY = 86_400;
const NOBODY = h.idText('usr', '01890a5d-ac96-774b-bcce-b302099a8057');
const NOWHERE = h.idText('org', '01890a5d-ac96-774b-bcce-b302099a8057');

let stack;

const iso = (seconds) => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
const ahead = (days) => iso(stack.clock.now() + days * DAY);
const shift = (time, days) => iso(Date.parse(time) / 1000 + days * DAY);

const policy = async (one) => api.expect(await one.client.get(`${one.at}/mfa/policy`), 200);
const setPolicy = async (one, wanted) => api.expect(await one.client.put(`${one.at}/mfa/policy`, wanted), 200);
const members = async (one, query = '') => api.expect(await one.client.get(`${one.at}/mfa/compliance${query}`), 200);
const complianceOf = async (one, who) => (await members(one)).members.find((m) => m.email === who.email).standing;
const accountOf = (who) => h.idText('usr', who.id);

// Another person of the organization, signed in.
async function joined(one, role = 'member', { sensitive = false, enrol = false } = {}) {
	const who = await h.person(stack);
	await api.join(stack, one.slug, who, role, sensitive);
	const client = await api.signIn(stack, who);
	if (enrol) {
		await api.enrol(client, who);
		await api.verify(client, who.factors[0]);
	}
	return { who, client };
}

test('a stack starts', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 3 } });
});

// --- the policy ----------------------------------------------------------------

test('a new organization requires nothing', async () => {
	const one = await api.administered(stack);
	assert.deepEqual(await policy(one), {
		requirement: 'off', requiredSince: null, everyoneSince: null, graceDays: 14, deadline: null, reauthenticationAge: null,
		verificationAge: null, adminVerification: false,
		totals: { members: 2, enrolled: 1, grace: 0, lapsed: 0, exempt: 0, notRequired: 1 },
	});
});

test('a policy for everyone: dates, totals, the event with before and after', async () => {
	const one = await api.administered(stack);
	const before = await h.eventCount(stack, one.who);
	const said = await setPolicy(one, { requirement: 'everyone', graceDays: 10, verificationAge: 300 });
	assert.equal(said.requiredSince, said.everyoneSince);
	assert.ok(Math.abs(Date.parse(said.requiredSince) / 1000 - stack.clock.now()) <= 5);
	assert.equal(said.deadline, shift(said.requiredSince, 10));
	assert.deepEqual(said.totals, { members: 2, enrolled: 1, grace: 1, lapsed: 0, exempt: 0, notRequired: 0 });
	assert.deepEqual(await policy(one), said);
	const [event] = await h.events(stack, one.who, before);
	assert.deepEqual([event.kind, event.result, event.actor_id], ['policy_changed', 'accepted', one.who.id]);
	assert.equal(h.idText('org', event.organization_id), one.organizationId);
	assert.deepEqual([event.details.before.requirement, event.details.after.requirement, event.details.after.graceDays],
		['off', 'everyone', 10]);
	assert.equal(event.details.after.verificationAge, 300);
});

test('the same policy again changes nothing, not even the dates', async () => {
	const one = await api.administered(stack);
	const wanted = { requirement: 'everyone', graceDays: 10 };
	const first = await setPolicy(one, wanted), count = await h.eventCount(stack, one.who);
	stack.clock.advance(60);
	assert.deepEqual(await setPolicy(one, wanted), first);
	assert.equal(await h.eventCount(stack, one.who), count);
});

test('a dry run says whom it would hit and changes nothing', async () => {
	const one = await api.administered(stack);
	const count = await h.eventCount(stack, one.who), before = await policy(one);
	const said = await setPolicy(one, { requirement: 'everyone', graceDays: 0, dryRun: true });
	assert.deepEqual(said.totals, { members: 2, enrolled: 1, grace: 0, lapsed: 1, exempt: 0, notRequired: 0 });
	assert.equal(said.deadline, said.requiredSince);
	assert.deepEqual(await policy(one), before);
	assert.equal(await h.eventCount(stack, one.who), count);
});

test('widening keeps the date of those who were covered; narrowing and widening begins anew for the others', async () => {
	const one = await api.administered(stack);
	const admins = await setPolicy(one, { requirement: 'admins', graceDays: 5 });
	assert.equal(admins.everyoneSince, null);
	stack.clock.advance(2 * DAY);
	await verifyAgain(one);
	const wide = await setPolicy(one, { requirement: 'everyone', graceDays: 5 });
	assert.equal(wide.requiredSince, admins.requiredSince);
	assert.ok(Date.parse(wide.everyoneSince) >= Date.parse(admins.requiredSince) + 2 * DAY * 1000);
	const narrow = await setPolicy(one, { requirement: 'admins', graceDays: 5 });
	assert.deepEqual([narrow.requiredSince, narrow.everyoneSince], [admins.requiredSince, null]);
	const off = await setPolicy(one, { requirement: 'off', graceDays: 5 });
	assert.deepEqual([off.requiredSince, off.deadline], [null, null]);
});

// After a day the session is over and its verification old: a new one.
async function verifyAgain(one) {
	one.client = await api.signIn(stack, one.who);
	await api.verify(one.client, one.who.factors[0]);
}

test('a policy can be announced, and its date moved', async () => {
	const one = await api.administered(stack);
	const said = await setPolicy(one, { requirement: 'everyone', graceDays: 3, requiredSince: ahead(20) });
	assert.equal(said.deadline, shift(said.requiredSince, 3));
	assert.equal(said.totals.grace, 1);
	const moved = await setPolicy(one, { requirement: 'everyone', graceDays: 3, requiredSince: ahead(40).slice(0, 10) });
	assert.equal(moved.requiredSince, `${ahead(40).slice(0, 10)}T00:00:00Z`);
	assert.equal(moved.everyoneSince, moved.requiredSince);
});

test('all invalid members of a policy are reported at once, and nothing changes', async () => {
	const one = await api.administered(stack);
	const before = await policy(one), put = (json) => one.client.put(`${one.at}/mfa/policy`, json);
	assert.deepEqual(Object.keys(api.faults(await put({}))), ['/requirement', '/graceDays']);
	const all = { requirement: 'some', graceDays: 366, verificationAge: 59, reauthenticationAge: 86_401 };
	assert.deepEqual(Object.keys(api.faults(await put(all))).sort(), ['/graceDays', '/reauthenticationAge', '/requirement', '/verificationAge']);
	for (const graceDays of [-1, 1.5, '14', true, 1e10, []])
		assert.deepEqual(Object.keys(api.faults(await put({ requirement: 'off', graceDays }))), ['/graceDays'], `${graceDays}`);
	for (const requiredSince of ['tomorrow', '2026-02-30', 12, ahead(366)])
		assert.deepEqual(Object.keys(api.faults(await put({ requirement: 'admins', graceDays: 1, requiredSince }))), ['/requiredSince'], `${requiredSince}`);
	for (const dryRun of ['true', 1])
		assert.deepEqual(Object.keys(api.faults(await put({ requirement: 'off', graceDays: 1, dryRun }))), ['/dryRun']);
	assert.deepEqual(await policy(one), before);
});

test('two admins who change it at the same moment: both changes stand one behind the other', async () => {
	const one = await api.administered(stack);
	const { who, client } = await joined(one, 'owner', { enrol: true });
	const before = [await h.eventCount(stack, one.who), await h.eventCount(stack, who)];
	const answers = await h.times(10, (i) => (i % 2 ? client : one.client).put(`${one.at}/mfa/policy`, { requirement: 'everyone', graceDays: i }));
	for (const answer of answers)
		assert.ok([200, 503].includes(answer.status), answer.text);
	const changes = [...await h.events(stack, one.who, before[0]), ...await h.events(stack, who, before[1])]
		.filter((e) => e.kind === 'policy_changed');
	assert.equal(changes.length, answers.filter((a) => a.status === 200).length);
	// Each begins where another ended: nothing was overwritten unseen.
	const texts = changes.map((e) => [JSON.stringify(e.details.before), JSON.stringify(e.details.after)]);
	const starts = texts.filter(([from]) => !texts.some(([, to]) => to === from));
	assert.equal(starts.length, 1);
	assert.equal(await h.number(stack, `SELECT version FROM countersign.policies p JOIN countersign.organizations o USING (organization_id)
		WHERE o.slug = '${one.slug}'`), 1 + changes.length);
});

test('an organization may ask for fresher proofs than the service', async () => {
	const one = await api.administered(stack);
	await setPolicy(one, { requirement: 'off', graceDays: 14, verificationAge: 60 });
	stack.clock.advance(61);
	api.refused(await one.client.put(`${one.at}/mfa/policy`, { requirement: 'off', graceDays: 14 }), 403, 'verification_required');
	await api.verify(one.client, one.who.factors[0]);
	await setPolicy(one, { requirement: 'off', graceDays: 14, reauthenticationAge: 60, verificationAge: 86_400 });
	stack.clock.advance(601);
	api.refused(await one.client.put(`${one.at}/mfa/policy`, { requirement: 'off', graceDays: 14 }), 403, 'verification_required');
	await api.verify(one.client, one.who.factors[0]);
	api.refused(await one.client.patch(`/v1/me/mfa/factors/${one.who.factors[0].id}`, { label: 'x' }), 403, 'reauthentication_required');
});

test('where the policy says so, reading asks for a fresh verification, too', async () => {
	const one = await api.administered(stack);
	await setPolicy(one, { requirement: 'off', graceDays: 14, adminVerification: true });
	await policy(one);
	stack.clock.advance(601);
	for (const path of ['/mfa/policy', '/mfa/compliance'])
		api.refused(await one.client.get(one.at + path), 403, 'verification_required');
	await api.verify(one.client, one.who.factors[0]);
	await policy(one);
	const bare = await joined(one, 'admin');
	api.refused(await bare.client.get(`${one.at}/mfa/policy`), 409, 'mfa_not_enabled');
});

// --- the members ----------------------------------------------------------------

test('a member as admins see one', async () => {
	const one = await api.administered(stack);
	const { who } = await joined(one, 'member', { sensitive: true, enrol: true });
	const said = (await members(one)).members.find((m) => m.email === who.email);
	const { lastSignInAt, joinedAt, ...rest } = said;
	assert.deepEqual(rest, {
		accountId: accountOf(who), name: who.name, email: who.email, emailVerified: true, role: 'member', sensitive: true,
		standing: 'enrolled', deadline: null, exemption: null, methods: ['totp'], backupCodesRemaining: 10, disabled: false,
	});
	assert.ok(Date.parse(lastSignInAt) >= Date.parse(joinedAt) - 1000);
});

test('pages, the filter, the search: each member once and only who fits', async () => {
	const one = await api.administered(stack);
	// There are 30 members in grace and 20 who are overdue, 5 of each exempt, and 7 enrolled with a factor that only the database has.
	await stack.psql(`WITH o AS (SELECT organization_id FROM countersign.organizations WHERE slug = '${one.slug}'),
		n AS (SELECT i, gen_random_uuid() AS id FROM generate_series(1, 62) AS i),
		a AS (INSERT INTO countersign.accounts (account_id, name, password_hash, password_changed_at, created_at)
			SELECT id, CASE WHEN i % 2 = 0 THEN 'Anna Crowd ' ELSE 'Zeno van Crowd ' END || lpad(i::text, 3, '0'), 'x', now(), now() FROM n),
		c AS (INSERT INTO countersign.audit_chains SELECT id, 0, decode(repeat('00', 32), 'hex') FROM n),
		t AS (INSERT INTO countersign.throttles SELECT id FROM n),
		e AS (INSERT INTO countersign.emails SELECT id, 'crowd' || i || '@${one.slug}.example', true, now(), now() FROM n),
		w AS (INSERT INTO countersign.email_owners SELECT 'crowd' || i || '@${one.slug}.example', id FROM n)
		SELECT 1`);
	await stack.psql(`INSERT INTO countersign.memberships (account_id, organization_id, role, joined_at, exempt_until, exempt_reason, exempt_by, exempted_at)
		SELECT e.account_id, o.organization_id, 'member',
			to_timestamp(${stack.clock.now()}) - CASE WHEN i <= 30 THEN interval '1 day' ELSE interval '40 days' END + i * interval '1 ms',
			u.until, CASE WHEN u.until IS NOT NULL THEN 'x' END, CASE WHEN u.until IS NOT NULL THEN '${one.who.id}'::uuid END, u.until
		FROM generate_series(1, 62) AS i
		JOIN countersign.emails e ON e.address = 'crowd' || i || '@${one.slug}.example'
		CROSS JOIN countersign.organizations o
		CROSS JOIN LATERAL (SELECT CASE WHEN i % 6 = 0 THEN to_timestamp(${stack.clock.now()}) + interval '3 days' END AS until) u
		WHERE o.slug = '${one.slug}'`);
	await stack.psql(`INSERT INTO countersign.factors (account_id, factor_id, kind, label, state, sealed, created_at, confirmed_at)
		SELECT account_id, gen_random_uuid(), 'totp', 'x', 'active', 'x', now(), now() FROM countersign.emails
		WHERE address ~ '^crowd(1|7|13|31|37|43|49)@${one.slug}'`);
	await setPolicy(one, { requirement: 'everyone', graceDays: 10, requiredSince: iso(stack.clock.now() - 60 * DAY) });

	const all = [];
	for (let after = ''; after !== null;) {
		const page = await members(one, `?limit=9${after && `&after=${after}`}`);
		all.push(...page.members);
		after = page.next;
	}
	const names = all.map((m) => m.name.toLowerCase());
	assert.deepEqual(names, [...names].sort(), 'in the order of names');
	assert.equal(new Set(all.map((m) => m.accountId)).size, 64);
	const { totals } = await members(one);
	const counted = h.tally(all.map((m) => m.standing));
	assert.deepEqual(totals, { members: 64, enrolled: counted.enrolled, grace: counted.grace, lapsed: counted.lapsed, exempt: counted.exempt, notRequired: 0 });
	assert.deepEqual([counted.enrolled, counted.exempt], [8, 10]);

	for (const status of ['enrolled', 'grace', 'lapsed', 'exempt', 'not_required']) {
		const found = [];
		for (let after = ''; after !== null;) {
			const page = await members(one, `?standing=${status}&limit=7${after && `&after=${after}`}`);
			assert.ok(page.members.every((m) => m.standing === status));
			found.push(...page.members.map((m) => m.accountId));
			after = page.next;
		}
		assert.equal(new Set(found).size, found.length, status);
		assert.deepEqual(found.sort(), all.filter((m) => m.standing === status).map((m) => m.accountId).sort(), status);
	}
	const overdue = (await members(one, '?standing=lapsed')).members.map((m) => m.deadline);
	assert.deepEqual(overdue, [...overdue].sort(), 'the oldest deadline first');

	const search = async (query) => {
		const found = [];
		for (let after = ''; after !== null;) {
			const page = await members(one, `?limit=5&search=${encodeURIComponent(query)}${after && `&after=${after}`}`);
			found.push(...page.members.map((m) => m.name));
			after = page.next;
		}
		assert.equal(new Set(found).size, found.length, `${query}: each once`);
		return found;
	};
	assert.equal((await search('CROWD')).length, 62, 'a word of the name and the address: each once');
	assert.equal((await search('van crowd')).length, 31);
	assert.deepEqual(await search('Crowd 007'), ['Zeno van Crowd 007']);
	assert.deepEqual(await search(`crowd12@${one.slug}`), ['Anna Crowd 012']);
	for (const none of ['rowd', '%', '_', 'crowd\\', "'; --", 'ü', '\u{10ffff}'])
		assert.deepEqual(await search(none), [], none);
	const both = (await members(one, '?search=anna&standing=exempt&limit=500')).members;
	assert.equal(both.length, 10);
	assert.ok(both.every((m) => m.standing === 'exempt' && /^Anna/.test(m.name)));
});

test('all members that fit as a file, by the type that is asked for', async () => {
	const one = await api.administered(stack);
	await stack.psql(`UPDATE countersign.accounts SET name = '=1+1, "x"' WHERE account_id = '${one.member.id}'`);
	const file = (query = '') => one.client.get(`${one.at}/mfa/compliance${query}`, { headers: { Accept: 'text/csv' } });
	const answer = await file();
	assert.equal(answer.headers['content-type'], 'text/csv; charset=utf-8');
	assert.match(answer.headers['content-disposition'], new RegExp(`^attachment; filename="${one.slug}-mfa-\\d{4}-\\d\\d-\\d\\d\\.csv"$`));
	const lines = answer.text.split('\r\n');
	assert.deepEqual([lines.length, lines[0].split(',')[0], lines[3]], [4, 'name', '']);
	assert.ok(lines[1].startsWith(`"'=1+1, ""x""",${one.member.email},member,false,not_required,,`), lines[1]);
	assert.equal((await file('?standing=enrolled')).text.split('\r\n').length, 3);
	api.refused(await file('?standing=x'), 422, 'field_invalid');
	const member = await joined(one);
	api.refused(await member.client.get(`${one.at}/mfa/compliance`, { headers: { Accept: 'text/csv' } }), 403, 'forbidden');
	assert.deepEqual(api.expect(await one.client.get(`${one.at}/mfa/compliance`, { headers: { Accept: '*/*' } }), 200).totals.members, 3);
});

test('an invalid query is reported with its parameter', async () => {
	const one = await api.administered(stack);
	const get = (query) => one.client.get(`${one.at}/mfa/compliance?${query}`);
	for (const [query, pointer] of [['standing=some', '/standing'], ['limit=0', '/limit'], ['limit=501', '/limit'], ['limit=x', '/limit'],
		['after=x', '/after'], ['after=AAAA', '/after'], [`search=${'x'.repeat(501)}`, '/search'], ['search=a%0Ab', '/search']])
		assert.deepEqual(Object.keys(api.faults(await get(query))), [pointer], query);
	for (const query of ['other=1', 'limit=1&limit=2', 'search=%ff', 'search=%00'])
		assert.ok([400, 422].includes((await get(query)).status), query);
	// What cannot be a place of ours, though it has the form of one.
	for (const after of [Buffer.from([...Array(24).fill(0), 0xff]), Buffer.from([...Array(24).fill(255)]), Buffer.from([...Array(24).fill(0), 0])])
		assert.deepEqual(Object.keys(api.faults(await get(`after=${after.toString('base64url')}`))), ['/after']);
});

test('who takes up a factor, loses it or changes roles is counted anew', async () => {
	const one = await api.administered(stack);
	const { who, client } = await joined(one);
	const totals = async () => Object.values((await members(one)).totals).slice(0, 2);
	assert.deepEqual(await totals(), [3, 1]);
	const pending = await api.begin(client, who);
	assert.deepEqual(await totals(), [3, 1], 'a pending factor is none');
	await api.confirm(client, who, pending);
	assert.deepEqual(await totals(), [3, 2]);
	await api.verify(client, who.factors[0]);
	await api.enrol(client, who, 'Second');
	assert.deepEqual(await totals(), [3, 2]);
	await api.verify(client, who.factors[0]);
	await api.reauthenticate(client, who);
	api.expect(await client.delete(`/v1/me/mfa/factors/${who.factors[1].id}`), 200);
	assert.deepEqual(await totals(), [3, 2]);
	api.expect(await client.delete('/v1/me/mfa/totp', { password: who.password }), 200);
	assert.deepEqual(await totals(), [3, 1]);
	await setPolicy(one, { requirement: 'admins', graceDays: 3 });
	assert.equal(await complianceOf(one, who), 'not_required');
	await stack.psql(`UPDATE countersign.memberships SET sensitive = true WHERE account_id = '${who.id}'`);
	assert.equal(await complianceOf(one, who), 'grace');
	assert.equal((await members(one)).totals.grace, 1);
	await stack.psql(`DELETE FROM countersign.memberships WHERE account_id = '${who.id}'`);
	assert.deepEqual(await totals(), [2, 1]);
	await stack.psql(`UPDATE countersign.accounts SET name = 'Renamed Person' WHERE account_id = '${one.member.id}'`);
	assert.deepEqual((await members(one, '?search=renamed')).members.map((m) => m.email), [one.member.email]);
	assert.deepEqual((await members(one, '?search=member%20p')).members, []);
});

// --- the last factor -----------------------------------------------------------

test('the last factor stays while a policy wants one, in every way it could go', async () => {
	const one = await api.administered(stack);
	const { who, client } = await joined(one, 'member', { enrol: true });
	await setPolicy(one, { requirement: 'everyone', graceDays: 30 });
	const ways = async () => [
		await client.delete('/v1/me/mfa/totp', { password: who.password }),
		await client.delete(`/v1/me/mfa/factors/${who.factors[0].id}`),
		await client.post('/v1/public/accounts/mfa/disable', { email: who.email, password: who.password, mfa_code: await h.nextCode(stack, who.factors[0]) }),
	];
	for (const answer of await ways())
		assert.match(api.refused(answer, 409, 'factor_required').detail, /requires two-factor/);
	assert.equal((await api.mfa(client)).enabled, true);
	api.expect(await one.client.put(`${one.at}/members/${accountOf(who)}/mfa/exemption`, { until: ahead(2), reason: 'New phone on its way' }), 200);
	api.expect(await client.delete('/v1/me/mfa/totp', { password: who.password }), 200);
});

test('a policy that is only announced keeps nobody from removing the last factor', async () => {
	const one = await api.administered(stack);
	const { who, client } = await joined(one, 'member', { enrol: true });
	await setPolicy(one, { requirement: 'everyone', graceDays: 3, requiredSince: ahead(20) });
	api.expect(await client.delete('/v1/me/mfa/totp', { password: who.password }), 200);
});

// --- exemption and reset -------------------------------------------------------

test('an exemption: who gave it, until when and why; it ends to the second', async () => {
	const one = await api.administered(stack);
	await setPolicy(one, { requirement: 'everyone', graceDays: 0 });
	const at = `${one.at}/members/${one.member.accountId}/mfa/exemption`;
	const until = iso(stack.clock.now() + 120), count = await h.eventCount(stack, one.member);
	assert.equal(await complianceOf(one, one.member), 'lapsed');
	const said = api.expect(await one.client.put(at, { until, reason: 'On leave' }), 200);
	assert.deepEqual([said.standing, said.exemption.until, said.exemption.reason, said.exemption.givenBy], ['exempt', until, 'On leave', 'Admin Person']);
	const [event] = await h.events(stack, one.member, count);
	assert.deepEqual([event.kind, event.actor, event.actor_id, event.details], ['exemption_given', 'account', one.who.id, { until, reason: 'On leave' }]);
	const client = await api.signIn(stack, one.member);
	assert.deepEqual((await api.mfa(client)).policy.standing, 'exempt');
	api.expect(await client.get('/v1/sessions'), 200);
	stack.clock.advance(121);
	api.refused(await client.get('/v1/sessions'), 403, 'enrollment_required');
	assert.equal((await api.mfa(client)).policy.standing, 'lapsed');
	assert.equal(await complianceOf(one, one.member), 'lapsed');
	api.expect(await one.client.put(at, { until: ahead(10), reason: '\u{1f334}'.repeat(500) }), 200);
	api.expect(await client.get('/v1/sessions'), 200);
	assert.equal((await one.client.delete(at)).status, 204);
	api.refused(await client.get('/v1/sessions'), 403, 'enrollment_required');
	assert.equal((await h.events(stack, one.member)).at(-1).kind, 'exemption_ended');
});

test('an exemption that has no end, no reason, or lies behind us is refused', async () => {
	const one = await api.administered(stack);
	const at = `${one.at}/members/${one.member.accountId}/mfa/exemption`;
	const put = async (json) => Object.keys(api.faults(await one.client.put(at, json)));
	assert.deepEqual(await put({}), ['/until', '/reason']);
	for (const reason of ['', 'x'.repeat(501), '\u{1f334}'.repeat(501)])
		assert.deepEqual(await put({ until: ahead(1), reason }), ['/reason']);
	for (const until of [ahead(-1), iso(stack.clock.now()), ahead(366), 'never', '2026-13-01'])
		assert.deepEqual(await put({ until, reason: 'x' }), ['/until'], until);
	assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.memberships WHERE account_id = '${one.member.id}' AND exempt_until IS NULL`), 1);
});

test('a reset removes factors, codes, counted attempts and all sessions; the member sets up anew', async () => {
	const one = await api.administered(stack);
	const { who, client } = await joined(one, 'member', { enrol: true });
	const other = await api.signIn(stack, who), reason = 'Lost the phone, "identity" checked';
	for (let i = 0; i < 3; i++)
		api.refused(await other.post('/v1/sessions/current/verification', { code: await h.wrongCode(stack, who.factors[0]) }), 422, 'code_invalid');
	const count = await h.eventCount(stack, who);
	const said = api.expect(await one.client.post(`${one.at}/members/${accountOf(who)}/mfa/reset`, { reason }), 200);
	assert.deepEqual([said.methods, said.backupCodesRemaining, said.standing], [[], 0, 'not_required']);
	for (const each of [client, other])
		assert.equal(await api.isDead(stack, each.token), true);
	const [event] = await h.events(stack, who, count);
	assert.deepEqual([event.kind, event.actor, event.actor_id, event.details, h.idText('org', event.organization_id)],
		['mfa_reset', 'account', one.who.id, { reason }, one.organizationId]);
	assert.equal(await h.failures(stack, who), 0);
	const again = await api.signIn(stack, who);
	assert.equal((await api.session(again)).state, 'active');
	who.factors = [];
	await api.enrol(again, who);
	api.refused(await one.client.post(`${one.at}/members/${one.member.accountId}/mfa/reset`, { reason }), 409, 'mfa_not_enabled');
	assert.deepEqual(Object.keys(api.faults(await one.client.post(`${one.at}/members/${accountOf(who)}/mfa/reset`, {}))), ['/reason']);
});

test('admins cannot decide on their own account, nor on an owner\'s factor', async () => {
	const one = await api.administered(stack);
	const owner = await joined(one, 'owner', { enrol: true }), second = await joined(one, 'owner', { enrol: true });
	const admin = await joined(one, 'admin', { enrol: true });
	const decide = (client, who) => [
		() => client.post(`${one.at}/members/${accountOf(who)}/mfa/reset`, { reason: 'x' }),
		() => client.put(`${one.at}/members/${accountOf(who)}/mfa/exemption`, { until: ahead(1), reason: 'x' }),
		() => client.delete(`${one.at}/members/${accountOf(who)}/mfa/exemption`),
	];
	for (const [client, who] of [[one.client, one.who], [owner.client, owner.who], [one.client, owner.who], [admin.client, owner.who]])
		for (const attempt of decide(client, who))
			api.refused(await attempt(), 403, 'forbidden');
	assert.equal((await api.mfa(owner.client)).enabled, true);
	for (const [client, who] of [[owner.client, second.who], [owner.client, one.who], [one.client === admin.client ? one.client : owner.client, admin.who]])
		api.expect(await decide(client, who)[0](), 200);
});

test('an admin who loses the role in the middle decides nothing', async () => {
	const one = await api.administered(stack);
	const { who } = await joined(one, 'member', { enrol: true });
	// The request finds the role as it was, and waits for who is taking it away.
	const demotion = stack.psql(`BEGIN; UPDATE countersign.memberships SET role = 'member' WHERE account_id = '${one.who.id}'; SELECT pg_sleep(1.5); COMMIT`);
	while (await h.number(stack, `SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'`) === 0)
		await rig.sleep(20);
	api.refused(await one.client.post(`${one.at}/members/${accountOf(who)}/mfa/reset`, { reason: 'x' }), 403, 'forbidden');
	await demotion;
	assert.equal(await h.number(stack, `SELECT count(*) FROM countersign.factors WHERE account_id = '${who.id}' AND state = 'active'`), 1);
	assert.ok((await h.events(stack, who)).every((e) => e.kind !== 'mfa_reset'));
});

test('many resets of one member at once: one is done', async () => {
	const one = await api.administered(stack, { role: 'owner' });
	const { who } = await joined(one, 'member', { enrol: true });
	const answers = await h.times(12, () => one.client.post(`${one.at}/members/${accountOf(who)}/mfa/reset`, { reason: 'x' }));
	const { 200: done, ...rest } = h.tally(answers.map((a) => a.status));
	assert.equal(done, 1);
	assert.ok(Object.keys(rest).every((status) => ['409', '503'].includes(status)), JSON.stringify(rest));
	assert.equal((await h.events(stack, who)).filter((e) => e.kind === 'mfa_reset').length, 1);
});

// --- who may ---------------------------------------------------------------------

const BODIES = {
	policy: () => ({ requirement: 'off', graceDays: 14 }),
	exemption: () => ({ until: ahead(5), reason: 'x' }),
	reset: () => ({ reason: 'x' }),
};
const bodyOf = ({ method, path }) => (['PUT', 'POST'].includes(method) ? BODIES[path.split('/').at(-1)]() : undefined);

// Each of these clients requests every route of admins, and gets the same refusal everywhere.
const CLIENTS = {
	'nobody': [401, 'unauthenticated', async () => new api.Client(stack)],
	'a member': [403, 'forbidden', async (one) => (await joined(one, 'member', { enrol: true })).client],
	'a sensitive member': [403, 'forbidden', async (one) => (await joined(one, 'member', { sensitive: true, enrol: true })).client],
	'an admin of another organization': [404, 'not_found', async () => (await api.administered(stack)).client],
	'somebody of no organization': [404, 'not_found', async () => (await api.enrolled(stack, { verified: true })).client],
	'an admin who works elsewhere': [403, 'organization_required', async (one) => {
		const two = await api.administered(stack);
		await api.join(stack, one.slug, two.who, 'admin');
		return two.client;
	}],
	'an admin at the challenge': [403, 'mfa_required', async (one) => api.signIn(stack, one.who)],
};

test('every route of admins refuses each kind of client in the same way', async () => {
	const one = await api.administered(stack);
	const routes = api.operations().filter((o) => o.guards.has('admin'));
	assert.ok(routes.length >= 6);
	assert.deepEqual(api.operations().filter((o) => o.path.includes('{organization}') && !o.guards.has('admin')), [], 'no way around');
	const target = (o) => o.path.replace('{organization}', one.organizationId).replace('{account}', one.member.accountId);
	const before = await h.state(stack, one.member);
	for (const [name, [status, code, make]] of Object.entries(CLIENTS)) {
		const client = await make(one);
		for (const o of routes) {
			const answer = await client.request(o.method, target(o), { json: bodyOf(o) });
			assert.deepEqual([answer.status, answer.json().code], [status, code], `${name}: ${o.method} ${o.path}: ${answer.text}`);
		}
	}
	assert.equal(await h.state(stack, one.member), before, 'nothing has happened');
	for (const o of routes.filter((each) => each.method !== 'GET'))
		assert.ok(['same_origin', 'own_factor', 'fresh_verification'].every((g) => o.guards.has(g)), o.path);
	for (const role of ['admin', 'owner']) {
		const { client } = await joined(one, role);
		for (const o of routes) {
			const answer = await client.request(o.method, target(o), { json: bodyOf(o) });
			if (o.method === 'GET')
				api.expect(answer, 200);
			else
				api.refused(answer, 409, 'mfa_not_enabled');
		}
	}
});

test('members, accounts and organizations that are none, or of somebody else', async () => {
	const one = await api.administered(stack), other = await api.administered(stack);
	for (const account of [NOBODY, other.member.accountId, h.NO_FACTOR, 'usr_1', "';--"])
		for (const [method, rest, json] of [['PUT', 'exemption', BODIES.exemption()], ['DELETE', 'exemption'], ['POST', 'reset', { reason: 'x' }]])
			api.refused(await one.client.request(method, `${one.at}/members/${encodeURIComponent(account)}/mfa/${rest}`, { json }), 404, 'not_found');
	for (const organization of [NOWHERE, 'org_1', one.slug])
		api.refused(await one.client.get(`/v1/organizations/${organization}/mfa/policy`), 404, 'not_found');
	assert.deepEqual((await members(one, `?search=${encodeURIComponent(other.member.email)}`)).members, []);
});

test('a decision needs a fresh verification and an own factor, also by cookie with the same origin', async () => {
	const one = await api.administered(stack, { by: 'cookie' });
	api.refused(await one.client.put(`${one.at}/mfa/policy`, { requirement: 'off', graceDays: 14 }, { origin: 'http://evil.example' }), 403, 'cross_origin');
	await setPolicy(one, { requirement: 'off', graceDays: 20 });
	stack.clock.advance(601);
	for (const [method, rest, json] of [['PUT', '/mfa/policy', BODIES.policy()], ['POST', `/members/${one.member.accountId}/mfa/reset`, { reason: 'x' }]])
		api.refused(await one.client.request(method, one.at + rest, { json }), 403, 'verification_required');
	await policy(one);
});

test('a member who has left, or a session whose organization is gone, is nobody there', async () => {
	const one = await api.administered(stack);
	await stack.psql(`DELETE FROM countersign.memberships WHERE account_id = '${one.who.id}'`);
	api.refused(await one.client.get(`${one.at}/mfa/policy`), 404, 'not_found');
});

test('the audit chains are whole', () => h.assertChains(stack));

test('the stack ends without a crash', () => stack.stop());
