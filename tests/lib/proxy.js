#!/usr/bin/env node
// A proxy between the workers and PostgreSQL that loses responses on purpose.
//
// As a program, proxy.js LISTEN-SOCKET SERVER-SOCKET reads one command from each line of
// standard input. {"when": TEXT, "then": "swallow" | "cut-answer" | "cut-request"} arms it
// for the next message of a client that contains TEXT. It prints "armed", and "done" once
// that has happened. It exits at the end of its standard input.
'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const readline = require('node:readline');

function serve(listen, server) {
	let trap;
	const spring = () => {
		const { then } = trap;
		trap = undefined;
		return then;
	};
	net.createServer((client) => {
		const upstream = net.connect(server);
		let mode = 'pass';
		const end = () => {
			client.destroy();
			upstream.destroy();
		};
		for (const socket of [client, upstream]) {
			socket.on('error', end);
			socket.on('close', end);
		}
		client.on('data', (data) => {
			if (trap && data.includes(trap.when))
				mode = spring();
			if (mode !== 'cut-request')
				return upstream.write(data);
			console.log('done');
			end();
		});
		upstream.on('data', (data) => {
			if (mode === 'pass')
				return client.write(data);
			// The server has responded, so it has done its work; the client does not receive the response.
			console.log('done');
			if (mode === 'cut-answer')
				end();
			mode = 'silent';
		});
	}).listen(listen, () => {
		fs.chmodSync(listen, 0o777);
		console.log('listening');
	});
	const commands = readline.createInterface({ input: process.stdin });
	commands.on('line', (line) => {
		trap = JSON.parse(line);
		console.log('armed');
	});
	commands.on('close', () => process.exit(0));
}

// Starts the program in front of the socket folder `sockets`, as the user `uid`, because the
// database checks who connects: {folder, arm(when, then), sprung(), stop()}.
async function start(folder, sockets, { uid, gid }) {
	const file = '.s.PGSQL.5432';
	const args = [__filename, path.join(folder, file), path.join(sockets, file)];
	const drop = ['--reuid', `${uid}`, '--regid', `${gid}`, '--clear-groups', '--inh-caps=-all', '--', process.execPath];
	const command = process.getuid() === 0 ? ['setpriv', [...drop, ...args]] : [process.execPath, args];
	const child = spawn(...command, { stdio: ['pipe', 'pipe', 'inherit'] });
	const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const expect = async (word) => {
		const { value } = await lines.next();
		if (value !== word)
			throw new Error(`the proxy said ${value}, not ${word}`);
	};
	await expect('listening');
	return {
		folder,
		arm: async (when, then) => {
			child.stdin.write(`${JSON.stringify({ when, then })}\n`);
			await expect('armed');
		},
		sprung: () => expect('done'),
		stop: async () => {
			child.stdin.end();
			if (child.exitCode === null)
				await once(child, 'exit');
		},
	};
}

if (require.main === module)
	serve(process.argv[2], process.argv[3]);
else
	module.exports = { start };
