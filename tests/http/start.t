#!/usr/bin/env -S node --test-reporter=tap
// ./start itself: what it prints, refuses, keeps and leaves behind, and how it ends.
'use strict';

const assert = require('node:assert/strict');
const { spawn, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');

const rig = require('../lib/rig.js');
const h = require('../lib/http.js');
const mail = require('../lib/mail.js');

const PROGRAM = path.join(rig.top, 'start');
const IS_ROOT = process.getuid() === 0;

let folder;
const started = new Set();

before(() => {
	folder = fs.mkdtempSync(path.join(os.tmpdir(), 'countersign-start-'));
	fs.chmodSync(folder, 0o711);
});

after(async () => {
	for (const one of started) {
		one.child.kill('SIGTERM');
		await one.exited;
	}
	fs.rmSync(folder, { recursive: true, force: true });
});

// A start under observation; with the rig's ways to ask what it has started.
class Start extends rig.Stack {
	constructor(data, port, args, env) {
		super(folder, port, {});
		this.data = data;
		this.stdout = '';
		this.output = '';
		const all = ['--data', data, '--port', `${port}`, '--build', this.build, '--no-install',
			'--set', 'workers=2', '--set', 'argon2_memory_kib=1024', '--set', 'argon2_passes=1', ...args];
		this.child = spawn(PROGRAM, all, { env: { ...this.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
		started.add(this);
		this.child.stdout.on('data', (text) => {
			this.stdout += text;
			this.output += text;
		});
		this.child.stderr.on('data', (text) => (this.output += text));
		this.exited = new Promise((resolve) => this.child.on('close', (status, signal) => {
			started.delete(this);
			this.status = status ?? signal;
			resolve(this.status);
		}));
	}

	// Waits for what happens on its way; that it ends instead is a failure.
	until(what, probe) {
		return h.until(what, () => {
			assert.equal(this.status, undefined, `${what}; it said:\n${this.output}`);
			return probe();
		}, 120_000);
	}

	// The login page, asked for the moment the line is there.
	async ready() {
		await this.until('it is ready', () => /^ready /m.test(this.stdout));
		this.login = await this.get('/login');
		this.sockets = fs.readFileSync(path.join(this.data, 'run/sockets'), 'utf8').trim();
		this.all = family(this.child.pid);
		return this;
	}

	// It ends without having been ready: with this status, and what it says.
	async refusal(status = 1) {
		await h.until('it refuses', () => this.status !== undefined || this.stdout !== '', 120_000);
		assert.equal(this.stdout, '');
		assert.equal(await this.exited, status, this.output);
		assert.match(this.output, /^\.\/start: /m);
		return this.output;
	}

	// Everything has ended; only what is kept is there.
	async assertGone() {
		await h.until('every process ends', () => !this.all.some(rig.isAlive));
		assert.deepEqual(fs.readdirSync(path.join(this.data, 'run')), []);
		assert.ok(!fs.existsSync(path.join(this.data, 'postgres/postmaster.pid')));
		if (!this.sockets.startsWith(this.data))
			assert.ok(!fs.existsSync(this.sockets), this.sockets);
		assert.ok(await isFree(this.port), 'the port is free again');
	}

	async end(signal = 'SIGTERM') {
		this.child.kill(signal);
		assert.equal(await this.exited, 0, this.output);
		await this.assertGone();
	}
}

// Starts with the arguments; a port that was free may be taken a moment later.
async function begin(data, { args = [], env } = {}) {
	return new Start(data, await rig.freePort(), args, env);
}

async function running(data, options) {
	return (await begin(data, options)).ready();
}

// A start that is refused: what it says.
async function refused(data, options) {
	return (await begin(data, options)).refusal();
}

function family(pid) {
	const found = [pid];
	for (const one of found)
		found.push(...rig.childrenOf(one));
	return found;
}

function isFree(port) {
	return new Promise((resolve) => {
		const socket = net.connect(port, '127.0.0.1');
		socket.on('connect', () => resolve(socket.destroy() && false));
		socket.on('error', () => resolve(true));
	});
}

// Every name below a folder with what stands there and when it was changed.
function tree(top) {
	return fs.readdirSync(top, { recursive: true }).sort().map((name) => {
		const file = path.join(top, name);
		const state = fs.lstatSync(file);
		return [name, state.mode, state.uid, state.mtimeMs, state.isFile() ? fs.readFileSync(file, 'latin1') : ''];
	});
}

function endedPid() {
	const { pid } = spawnSync('true');
	assert.ok(!rig.isAlive(pid));
	return pid;
}

const modeOf = (file) => fs.statSync(file).mode & 0o7777;

// --- refusals before anything is done ---------------------------------------

test('wrong use: what is wrong, the usage, status 2, and nothing made', () => {
	const data = path.join(folder, 'never');
	for (const [args, says] of [[['--nonsense'], '--nonsense'], [['extra'], 'extra'], [['--port'], '--port'], [['--port', '0'], '--port'],
		[['--port', '65536'], '--port'], [['--port', '80a'], '--port'], [['--set', 'workers'], '--set'], [['--set', 'A=1'], '--set'],
		[['--data', ''], '--data']]) {
		const { status, stdout, stderr } = spawnSync(PROGRAM, ['--data', data, '--no-install', ...args], { encoding: 'utf8' });
		assert.equal(status, 2, `${args}: ${stderr}`);
		assert.equal(stdout, '');
		assert.ok(stderr.startsWith(`./start: ${says}`), stderr);
		assert.match(stderr, /^usage: \.\/start /m);
	}
	assert.ok(!fs.existsSync(data));
	const help = spawnSync(PROGRAM, ['--help'], { encoding: 'utf8' });
	assert.equal(help.status, 0);
	assert.match(help.stdout, /^usage: \.\/start /);
	assert.equal(help.stderr, '');
});

for (const address of ['127.0.0.1', '::1'])
	test(`a port taken on ${address} is refused before anything is made`, async (t) => {
		const server = net.createServer();
		const port = await rig.freePort();
		const is = await new Promise((resolve) => server.on('error', () => resolve(false)).listen(port, address, () => resolve(true)));
		if (!is)
			return t.diagnostic(`${address} is not there`);
		const data = path.join(folder, 'taken');
		const one = new Start(data, port, ['--no-demo']);
		try {
			await one.refusal();
		} finally {
			server.close();
		}
		assert.match(one.output, new RegExp(`^\\./start: port ${port} is in use by another program`));
		assert.ok(!fs.existsSync(data));
	});

// A PATH of links to all programs but one; `own` are scripts in their place.
function pathWithout(name, own = {}) {
	const farm = fs.mkdtempSync(path.join(folder, 'path-'));
	fs.chmodSync(farm, 0o755);
	for (const from of ['/usr/bin', '/bin'])
		for (const file of fs.readdirSync(from))
			if (file !== name && !own[file] && !fs.existsSync(path.join(farm, file)))
				fs.symlinkSync(path.join(from, file), path.join(farm, file));
	for (const [file, text] of Object.entries(own))
		fs.writeFileSync(path.join(farm, file), text, { mode: 0o755 });
	return farm;
}

test('a missing program is named before anything is made', async () => {
	const data = path.join(folder, 'missing');
	for (const name of ['curl', 'openssl']) {
		const text = await refused(data, { env: { PATH: pathWithout(name) } });
		assert.match(text, new RegExp(`^\\./start: ${name} is missing$`, 'm'));
	}
	const query = '#!/bin/sh\ncase "$*" in *" curl") exit 1 ;; esac\nexec /usr/bin/dpkg-query "$@"\n';
	const text = await refused(data, { env: { PATH: pathWithout('curl', { 'dpkg-query': query }) } });
	assert.match(text, /^Debian packages to install: curl$/m);
	assert.match(text, /^\.\/start: not installed, because of --no-install$/m);
	assert.ok(!fs.existsSync(data));
});

test('nginx or PostgreSQL missing from where they belong is named before anything is made', async (t) => {
	const data = path.join(folder, 'missing');
	const empty = fs.mkdtempSync(path.join(folder, 'empty-'));
	const inside = (mount, line) => spawnSync('unshare', ['-m', 'sh', '-c', `${mount} && ${line}`], { encoding: 'utf8' });
	if (!IS_ROOT || inside(`mount --bind ${empty} ${empty}`, 'true').status !== 0)
		return t.diagnostic('not tried: hiding them takes root and a mount namespace');
	for (const [home, says] of [['/usr/sbin', 'nginx is missing'], ['/usr/lib/postgresql', 'PostgreSQL is missing']]) {
		const mount = `mount --bind ${empty} ${home}`;
		const { status, stdout, stderr } = inside(mount,
			`exec ${PROGRAM} --data ${data} --port ${await rig.freePort()} --build ${rig.build} --no-install --no-demo`);
		assert.equal(status, 1, stderr);
		assert.equal(stdout, '');
		assert.match(stderr, new RegExp(`^\\./start: ${says}$`, 'm'));
	}
	assert.ok(!fs.existsSync(data));
});

test('a folder of another PostgreSQL is refused and stays as it is', async () => {
	const data = path.join(folder, 'other');
	fs.mkdirSync(path.join(data, 'postgres/base'), { recursive: true });
	fs.writeFileSync(path.join(data, 'postgres/PG_VERSION'), '9\n');
	fs.writeFileSync(path.join(data, 'postgres/base/1'), 'rows');
	fs.writeFileSync(path.join(data, 'keyring'), 'keys', { mode: 0o400 });
	const then = tree(data);
	const text = await refused(data);
	assert.match(text, new RegExp(`^\\./start: ${data}/postgres was made by PostgreSQL 9, which is not installed`, 'm'));
	assert.deepEqual(tree(data), then);
});

// --- the first start, with the demonstration --------------------------------

let data;
let first;
let demo;
let mine;

// Whether my account is there, with its password.
async function signsIn(one) {
	assert.equal((await one.post('/login', { email: mine.email, password: mine.password })).status, 303);
}

test('the first start prints the demonstration and one line when the page is there', async () => {
	data = path.join(folder, 'data');
	first = await running(data);
	assert.equal(first.login.status, 200);
	assert.match(first.login.text, /<h1[^>]*>Sign in</);
	const lines = first.stdout.trimEnd().split('\n');
	assert.deepEqual(lines.filter((line) => /ready/.test(line)), [`ready ${first.base}`]);
	assert.equal(lines.at(-1), `ready ${first.base}`);
	demo = fs.readFileSync(path.join(data, 'demo.txt'), 'utf8');
	assert.equal(first.stdout, `${demo}ready ${first.base}\n`);
	mine = await h.person(first);
});

test('the demonstration: two organizations, eight accounts, passwords that are right', async () => {
	const rows = await first.psql("SELECT slug FROM countersign.organizations ORDER BY slug");
	assert.deepEqual(rows.split('\n'), ['harbour', 'linden']);
	const people = [...demo.matchAll(/^ {2}(\S+@\S+) +(\S{20}) /gm)].map(([, email, password]) => ({ email, password }));
	assert.equal(people.length, 8);
	assert.equal(new Set(people.map((one) => one.password)).size, 8);
	assert.equal(await first.psql('SELECT count(*) FROM countersign.accounts'), '9', 'eight, and the one made here');
	for (const one of people) {
		const answer = await first.post('/login', one);
		assert.equal(answer.status, one.email.startsWith('dirk@') ? 422 : 303, one.email);
		assert.equal(answer.location, one.email.startsWith('dirk@') ? undefined
			: /^(mia|olivia)@/.test(one.email) ? '/mfa/challenge' : '/dashboard', one.email);
	}
});

test('the demonstration has policies, and members of every compliance status', async () => {
	const rows = await first.psql(`SELECT o.slug, p.requirement, p.grace_days FROM countersign.policies p
		JOIN countersign.organizations o USING (organization_id) ORDER BY o.slug`);
	assert.deepEqual(rows.split('\n'), ['harbour|everyone|14', 'linden|admins|0']);
	const passwords = Object.fromEntries([...demo.matchAll(/^ {2}(\S+@\S+) +(\S{20}) /gm)].map(([, email, password]) => [email, password]));
	const dashboard = async (email) => (await h.signIn(first, { email, password: passwords[email] })).get('/dashboard');
	assert.match(h.plain((await dashboard('noah@harbour.example')).text), /Harbour Clinic requires two-factor authentication\. You have 14 days left/);
	assert.doesNotMatch((await dashboard('adam@harbour.example')).text, /class="deadline"/, 'exempt');
	assert.equal((await dashboard('lena@linden.example')).location, '/mfa/setup', 'lapsed');
	assert.equal((await dashboard('una@linden.example')).status, 200, 'not required');
});

test('mail is written to a folder: the link for the one whose address is not verified', async () => {
	const folder = path.join(data, 'mail');
	const letters = await h.until('the mail of the demonstration', () => {
		const all = fs.readdirSync(folder).map((name) => fs.readFileSync(path.join(folder, name), 'latin1'));
		return all.some((raw) => raw.includes('To: <una@')) && all;
	});
	const link = await mail.read(letters.find((raw) => raw.includes('To: <una@')));
	assert.equal(link.link, `${first.base}/verify-email?token=${link.token}`);
	assert.equal((await first.get(`/verify-email?token=${link.token}`)).status, 200);
	assert.match(first.output, /^mail is written to .*\/mail$/m);
});

test('the keys of those who are enrolled give codes that pass the challenge', async () => {
	const enrolled = [...demo.matchAll(/^ {2}(\S+@\S+) +(\S{20}) .*\n {6}key for an authenticator app: (\S+)$/gm)];
	assert.deepEqual(enrolled.map(([, email]) => email), ['olivia@harbour.example', 'mia@harbour.example']);
	for (const [, email, password, key] of enrolled) {
		const browser = await h.signIn(first, { email, password });
		assert.equal(browser.went, '/mfa/challenge');
		// The code on the app's screen is still unused.
		const answer = await browser.post('/mfa/challenge', { code: await h.nextCode(first, { key, step: 0 }) });
		assert.equal(answer.status, 303, h.errorOf(answer));
		assert.equal(answer.location, '/dashboard');
		assert.match(h.plain((await browser.get('/dashboard')).text), /You are signed in as (Olivia Brandt|Mia Santos)\./);
	}
	first.clock.set(0);
});

test('secrets are for their owner alone, and the keys are not beside the rows', () => {
	assert.equal(modeOf(path.join(data, 'demo.txt')), 0o600);
	assert.equal(modeOf(path.join(data, 'keyring')), 0o400);
	assert.equal(modeOf(path.join(data, 'countersign.conf')) & 0o077, 0);
	assert.equal(modeOf(data), 0o700);
	const keys = fs.readFileSync(path.join(data, 'keyring'), 'latin1').split(/\s+/).filter((word) => word.length >= 40);
	assert.ok(keys.length > 0);
	for (const file of fs.readdirSync(path.join(data, 'log')))
		for (const key of keys)
			assert.ok(!fs.readFileSync(path.join(data, 'log', file), 'latin1').includes(key), file);
	assert.deepEqual(fs.readdirSync(path.join(data, 'postgres'), { recursive: true }).filter((name) => /keyring/.test(name)), []);
});

test('only nginx listens, and only on the loopback address', () => {
	const port = first.port.toString(16).toUpperCase().padStart(4, '0');
	const listening = new Map();
	for (const file of ['/proc/net/tcp', '/proc/net/tcp6'])
		for (const line of fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().split('\n').slice(1) : []) {
			const word = line.trim().split(/\s+/);
			if (word[3] === '0A')
				listening.set(`socket:[${word[9]}]`, word[1]);
		}
	const found = new Set();
	for (const pid of first.all)
		for (const socket of socketsOf(pid))
			if (listening.has(socket))
				found.add(listening.get(socket));
	assert.deepEqual([...found], [`0100007F:${port}`]);
});

// What a process has open; a worker's is not for others to see unless by root.
function socketsOf(pid) {
	try {
		return fs.readdirSync(`/proc/${pid}/fd`).map((fd) => fs.readlinkSync(`/proc/${pid}/fd/${fd}`));
	} catch (error) {
		assert.ok(error.code === 'ENOENT' || (error.code === 'EACCES' && !IS_ROOT), error.message);
		return [];
	}
}

test('the services run without privileges', (t) => {
	if (!IS_ROOT)
		return t.diagnostic('not started as root: there are none to give up');
	const services = first.all.filter((pid) => pid !== first.child.pid && rig.isAlive(pid));
	assert.ok(services.length > 8, `${services.length} processes`);
	for (const pid of services) {
		const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
		assert.doesNotMatch(status, /^[UG]id:.*\t0\b/m, status);
		for (const kind of ['CapInh', 'CapPrm', 'CapEff'])
			assert.match(status, new RegExp(`^${kind}:\\t0+$`, 'm'));
	}
});

test('a second start on the folder is refused, and the first goes on', async () => {
	const { workers, ...pids } = first.pids;
	const text = await refused(data);
	assert.match(text, new RegExp(`^\\./start: another \\./start is running on ${data}$`, 'm'));
	const same = new Start(data, first.port, []);
	assert.match(await same.refusal(), /another \.\/start is running on/);
	const { workers: now, ...others } = first.pids;
	assert.deepEqual(others, pids);
	assert.deepEqual(now, workers);
	await signsIn(first);
});

test('Ctrl-C ends everything in reverse order', async () => {
	const { nginx, supervisor, postgres } = first.pids;
	// Each is held at its end, to see that the next one waits for it.
	process.kill(nginx, 'SIGSTOP');
	process.kill(supervisor, 'SIGSTOP');
	first.child.kill('SIGINT');
	await rig.sleep(1000);
	assert.ok(!/shutdown request/.test(first.log('postgres')), 'the database waits for nginx');
	assert.ok(rig.isAlive(nginx) && rig.isAlive(postgres));
	process.kill(nginx, 'SIGCONT');
	await h.until('nginx ends', () => !rig.isAlive(nginx));
	await rig.sleep(1000);
	assert.ok(rig.isAlive(supervisor));
	assert.ok(!/shutdown request/.test(first.log('postgres')), 'the database waits for the pool');
	process.kill(supervisor, 'SIGCONT');
	assert.equal(await first.exited, 0, first.output);
	await first.assertGone();
	assert.ok(first.log('postgres').trimEnd().endsWith('database system is shut down'));
	assert.deepEqual(first.crashes(), []);
});

// --- the folder again -------------------------------------------------------

test('a second start keeps the accounts and the demonstration, and ends by TERM as well', async () => {
	const file = path.join(data, 'demo.txt');
	const then = fs.statSync(file).mtimeMs;
	const again = await running(data);
	assert.equal(again.stdout, `ready ${again.base}\n`);
	assert.equal(fs.readFileSync(file, 'utf8'), demo);
	assert.equal(fs.statSync(file).mtimeMs, then);
	assert.equal(modeOf(file), 0o600);
	await signsIn(again);
	assert.equal(await again.psql('SELECT count(*) FROM countersign.accounts'), '9');
	assert.equal(await again.psql('SELECT count(*) FROM countersign.organizations'), '2');
	await again.end('SIGTERM');
});

test('pid files of the dead, and of others, are no obstacle', async () => {
	const other = spawn('sleep', ['600']);
	try {
		for (const pid of [endedPid(), other.pid]) {
			for (const name of ['run/nginx.pid', 'run/countersignd.pid'])
				fs.writeFileSync(path.join(data, name), `${pid}\n`);
			fs.writeFileSync(path.join(data, 'postgres/postmaster.pid'), `${pid}\n${data}/postgres\n1700000000\n5432\n${data}/run\n\n0\nready\n`);
			fs.writeFileSync(path.join(data, 'run/countersignd.sock'), '');
			const again = await running(data, { args: ['--no-demo'] });
			await signsIn(again);
			await again.end();
			assert.ok(rig.isAlive(other.pid));
		}
	} finally {
		other.kill();
	}
});

test('a start that was killed leaves nothing running, and the next one goes on at once', async () => {
	const killed = await running(data);
	killed.child.kill('SIGKILL');
	await killed.exited;
	const again = await new Start(data, killed.port, []).ready();
	await signsIn(again);
	await h.until('what the killed one had started ends', () => !killed.all.some(rig.isAlive));
	again.child.kill('SIGKILL');
	await again.exited;
	await h.until('all ends by itself', () => !again.all.some(rig.isAlive));
	await (await running(data)).end();
});

for (const [name, file] of [['nginx', 'nginx'], ['postgres', 'postgres'], ['supervisor', 'countersignd']])
	test(`when ${file} is killed, everything ends, with the end of its log`, async () => {
		const one = await running(data);
		const log = path.join(data, 'log', `${file}.log`);
		fs.appendFileSync(log, `the last words of ${file}\n`);
		const begin = Date.now();
		process.kill(one.pids[name], 'SIGKILL');
		assert.equal(await one.exited, 1, one.output);
		assert.ok(Date.now() - begin < 20_000);
		const output = one.output.slice(one.output.indexOf(`ready ${one.base}`));
		assert.ok(output.includes(`./start: ${file} has stopped; the end of ${log}:\n`), output);
		assert.ok(output.includes(`the last words of ${file}\n`), output);
		await h.until('nothing stays behind', () => !one.all.some(rig.isAlive));
		assert.ok(await isFree(one.port));
	});

test('after all that the accounts are there', async () => {
	const again = await running(data);
	await signsIn(again);
	await again.psql(`INSERT INTO countersign.schema_migrations (version, name, sha256, applied_at, app_version)
		SELECT max(version) + 1, 'of_tomorrow', max(sha256), max(applied_at), '99' FROM countersign.schema_migrations`);
	await again.end();
});

test('a database of a newer version is refused and kept', async () => {
	const then = tree(path.join(data, 'postgres/base')).length;
	const text = await refused(data);
	assert.match(text, /countersignctl: .*(newer|of_tomorrow|unknown)/i);
	assert.match(text, /^\.\/start: the database in .* could not be prepared: if another version made it, choose another folder with --data/m);
	assert.equal(tree(path.join(data, 'postgres/base')).length, then);
	assert.deepEqual(fs.readdirSync(path.join(data, 'run')), []);
	assert.equal(fs.readFileSync(path.join(data, 'demo.txt'), 'utf8'), demo);
});

test('without its keyring a database is refused, and no new one is made', async () => {
	const keyring = path.join(data, 'keyring');
	fs.renameSync(keyring, `${keyring}.away`);
	const text = await refused(data);
	assert.match(text, new RegExp(`^\\./start: the keyring ${keyring} is missing`, 'm'));
	assert.ok(!fs.existsSync(keyring));
	assert.ok(fs.existsSync(path.join(data, 'postgres/PG_VERSION')));
});

// --- a first start that is interrupted --------------------------------------

// Long enough that sockets cannot be in it, and with what needs quoting.
const awkward = () => path.join(folder, `a folder, ${'long '.repeat(16)}and with blanks`);

test('an interrupted first start leaves nothing half-made', async () => {
	const where = awkward();
	const one = await begin(where, { args: ['--no-demo'] });
	await one.until('the database is being made', () => fs.existsSync(path.join(where, 'postgres')));
	one.child.kill('SIGINT');
	await one.exited;
	assert.equal(one.stdout, '');
	assert.deepEqual(fs.readdirSync(where).sort(), ['lock', 'log', 'mail', 'nginx', 'run']);
	assert.deepEqual(fs.readdirSync(path.join(where, 'run')), []);
});

test('one that was killed meanwhile is begun anew; --no-demo loads nothing', async () => {
	const where = awkward();
	const one = await begin(where, { args: ['--no-demo'] });
	await one.until('the database is being made', () => fs.existsSync(path.join(where, 'postgres/postmaster.pid')));
	one.child.kill('SIGKILL');
	await one.exited;
	assert.ok(fs.existsSync(path.join(where, 'run/incomplete')));
	// What it was running in the foreground may hold the lock for a moment.
	await h.until('it lets go of the folder', () => spawnSync('flock', ['-n', path.join(where, 'lock'), 'true']).status === 0);
	const again = await running(where, { args: ['--no-demo'] });
	assert.match(again.output, /is incomplete: creating it again/);
	assert.equal(again.stdout, `ready ${again.base}\n`);
	assert.equal(again.login.status, 200);
	assert.ok(!again.sockets.startsWith(where), 'the sockets are where their path fits');
	assert.equal(await again.psql('SELECT count(*) FROM countersign.accounts'), '0');
	assert.equal(await again.psql('SELECT count(*) FROM countersign.organizations'), '0');
	assert.deepEqual(fs.readdirSync(where).filter((name) => /^demo/.test(name)), []);
	await again.end();
});

test('what is not a folder one may write to is refused', async (t) => {
	if (!IS_ROOT)
		return t.diagnostic('not tried: it is about the user whom root gives the services to');
	const closed = path.join(folder, 'closed');
	fs.mkdirSync(closed, { mode: 0o700 });
	assert.match(await refused(path.join(closed, 'data')), /cannot reach .*\/closed: choose a folder/);
	assert.deepEqual(fs.readdirSync(closed), []);
	assert.match(await refused(closed), /cannot (reach|write to) .*\/closed: choose a folder/);
	assert.deepEqual(fs.readdirSync(closed), []);
});
