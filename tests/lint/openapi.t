#!/usr/bin/env -S node --test-reporter=tap
// The OpenAPI document passes its linter, is complete, and agrees with the program.
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const tools = path.resolve(__dirname, '../node_modules');
if (!process.env.COUNTERSIGN_CHECK && !fs.existsSync(path.join(tools, '.package-lock.json'))) {
	console.log('1..0 # SKIP the tools of tests/package-lock.json are not installed');
	process.exit(0);
}

const assert = require('node:assert/strict');
const test = require('node:test');

const contract = require('../lib/contract.js');
const rig = require('../lib/rig.js');
const table = require('../lib/routes.js');

const { document, operations, resolve } = contract;
const JSON_TYPE = 'application/json', PROBLEM_TYPE = 'application/problem+json';
const FILE_TYPES = ['text/csv', 'application/jsonl'];

const source = (file) => fs.readFileSync(path.join(rig.top, file), 'utf8');
const nameOf = (op) => `${op.method} ${op.path}`;
const sorted = (list) => [...list].sort();

// --- the program ----------------------------------------------------------------

// The routes of the API: guards by name, fields as { name: required }.
const routes = table.of('v1', 'public').map((route) => ({
	...route, guards: sorted(route.guards), fields: Object.fromEntries(route.fields.map((f) => [f.name, f.required])),
}));
const routeOf = (op) => routes.find((r) => nameOf(r) === nameOf(op));
// Status, title and sentence of each error, by code.
const wordings = Object.fromEntries(table.errors().map((error) => [error.code, error]));

// --- the document ---------------------------------------------------------------

test('Redocly finds nothing, not even to warn of', async () => {
	const args = [path.join(tools, '@redocly/cli/bin/cli.js'), 'lint', '--format', 'json', '--config',
		path.join(__dirname, 'redocly.yaml'), contract.file];
	const env = { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' };
	const said = await rig.run(process.execPath, args, { env }).catch((error) => error.stdout);
	const { totals, problems } = JSON.parse(said.slice(said.indexOf('{'), said.lastIndexOf('}') + 1));
	assert.deepEqual(problems.map((p) => `${p.ruleId}: ${p.message} ${p.location?.[0]?.pointer}`), []);
	assert.deepEqual(totals, { errors: 0, warnings: 0, ignored: 0 });
});

test('its operations are the rows of the tables of routes', () => {
	assert.ok(routes.length >= 21);
	assert.deepEqual(sorted(operations.map(nameOf)), sorted(routes.map(nameOf)));
	assert.equal(new Set(operations.map((op) => op.operationId)).size, operations.length);
});

test('each operation names the guards of its route, and each guard is explained', () => {
	const named = new Set();
	for (const op of operations) {
		assert.deepEqual(sorted(op['x-guards']), routeOf(op).guards, nameOf(op));
		assert.equal(op.security !== undefined, op['x-guards'].includes('public'), `${nameOf(op)}: whether it needs a token`);
		assert.deepEqual(op.security ?? [], [], nameOf(op));
		op['x-guards'].forEach((guard) => named.add(guard));
	}
	assert.deepEqual(sorted(Object.keys(document['x-guards'])), sorted(named));
});

// Returns the fields that are not in the path; they are in the query if there is no body.
const queryOf = (op) => Object.entries(routeOf(op).fields)
	.filter(([name]) => op.method === 'GET' && !op.path.includes(`{${name}}`));

test('parameters and members of bodies are the fields of the routes', () => {
	for (const op of operations) {
		const { fields } = routeOf(op);
		const given = (op.parameters ?? []).map(resolve);
		const inPath = [...op.path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]);
		assert.deepEqual(given.map((p) => [p.name, p.in, p.required]), [...inPath.map((name) => [name, 'path', true]),
			...queryOf(op).map(([name, required]) => [name, 'query', required])], nameOf(op));
		const schema = resolve(op.requestBody?.content[JSON_TYPE].schema);
		const documented = Object.fromEntries(Object.keys(schema?.properties ?? {}).map((name) =>
			[name, (schema.required ?? []).includes(name)]));
		const expected = op.method === 'GET' ? [] : Object.entries(fields).filter(([name]) => !inPath.includes(name));
		assert.deepEqual(documented, Object.fromEntries(expected), nameOf(op));
		assert.equal(op.requestBody?.required, expected.length > 0 ? true : undefined, nameOf(op));
	}
});

test('its codes are those of the program, each with an example in their words', () => {
	const codes = Object.keys(wordings);
	assert.ok(codes.length >= 27);
	assert.deepEqual(document.components.schemas.Problem.properties.code.enum, codes);
	assert.deepEqual(Object.keys(document.components.examples), codes);
	for (const [code, { description, value }] of Object.entries(document.components.examples)) {
		const { status, title, detail } = wordings[code];
		assert.deepEqual([value.code, value.type, value.status, value.title], [code, `/docs/api#${code}`, status, title]);
		assert.ok(value.detail.startsWith(detail), `${code}: ${value.detail}`);
		assert.ok(description.length >= 20, `${code} is explained`);
		assert.deepEqual(contract.faults({ $ref: '#/components/schemas/Problem' }, value), [], code);
		assert.equal(value.retryAfter !== undefined, status === 503 || status === 429, `${code}: whether waiting helps`);
	}
});

test('each operation says what it does and what a repeat does', () => {
	for (const op of operations) {
		assert.match(op.summary, /^[A-Z].*[^.]$/, nameOf(op));
		const paragraphs = op.description.split('\n\n');
		assert.ok(paragraphs.length >= 2, nameOf(op));
		assert.match(paragraphs.at(-1), /^A repeat .*\.$/, nameOf(op));
		assert.ok(document.tags.some((tag) => tag.name === op.tags[0]), nameOf(op));
	}
	assert.equal(new Set(operations.map((op) => op.summary)).size, operations.length, 'no two are called alike');
});

test('each operation has examples of its request and its answers, and they fit their schemas', () => {
	const shown = contract.examples();
	for (const op of operations) {
		const mine = shown.filter((example) => example.operationId === op.operationId);
		assert.ok(mine.length >= 1, nameOf(op));
		for (const { name, body, parameters } of mine) {
			if (op.requestBody)
				assert.deepEqual(contract.faults(op.requestBody.content[JSON_TYPE].schema, body), [], `${nameOf(op)} ${name}`);
			else
				assert.equal(body, undefined, nameOf(op));
			assert.doesNotMatch(contract.fill(op.path, parameters), /undefined|[{}]/, nameOf(op));
		}
		for (const [status, response] of Object.entries(op.responses))
			checkResponse(resolve(response), `${nameOf(op)} ${status}`, Number(status));
	}
	for (const parameter of Object.values(document.components.parameters))
		assert.deepEqual(contract.faults(parameter.schema, parameter.example), [], parameter.name);
});

function checkResponse(response, what, status) {
	const media = Object.entries(response.content ?? {});
	assert.equal(media.length === 0, status === 204, what);
	for (const [i, [type, { schema, examples }]] of media.entries()) {
		// JSON comes first: a client that accepts anything gets it.
		assert.equal(type, status >= 400 ? PROBLEM_TYPE : i === 0 ? JSON_TYPE : FILE_TYPES.find((t) => t === type), what);
		const values = Object.values(examples).map((example) => resolve(example).value);
		assert.ok(values.length >= 1, what);
		for (const value of values)
			assert.deepEqual(contract.faults(schema, value), [], what);
		if (status < 400)
			continue;
		assert.deepEqual(values.map((value) => value.code), response['x-codes'], what);
		for (const value of values)
			assert.equal(value.status, status, `${what}: ${value.code}`);
	}
}

// The status and code that each guard refuses with.
const REFUSALS = {
	same_origin: [403, 'cross_origin'], active: [403, 'mfa_required'], email_verified: [403, 'email_unverified'],
	fresh_password: [403, 'reauthentication_required'], fresh_verification: [403, 'verification_required'],
	session: [401, 'unauthenticated'], password_now: [422, 'credentials_invalid'],
	admin: [403, 'forbidden'], own_factor: [409, 'mfa_not_enabled'], code_now: [422, 'code_invalid'], app_code_now: [422, 'code_invalid'],
};

test('each operation lists the refusals of its guards and of its kind', () => {
	for (const op of operations) {
		const codes = (status) => (op.responses[status] ? resolve(op.responses[status])['x-codes'] : []);
		for (const status of [400, 413, 503])
			assert.ok(codes(status).length > 0, `${nameOf(op)}: ${status}`);
		for (const status of [415, 429])
			assert.equal(codes(status).length > 0, op.method !== 'GET', `${nameOf(op)}: ${status}`);
		assert.equal(codes(422).length > 0, op.method !== 'GET' || queryOf(op).length > 0, `${nameOf(op)}: 422`);
		for (const [guard, [status, code]] of Object.entries(REFUSALS))
			if (op['x-guards'].includes(guard))
				assert.ok(codes(status).includes(code), `${nameOf(op)}: ${guard} refuses with ${code}`);
		// A policy may ask admins for a verification.
		for (const code of ['forbidden', 'organization_required', 'verification_required'])
			assert.ok(!op['x-guards'].includes('admin') || codes(403).includes(code), `${nameOf(op)}: admin refuses with ${code}`);
		assert.equal(codes(403).includes('enrollment_required'),
			op['x-guards'].includes('active') && !op['x-guards'].includes('enrolling'), nameOf(op));
		// A policy may ask admins for a fresh verification where the route does not.
		const also = op['x-guards'].includes('admin') ? ['fresh_verification'] : [];
		for (const guard of ['same_origin', 'active', 'email_verified', 'fresh_password', 'fresh_verification'])
			if (![...op['x-guards'], ...also].includes(guard))
				assert.ok(!codes(403).includes(REFUSALS[guard][1]), `${nameOf(op)} has no guard ${guard}`);
	}
});

test('the kinds of audit events are those of the sources, in the schema and for readers', () => {
	const kinds = [...source('src/domain/audit.h').matchAll(/X\(AUDIT_\w+, "(\w+)"\)/g)].map(([, name]) => name);
	assert.deepEqual(document.components.schemas.AuditKind.enum, kinds);
	const { description } = operations.find((op) => op.operationId === 'listAuditEvents');
	for (const kind of kinds)
		assert.ok(description.includes(`\`${kind}\``), kind);
});

// Yields every node of the document with its pointer.
function* nodes(node, pointer = '#') {
	yield [pointer, node];
	if (node !== null && typeof node === 'object')
		for (const [name, part] of Object.entries(node))
			yield* nodes(part, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
}

test('a member that is not documented is wrong: every object is closed', () => {
	const objects = [...nodes(document.components.schemas, '#/components/schemas')]
		.filter(([, node]) => node?.type === 'object' && node.properties !== undefined);
	assert.ok(objects.length >= 25);
	for (const [pointer, node] of objects) {
		assert.equal(node.additionalProperties, false, pointer);
		for (const [name, member] of Object.entries(node.properties))
			assert.ok(resolve(member).description, `${pointer} ${name} is described`);
		for (const name of node.required ?? [])
			assert.ok(Object.hasOwn(node.properties, name), `${pointer} ${name}`);
	}
});

test('nothing stands there unused, and no reference leads nowhere', () => {
	const used = new Set();
	for (const [, node] of nodes(document))
		if (typeof node?.$ref === 'string' && resolve(node))
			used.add(node.$ref);
	for (const kind of ['schemas', 'responses', 'parameters', 'headers'])
		for (const name of Object.keys(document.components[kind]))
			assert.ok(used.has(`#/components/${kind}/${name}`), `${kind}/${name}`);
});

test('its texts name operations that exist and close their code', () => {
	for (const [pointer, text] of nodes(document)) {
		if (typeof text !== 'string' || !/\/(description|summary)$/.test(pointer))
			continue;
		assert.equal(text.split('`').length % 2, 1, `${pointer}: code is closed`);
		for (const [, name] of text.matchAll(/`((?:GET|POST|PUT|PATCH|DELETE) \/[^`]*)`/g))
			assert.ok(operations.some((op) => nameOf(op) === name), `${pointer}: ${name}`);
		for (const [, code] of text.matchAll(/\b[45]\d\d `(\w+)`/g))
			assert.ok(wordings[code], `${pointer}: ${code}`);
	}
});
