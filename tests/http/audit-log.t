#!/usr/bin/env -S node --test-reporter=tap
// The audit log of an organization, as a page and in the API: who sees which events, how
// people find them, and how an export lets anybody verify them.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const test = require('node:test');

const api = require('../lib/api.js');
const csv = require('../lib/csv.js');
const h = require('../lib/http.js');
const rig = require('../lib/rig.js');

const CSV = { headers: { Accept: 'text/csv' } }, LINES = { headers: { Accept: 'application/jsonl' } };
const STRANGER = h.idText('usr', '01890a5d-ac96-774b-bcce-b302099a8057');

let stack;
let acme, rival, crowd; // { id, uuid, slug }
let admin, owner, bob, both, enemy; // people
const client = {}; // of each, by the name of the person

async function organization(slug, ...members) {
	await stack.ctl(['organization', 'create', '--slug', slug, '--name', `The ${slug}`]);
	for (const [who, role] of members)
		await stack.ctl(['organization', 'add-member', slug, who.email, '--role', role]);
	const uuid = await stack.psql(`SELECT organization_id FROM countersign.organizations WHERE slug = '${slug}'`);
	return { id: h.idText('org', uuid), uuid, slug };
}

const at = (place, query = {}) => {
	const text = new URLSearchParams(query).toString();
	return `/v1/organizations/${place.id}/audit-events${text && `?${text}`}`;
};
const id = (who) => h.idText('usr', who.id);
const read = async (who, place, query, options) => api.expect(await who.get(at(place, query), options), 200);

// All pages: a list of events. Every page but the last says where to go on.
async function all(who, place, query = {}) {
	const events = [];
	let page = { next: undefined };
	do {
		page = await read(who, place, { ...query, ...(page.next && { after: page.next }) });
		assert.ok(page.events.length <= 50);
		events.push(...page.events);
	} while (page.next !== null);
	return events;
}

const keyOf = (e) => `${e.accountId} ${e.seq}`;
// The events of the database that fit, as the keys of a list.
async function known(where) {
	const rows = await stack.psql(`SELECT account_id, seq FROM countersign.audit_events WHERE ${where}
		ORDER BY at DESC, account_id DESC, seq DESC`);
	return rows.split('\n').filter(Boolean).map((row) => row.split('|')).map(([account, seq]) => `${h.idText('usr', account)} ${seq}`);
}

test('a stack starts, with two organizations and somebody in both', async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 3 } });
	admin = await h.person(stack, { name: 'Ada Admin' });
	owner = await h.person(stack, { name: 'Olga Owner' });
	bob = await h.person(stack, { name: 'Bob <Builder> & "Sons"' });
	both = await h.person(stack, { name: 'Bea Both' });
	enemy = await h.person(stack, { name: 'Eve Enemy' });
	acme = await organization('acme', [admin, 'admin'], [owner, 'owner'], [bob, 'member'], [both, 'member']);
	rival = await organization('rival', [enemy, 'admin'], [both, 'admin']);
	const people = { admin, owner, bob, both, enemy };
	for (const [name, who] of Object.entries(people))
		client[name] = await api.signIn(stack, who);
	// Bob has a factor, and tries it once in vain.
	await api.enrol(client.bob, bob, 'Phone');
	api.refused(await client.bob.post('/v1/sessions/current/verification', { code: await h.wrongCode(stack, bob.factors[0]) }), 422, 'code_invalid');
	// Bea does something in no organization, in the one, and in the other.
	await api.reauthenticate(client.both, both);
	api.expect(await client.both.put('/v1/sessions/current/organization', { organizationId: acme.id }), 200);
	await api.reauthenticate(client.both, both);
	api.expect(await client.both.put('/v1/sessions/current/organization', { organizationId: rival.id }), 200);
	await api.reauthenticate(client.both, both);
	// The operator resets Bob: the event is Bob's own and belongs to no organization.
	await stack.ctl(['account', 'reset-mfa', bob.email, '--reason', 'lost "all", said = Bob']);
	client.bob = await api.signIn(stack, bob);
});

// --- what is seen ----------------------------------------------------------------

test('admins and owners see what was done in the organization, the last first, and nothing else', async () => {
	const expected = await known(`organization_id = '${acme.uuid}'`);
	assert.ok(expected.length >= 8);
	for (const who of [client.admin, client.owner]) {
		const events = await all(who, acme);
		assert.deepEqual(events.map(keyOf), expected);
		assert.ok(events.every((e) => e.organizationId === acme.id));
	}
	assert.deepEqual((await all(client.enemy, rival)).map(keyOf), await known(`organization_id = '${rival.uuid}'`));
});

test('an event says who, whom, what, when, from where', async () => {
	const { events } = await read(client.admin, acme, { member: bob.email, kind: 'verification' });
	assert.equal(events.length, 1);
	const [{ seq, at: when, ...e }] = events;
	assert.ok(Math.abs(Date.parse(when) / 1000 - stack.clock.now()) < 120);
	assert.match(when, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
	assert.ok(seq > 1);
	const kept = JSON.parse(await stack.psql(`SELECT row_to_json(e) FROM countersign.audit_events e WHERE account_id = '${bob.id}' AND seq = ${seq}`));
	assert.deepEqual(e, {
		accountId: id(bob), kind: 'verification', result: 'refused', member: { name: bob.name, email: bob.email },
		actor: { type: 'account', accountId: id(bob), name: bob.name, email: bob.email },
		sessionId: h.idText('ses', kept.session_id), factorId: bob.factors[0].id, organizationId: acme.id,
		address: '127.0.0.1', userAgent: '', requestId: kept.request_id, details: kept.details,
	});
	assert.doesNotMatch(JSON.stringify(events), /mac|previous|keyId/);
});

test('of a member also what was done in no organization, from the day of joining on', async () => {
	const joined = await stack.psql(`SELECT joined_at FROM countersign.memberships WHERE account_id = '${both.id}' AND organization_id = '${acme.uuid}'`);
	const mine = (place) => `account_id = '${both.id}' AND (organization_id = '${place}' OR (organization_id IS NULL AND at >= '${joined}'))`;
	for (const member of [both.email, both.email.toUpperCase(), id(both)]) {
		const events = await all(client.admin, acme, { member });
		assert.deepEqual(events.map(keyOf), await known(mine(acme.uuid)));
		assert.ok(events.some((e) => e.organizationId === null && e.kind === 'reauthentication'));
		assert.ok(events.every((e) => e.organizationId === null || e.organizationId === acme.id));
	}
	const reset = (await all(client.admin, acme, { member: bob.email })).find((e) => e.kind === 'mfa_reset');
	assert.equal(reset.actor.type, 'operator');
	assert.deepEqual([reset.actor.accountId, reset.actor.name, reset.details.reason], [null, null, 'lost "all", said = Bob']);
	const [created] = await known(`account_id = '${both.id}' AND kind = 'account_created'`);
	assert.ok(!(await all(client.admin, acme, { member: both.email })).map(keyOf).includes(created), 'not what was before');
});

test('who has left is looked up no further than the organization\'s own events', async () => {
	await stack.ctl(['organization', 'remove-member', 'acme', both.email]);
	const events = await all(client.admin, acme, { member: both.email });
	assert.deepEqual(events.map(keyOf), await known(`account_id = '${both.id}' AND organization_id = '${acme.uuid}'`));
	assert.ok(events.length > 0);
	assert.ok(events.some((e) => e.kind === 'membership_removed'));
	await stack.ctl(['organization', 'add-member', 'acme', both.email, '--role', 'member']);
});

test('nothing of another organization comes through any filter', async () => {
	const foreign = new Set(await known(`organization_id IS DISTINCT FROM '${acme.uuid}'`));
	const loose = new Set(await known(`organization_id IS NULL`));
	const people = [admin, owner, bob, both, enemy];
	const filters = [
		...people.flatMap((who) => [{ actor: who.email }, { member: who.email }, { actor: id(who), member: id(who) }]),
		...['sign_in', 'reauthentication', 'organization_switched', 'account_created'].map((kind) => ({ kind })),
		{ result: 'accepted' }, { result: 'refused' }, { since: '2020-01-01' }, { until: '9999-01-01' },
		{ member: both.email, kind: 'reauthentication', result: 'accepted', since: '2020-01-01' },
	];
	for (const filter of filters)
		for (const event of await all(client.admin, acme, filter))
			assert.ok(!foreign.has(keyOf(event)) || (loose.has(keyOf(event)) && filter.member), JSON.stringify([filter, event]));
	// Not even who exists: nobody and somebody elsewhere are answered alike.
	const empty = { events: [], next: null };
	for (const member of [enemy.email, id(enemy), 'nobody@example.org', STRANGER, 'what?', `${enemy.email} `])
		for (const query of [{ member }, { actor: member }, { member, actor: admin.email }])
			assert.deepEqual(await read(client.admin, acme, query), empty, JSON.stringify(query));
	// A place of another organization's event opens nothing.
	const [theirs] = (await read(client.enemy, rival)).events;
	const place = `${Date.parse(theirs.at) * 1000}.${theirs.seq + 1}.${theirs.accountId}`;
	for (const event of (await read(client.admin, acme, { after: place })).events)
		assert.equal(event.organizationId, acme.id);
	for (const event of (await read(client.admin, acme, { member: both.email, after: `0.${1000000}.${id(both)}` })).events)
		assert.notEqual(event.organizationId, rival.id);
});

// --- filters -----------------------------------------------------------------------

test('filters by actor, member, kind, result and time go together', async () => {
	const org = `organization_id = '${acme.uuid}'`;
	const expect = async (query, where) => {
		assert.deepEqual((await all(client.admin, acme, query)).map(keyOf), await known(`${org} AND ${where}`), JSON.stringify(query));
	};
	await expect({ actor: bob.email }, `actor_id = '${bob.id}'`);
	await expect({ actor: id(both), kind: 'reauthentication' }, `actor_id = '${both.id}' AND kind = 'reauthentication'`);
	await expect({ kind: 'sign_in' }, "kind = 'sign_in'");
	await expect({ result: 'refused' }, "result = 'refused'");
	await expect({ kind: 'verification', result: 'accepted' }, "kind = 'verification' AND result = 'accepted'");
	const times = (await all(client.admin, acme)).map((e) => e.at);
	const [middle] = times.slice(Math.floor(times.length / 2));
	await expect({ since: middle }, `at >= '${middle}'`);
	await expect({ until: middle }, `at < '${middle}'`);
	await expect({ since: middle, until: times[0], kind: 'sign_in' }, `at >= '${middle}' AND at < '${times[0]}' AND kind = 'sign_in'`);
	const shifted = new Date(Date.parse(middle) + 7200_000).toISOString().replace('Z', '+02:00');
	await expect({ since: shifted }, `at >= '${shifted}'`);
	const day = (offset) => new Date((stack.clock.now() + offset * 86400) * 1000).toISOString().slice(0, 10);
	await expect({ since: day(-1), until: day(1) }, 'true');
	await expect({ since: day(1) }, 'false');
	await expect({ until: day(-1) }, 'false');
	assert.deepEqual((await all(client.admin, acme, { member: bob.email, since: middle })).map(keyOf),
		(await all(client.admin, acme, { member: bob.email })).filter((e) => e.at >= middle).map(keyOf));
	assert.deepEqual((await all(client.admin, acme, { member: bob.email, until: middle })).map(keyOf),
		(await all(client.admin, acme, { member: bob.email })).filter((e) => e.at < middle).map(keyOf));
});

test('an invalid filter is reported with its name', async () => {
	const wrong = async (query, ...names) => {
		const found = api.faults(await client.admin.get(at(acme, query)));
		assert.deepEqual(Object.keys(found).sort(), names.map((n) => `/${n}`).sort(), JSON.stringify(query));
	};
	await wrong({ kind: 'sing_in' }, 'kind');
	await wrong({ kind: 'SIGN IN' }, 'kind');
	await wrong({ result: 'maybe' }, 'result');
	await wrong({ since: 'yesterday' }, 'since');
	await wrong({ until: '2026-02-30' }, 'until');
	await wrong({ kind: 'x', result: 'y', since: 'z' }, 'since');
	await wrong({ kind: 'x', result: 'y', after: 'z' }, 'kind', 'result', 'after');
	for (const after of ['1', '1.2', '1.2.3', `1.0.${STRANGER}`, `-1.2.${STRANGER}`, `1.-2.${STRANGER}`, `01.2.${STRANGER}`, `1.2.${STRANGER}.`,
		`9999999999999999999.2.${STRANGER}`, `1.99999999999999999999.${STRANGER}`, `1.2.${STRANGER.toUpperCase()}`, `1..${STRANGER}`, '\u{1F600}'])
		await wrong({ after }, 'after');
	await wrong({ member: 'x'.repeat(501) }, 'member');
	api.refused(await client.admin.get(`${at(acme)}?nothing=1`), 400, 'bad_request');
	api.refused(await client.admin.get(`${at(acme)}?kind=sign_in&kind=sign_out`), 400, 'bad_request');
	// Left empty, as a form sends it, is not asked for.
	assert.deepEqual(await read(client.admin, acme, { actor: '', member: '', kind: '', result: '', since: '', until: '' }), await read(client.admin, acme));
});

// --- pages ---------------------------------------------------------------------------

// Events of people who do nothing themselves; many at the very same moment.
const many = (who, place, from, n, time = "timestamptz '2026-05-05 12:00:00.000007+00'", kind = 'sign_in') => `INSERT INTO countersign.audit_events
	SELECT '${who.id}', s, ${time}, '${kind}', 'accepted', 'account', '${who.id}', NULL, NULL, '${place.uuid}', '192.0.2.1', 'x', '0123', NULL, 1,
	decode(repeat('ab', 32), 'hex') FROM generate_series(${from}, ${from + n - 1}) s;`;

test('pages of 50 have every event once, also of one moment, while more are added', async () => {
	const [one, two, three, boss] = await Promise.all([1, 2, 3, 4].map(() => h.person(stack)));
	crowd = await organization('crowd', [boss, 'owner'], [one, 'member'], [two, 'member'], [three, 'member']);
	await stack.psql([one, two, three].map((who) => many(who, crowd, 100, 47)).join(''));
	await stack.psql(many(one, crowd, 200, 1, "timestamptz '2026-05-05 12:00:00.000006+00'") + many(two, crowd, 201, 1, "timestamptz '2026-05-05 12:00:00.000008+00'"));
	client.boss = await api.signIn(stack, boss);
	const where = `organization_id = '${crowd.uuid}' AND at < '2026-05-06'`;
	const expected = await known(where);
	assert.equal(expected.length, 143);
	const until = { until: '2026-05-06' };
	assert.deepEqual((await all(client.boss, crowd, until)).map(keyOf), expected);
	assert.deepEqual((await all(client.boss, crowd, { until: '2026-05-05T12:00:00.000007Z' })).length, 1);
	assert.deepEqual((await all(client.boss, crowd, { since: '2026-05-05T12:00:00.000007Z', ...until })).length, 142);

	const first = await read(client.boss, crowd);
	assert.equal(first.events.length, 50);
	await stack.psql(many(three, crowd, 300, 60, 'now()'));
	const second = await read(client.boss, crowd, { after: first.next });
	const before = await known(`organization_id = '${crowd.uuid}' AND seq < 300`);
	assert.deepEqual([...first.events, ...second.events].map(keyOf), before.slice(0, 100));
	// Of one member, too, and exactly as many as make whole pages.
	for (const [who, n] of [[one, 48], [three, 107]]) {
		const events = await all(client.boss, crowd, { member: who.email });
		assert.equal(events.filter((e) => e.kind === 'sign_in').length, n);
		assert.deepEqual(events.map((e) => e.seq), events.map((e) => e.seq).sort((x, y) => y - x));
	}
	await stack.psql(many(two, crowd, 400, 100, "timestamptz '2026-06-01 12:00+00'", 'mfa_reset'));
	const whole = await read(client.boss, crowd, { kind: 'mfa_reset' });
	const rest = await read(client.boss, crowd, { kind: 'mfa_reset', after: whole.next });
	assert.deepEqual([whole.events.length, rest.events.length, rest.next], [50, 50, null]);
});

test('what is rare among many is found by going on, and each page has an end', async () => {
	const [rare, common] = await Promise.all([1, 2].map(() => h.person(stack)));
	const place = await organization('ocean', [rare, 'owner'], [common, 'member']);
	await stack.psql(many(rare, place, 50, 1, "timestamptz '2026-04-01 00:00+00'", 'mfa_disabled') +
		many(common, place, 100, 45_000, "timestamptz '2026-05-01 00:00+00' + s * interval '1 second'") + 'ANALYZE countersign.audit_events');
	client.rare = await api.signIn(stack, rare);
	const pages = [];
	let page = { next: undefined };
	do {
		page = await read(client.rare, place, { kind: 'mfa_disabled', ...(page.next && { after: page.next }) });
		pages.push(page.events.length);
	} while (page.next !== null);
	assert.deepEqual(pages, [0, 0, 1]);
	const filtered = await all(client.rare, place, { member: common.email, kind: 'mfa_disabled' });
	assert.deepEqual(filtered, []);
	for (const line of stack.log('countersignd').split('\n').filter((l) => l.includes('/audit-events')))
		assert.ok(JSON.parse(line).ms < 3000, line);
});

// --- who may ---------------------------------------------------------------------------

test('members, strangers and sessions that may not are refused', async () => {
	api.refused(await client.bob.get(at(acme)), 403, 'forbidden');
	api.refused(await client.enemy.get(at(acme)), 404, 'not_found');
	api.refused(await client.admin.get(at(rival)), 404, 'not_found');
	api.refused(await client.admin.get('/v1/organizations/org_x/audit-events'), 404, 'not_found');
	api.refused(await client.admin.get(at({ id: h.idText('org', '01890a5d-ac96-774b-bcce-b302099a8057') })), 404, 'not_found');
	api.refused(await api.call(stack, 'GET', at(acme)), 401, 'unauthenticated');
	// Bea is an admin of the rival, and works there; a member here.
	api.refused(await client.both.get(at(acme)), 403, 'forbidden');
	api.expect(await client.both.put('/v1/sessions/current/organization', { organizationId: acme.id }), 200);
	api.refused(await client.both.get(at(rival)), 403, 'organization_required');
	for (const options of [CSV, LINES]) {
		api.refused(await client.bob.get(at(acme), options), 403, 'forbidden');
		api.refused(await client.enemy.get(at(acme), options), 404, 'not_found');
		api.refused(await client.both.get(at(rival), options), 403, 'organization_required');
	}
	assert.deepEqual(await known("kind = 'audit_exported'"), [], 'a refused export is none');
});

test('the policy is kept: set-up first where the time is over, a fresh verification where it wants one', async () => {
	const boss = await h.person(stack);
	const place = await organization('strict', [boss, 'owner']);
	const who = await api.signIn(stack, boss);
	const page = new h.Browser(stack, (await h.signIn(stack, boss)).token);
	api.expect(await who.get(at(place)), 200);
	await stack.psql(`UPDATE countersign.policies SET requirement = 'admins', required_since = now() - interval '30 days', grace_days = 7
		WHERE organization_id = '${place.uuid}';
		UPDATE countersign.memberships SET joined_at = now() - interval '60 days' WHERE organization_id = '${place.uuid}'`);
	for (const options of [undefined, CSV, LINES])
		api.refused(await who.get(at(place), options), 403, 'enrollment_required');
	for (const target of ['/admin/audit', '/admin/audit/export.csv'])
		assert.equal((await page.get(target)).location, '/mfa/setup');
	await stack.psql(`UPDATE countersign.policies SET requirement = 'off', required_since = NULL, admin_verification = true WHERE organization_id = '${place.uuid}'`);
	api.refused(await who.get(at(place)), 409, 'mfa_not_enabled');
	await api.enrol(who, boss);
	api.refused(await who.get(at(place), LINES), 403, 'verification_required');
	await api.verify(who, boss.factors[0]);
	api.expect(await who.get(at(place)), 200);
	stack.clock.advance(11 * 60);
	api.refused(await who.get(at(place)), 403, 'verification_required');
	const later = await h.signInFully(stack, boss);
	assert.equal((await later.get('/admin/audit')).status, 200);
	stack.clock.advance(11 * 60);
	const asked = await later.get('/admin/audit?kind=sign_in');
	assert.equal(asked.location, '/mfa/challenge?next=/admin/audit%3Fkind%3Dsign_in');
	const waiting = await h.signIn(stack, boss);
	assert.equal((await waiting.get('/admin/audit')).location, '/mfa/challenge');
});

// --- exports -----------------------------------------------------------------------------

const lines = (answer) => answer.text.split('\n').slice(0, -1).map((line) => JSON.parse(line));

// Verifies a file as who has only the keyring: { status, text }.
async function verify(name, text) {
	const file = path.join(stack.folder, name), offline = path.join(stack.folder, 'offline.conf');
	const conf = fs.readFileSync(path.join(stack.data, 'countersign.conf'), 'utf8');
	fs.writeFileSync(file, text, { mode: 0o644 });
	fs.writeFileSync(offline, `database = host=/nowhere\nkeyring = ${/^keyring = (.*)$/m.exec(conf)[1]}\n`, { mode: 0o644 });
	const program = path.join(stack.build, 'root/bin/countersignctl');
	return stack.asService(program, ['-c', offline, 'audit', 'verify', '--file', file], '')
		.then((out) => ({ status: 0, text: out }), (error) => ({ status: error.code, text: error.stdout }));
}

test('exports have all events of the filter, the export itself included', async () => {
	await api.reauthenticate(client.admin, admin);
	for (let i = 0; i < 60; i++)
		await api.reauthenticate(client.owner, owner);
	const answer = await client.admin.get(at(acme), LINES);
	assert.equal(answer.headers['content-type'], 'application/jsonl');
	assert.match(answer.headers['content-disposition'], /^attachment; filename="audit-acme-\d{4}-\d\d-\d\d\.jsonl"$/);
	assert.equal(answer.headers['x-content-type-options'], 'nosniff');
	const found = lines(answer);
	assert.deepEqual(found.map(keyOf), await known(`organization_id = '${acme.uuid}'`));
	assert.equal(found[0].kind, 'audit_exported');
	assert.deepEqual([found[0].actorId, found[0].organizationId, JSON.parse(found[0].details)], [id(admin), acme.id, { format: 'jsonl' }]);
	assert.ok(found.length > 60);
	// As the operator's own export has them, to the byte.
	const own = new Set((await stack.ctl(['audit', 'export'])).split('\n'));
	for (const line of answer.text.split('\n'))
		assert.ok(own.has(line), line);

	const table = await client.admin.get(at(acme), { headers: { Accept: 'application/xml, text/csv;q=0.9' } });
	assert.equal(table.headers['content-type'], 'text/csv; charset=utf-8');
	assert.match(table.headers['content-disposition'], /\.csv"$/);
	const rows = csv.rows(table.text);
	assert.equal(rows.length, found.length + 1, 'with the export of the table');
	assert.equal(rows[0].kind, 'audit_exported');
	for (const [i, row] of rows.slice(1).entries())
		Object.entries(row).forEach(([name, field]) => {
			const value = `${found[i][name] ?? ''}`;
			assert.equal(field, /^[=+\-@\t\r]/.test(value) ? `'${value}` : value, name);
		});
	const some = await client.admin.get(at(acme, { actor: bob.email, result: 'refused', after: `1.1.${STRANGER}` }), LINES);
	assert.deepEqual(lines(some), [], 'a place to go on from holds for an export, too');
	const refused = lines(await client.admin.get(at(acme, { actor: bob.email, result: 'refused' }), LINES));
	assert.deepEqual(refused.map((e) => [e.kind, e.result]), [['verification', 'refused']]);
	assert.deepEqual(lines(await client.admin.get(at(acme, { member: enemy.email }), LINES)), []);
	assert.equal((await client.admin.get(at(acme), { headers: { Accept: '*/*' } })).headers['content-type'], 'application/json');
});

test('an agent that is a formula does no harm', async () => {
	const evil = '=HYPERLINK("http://x","y"),\'';
	const asked = await api.signIn(stack, bob);
	api.expect(await asked.post('/v1/sessions/current/reauthentication', { password: bob.password }, { headers: { 'User-Agent': evil } }), 200);
	const [row] = csv.rows((await client.admin.get(at(acme, { member: bob.email, kind: 'reauthentication' }), CSV)).text);
	assert.equal(row.userAgent, `'${evil}`);
});

test('a look with HEAD, and a page, export nothing', async () => {
	const before = await known("kind = 'audit_exported'");
	for (const options of [CSV, LINES, {}])
		assert.equal((await client.admin.request('HEAD', at(acme), options)).status, 200);
	await all(client.admin, acme);
	assert.deepEqual(await known("kind = 'audit_exported'"), before);
	api.faults(await client.admin.get(at(acme, { kind: 'x' }), CSV));
	assert.deepEqual(await known("kind = 'audit_exported'"), before);
});

test('an export verifies without the database, whole or a part; whatever is changed in it is found', async () => {
	for (const query of [{}, { kind: 'reauthentication' }, { member: bob.email }, { member: both.email, result: 'accepted' }, { actor: owner.email },
		{ result: 'refused' }, { kind: 'audit_exported' }]) {
		const { text } = await client.admin.get(at(acme, query), LINES);
		const count = text.split('\n').length - 1;
		assert.ok(count > 0, JSON.stringify(query));
		const { status, text: said } = await verify('export.jsonl', text);
		assert.equal(status, 0, `${JSON.stringify(query)}: ${said}`);
		assert.match(said, new RegExp(`^(\\d+ accounts?, ${count} events?|${count} events? of partial chains): sound\n$`));
	}
	const { text } = await client.admin.get(at(acme), LINES);
	const all_ = text.split('\n').slice(0, -1), some = Math.floor(all_.length / 2);
	const broken = async (list, pattern) => {
		const said = await verify('broken.jsonl', `${list.join('\n')}\n`);
		assert.equal(said.status, 65, said.text);
		assert.match(said.text, pattern);
		assert.match(said.text, /NOT SOUND/);
	};
	const changed = (i, from, to) => all_.map((line, k) => {
		if (k !== i)
			return line;
		assert.notEqual(line.replace(from, to), line);
		return line.replace(from, to);
	});
	for (const i of [0, 1, some, all_.length - 1]) {
		const { seq } = JSON.parse(all_[i]);
		await broken(changed(i, /"address":(null|"[^"]*")/, '"address":"192.0.2.9"'), new RegExp(`event ${seq}: does not match its MAC`));
		await broken(changed(i, '"result":"accepted"', '"result":"refused"'), new RegExp(`event ${seq}: does not match its MAC`));
		await broken(changed(i, /"previous":"(.)/, (m, x) => `"previous":"${x === '0' ? '1' : '0'}`), new RegExp(`event ${seq}: does not match its MAC`));
		await broken(changed(i, /"mac":"(.)/, (m, x) => `"mac":"${x === '0' ? '1' : '0'}`), new RegExp(`event ${seq}: does not match its MAC`));
	}
	await broken(changed(some, '"kind"', ' "kind"'), new RegExp(`^line ${some + 1}: `));
	await broken([...all_.slice(0, some), all_[some - 1], ...all_.slice(some)], /was inserted/);
	await broken([...all_.slice(0, some), all_[3], ...all_.slice(some)], /was inserted/);
	await broken([...all_.slice(1, some), all_[0], ...all_.slice(some)], /was inserted/);
	const json = await stack.ctl(['audit', 'verify', '--file', path.join(stack.folder, 'export.jsonl'), '--json']);
	assert.equal(JSON.parse(json).sound, true);
});

// --- exports of any length ------------------------------------------------------------------

let sea; // an organization with more events than fit into one chunk, or into memory
const EVENTS = 30_000;

// Reads an export as it comes: resolves to { text, whole } when it ends, however it does.
function follow(token, target, { started = () => {}, pause = false } = {}) {
	return new Promise((resolve, reject) => {
		const options = { host: '127.0.0.1', port: stack.port, path: target, agent: false, headers: {
			Host: `localhost:${stack.port}`, Authorization: `Bearer ${token}`, Accept: 'application/jsonl' } };
		const request = http.get(options, (response) => {
			let text = '';
			assert.equal(response.statusCode, 200);
			response.setEncoding('utf8');
			response.once('data', () => {
				if (pause)
					response.pause();
				started(response, request);
			});
			response.on('data', (part) => (text += part));
			response.on('close', () => resolve({ text, whole: response.complete }));
			response.on('error', () => {});
		});
		request.on('error', reject);
	});
}

test('30,000 events are streamed, whatever their reader does', async () => {
	const [boss, busy] = await Promise.all([1, 2].map(() => h.person(stack)));
	sea = { ...await organization('sea', [boss, 'owner'], [busy, 'member']), boss };
	await stack.psql(many(busy, sea, 100, EVENTS, "timestamptz '2026-05-01 00:00+00' + s * interval '1 second'") + 'ANALYZE countersign.audit_events');
	client.sea = await api.signIn(stack, boss);
	const { text, whole } = await follow(client.sea.token, at(sea, { kind: 'sign_in' }));
	assert.equal(whole, true);
	assert.equal(new Set(text.split('\n').slice(0, -1).map((line) => keyOf(JSON.parse(line)))).size, EVENTS + 1);

	// Readers who take a beginning and no more: the workers are free nevertheless.
	const slow = [];
	const ends = await h.times(6, () => new Promise((resolve) => {
		void follow(client.sea.token, at(sea), { pause: true, started: (response, request) => slow.push(() => request.destroy()) && resolve() });
	}));
	assert.equal(ends.length, 6);
	await h.until('the workers are done', () => stack.log('countersignd').split('\n')
		.filter((l) => l.includes('"event":"request"') && l.includes(sea.id)).length >= 7, 60_000);
	assert.equal((await stack.get('/login')).status, 200);
	slow.forEach((end) => end());
	// And readers who leave at once.
	await h.times(6, () => follow(client.sea.token, at(sea), { started: (response, request) => request.destroy() }).catch(() => {}));
	assert.equal((await stack.get('/login')).status, 200);
	api.expect(await client.sea.get(at(sea)), 200);
});

test('an export that cannot go on is cut off, and its reader sees it', async () => {
	const pids = stack.pids.workers;
	let locked;
	const { text, whole } = await follow(client.sea.token, at(sea), {
		started: () => {
			locked = stack.psql('BEGIN; LOCK TABLE countersign.audit_events IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(6); COMMIT');
		},
	});
	assert.equal(whole, false, `${text.split('\n').length} lines came`);
	await locked;
	assert.ok(text.split('\n').length < EVENTS);
	const { status } = await verify('cut.jsonl', text.slice(0, text.lastIndexOf('\n') + 10));
	assert.equal(status, 65);
	assert.deepEqual(stack.pids.workers.sort(), pids.sort(), 'no worker was lost by it');
	api.expect(await client.sea.get(at(sea)), 200);
});

test('with its database gone an export is 503 before it begins', async () => {
	const locked = stack.psql('BEGIN; LOCK TABLE countersign.audit_events IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(5); COMMIT');
	await h.until('it is locked', async () => (await stack.psql("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted AND relation = 'countersign.audit_events'::regclass")) === '1');
	const answer = await client.sea.get(at(sea), LINES);
	assert.equal(answer.status, 503);
	await locked;
});

// --- the page ----------------------------------------------------------------------------------

const link = (answer, words) => new RegExp(`<a[^>]*href="([^"]*)"[^>]*>${words}</a>`).exec(answer.text)?.[1].replace(/&amp;/g, '&');
const rowsOf = (answer) => [...answer.text.matchAll(/<tr>\s*<td>[^]*?<\/tr>/g)].map((m) => h.plain(m[0]).replace(/\s+/g, ' ').trim());

test('the page shows the same in plain words', async () => {
	const browser = await h.signIn(stack, admin);
	for (const who of ['admin', 'owner'])
		client[who] = await api.signIn(stack, { admin, owner }[who]);
	const page = await browser.get('/admin/audit');
	assert.equal(page.status, 200);
	assert.equal(h.titleOf(page), 'Audit log');
	assert.match(page.text, /<li><a href="\/admin\/audit" aria-current="page">Audit log<\/a><\/li>/);
	const shown = (await read(client.admin, acme)).events;
	assert.equal(rowsOf(page).length, shown.length);
	const times = [...page.text.matchAll(/<time datetime="([^"]+)">(\d+ \w+ \d{4}, \d\d:\d\d UTC)<\/time>/g)].map((m) => m[1]);
	assert.deepEqual(times, shown.map((e) => e.at));
	const kinds = [...page.text.matchAll(/<option value="(\w+)"[^>]*>([^<]*)</g)].filter(([, name]) => !['accepted', 'refused'].includes(name));
	assert.ok(kinds.length >= 24);
	for (const [, name, text] of kinds)
		assert.match(text, /^[A-Z][a-z- ]+$/, `${name} has words`);
	assert.doesNotMatch(page.text, new RegExp(enemy.email));

	const mine = await browser.get(`/admin/audit?${new URLSearchParams({ member: bob.email, kind: '', result: 'refused', actor: '', since: '', until: '' })}`);
	const rows = rowsOf(mine);
	assert.equal(rows.length, 1);
	assert.match(rows[0], /Tried to verify the second factor Refused Bob <Builder> & "Sons" ?\S+@example\.org The member 127\.0\.0\.1/);
	assert.match(mine.text, /1 event, \d+ \w+ \d{4}/);
	assert.match(mine.text, /<option value="refused" selected>/);
	assert.equal(h.valueOf(mine.text, 'member'), bob.email);
	assert.equal(link(mine, 'Export as CSV'), `/admin/audit/export.csv?member=${encodeURIComponent(bob.email)}&result=refused`);
	assert.match(rowsOf(await browser.get(`/admin/audit?kind=mfa_reset&member=${bob.email}`))[0], /Two-factor authentication reset .*Operator.*lost \\"all\\"/);
	const none = await browser.get('/admin/audit?kind=mfa_disabled');
	assert.match(none.text, /No events match\./);
	assert.equal(rowsOf(none).length, 0);
});

test('the page leads on to older events and to exports of the same filter', async () => {
	const browser = new h.Browser(stack, (await h.signIn(stack, owner)).token);
	const keys = [];
	let page = await browser.get('/admin/audit?kind=reauthentication');
	for (;;) {
		keys.push(...[...page.text.matchAll(/<time datetime="([^"]+)"/g)].map((m) => m[1]));
		const older = link(page, 'Older events');
		if (!older)
			break;
		assert.match(older, /^\/admin\/audit\?kind=reauthentication&after=[\w.]+$/);
		page = await browser.get(older);
		assert.equal(link(page, 'Newest events'), '/admin/audit?kind=reauthentication');
	}
	assert.deepEqual(keys, (await all(client.owner, acme, { kind: 'reauthentication' })).map((e) => e.at));
	assert.ok(keys.length > 50);
	for (const [words, type] of [['Export as CSV', 'text/csv; charset=utf-8'], ['Export as JSON Lines', 'application/jsonl']]) {
		const answer = await browser.get(link(page, words));
		assert.equal(answer.status, 200);
		assert.equal(answer.headers['content-type'], type);
		assert.match(answer.headers['content-disposition'], /^attachment; filename="audit-acme-/);
		const count = type === 'application/jsonl' ? lines(answer).length : csv.rows(answer.text).length;
		assert.equal(count, keys.length);
	}
	const last = await known(`kind = 'audit_exported' AND account_id = '${owner.id}'`);
	assert.equal(last.length, 2);
});

test('a wrong filter comes back on the page, with its field', async () => {
	const browser = await h.signIn(stack, admin);
	for (const [query, field] of [['kind=sing_in', 'kind'], ['result=maybe', 'result'], ['since=yesterday', 'since'], ['until=2026-02-30', 'until']]) {
		const page = await browser.get(`/admin/audit?${query}&member=${bob.email}`);
		assert.equal(page.status, 422, query);
		assert.match(page.text, new RegExp(`role="alert"[^]*href="#${field}"`));
		assert.match(page.text, new RegExp(`id="${field}"[^>]*aria-invalid="true"`));
		assert.equal(h.valueOf(page.text, 'member'), bob.email);
		assert.equal(rowsOf(page).length, 0);
	}
	assert.equal((await browser.get('/admin/audit?after=x')).status, 422);
	assert.equal((await browser.get('/admin/audit/export.csv?kind=x')).status, 422);
});

test('the page is for admins alone', async () => {
	for (const target of ['/admin/audit', '/admin/audit/export.csv', '/admin/audit/export.jsonl']) {
		assert.equal((await stack.get(target)).location, `/login?next=${target}`);
		assert.equal((await (await h.signIn(stack, bob)).get(target)).status, 403);
		assert.equal((await (await h.signIn(stack, both)).get(target)).location, `/organization?next=${target}`, 'in none of several');
		assert.equal((await (await h.signIn(stack, await h.person(stack))).get(target)).location, `/organization?next=${target}`);
	}
});

test('after a prune the first event that was kept still shows what it continues', async () => {
	const old = await h.person(stack);
	const place = await organization('history', [old, 'owner']);
	const who = await api.signIn(stack, old);
	// Two months on, so that what was until now can go.
	stack.clock.advance(62 * 86400);
	const now = await api.signIn(stack, old);
	assert.notEqual(who.token, now.token);
	await stack.psql('DELETE FROM countersign.audit_events WHERE user_agent = \'x\'');
	await stack.ctl(['audit', 'prune', '--months', '1']);
	const left = lines(await now.get(at(place), LINES));
	assert.deepEqual(left.map((e) => e.kind), ['audit_exported', 'sign_in']);
	assert.ok(left[1].seq > 2);
	const said = await verify('pruned.jsonl', `${left.map((e) => JSON.stringify(e)).join('\n')}\n`);
	assert.deepEqual([said.status, said.text], [0, '2 events of partial chains: sound\n']);
});

test('the audit chains are sound after all of it', async () => {
	await stack.psql("DELETE FROM countersign.audit_events WHERE user_agent = 'x'");
	assert.match(await stack.ctl(['audit', 'verify']), /: sound\n$/);
	await stack.stop();
});
