// A complete private stack for one test file: PostgreSQL, worker pool and nginx. ./start
// starts it in a folder of its own; at the end its logs are searched for crashes.
'use strict';

const { execFile, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');

const top = process.env.COUNTERSIGN_TOP || path.resolve(__dirname, '../..');
const build = process.env.COUNTERSIGN_BUILD || path.join(top, 'build/test');

const START_MS = 120_000;
const STOP_MS = 60_000;
const REQUEST_MS = 15_000;

// Texts that a log contains only after a crash.
const CRASH = /ERROR: \w*Sanitizer|runtime error:|SUMMARY: \w*Sanitizer|stack smashing|double free|core dumped/;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Runs a program; resolves to its standard output, or rejects with its standard error.
function run(file, args, { input = '', env = process.env, cwd = '/', timeout = 60_000 } = {}) {
	return new Promise((resolve, reject) => {
		const options = { env, cwd, timeout, maxBuffer: 64 << 20 };
		const child = execFile(file, args, options, (error, stdout, stderr) => {
			if (!error)
				return resolve(stdout);
			error.message = `${path.basename(file)} ${args.join(' ')}: ${stderr || error.message}`;
			Object.assign(error, { stdout, stderr });
			reject(error);
		});
		child.stdin.on('error', () => {}); // the program may end without reading
		child.stdin.end(input);
	});
}

// Finds a free port below the ephemeral range, so that no outgoing connection takes it meanwhile.
async function freePort() {
	for (;;) {
		const port = 20_000 + Math.floor(Math.random() * 12_000);
		const server = net.createServer();
		const free = await new Promise((resolve) => {
			server.once('error', () => resolve(false));
			server.listen(port, '127.0.0.1', () => resolve(true));
		});
		if (!free)
			continue;
		server.close();
		await once(server, 'close');
		return port;
	}
}

function isAlive(pid) {
	try {
		// A zombie counts as ended.
		return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
	} catch {
		return false;
	}
}

function childrenOf(pid) {
	try {
		const text = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
		return text.split(' ').filter(Boolean).map(Number);
	} catch {
		return []; // the process has ended meanwhile
	}
}

// Returns the name that a process has set for itself.
function nameOf(pid) {
	try {
		return fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
	} catch {
		return '';
	}
}

class Stack {
	constructor(folder, port, options) {
		this.folder = folder;
		this.data = path.join(folder, 'data');
		this.port = port;
		this.base = `http://localhost:${port}`;
		this.build = options.build || build;
		this.clockFile = path.join(folder, 'clock');
		this.clock = {
			offset: 0,
			// Moves the clock forward (or back) by seconds; every process sees it when it next reads the time.
			advance: (seconds) => this.setClock(this.clock.offset + seconds),
			set: (seconds) => this.setClock(seconds),
			now: () => Math.floor(Date.now() / 1000) + this.clock.offset,
		};
		this.env = { ...process.env, COUNTERSIGN_CLOCK_OFFSET: this.clockFile };
		this.logsAccepted = [];
		this.setClock(0);
	}

	setClock(seconds) {
		fs.writeFileSync(`${this.clockFile}.new`, `${seconds}\n`, { mode: 0o644 });
		fs.renameSync(`${this.clockFile}.new`, this.clockFile);
		this.clock.offset = seconds;
	}

	async start(options) {
		const args = ['--data', this.data, '--port', `${this.port}`, '--no-demo', '--no-install', '--build', this.build];
		if (!options.limits)
			args.push('--no-limits');
		for (const [name, value] of Object.entries(options.set || {}))
			args.push('--set', `${name}=${value}`);
		this.child = spawn(path.join(top, 'start'), args, { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
		this.output = '';
		this.child.stderr.on('data', (data) => (this.output += data));
		this.exited = once(this.child, 'exit');
		const lines = readline.createInterface({ input: this.child.stdout });
		const ready = new Promise((resolve) => {
			lines.on('line', (line) => {
				this.output += `${line}\n`;
				if (line === `ready ${this.base}`)
					resolve('ready');
			});
		});
		const late = new Promise((resolve) =>
			setTimeout(resolve, START_MS, 'late').unref());
		const outcome = await Promise.race([ready, this.exited.then(() => 'ended'), late]);
		if (outcome !== 'ready') {
			this.child.kill('SIGTERM');
			throw new Error(`./start: ${outcome}\n${this.output}`);
		}
		this.sockets = fs.readFileSync(path.join(this.data, 'run/sockets'), 'utf8').trim();
	}

	// Runs countersignctl; resolves to its standard output.
	ctl(args, stdin = '') {
		const file = path.join(this.build, 'root/bin/countersignctl');
		return this.asService(file, ['-c', path.join(this.data, 'countersign.conf'), ...args], stdin);
	}

	// Runs SQL as the superuser or another role; resolves to lines with columns separated by '|'.
	psql(sql, { role = 'postgres', database = 'countersign' } = {}) {
		const args = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-h', this.sockets, '-U', role, '-d', database];
		return this.asService('psql', [...args, '-f', '-'], sql).then((text) => text.replace(/\n$/, ''));
	}

	// Runs a program as the user of the services, whom the database accepts.
	asService(file, args, input) {
		const { uid, gid } = fs.statSync(path.join(this.data, 'postgres'));
		if (process.getuid() !== 0)
			return run(file, args, { input, env: this.env });
		const drop = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--inh-caps=-all', '--', file, ...args];
		return run('setpriv', drop, { input, env: this.env });
	}

	get pids() {
		const first = (file) => Number(fs.readFileSync(path.join(this.data, file), 'utf8').split('\n')[0]);
		const supervisor = first('run/countersignd.pid');
		return {
			start: this.child.pid,
			supervisor,
			workers: childrenOf(supervisor).filter((pid) => isAlive(pid) && !['janitor', 'mailer'].includes(nameOf(pid))),
			postgres: first('postgres/postmaster.pid'),
			nginx: first('run/nginx.pid'),
		};
	}

	log(name) {
		try {
			return fs.readFileSync(path.join(this.data, 'log', `${name}.log`), 'utf8');
		} catch {
			return '';
		}
	}

	// Accepts a crash that a test provokes, by what it leaves in the logs.
	acceptLog(pattern) {
		this.logsAccepted.push(pattern);
	}

	// Creates an account with a password; the address is verified unless `verified` is false.
	async createAccount({ email, name = 'Test Person', password = 'correct horse battery', verified = true }) {
		const args = ['account', 'create', '--email', email, '--name', name, '--password-stdin'];
		if (verified)
			args.push('--verified');
		const output = await this.ctl(args, `${password}\n`);
		return { email, name, password, output };
	}

	// Sends one request on a connection of its own and follows no redirect. `form` and
	// `json` make a body; `origin` true sends the origin of the service, as a browser does
	// with a form; `cookie` is the token of the session or a complete Cookie header.
	request(method, target, { form, json, body, cookie, headers = {}, origin = method !== 'GET' && method !== 'HEAD', timeout = REQUEST_MS } = {}) {
		const head = { Host: `localhost:${this.port}`, ...headers };
		if (form !== undefined) {
			body = new URLSearchParams(form).toString();
			head['Content-Type'] ??= 'application/x-www-form-urlencoded';
		} else if (json !== undefined) {
			body = JSON.stringify(json);
			head['Content-Type'] ??= 'application/json';
		}
		if (body !== undefined || (method !== 'GET' && method !== 'HEAD'))
			head['Content-Length'] ??= Buffer.byteLength(body ?? '');
		if (cookie)
			head.Cookie = cookie.includes('=') ? cookie : `__Host-session=${cookie}`;
		if (origin)
			head.Origin = origin === true ? this.base : origin;
		return new Promise((resolve, reject) => {
			const options = { host: '127.0.0.1', port: this.port, method, path: target, headers: head, agent: false, timeout };
			const request = http.request(options, (response) => {
				const parts = [];
				response.on('data', (part) => parts.push(part));
				response.on('error', reject);
				response.on('end', () => resolve(answerOf(response, Buffer.concat(parts))));
			});
			request.on('timeout', () => request.destroy(new Error(`${method} ${target}: no answer in ${timeout} ms`)));
			request.on('error', reject);
			request.end(body);
		});
	}

	get(target, options) {
		return this.request('GET', target, options);
	}

	post(target, form = {}, options = {}) {
		return this.request('POST', target, { form, ...options });
	}

	// Makes the code for a base32 key at the time of the stack, by another program than the one
	// that is tested. `offset` adds seconds, `now` sets the time (seconds since 1970).
	async oathtool(key, { now = this.clock.now(), offset = 0, hash = 'sha1' } = {}) {
		const time = new Date((now + offset) * 1000).toISOString().replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
		const output = await run('oathtool', [`--totp=${hash}`, '-b', '--now', time, '-'], { input: key.replace(/\s/g, '') });
		return output.trim();
	}

	// Waits until the time step has at least `seconds` left, so that a code made now still belongs to it.
	async stepWithRoom(seconds = 5) {
		while (30 - (this.clock.now() % 30) < seconds)
			await sleep(200);
	}

	// Stops the stack, and fails if one of its programs crashed or does not stop.
	async stop() {
		if (this.stopped)
			return;
		this.stopped = true;
		this.child.kill('SIGTERM');
		const late = new Promise((resolve) => setTimeout(resolve, STOP_MS, 'late').unref());
		const outcome = await Promise.race([this.exited, late]);
		if (outcome === 'late') {
			this.child.kill('SIGKILL');
			throw new Error(`./start does not end\n${this.output}`);
		}
		const problems = this.crashes();
		if (outcome[0] !== 0)
			problems.push(`./start ended with ${outcome[0] ?? outcome[1]}`, this.output);
		if (process.env.COUNTERSIGN_KEEP)
			console.error(`# kept: ${this.folder}`);
		else
			fs.rmSync(this.folder, { recursive: true, force: true });
		if (problems.length > 0)
			throw new Error(problems.join('\n'));
	}

	// Returns what the logs say about crashes, with the lines that follow.
	crashes() {
		const found = [];
		for (const file of fs.readdirSync(path.join(this.data, 'log'))) {
			const lines = fs.readFileSync(path.join(this.data, 'log', file), 'utf8').split('\n');
			lines.forEach((line, i) => {
				if (CRASH.test(line) && !this.logsAccepted.some((accepted) => accepted.test(line)))
					found.push(`${file}:${i + 1}:`, ...lines.slice(i, i + 30));
			});
		}
		return found.slice(0, 120);
	}
}

function answerOf(response, body) {
	const setCookie = response.headers['set-cookie'] || [];
	const session = setCookie.map((line) => /^__Host-session=([^;]*)/.exec(line)).find(Boolean);
	return {
		status: response.statusCode,
		headers: response.headers,
		rawHeaders: response.rawHeaders,
		setCookie,
		session: session ? session[1] : undefined,
		location: response.headers.location,
		body,
		text: body.toString('utf8'),
		json: () => JSON.parse(body.toString('utf8')),
	};
}

// start({ set: {workers: 8}, limits: false, build }): resolves to a running stack. It tries
// again with another port if something else took the port meanwhile.
async function start(options = {}) {
	for (let attempt = 1; ; attempt++) {
		const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'countersign-test-'));
		fs.chmodSync(folder, 0o711);
		const stack = new Stack(folder, await freePort(), options);
		try {
			await stack.start(options);
			return stack;
		} catch (error) {
			await Promise.race([stack.exited, sleep(STOP_MS)]);
			if (process.env.COUNTERSIGN_KEEP)
				console.error(`# kept: ${folder}`);
			else
				fs.rmSync(folder, { recursive: true, force: true });
			if (attempt === 3 || !/is in use|Address already in use/.test(error.message))
				throw error;
		}
	}
}

module.exports = { Stack, freePort, start, run, sleep, isAlive, childrenOf, top, build };
