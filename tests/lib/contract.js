// The contract of the JSON API, api/openapi.json: checks each response against it, and
// lists the requests that it shows.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const Ajv2020 = require('ajv/dist/2020').default;
const addFormats = require('ajv-formats').default;

const rig = require('./rig.js');

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
const PROBLEM = '#/components/schemas/Problem';
// Statuses of refusals that come before the operation of a request is known.
const EARLY = [400, 413, 429, 503];

const file = path.join(rig.top, 'api/openapi.json');
const document = JSON.parse(fs.readFileSync(file, 'utf8'));

// Follows a "$ref" of the document.
function resolve(node) {
	while (node && node.$ref !== undefined) {
		assert.match(node.$ref, /^#\//);
		node = node.$ref.slice(2).split('/').reduce((at, name) => at?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], document);
		assert.ok(node, 'a reference leads somewhere');
	}
	return node;
}

const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
addFormats(ajv);
// Schemas are found by their pointers; the rest of the document has none.
ajv.addKeyword('components');
ajv.addSchema({ $id: 'contract', components: { schemas: document.components.schemas } });

const compiled = new Map();

// Validates a value by a schema of the document; returns a list of what is wrong.
function faults(schema, value) {
	const { $ref } = schema;
	assert.match($ref ?? '', /^#\/components\/schemas\/\w+$/, 'schemas have names');
	if (!compiled.has($ref))
		compiled.set($ref, ajv.compile({ $ref: `contract${$ref}` }));
	const check = compiled.get($ref);
	return check(value) ? [] : check.errors.map((e) => `${e.instancePath || '/'} ${e.message} ${JSON.stringify(e.params)}`);
}

// The operations: method, path, a pattern that paths match, and their part of the document.
const operations = Object.entries(document.paths).flatMap(([template, item]) =>
	METHODS.filter((method) => item[method]).map((method) => ({
		method: method.toUpperCase(),
		path: template,
		fits: new RegExp(`^${template.replace(/[.]/g, '[.]').replace(/\{\w+\}/g, '[^/]+')}$`),
		...item[method],
	})));

// Finds the operations of a path. A path without variables comes before one with variables.
function at(target) {
	const [where] = target.split('?');
	const exact = operations.filter((op) => op.path === where);
	return exact.length > 0 ? exact : operations.filter((op) => op.fits.test(where));
}

// Checks a response against the contract: the status is documented, the type is right, the body fits
// its schema, and the code of a problem is documented for this status.
function validate(method, target, answer) {
	const what = `${method} ${target}: ${answer.status}`;
	const there = at(target);
	const op = there.find((o) => o.method === (method === 'HEAD' ? 'GET' : method));
	if (there.length === 0 || !op)
		return validateNoOperation(there, method, answer, what);
	const response = resolve(op.responses[answer.status]);
	assert.ok(response, `${what} is not in the contract of ${op.operationId}: ${answer.text}`);
	for (const name of Object.keys(response.headers ?? {}))
		assert.ok(answer.headers[name.toLowerCase()], `${what} has ${name}`);
	if (response.content === undefined) {
		assert.equal(answer.text, '', `${what} has no body`);
		assert.equal(answer.headers['content-type'], undefined, `${what} has no type`);
		return op;
	}
	const type = Object.keys(response.content).find((t) => answer.headers['content-type'] === t ||
		(t === 'text/csv' && answer.headers['content-type'] === `${t}; charset=utf-8`));
	assert.ok(type, `${what}: ${answer.headers['content-type']} is documented`);
	const { schema } = response.content[type];
	if (method === 'HEAD')
		assert.equal(answer.text, '', `${what} has no body`);
	else if (/json$/.test(type))
		validateBody(schema, response['x-codes'], answer, what);
	else
		assert.deepEqual(faults(schema, answer.text), [], what);
	return op;
}

function validateBody(schema, codes, answer, what) {
	const value = answer.json();
	assert.deepEqual(faults(schema, value), [], `${what}: ${answer.text}`);
	if (codes !== undefined)
		assert.ok(codes.includes(value.code), `${what}: ${value.code} is documented, not only ${codes.join(', ')}`);
}

// Checks a response to a path or a method that the contract does not have.
function validateNoOperation(there, method, answer, what) {
	if (there.length > 0 && method === 'OPTIONS' && answer.status === 204) {
		assert.ok(answer.headers.allow, `${what} has Allow`);
		assert.equal(answer.text, '', `${what} has no body`);
		return undefined;
	}
	const [status, code] = there.length === 0 ? [404, 'not_found'] : [405, 'method_not_allowed'];
	if (!EARLY.includes(answer.status))
		assert.equal(answer.status, status, `${what}: ${answer.text}`);
	assert.equal(answer.headers['content-type'], 'application/problem+json', what);
	if (method !== 'HEAD')
		validateBody({ $ref: PROBLEM }, answer.status === status ? [code] : undefined, answer, what);
	if (status === 405 && answer.status === 405)
		assert.ok(answer.headers.allow, `${what} has Allow`);
	return undefined;
}

// Lists the requests that the document shows: { operationId, name, summary, method, path, parameters,
// query, body, open, responses }. `path` is the template and `parameters` has the values of its names;
// `query` begins with its question mark, or is empty; `body` is undefined where there is none; `open` says
// that no token is needed; `responses` has the shown responses by status and name.
function examples() {
	return operations.flatMap((op) => {
		const media = resolve(op.requestBody)?.content['application/json'];
		const shown = media ? Object.entries(media.examples) : [['plain', {}]];
		const given = (op.parameters ?? []).map(resolve);
		const parameters = Object.fromEntries(given.filter((p) => p.in === 'path').map((p) => [p.name, p.example]));
		return shown.map(([name, example]) => ({
			operationId: op.operationId,
			name,
			summary: resolve(example).summary ?? op.summary,
			method: op.method,
			path: op.path,
			parameters,
			query: op['x-query'] === undefined ? '' : `?${op['x-query']}`,
			body: resolve(example).value,
			open: op.security !== undefined,
			responses: responsesOf(op),
		}));
	});
}

function responsesOf(op) {
	const shown = Object.entries(op.responses).map(([status, response]) => {
		const [media] = Object.values(resolve(response).content ?? {});
		const named = Object.entries(media?.examples ?? {}).map(([name, example]) => [name, resolve(example).value]);
		return [status, Object.fromEntries(named)];
	});
	return Object.fromEntries(shown);
}

// Replaces the names in a path template by their values.
const fill = (template, parameters) => template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(parameters[name]));

module.exports = { file, document, operations, resolve, faults, validate, examples, fill };
