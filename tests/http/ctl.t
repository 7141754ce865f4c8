#!/usr/bin/env -S node --test-reporter=tap
// countersignctl: migrations, keyring, accounts, organizations, sessions; what it
// prints, refuses and leaves alone.
'use strict';

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, test } = require('node:test');

const h = require('../lib/http.js');
const rig = require('../lib/rig.js');

const PASSWORD = 'correct horse battery';
const OTHER = 'staple of another kind';

let stack;
let program;

before(async () => {
	stack = await rig.start({ set: { workers: 2 } });
	program = path.join(stack.build, 'root/bin/countersignctl');
});

after(() => stack?.stop());

// It ends with this status and one line on standard error.
async function refused(promise, status, line) {
	await assert.rejects(promise, (error) => {
		assert.equal(error.code, status, error.stderr);
		assert.equal(error.stderr.trim().split('\n').length, 1, error.stderr);
		assert.match(error.stderr, /^countersignctl: /);
		assert.match(error.stderr, line);
		return true;
	});
}

const show = async (email) => JSON.parse(await stack.ctl(['account', 'show', email, '--json']));

const eventsOf = (email) => stack.psql(`SELECT kind || ' ' || actor || ' ' || result FROM countersign.audit_events
	JOIN countersign.email_owners USING (account_id) WHERE email_owners.address = '${email}' ORDER BY seq`).then((text) => text.split('\n'));

// A database of its own with the roles, and a configuration that names it.
async function emptyDatabase(name) {
	await stack.psql(`CREATE DATABASE ${name}`, { database: 'postgres' });
	await stack.psql(fs.readFileSync(path.join(rig.top, 'sql/roles.sql'), 'utf8'), { database: name });
	const conf = path.join(stack.folder, `${name}.conf`);
	const lines = fs.readFileSync(path.join(stack.data, 'countersign.conf'), 'utf8').split('\n');
	fs.writeFileSync(conf, lines.map((line) => (/^(owner_)?database/.test(line)
		? line.replace('dbname=countersign', `dbname=${name}`) : line)).join('\n'), { mode: 0o644 });
	return (...args) => stack.asService(program, ['-c', conf, ...args], '');
}

// A directory of migrations: { '0001_a.sql': 'SELECT 1' }.
function migrations(name, files) {
	const folder = path.join(stack.folder, name);
	fs.rmSync(folder, { recursive: true, force: true });
	fs.mkdirSync(folder, { mode: 0o755 });
	for (const [file, text] of Object.entries(files))
		fs.writeFileSync(path.join(folder, file), text, { mode: 0o644 });
	return folder;
}

// Runs a shell line on a terminal of its own, and types each answer when its
// question is there; resolves to status and everything the terminal has shown.
function onTerminal(line, dialogue) {
	const { uid, gid } = fs.statSync(path.join(stack.data, 'postgres'));
	const drop = process.getuid() === 0
		? ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--inh-caps=-all', '--'] : [];
	const [file, ...args] = [...drop, 'script', '-qec', line, '/dev/null'];
	const child = spawn(file, args, { env: { ...stack.env, SHELL: '/bin/sh' }, cwd: '/', stdio: 'pipe', timeout: 30_000 });
	const rest = [...dialogue];
	let shown = '';
	let seen = 0;
	child.stdout.on('data', (data) => {
		shown += data;
		while (rest.length > 0) {
			const at = shown.indexOf(rest[0][0], seen);
			if (at < 0)
				return;
			seen = at + rest[0][0].length;
			child.stdin.write(rest.shift()[1]);
		}
	});
	return new Promise((resolve, reject) => {
		child.on('error', reject);
		child.on('close', (status) => resolve({ status, shown }));
	});
}

const ctlLine = (...args) => [program, '-c', path.join(stack.data, 'countersign.conf'), ...args].map((word) => `'${word}'`).join(' ');

test('the schema is complete, and migrating again changes nothing', async () => {
	const before = await stack.psql('TABLE countersign.schema_migrations');
	assert.match(await stack.ctl(['migrate']), /^schema is at version \d+\n$/);
	assert.equal(await stack.psql('TABLE countersign.schema_migrations'), before);
	assert.match(await stack.ctl(['migrate', '--status']), /^applied +\d{4}-\d\d-\d\dT\S+Z +0001_accounts\.sql$/m);
	assert.doesNotMatch(await stack.ctl(['migrate', '--status']), /outstanding/);
	await refused(stack.ctl(['migrate', '--status', '--dry-run']), 64, /cannot be used together/);
});

test('a dry run and the status leave an empty database empty', async () => {
	const ctl = await emptyDatabase('dry');
	assert.match(await ctl('migrate', '--dry-run'), /^would apply 0001_accounts\.sql$/m);
	assert.match(await ctl('migrate', '--status'), /^outstanding +0001_accounts\.sql$/m);
	assert.equal(await stack.psql("SELECT count(*) FROM pg_namespace WHERE nspname = 'countersign'", { database: 'dry' }), '0');
	await refused(ctl('account', 'show', 'mia@example.org'), 78, /no schema yet: run countersignctl migrate/);
});

test('of two migrations at the same time one waits, and both succeed', async () => {
	const ctl = await emptyDatabase('twice');
	const folder = migrations('twice', {
		'0001_one.sql': 'SELECT pg_catalog.pg_sleep(1); CREATE TABLE countersign.one ();',
		'0002_two.sql': 'CREATE TABLE countersign.two ();',
	});
	const outputs = await Promise.all([1, 2].map(() => ctl('migrate', '--migrations', folder)));
	for (const output of outputs)
		assert.match(output, /^schema is at version 2$/m);
	assert.deepEqual(outputs.join('').match(/^applied .*$/mg).sort(), ['applied 0001_one.sql', 'applied 0002_two.sql']);
});

test('a migration that fails leaves nothing of itself, and those before it stand', async () => {
	const ctl = await emptyDatabase('failing');
	const query = (sql) => stack.psql(sql, { database: 'failing' });
	const folder = migrations('failing', {
		'0001_good.sql': 'CREATE TABLE countersign.good ();',
		'0002_bad.sql': 'CREATE TABLE countersign.half (); SELECT 1 / 0;',
	});
	await assert.rejects(ctl('migrate', '--migrations', folder), (error) => {
		assert.equal(error.code, 70);
		assert.equal(error.stdout, 'applied 0001_good.sql\n');
		assert.match(error.stderr, /0002_bad\.sql was not applied: .*division by zero/);
		return true;
	});
	assert.equal(await query("SELECT to_regclass('countersign.good') IS NULL, to_regclass('countersign.half') IS NULL"), 'f|t');
	assert.equal(await query('SELECT max(version) FROM countersign.schema_migrations'), '1');
	fs.writeFileSync(path.join(folder, '0002_bad.sql'), 'CREATE TABLE countersign.later (); COMMIT;');
	await refused(ctl('migrate', '--migrations', folder), 65, /0002_bad\.sql ends its transaction itself/);
	assert.equal(await query('SELECT max(version) FROM countersign.schema_migrations'), '1');
});

test('changed, missing and doubled migrations and a newer database are refused by name', async () => {
	const ctl = await emptyDatabase('wrong');
	const files = { '0001_a.sql': 'SELECT 1;', '0002_b.sql': 'SELECT 2;' };
	const migrate = (set) => ctl('migrate', '--migrations', migrations('wrong', set));
	await migrate(files);
	await refused(migrate({ ...files, '0002_b.sql': 'SELECT 3;' }), 65, /0002_b\.sql is not the file that was applied/);
	await refused(migrate({ ...files, '0004_d.sql': '' }), 65, /0004_d\.sql: there is no migration 0003/);
	await refused(migrate({ ...files, '0002_c.sql': '' }), 65, /0002_[bc]\.sql and 0002_[bc]\.sql have the same number/);
	await refused(migrate({ ...files, '3_c.sql': '' }), 65, /3_c\.sql/);
	await refused(migrate({ '0001_a.sql': 'SELECT 1;' }), 78, /newer than these migrations: 0002_b\.sql was applied to it/);
	await refused(migrate({}), 66, /no migrations/);
	await refused(ctl('migrate', '--migrations', '/nowhere'), 66, /\/nowhere: No such file/);
	assert.match(await migrate(files), /^schema is at version 2\n$/);
});

test('the keyring is made once and never shown', async () => {
	const file = path.join(stack.data, 'keyring');
	const content = fs.readFileSync(file, 'utf8');
	const key = /^1 active (\S+)$/m.exec(content)[1];
	assert.equal(await stack.ctl(['key', 'list']), '1 active\n');
	await refused(stack.ctl(['key', 'init']), 73, /already exists/);
	assert.equal(fs.readFileSync(file, 'utf8'), content);
	assert.ok(!(await stack.ctl(['key', 'list'])).includes(key));
});

test('an account is made, shown, verified, disabled and enabled, each with its audit event', async () => {
	const made = await stack.createAccount({ email: 'Mia@Example.ORG', name: 'Mia "Ö" Santos', password: PASSWORD, verified: false });
	assert.match(made.output, /^created account usr_[0-9a-z]{26} for mia@example\.org\n$/);
	const fresh = await show('MIA@example.org');
	assert.deepEqual([fresh.name, fresh.email, fresh.emailVerified, fresh.status, fresh.lastSignInAt],
		['Mia "Ö" Santos', 'mia@example.org', false, 'active', null]);
	assert.deepEqual([fresh.factors, fresh.recoveryCodes, fresh.sessions], [[], null, []]);
	assert.deepEqual(fresh.secondFactor, { wrongAnswers: 0, blockedUntil: null, locked: false });

	await stack.ctl(['account', 'verify-email', 'mia@example.org']);
	await refused(stack.ctl(['account', 'verify-email', 'mia@example.org']), 73, /is already verified/);
	await stack.ctl(['account', 'disable', 'mia@example.org']);
	await refused(stack.ctl(['account', 'disable', 'mia@example.org']), 73, /is already disabled/);
	assert.deepEqual([(await show('mia@example.org')).status, (await show('mia@example.org')).emailVerified], ['disabled', true]);
	await stack.ctl(['account', 'enable', 'mia@example.org']);
	await refused(stack.ctl(['account', 'enable', 'mia@example.org']), 73, /is not disabled/);
	assert.match(await stack.ctl(['account', 'show', 'mia@example.org']), /^E-mail +mia@example\.org, verified$/m);
	assert.deepEqual(await eventsOf('mia@example.org'), ['account_created', 'email_verified', 'account_disabled', 'account_enabled']
		.map((kind) => `${kind} operator accepted`));
});

test('what cannot be an account is refused, and nothing is left of it', async () => {
	const create = (email, password, ...more) => stack.ctl(['account', 'create', '--email', email, '--name', 'X', '--password-stdin', ...more], password);
	const count = () => stack.psql('SELECT count(*) FROM countersign.accounts');
	const before = await count();
	await stack.createAccount({ email: 'taken@example.org' });
	await refused(create('TAKEN@example.org', `${PASSWORD}\n`), 73, /another account has the address taken@example\.org/);
	await refused(create('no-address', `${PASSWORD}\n`), 65, /not an e-mail address/);
	await refused(create('new@example.org', 'short 7\n'), 65, /too short/);
	await refused(create('new@example.org', `${'x'.repeat(1025)}\n`), 65, /too long/);
	await refused(create('new@example.org', Buffer.from('abcdefg\xff\n', 'latin1')), 65, /not UTF-8/);
	await refused(create('new@example.org', ''), 65, /no password on standard input/);
	await refused(stack.ctl(['account', 'create', '--email', 'new@example.org', '--name', ' ', '--password-stdin'], PASSWORD), 65, /a name must be/);
	assert.equal(await count(), `${Number(before) + 1}`);
	await refused(stack.ctl(['account', 'show', 'new@example.org']), 67, /no account has the address new@example\.org/);
});

test('a password in an argument is neither taken nor repeated', async () => {
	for (const args of [['--password', OTHER], ['--password-stdin', OTHER], [`--password-stdin=${OTHER}`]])
		await assert.rejects(stack.ctl(['account', 'password', 'mia@example.org', ...args]), (error) => {
			assert.equal(error.code, 64);
			assert.match(error.stderr, /^usage: /m);
			assert.ok(!error.stderr.includes(OTHER));
			return true;
		});
});

test('a new password ends the sessions; the old one is worth nothing', async () => {
	await stack.createAccount({ email: 'adam@example.org', password: PASSWORD });
	const login = (password) => stack.post('/login', { email: 'adam@example.org', password });
	assert.equal((await login(PASSWORD)).status, 303);
	assert.equal((await show('adam@example.org')).sessions.length, 1);
	await stack.ctl(['account', 'password', 'adam@example.org', '--password-stdin'], `${OTHER}\n`);
	assert.equal((await show('adam@example.org')).sessions.length, 0);
	assert.notEqual((await login(PASSWORD)).status, 303);
	assert.equal((await login(OTHER)).status, 303);
	await refused(stack.ctl(['account', 'password', 'nobody@example.org', '--password-stdin'], OTHER), 67, /no account/);
});

test('one session is ended, or all', async () => {
	await stack.createAccount({ email: 'lena@example.org', password: PASSWORD });
	for (let i = 0; i < 3; i++)
		assert.equal((await stack.post('/login', { email: 'lena@example.org', password: PASSWORD })).status, 303);
	const { sessions } = await show('lena@example.org');
	assert.equal(sessions.length, 3);
	assert.deepEqual([sessions[0].state, sessions[0].address], ['active', '127.0.0.1']);
	await stack.ctl(['session', 'revoke', 'lena@example.org', sessions[1].sessionId]);
	assert.deepEqual((await show('lena@example.org')).sessions.map((s) => s.sessionId), [sessions[0].sessionId, sessions[2].sessionId]);
	await refused(stack.ctl(['session', 'revoke', 'lena@example.org', sessions[1].sessionId]), 66, /no session ses_/);
	await stack.ctl(['session', 'revoke', 'lena@example.org', '--all']);
	assert.deepEqual((await show('lena@example.org')).sessions, []);
	await refused(stack.ctl(['session', 'revoke', 'lena@example.org', 'ses_x']), 65, /not a session/);
	await refused(stack.ctl(['session', 'revoke', 'lena@example.org']), 64, /either a session or --all/);
	await refused(stack.ctl(['session', 'revoke', 'nobody@example.org', '--all']), 67, /no account/);
});

test('factors, recovery codes and the attempt limit are shown as they are', async () => {
	await stack.createAccount({ email: 'olga@example.org' });
	const id = await stack.psql("SELECT account_id FROM countersign.email_owners WHERE address = 'olga@example.org'");
	await stack.psql(`INSERT INTO countersign.factors (account_id, factor_id, kind, label, state, preferred, sealed, created_at,
			confirmed_at, last_used_at, expires_at, session_id) VALUES
		('${id}', gen_random_uuid(), 'totp', 'Old phone', 'active', true, '', '2026-01-02 03:04Z', '2026-01-02 03:05Z', NULL, NULL, NULL),
		('${id}', gen_random_uuid(), 'totp', 'Tablet', 'pending', false, '', now(), NULL, NULL, now() + '5 min', gen_random_uuid());
		INSERT INTO countersign.recovery_sets VALUES ('${id}', gen_random_uuid(), '2026-01-02 03:05Z', NULL);
		INSERT INTO countersign.recovery_codes SELECT '${id}', sha256(i::text::bytea), set_id, CASE WHEN i = 1 THEN now() END
			FROM countersign.recovery_sets, generate_series(1, 10) AS i WHERE account_id = '${id}';
		UPDATE countersign.throttles SET failures = 6, blocked_until = now() + '1 min' WHERE account_id = '${id}'`);
	const shown = await show('olga@example.org');
	assert.deepEqual(shown.factors.map((f) => [f.kind, f.label, f.state, f.preferred, f.addedAt, f.lastUsedAt]), [
		['totp', 'Old phone', 'active', true, '2026-01-02T03:05:00Z', null],
		['totp', 'Tablet', 'pending', false, null, null],
	]);
	assert.deepEqual(shown.recoveryCodes, { remaining: 9, createdAt: '2026-01-02T03:05:00Z', acknowledgedAt: null });
	assert.deepEqual([shown.secondFactor.wrongAnswers, shown.secondFactor.locked], [6, false]);
	assert.ok(Date.parse(shown.secondFactor.blockedUntil) > Date.now());
	const text = await stack.ctl(['account', 'show', 'olga@example.org']);
	assert.match(text, /^Factors +totp "Old phone", preferred, added 2 January 2026, 03:05 UTC, last used never$/m);
	assert.match(text, /^ +totp "Tablet", setup started, open until /m);
	assert.match(text, /^Recovery codes +9 left, created 2 January 2026, 03:05 UTC, not yet saved by the owner$/m);
	assert.match(text, /^Second factor +6 wrong in a row; blocked until /m);
	await stack.psql(`UPDATE countersign.throttles SET failures = 100 WHERE account_id = '${id}'`);
	assert.equal((await show('olga@example.org')).secondFactor.locked, true);
	assert.match(await stack.ctl(['account', 'show', 'olga@example.org']), /^Second factor +100 wrong in a row; locked$/m);
});

test('a reset removes factors, codes, the lock and all sessions, and its reason is in the audit log', async () => {
	const { who, browser } = await h.enrolled(stack);
	await stack.psql(`UPDATE countersign.throttles SET failures = 100 WHERE account_id = '${who.id}'`);
	const locked = await stack.post('/mfa/challenge', { code: await h.nextCode(stack, who.factors[0]) }, { cookie: browser.token });
	assert.equal(locked.status, 403);
	await assert.rejects(stack.ctl(['account', 'reset-mfa', who.email]), (error) => error.code === 64 && /--reason is missing/.test(error.stderr));
	await refused(stack.ctl(['account', 'reset-mfa', who.email, '--reason', ' ']), 65, /a reason must be/);
	await refused(stack.ctl(['account', 'reset-mfa', 'nobody@example.org', '--reason', 'x']), 67, /no account/);
	const reason = 'lost "phone" \\ called back';
	assert.equal(await stack.ctl(['account', 'reset-mfa', who.email, '--reason', reason]),
		`${who.email} no longer has a second factor; all sessions have ended\n`);
	const event = (await stack.psql(`SELECT actor, result, details ->> 'reason' FROM countersign.audit_events
		WHERE account_id = '${who.id}' AND kind = 'mfa_reset'`));
	assert.equal(event, `operator|accepted|${reason}`);
	const shown = await show(who.email);
	assert.deepEqual([shown.factors, shown.sessions, shown.secondFactor.wrongAnswers], [[], [], 0]);
	assert.equal((await stack.get('/profile', { cookie: browser.token })).location, '/login?next=/profile');
	const again = await h.signIn(stack, who);
	assert.equal(again.went, '/dashboard', 'the password alone leads in, to set it up anew');
	who.factors = [];
	await h.enrol(again, who);
	assert.equal(who.codes.length, 10);
	await stack.ctl(['account', 'reset-mfa', who.email, '--reason', 'again']);
	await refused(stack.ctl(['account', 'reset-mfa', who.email, '--reason', 'again']), 73, /no second factor to reset/);
});

test('organizations and their members', async () => {
	await stack.createAccount({ email: 'noah@example.org' });
	assert.match(await stack.ctl(['organization', 'create', '--slug', 'acme', '--name', 'Acme Ltd']), /^created organization org_\w{26}: acme\n$/);
	await refused(stack.ctl(['organization', 'create', '--slug', 'acme', '--name', 'Other']), 73, /acme already exists/);
	await refused(stack.ctl(['organization', 'create', '--slug', 'Ac_me', '--name', 'Other']), 65, /slug/);
	await stack.ctl(['organization', 'add-member', 'acme', 'noah@example.org', '--role', 'admin', '--sensitive']);
	const add = (slug, email, role) => stack.ctl(['organization', 'add-member', slug, email, '--role', role]);
	await refused(add('acme', 'noah@example.org', 'member'), 73, /already a member of acme/);
	await refused(add('acme', 'noah@example.org', 'boss'), 65, /owner, admin or member/);
	await refused(add('nowhere', 'noah@example.org', 'member'), 66, /no organization nowhere/);
	await refused(add('acme', 'nobody@example.org', 'member'), 67, /no account has the address nobody@example\.org/);
	const { memberships } = await show('noah@example.org');
	assert.deepEqual(memberships.map((m) => [m.slug, m.organization, m.role, m.sensitive]), [['acme', 'Acme Ltd', 'admin', true]]);
	await stack.ctl(['organization', 'set-role', 'acme', 'noah@example.org', '--role', 'owner']);
	assert.match(await stack.ctl(['account', 'show', 'noah@example.org']), /Acme Ltd \(acme\), owner, since/);
	await refused(stack.ctl(['organization', 'set-role', 'acme', 'noah@example.org', '--role', 'boss']), 65, /role/);
	await refused(stack.ctl(['organization', 'set-role', 'acme', 'nobody@example.org', '--role', 'admin']), 67, /nobody@example.org/);
	await stack.ctl(['organization', 'remove-member', 'acme', 'noah@example.org']);
	assert.match(await stack.ctl(['account', 'show', 'noah@example.org']), /Memberships +none/);
	await refused(stack.ctl(['organization', 'remove-member', 'acme', 'noah@example.org']), 66, /is not a member of acme/);
	await refused(stack.ctl(['organization', 'set-role', 'acme', 'noah@example.org', '--role', 'admin']), 66, /is not a member of acme/);
	await refused(stack.ctl(['organization', 'remove-member', 'nowhere', 'noah@example.org']), 66, /no organization nowhere/);
	await stack.ctl(['organization', 'add-member', 'acme', 'noah@example.org', '--role', 'admin', '--sensitive']);
	assert.match(await stack.ctl(['organization', 'list']), /^org_\w{26} +acme +1 member +Acme Ltd$/m);
});

test('more organizations than a page are all listed, in order', async () => {
	await stack.psql(`INSERT INTO countersign.organizations (organization_id, slug, name, created_at)
		SELECT gen_random_uuid(), 'many-' || lpad(i::text, 3, '0'), 'Many', now() FROM generate_series(1, 205) AS i`);
	const slugs = (await stack.ctl(['organization', 'list'])).match(/many-\d+/g);
	assert.deepEqual(slugs, Array.from({ length: 205 }, (_, i) => `many-${String(i + 1).padStart(3, '0')}`));
});

test('a password is asked for twice at the terminal, and not shown', async () => {
	await stack.createAccount({ email: 'una@example.org', password: PASSWORD });
	const line = ctlLine('account', 'password', 'una@example.org');
	const good = await onTerminal(line, [['New password: ', `${OTHER}\n`], ['Repeat the password: ', `${OTHER}\n`]]);
	assert.equal(good.status, 0, good.shown);
	assert.match(good.shown, /una@example\.org has a new password/);
	assert.ok(!good.shown.includes(OTHER));
	const different = await onTerminal(line, [['New password: ', `${PASSWORD}\n`], ['Repeat the password: ', `${OTHER}\n`]]);
	assert.equal(different.status, 65, different.shown);
	assert.match(different.shown, /passwords differ/);
	assert.deepEqual(await eventsOf('una@example.org'), ['account_created operator accepted', 'password_changed operator accepted']);
});

test('an interrupted question leaves the terminal with its echo', async () => {
	const line = `trap : INT; stty -a; ${ctlLine('account', 'password', 'una@example.org')}; echo "status $?"; stty -a`;
	const { shown } = await onTerminal(line, [['New password: ', '\u0003']]);
	assert.match(shown, /status 130/);
	const echoes = shown.match(/(?<=\s)-?echo(?=\s)/g);
	assert.deepEqual(echoes, ['echo', 'echo']);
	assert.equal((await eventsOf('una@example.org')).length, 2);
});

test('help is on standard output at each level; unknown words are not', async () => {
	for (const args of [['--help'], ['account', '--help'], ['account', 'create', '--help'], ['migrate', '--help']])
		assert.match(await stack.ctl(args), /^usage: countersignctl /);
	assert.match(await stack.ctl(['--version']), /^countersignctl \d+\.\d+\.\d+/);
	for (const args of [[], ['nope'], ['account'], ['account', 'nope'], ['--nope'], ['account', 'show'], ['account', 'show', 'a@b', 'c']])
		await assert.rejects(stack.ctl(args), (error) => {
			assert.deepEqual([error.code, error.stdout], [64, '']);
			assert.match(error.stderr, /^countersignctl: .*\nusage: countersignctl /);
			return true;
		});
});

test('a wrong configuration and an absent database have their statuses', async () => {
	const conf = (name, text) => {
		const file = path.join(stack.folder, name);
		fs.writeFileSync(file, text, { mode: 0o644 });
		return (...args) => stack.asService(program, ['-c', file, ...args], '');
	};
	await refused(conf('bad.conf', 'nonsense = 1\n')('key', 'list'), 78, /bad\.conf:1: unknown option "nonsense"/);
	await refused(stack.asService(program, ['-c', '/nowhere', 'key', 'list'], ''), 78, /\/nowhere: No such file/);
	const gone = conf('gone.conf', `database = host=${stack.folder} dbname=countersign\nkeyring = ${stack.data}/keyring\n`);
	await assert.rejects(gone('account', 'show', 'mia@example.org'), (error) => {
		assert.equal(error.code, 69);
		assert.match(error.stderr, /^countersignctl: the database is not available; nothing was changed$/m);
		return true;
	});
	await assert.rejects(gone('migrate'), { code: 69 });
	const keyless = conf('keyless.conf', fs.readFileSync(path.join(stack.data, 'countersign.conf'), 'utf8')
		.replace(/^keyring.*$/m, 'keyring = /nowhere/keyring'));
	await refused(keyless('account', 'show', 'mia@example.org'), 78, /\/nowhere\/keyring: No such file/);
});
