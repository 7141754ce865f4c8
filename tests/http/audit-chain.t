#!/usr/bin/env -S node --test-reporter=tap
// The audit chains of all accounts: every change of them is found and named, old events are removed without leaving
// a gap, and an export can be verified without the database.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, test } = require('node:test');

const csv = require('../lib/csv.js');
const h = require('../lib/http.js');
const rig = require('../lib/rig.js');

const REASON = 'lost "all", \\ \u00fc; <b>';

let stack;
let a, b; // people with events through the pages and the API
const lengths = {};

const conf = () => path.join(stack.data, 'countersign.conf');
const program = () => path.join(stack.build, 'root/bin/countersignctl');

// Runs an audit command: { status, out, err }.
async function audit(...args) {
	return stack.ctl(['audit', ...args]).then((out) => ({ status: 0, out, err: '' }),
		(error) => ({ status: error.code, out: error.stdout, err: error.stderr }));
}

const fileIn = (name) => path.join(stack.folder, name);
function put(name, text) {
	fs.writeFileSync(fileIn(name), text, { mode: 0o644 });
	return fileIn(name);
}

async function assertSound(why) {
	const { status, out, err } = await audit('verify');
	assert.equal(`${status} ${err}`, '0 ', `${why}: ${out}${err}`);
	assert.match(out, /^\d+ accounts, \d+ events: sound\n$/);
}

// Changes the tables with their constraints off, as their owner can, lets `look` check the faults, and restores all rows.
const TABLES = ['audit_events', 'audit_chains', 'audit_anchors'];
async function tampered(sql, look) {
	await stack.psql(TABLES.map((t) => `CREATE TABLE public.kept_${t} AS TABLE countersign.${t};`).join(''));
	try {
		await stack.psql(sql, { role: 'countersign_owner' });
		const found = JSON.parse((await audit('verify', '--json')).out);
		const text = await audit('verify');
		assert.equal(text.status, found.sound ? 0 : 65);
		await look(found.faults, text.out, found);
	} finally {
		await stack.psql(TABLES.map((t) => `DELETE FROM countersign.${t};
			INSERT INTO countersign.${t} TABLE public.kept_${t}; DROP TABLE public.kept_${t};`).join(''));
	}
}

// Of each finding: whose, which events, what.
const brief = (faults) => faults.map((f) => `${f.accountId} ${f.seq}-${f.lastSeq} ${f.fault}`);
const idOf = (who) => h.idText('usr', who.id);

before(async () => {
	stack = await rig.start({ set: { ...h.QUICK, workers: 2 } });
	({ who: a } = await h.enrolled(stack));
	({ who: b } = await h.enrolled(stack));
});
after(() => stack?.stop());

test('after a mixed run through pages, API and countersignctl the audit chains are sound', async () => {
	const browser = await h.signInFully(stack, a);
	await browser.post('/profile/factors/rename', { factor: a.factors[0].id, label: 'Other, "phone"' });
	const signed = await stack.request('POST', '/v1/sessions', { json: { email: a.email, password: a.password } });
	assert.equal(signed.status, 201, signed.text);
	const wrong = await stack.request('POST', '/v1/sessions/current/verification',
		{ json: { code: await h.wrongCode(stack, a.factors[0]) }, headers: { Authorization: `Bearer ${signed.json().token}` } });
	assert.equal(wrong.status >= 400, true);
	await stack.request('POST', '/login', { form: { email: a.email, password: 'not it at all' }, headers: { 'User-Agent': '=HYPERLINK("x"),\u00e9' } });
	await h.until('the refusal is recorded', async () => (await h.events(stack, a)).some((e) => e.kind === 'sign_in' && e.result === 'refused'));
	await stack.ctl(['account', 'disable', b.email]);
	await stack.ctl(['account', 'enable', b.email]);
	await stack.ctl(['account', 'reset-mfa', b.email, '--reason', REASON]);
	await assertSound('mixed run');
	for (const who of [a, b])
		lengths[who.id] = await h.eventCount(stack, who);
	assert.ok(lengths[a.id] >= 8 && lengths[b.id] >= 6, JSON.stringify(lengths));
	const one = await audit('verify', '--account', a.email);
	assert.equal(one.out, `1 account, ${lengths[a.id]} events: sound\n`);
	assert.equal((await audit('verify', '--account', 'nobody@example.org')).status, 67);
	assert.equal((await audit('verify', '--account', a.email, '--file', 'x')).status, 64);
	const json = JSON.parse((await audit('verify', '--json')).out);
	assert.deepEqual(json.faults, []);
	assert.equal(json.sound, true);
});

test('the service and the reader cannot change audit events; events lie in the table of their month', async () => {
	const month = new Date(stack.clock.now() * 1000).toISOString().slice(0, 7).replace('-', '_');
	assert.equal(await stack.psql('SELECT DISTINCT tableoid::regclass::text FROM countersign.audit_events'), `countersign.audit_events_${month}`);
	const tables = (await stack.psql("SELECT relname FROM pg_class WHERE relname ~ '^audit_events_' AND relkind = 'r' ORDER BY 1")).split('\n');
	assert.equal(tables.length, 5, tables.join());
	for (const role of ['countersign_worker', 'countersign_reader'])
		for (const sql of ['DELETE FROM countersign.audit_events', `SELECT * FROM countersign.audit_events_${month}`,
			'SELECT countersign.audit_month_drop(now())', 'DELETE FROM countersign.audit_anchors'])
			await assert.rejects(stack.psql(sql, { role }), /permission denied|read-only/);
});

test('every column of an event: its change is found and named', async () => {
	const where = `account_id = '${a.id}' AND seq = 4`;
	const uuid = "'01890a5d-ac96-774b-bcce-b302099a8057'";
	const zeros = "'00000000-0000-0000-0000-000000000000'";
	const changes = {
		at: ["at + interval '1 microsecond'", "at + interval '40 days'", "'infinity'"], kind: ["'sign_out'"], result: ["CASE result WHEN 'accepted' THEN 'refused' ELSE 'accepted' END"],
		actor: ["'system'"], actor_id: [uuid], session_id: [uuid], factor_id: [`CASE WHEN factor_id IS NULL THEN ${zeros}::uuid END`],
		organization_id: [uuid, zeros], address: ["'192.0.2.99'", 'NULL'], user_agent: ["user_agent || ' '", 'NULL'], request_id: ["'f00'"],
		details: ["CASE WHEN details IS NULL THEN '{}' ELSE (details::text || ' ')::json END"],
		key_id: ['2', '-1'], mac: ["set_byte(mac, 31, 255 - get_byte(mac, 31))"],
	};
	const columns = (await stack.psql("SELECT attname FROM pg_attribute WHERE attrelid = 'countersign.audit_events'::regclass AND attnum > 0"))
		.split('\n');
	assert.deepEqual([...Object.keys(changes), 'account_id', 'seq'].sort(), columns.sort(), 'every column is tried');
	for (const [column, values] of Object.entries(changes))
		for (const value of values)
			await tampered(`UPDATE countersign.audit_events SET ${column} = ${value} WHERE ${where}`, (faults, text) => {
				const what = column === 'key_id' ? 'unknown_key' : 'changed';
				assert.deepEqual(brief(faults), [`${idOf(a)} 4-4 ${what}`], `${column} = ${value}`);
				assert.match(text, new RegExp(`^${idOf(a)} event 4: .*\\n\\d+ accounts, \\d+ events: NOT SOUND, 1 fault\\n$`));
			});
});

test('events that are removed, inserted, swapped or moved are found and named', async () => {
	const n = lengths[a.id], m = lengths[b.id], from = `FROM countersign.audit_events WHERE account_id = '${a.id}'`;
	const is = (...wanted) => (faults) => assert.deepEqual(brief(faults), wanted.map((w) => `${idOf(a)} ${w}`));
	await tampered(`DELETE ${from} AND seq = 5`, is('5-5 missing'));
	await tampered(`DELETE ${from} AND seq IN (3, 4, 5)`, is('3-5 missing'));
	await tampered(`DELETE ${from} AND seq = 1`, is('1-1 missing'));
	await tampered(`DELETE ${from} AND seq = ${n}`, is(`${n}-${n} missing`));
	await tampered(`DELETE ${from}`, is(`1-${n} missing`));
	const copy = (seq, at) => `INSERT INTO countersign.audit_events SELECT account_id, ${seq}, ${at}, kind, result, actor, actor_id, session_id, factor_id,
		organization_id, address, user_agent, request_id, details, key_id, mac ${from} AND seq = 5`;
	await tampered(copy(5, "at + interval '1 s'"), is('5-5 twice'));
	await tampered(copy(5, "at - interval '1 s'"), is('5-5 changed', '5-5 twice'));
	await tampered(copy(n + 1, 'at'), is(`${n + 1}-${n + 1} changed`, `${n + 1}-${n + 1} behind`));
	await tampered(`ALTER TABLE countersign.audit_events DROP CONSTRAINT audit_events_seq_check; ${copy(0, 'at')}`, is('0-0 dropped'));
	await stack.psql('DELETE FROM countersign.audit_events WHERE seq = 0; ALTER TABLE countersign.audit_events ADD CONSTRAINT audit_events_seq_check CHECK (seq > 0)');
	await tampered(`UPDATE countersign.audit_events SET seq = CASE seq WHEN 4 THEN 5 ELSE 4 END WHERE account_id = '${a.id}' AND seq IN (4, 5)`,
		is('4-4 changed', '5-5 changed'));
	await tampered(`UPDATE countersign.audit_events SET account_id = '${b.id}' WHERE account_id = '${a.id}' AND seq = 6`, (faults) =>
		assert.deepEqual(brief(faults).sort(), [`${idOf(a)} 6-6 missing`, `${idOf(b)} 6-6 twice`].concat(
			faults.length > 2 ? [`${idOf(b)} 6-6 changed`] : []).sort()));
	await tampered(`UPDATE countersign.audit_events SET account_id = '${b.id}', seq = ${m + 1} WHERE account_id = '${a.id}' AND seq = ${n}`, (faults) =>
		assert.deepEqual(brief(faults).sort(), [`${idOf(a)} ${n}-${n} missing`, `${idOf(b)} ${m + 1}-${m + 1} behind`, `${idOf(b)} ${m + 1}-${m + 1} changed`].sort()));
});

test('the recorded length and head of a chain are compared with its events', async () => {
	const n = lengths[a.id], chain = `countersign.audit_chains SET length = $n, head = $h WHERE account_id = '${a.id}'`;
	const note = (length, head = 'head') => `UPDATE ${chain.replace('$n', length).replace('$h', head)}`;
	const is = (...wanted) => (faults) => assert.deepEqual(brief(faults), wanted.map((w) => `${idOf(a)} ${w}`));
	await tampered(note(n + 2), is(`${n + 1}-${n + 2} missing`));
	await tampered(note(n - 2), is(`${n - 1}-${n} behind`));
	await tampered(note(0, "decode(repeat('00', 32), 'hex')"), is(`1-${n} behind`));
	await tampered(note(n, "decode(repeat('ab', 32), 'hex')"), is(`${n}-${n} head`));
	await tampered(`DELETE FROM countersign.audit_chains WHERE account_id = '${a.id}'`, is(`${n}-${n} unnoted`));
});

test('the events of a database from before the months are kept', async () => {
	await stack.psql('CREATE DATABASE older', { database: 'postgres' });
	await stack.psql(fs.readFileSync(path.join(rig.top, 'sql/roles.sql'), 'utf8'), { database: 'older' });
	const older = put('older.conf', fs.readFileSync(conf(), 'utf8').replaceAll('dbname=countersign', 'dbname=older'));
	const folder = path.join(stack.folder, 'first-two');
	fs.mkdirSync(folder, { mode: 0o755 });
	for (const file of ['0001_accounts.sql', '0002_codes_at_enrolment.sql'])
		fs.copyFileSync(path.join(rig.top, 'sql/migrations', file), path.join(folder, file));
	const ctl = (...args) => stack.asService(program(), ['-c', older, ...args], '');
	await ctl('migrate', '--migrations', folder);
	// As they stand in this database, but for some months ago: sound they are not, but the same they have to be.
	const rows = await stack.psql(`SELECT json_agg(e ORDER BY account_id, seq) FROM countersign.audit_events e`);
	await stack.psql(`INSERT INTO countersign.audit_events SELECT e.account_id, e.seq, e.at - e.seq * interval '9 days', e.kind, e.result, e.actor, e.actor_id,
		e.session_id, e.factor_id, e.organization_id, e.address, e.user_agent, e.request_id, e.details, e.key_id, e.mac
		FROM json_populate_recordset(NULL::countersign.audit_events, $json$${rows}$json$) e`, { database: 'older' });
	const all = () => stack.psql('SELECT e FROM countersign.audit_events e ORDER BY account_id, seq', { database: 'older' });
	const before = await all();
	assert.match(await ctl('migrate'), /^applied 0003_audit_partitions\.sql$/m);
	assert.equal(await all(), before);
	assert.equal(await stack.psql('SELECT count(*) FROM countersign.audit_events_default', { database: 'older' }), '0');
	assert.equal(await stack.psql(`SELECT count(DISTINCT tableoid) > 2 FROM countersign.audit_events`, { database: 'older' }), 't');
});

// --- exports -----------------------------------------------------------------

test('an export is verified without the database, to the byte', async () => {
	const { out } = await audit('export');
	const lines = out.trimEnd().split('\n').map(JSON.parse);
	assert.equal(lines.length, lengths[a.id] + lengths[b.id]);
	const reset = lines.find((line) => line.kind === 'mfa_reset');
	assert.equal(JSON.parse(reset.details).reason, REASON);
	const kept = JSON.parse(await stack.psql("SELECT to_json(details::text) FROM countersign.audit_events WHERE kind = 'mfa_reset'"));
	assert.equal(reset.details, kept, 'details are as they are stored');
	const offline = put('offline.conf', `database = host=/nowhere\nkeyring = ${/^keyring = (.*)$/m.exec(fs.readFileSync(conf(), 'utf8'))[1]}\n`);
	const verify = (file, stdin = '') => stack.asService(program(), ['-c', offline, 'audit', 'verify', '--file', file], stdin)
		.then((text) => ({ status: 0, text }), (error) => ({ status: error.code, text: error.stdout }));
	assert.deepEqual(await verify(put('all.jsonl', out)), { status: 0, text: `2 accounts, ${lines.length} events: sound\n` });
	assert.equal((await verify('-', out)).status, 0, 'from standard input');

	// One byte of one line: somewhere in each of its parts.
	const all = out.split('\n'), at = lengths[a.id] > 5 ? 4 : 2, line = all[at];
	const places = [...line.matchAll(/"(\w+)":("[^"]+"|\d+)/g)].flatMap((m) => [m.index + 1, m.index + m[0].length - 2]);
	assert.ok(places.length > 20);
	for (const place of [0, ...places, line.length - 1])
		for (const flip of [1, 32]) {
			const bytes = Buffer.from(out);
			const start = Buffer.byteLength(all.slice(0, at).map((x) => `${x}\n`).join(''));
			bytes[start + place] ^= flip;
			const { status, text } = await verify(put('byte.jsonl', bytes));
			assert.equal(status, 65, `byte ${place} of ${line}`);
			assert.match(text, new RegExp(`^(line ${at + 1}|usr_\\w+ event \\d+|usr_\\w+ events \\d+ to \\d+): `));
		}
	const broken = async (text, pattern) => {
		const found = await verify(put('broken.jsonl', text));
		assert.equal(found.status, 65, found.text);
		assert.match(found.text, pattern);
	};
	const without = (i) => all.filter((_, k) => k !== i).join('\n');
	await broken(without(at), new RegExp(`event ${lines[at].seq}: missing`));
	await broken(all.slice(0, 3).concat([all[2]], all.slice(3)).join('\n'), /event 3: was inserted/);
	await broken(out.slice(0, -1), new RegExp(`^line ${lines.length}: is not as it was exported`));
	await broken(`${out}{}\n`, /^line \d+: is not as it was exported/);
	await broken([all[0], all[2], all[1], ...all.slice(3)].join('\n'), /event 2: was inserted/);
	await broken([all[1], all[0], ...all.slice(2)].join('\n'), /event 3: was inserted/);
	await broken(`${line.replace(/"address":"[^"]*"/, '"address":"' + 'x'.repeat(3_000_000) + '"')}\n`, /^line 1: /);
	assert.equal((await verify(fileIn('not-there'))).status, 66);
});

test('an export takes an account and days, and a part of a chain is verified from its first event', async () => {
	const one = (await audit('export', '--account', a.email)).out;
	assert.equal(one.trimEnd().split('\n').length, lengths[a.id]);
	const part = put('part.jsonl', one.split('\n').slice(3).join('\n'));
	assert.equal((await audit('verify', '--file', part)).out, `1 account, ${lengths[a.id] - 3} events: sound\n`);
	const day = (offset) => new Date((stack.clock.now() + offset * 86400) * 1000).toISOString().slice(0, 10);
	assert.equal((await audit('export', '--since', day(-1), '--until', day(2))).out, (await audit('export')).out);
	assert.equal((await audit('export', '--since', day(2))).out, '');
	assert.equal((await audit('export', '--until', day(-1))).out, '');
	for (const wrong of [['--since', '2026-02-30'], ['--until', 'yesterday'], ['--since', '2026-1-1']])
		assert.equal((await audit('export', ...wrong)).status, 65, wrong.join(' '));
	assert.equal((await audit('export', '--format', 'xml')).status, 64);
});

test('CSV has the same events, and no formula', async () => {
	const rows = csv.rows((await audit('export', '--format', 'csv')).out);
	const lines = (await audit('export')).out.trimEnd().split('\n').map(JSON.parse);
	assert.equal(rows.length, lines.length);
	rows.forEach((row, i) => Object.entries(row).forEach(([name, field]) => {
		const value = `${lines[i][name] ?? ''}`;
		assert.equal(field, /^[=+\-@\t\r]/.test(value) ? `'${value}` : value, name);
	}));
	assert.ok(rows.some((row) => row.userAgent.startsWith("'=HYPERLINK")), 'the sample has one');
});

// --- keys ---------------------------------------------------------------------

test('events of several keys are verified by their key', async () => {
	const file = /^keyring = (.*)$/m.exec(fs.readFileSync(conf(), 'utf8'))[1];
	const old = fs.readFileSync(file, 'utf8');
	const { uid, gid, mode } = fs.statSync(file);
	const write = (text) => {
		fs.rmSync(file);
		fs.writeFileSync(file, text, { mode });
		fs.chownSync(file, uid, gid);
		fs.chmodSync(file, mode);
	};
	write(`${old.replace(/^(\d+) active/m, '$1 readable')}7 active ${Buffer.alloc(32, 9).toString('base64url')}\n`);
	await stack.ctl(['account', 'disable', a.email]);
	await stack.ctl(['account', 'enable', a.email]);
	assert.equal(await stack.psql('SELECT string_agg(DISTINCT key_id::text, \',\' ORDER BY key_id::text) FROM countersign.audit_events'), '1,7');
	await assertSound('two keys');
	assert.ok(await h.reload(stack));
	lengths[a.id] = await h.eventCount(stack, a);
});

// --- months -------------------------------------------------------------------

// Puts the clock to a moment.
const moment = (text) => stack.clock.set(Math.floor(Date.parse(text) / 1000) - Math.floor(Date.now() / 1000));
const months = async () => (await stack.psql("SELECT right(relname, 7) FROM pg_class WHERE relname ~ '^audit_events_2' AND relkind = 'r' ORDER BY 1")).split('\n');
const waiting = () => h.number(stack, 'SELECT count(*) FROM countersign.audit_events_default');
const toggle = async (who) => {
	await stack.ctl(['account', 'disable', who.email]);
	await stack.ctl(['account', 'enable', who.email]);
};

test('events of a month without a table wait, and prune makes it', async () => {
	moment('2031-01-31T23:59:50Z');
	await toggle(a);
	moment('2031-02-01T00:00:00Z');
	await toggle(a);
	await toggle(b);
	assert.equal(await waiting(), 6);
	await assertSound('events that wait');
	const { status, out, err } = await audit('prune', '--months', '1200');
	assert.equal(status, 0, err);
	assert.match(out, /^dropped in total, before 1931-02-01: 0 events of 0 accounts\n$/);
	assert.equal(await waiting(), 0);
	assert.deepEqual((await months()).slice(-5), ['2031_01', '2031_02', '2031_03', '2031_04', '2031_05']);
	assert.equal(await h.number(stack, 'SELECT count(*) FROM countersign.audit_events_2031_01'), 2);
	await assertSound('tables were made');
	moment('2031-05-10T00:00:00Z');
	await stack.ctl(['migrate']);
	assert.equal((await months()).at(-1), '2031_08');
	assert.equal(await stack.psql(`SELECT count(*) FROM pg_class c WHERE relname ~ '^audit_events_2' AND relkind = 'r' AND obj_description(oid, 'pg_class') IS NULL`), '0');
});

test('a dry run says what would go; what is not sound does not go', async () => {
	moment('2031-02-28T23:58:00Z');
	const all = await stack.psql('TABLE countersign.audit_events');
	const dry = await audit('prune', '--months', '1', '--dry-run');
	assert.match(dry.out, /^would drop \d{4}-\d\d: \d+ events$/m);
	assert.doesNotMatch(dry.out, /^would drop 2031/m, 'January is not wholly older than a month');
	assert.equal(await stack.psql('TABLE countersign.audit_events'), all);
	assert.equal(await h.number(stack, 'SELECT count(*) FROM countersign.audit_anchors'), 0);
	for (const [sql, found] of [
		[`UPDATE countersign.audit_events SET address = '192.0.2.5' WHERE account_id = '${a.id}' AND seq = 4`, /event 4: does not match/],
		// An event of this month made old, so that a prune would take it.
		[`UPDATE countersign.audit_events SET at = '2026-01-05' WHERE account_id = '${b.id}' AND seq = ${lengths[b.id] + 1}`, /does not match/],
		[`DELETE FROM countersign.audit_events WHERE account_id = '${a.id}' AND seq = ${lengths[a.id] + 1}`, /: missing/],
	])
		await tampered(sql, async () => {
			const { status, out, err } = await audit('prune', '--months', '1');
			assert.equal(status, 65);
			assert.match(out, found);
			assert.match(err, /nothing was dropped/);
			assert.equal(await h.number(stack, 'SELECT count(*) FROM countersign.audit_anchors'), 0);
		});
	for (const wrong of ['0', '-1', '1201', 'x', ''])
		assert.equal((await audit('prune', '--months', wrong)).status, 64, wrong);
});

test('a prune removes whole months only, and the audit chains are sound after it', async () => {
	moment('2031-02-28T23:58:00Z');
	const first = await audit('prune', '--months', '1');
	assert.equal(first.status, 0, first.err);
	assert.match(first.out, new RegExp(`^dropped in total, before 2031-01-01: ${lengths[a.id] + lengths[b.id]} events of 2 accounts$`, 'm'));
	assert.equal((await months())[0], '2031_01');
	assert.equal(await h.number(stack, 'SELECT min(seq) FROM countersign.audit_events'), Math.min(lengths[a.id], lengths[b.id]) + 1);
	await assertSound('after a prune');
	moment('2031-03-01T00:00:00Z');
	await toggle(a);
	const second = await audit('prune', '--months', '1');
	assert.match(second.out, /^dropped 2031-01: 2 events\ndropped in total, before 2031-02-01: 2 events of 1 account\n$/);
	assert.equal((await months())[0], '2031_02');
	await assertSound('after another');
	await toggle(a);
	await assertSound('and it goes on');
	const again = await audit('prune', '--months', '1');
	assert.match(again.out, /^dropped in total, before 2031-02-01: 0 events of 0 accounts\n$/);
	const file = put('pruned.jsonl', (await audit('export')).out);
	assert.match((await audit('verify', '--file', file)).out, /^2 accounts, \d+ events: sound\n$/);
});

test('a removal that is passed off as a prune is found', async () => {
	const low = await h.number(stack, `SELECT min(seq) FROM countersign.audit_events WHERE account_id = '${a.id}'`);
	const where = `account_id = '${a.id}'`, first = `DELETE FROM countersign.audit_events WHERE ${where} AND seq = ${low}`;
	const is = (...wanted) => (faults) => assert.deepEqual(brief(faults), wanted.map((w) => `${idOf(a)} ${w}`));
	await tampered(first, is(`${low}-${low} missing`));
	await tampered(`UPDATE countersign.audit_anchors SET seq = e.seq, head = e.mac FROM countersign.audit_events e
		WHERE audit_anchors.${where} AND e.account_id = audit_anchors.account_id AND e.seq = ${low}; ${first}`,
	is(`${low}-${low} anchor`, `1-${low} missing`));
	await tampered(`DELETE FROM countersign.audit_anchors WHERE ${where}`, is(`1-${low - 1} missing`));
	await tampered(`UPDATE countersign.audit_anchors SET pruned_at = pruned_at - interval '1 day' WHERE ${where}`, is(`${low - 1}-${low - 1} anchor`, `1-${low - 1} missing`));
	await tampered(`UPDATE countersign.audit_anchors x SET seq = y.seq, head = y.head, pruned_at = y.pruned_at, mac = y.mac, key_id = y.key_id
		FROM countersign.audit_anchors y WHERE x.${where} AND y.account_id = '${b.id}'`, (faults) => assert.ok(brief(faults)[0].endsWith('anchor'), brief(faults)));
	await tampered(`INSERT INTO countersign.audit_events SELECT account_id, 2, at, kind, result, actor, actor_id, session_id, factor_id, organization_id,
		address, user_agent, request_id, details, key_id, mac FROM countersign.audit_events WHERE ${where} AND seq = ${low}`, is('2-2 dropped'));
});

test('an event dated before a younger one in its chain stays with it', async () => {
	// The clock was wrong for a moment: number n is of March, n + 1 of February, n + 2 of March again.
	moment('2031-03-01T00:00:05Z');
	await stack.ctl(['account', 'disable', b.email]);
	moment('2031-02-28T23:59:58Z');
	await stack.ctl(['account', 'enable', b.email]);
	moment('2031-03-01T00:00:06Z');
	await toggle(b);
	moment('2031-04-02T00:00:00Z');
	const { out } = await audit('prune', '--months', '1');
	assert.match(out, /^kept, as they follow newer events in their chains: 1 event$/m);
	assert.equal(await waiting(), 1);
	assert.equal((await months())[0], '2031_03');
	await assertSound('one that stays');
	moment('2031-05-02T00:00:00Z');
	await audit('prune', '--months', '1');
	assert.equal(await waiting(), 0, 'it goes with the younger one');
	assert.equal(await h.number(stack, 'SELECT count(*) FROM countersign.audit_events'), 0);
	await assertSound('everything has gone');
	await toggle(a);
	await assertSound('chains go on from nothing');
});

test('several at once, while the service works, do not disturb each other', async () => {
	moment('2031-08-01T12:00:00Z');
	// A table that is in use for longer than a prune waits is tried again, as it says.
	const prune = async () => {
		let found = await audit('prune', '--months', '1');
		for (let tries = 0; found.status === 69 && tries < 5; tries++)
			found = await audit('prune', '--months', '1');
		return found;
	};
	const found = await Promise.all([prune(), prune(), audit('verify'), audit('verify'),
		stack.ctl(['migrate']).then(() => ({ status: 0 })), toggle(a).then(() => ({ status: 0 })), audit('export'), toggle(b).then(() => ({ status: 0 }))]);
	assert.deepEqual(found.map((f) => f.status), Array(8).fill(0), JSON.stringify(found));
	await assertSound('afterwards');
});

test('memory does not grow with the number of events', async () => {
	// Of the release build: sanitizers keep memory.
	const release = path.join(rig.top, 'build/release/countersignctl');
	const peak = async (...args) => {
		const text = await stack.asService('/usr/bin/python3', ['-c', `import resource, subprocess, sys
r = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(r.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)`, release, '-c', conf(), ...args], '');
		return text.trim().split(' ').map(Number);
	};
	const [, before] = await peak('audit', 'verify');
	await stack.psql(`INSERT INTO countersign.audit_events SELECT '${a.id}', 100000 + n, now() + interval '5 years', 'sign_in', 'accepted', 'account', NULL, NULL, NULL,
		NULL, '192.0.2.1', repeat('x', 200), '0123', NULL, 7, decode(repeat('ab', 32), 'hex') FROM generate_series(1, 20000) n`);
	const [status, verified] = await peak('audit', 'verify');
	assert.equal(status, 65);
	const [exported, printed] = await peak('audit', 'export');
	assert.equal(exported, 0);
	// 20,000 events are above 8 MB as text.
	for (const kib of [verified, printed])
		assert.ok(kib - before < 8192, `${before} KiB before, ${kib} KiB after`);
});

test('the stack ends without a crash', () => stack.stop());
