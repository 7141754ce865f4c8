#!/usr/bin/env -S node --test-reporter=tap
// The contract as it is served, and the reference page that is made from it: all of
// it is there, and it is a page like every other one.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const test = require('node:test');

const { HtmlValidate } = require('html-validate');
const { chromium } = require('playwright-core');

const contract = require('../lib/contract.js');
const h = require('../lib/http.js');
const rig = require('../lib/rig.js');

const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
// What a worker can build, and nginx take over, without waiting for a slow client.
const PAGE_MAX = 200 * 1024;

const { document, operations, resolve } = contract;
let stack, page, html;

// The part of the page with that heading.
const section = (id) => new RegExp(`<section[^>]*aria-labelledby="${id}">([^]*?)</section>`).exec(html)?.[1] ?? '';
// A text of the document as a reader sees it.
const words = (text) => text.replace(/`/g, '').replace(/^- /gm, '').split('\n\n').map((part) => part.replace(/\s+/g, ' ').trim());

test('a stack starts', async () => {
	stack = await rig.start({ set: { workers: 2, ...h.QUICK } });
	page = await stack.get('/docs/api');
	html = page.text;
});

test('the document is served as it stands in the tree', async () => {
	const answer = await stack.get('/v1/openapi.json');
	assert.equal(answer.status, 200);
	assert.equal(answer.headers['content-type'], 'application/json');
	assert.ok(answer.body.equals(fs.readFileSync(contract.file)), 'byte by byte');
	contract.validate('GET', '/v1/openapi.json', answer);
	const head = await stack.request('HEAD', '/v1/openapi.json');
	assert.deepEqual([head.status, head.text, head.headers['content-length']], [200, '', `${answer.body.length}`]);
});

test('the page is for anybody, and small enough to be answered at once', async () => {
	assert.equal(page.status, 200);
	assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
	assert.equal(h.titleOf(page), 'API reference');
	assert.ok(page.body.length < PAGE_MAX, `${page.body.length} bytes`);
	for (let i = 0; i < 5; i++)
		assert.equal((await stack.get('/docs/api')).status, 200);
});

test('it has no resource but those of every page', () => {
	const own = ['/static/favicon.svg', '/static/app.css', '/static/app.js', '/v1/openapi.json'];
	for (const [, address] of html.matchAll(/(?:href|src)="([^"]*)"/g))
		assert.ok(address.startsWith('#') || own.includes(address), address);
	assert.doesNotMatch(html, /<style|style=|<script>|<iframe|<img/);
});

test('introduction and sections are on it', () => {
	const [intro, ...sections] = document.info.description.split('\n## ');
	const read = h.plain(html);
	for (const text of words(intro))
		assert.ok(read.includes(text.replace(/`/g, '')), text);
	assert.ok(sections.length >= 7);
	for (const text of sections) {
		const [heading] = text.split('\n');
		const id = `about-${heading.toLowerCase().replace(/[^a-z0-9]/g, '-')}`;
		assert.ok(html.includes(`<a href="#${id}">${heading}</a>`), `${heading} is in the contents`);
		const there = h.plain(section(id));
		for (const part of words(text.slice(heading.length)).filter((p) => p !== ''))
			for (const line of part.split(' - '))
				assert.ok(there.includes(line), `${heading}: ${line}`);
	}
});

test('every operation is on it: route, texts, guards, members, examples, answers', () => {
	for (const op of operations) {
		const part = section(op.operationId);
		const read = h.plain(part), what = op.operationId;
		assert.ok(html.includes(`<a href="#${op.operationId}">`), `${what} is in the contents`);
		assert.ok(part.includes(`<code>${op.method} ${op.path}</code>`), what);
		for (const text of [op.summary, ...words(op.description), ...op['x-guards'].flatMap((g) => words(document['x-guards'][g]))])
			assert.ok(read.includes(text), `${what}: ${text}`);
		const schema = resolve(op.requestBody?.content['application/json'].schema);
		for (const [name, member] of Object.entries(schema?.properties ?? {}))
			checkMember(part, what, name, member, (schema.required ?? []).includes(name));
		for (const place of ['path', 'query']) {
			const [, there] = new RegExp(`<h4>In the ${place}</h4>([^]*?)<h4>`).exec(part) ?? [null, ''];
			const given = (op.parameters ?? []).map(resolve).filter((p) => p.in === place);
			assert.equal(there.split('<dt>').length - 1, given.length, `${what}: ${place}`);
			for (const p of given)
				checkMember(there, what, p.name, { ...resolve(p.schema), description: p.description }, p.required);
		}
		for (const [status, response] of Object.entries(op.responses))
			checkResponse(part, `${what} ${status}`, status, resolve(response));
	}
});

function checkMember(part, what, name, member, required) {
	const row = new RegExp(`<dt><code>${name.replace(/[[\].]/g, '\\$&')}</code>([^]*?)</dt>\\s*<dd>([^]*?)</dd>`).exec(part);
	assert.ok(row, `${what}: ${name}`);
	assert.equal(/, required/.test(row[1]), required, `${what}: ${name}`);
	assert.ok(h.plain(row[1]).startsWith([resolve(member).type].flat().join(' or ')), `${what}: ${name}: ${h.plain(row[1])}`);
	assert.equal(h.plain(row[2]), words(resolve(member).description)[0], `${what}: ${name}`);
}

function checkResponse(operation, what, status, response) {
	const part = operation.slice(operation.indexOf('<h4>Responses</h4>'));
	assert.ok(part.includes(`<dt><code>${status}</code></dt>`), what);
	assert.ok(h.plain(part).includes(words(response.description)[0]), what);
	for (const code of response['x-codes'] ?? [])
		assert.ok(part.includes(`<a href="#${code}">${code}</a>`), `${what}: ${code}`);
	const media = response.content?.['application/json'];
	for (const [name, member] of Object.entries(resolve(media?.schema)?.properties ?? {}))
		checkMember(part, what, name, member, resolve(media.schema).required.includes(name));
	for (const { value } of Object.values(media?.examples ?? {}))
		assert.ok(shown(part).some((text) => sameJson(text, value)), `${what}: the example`);
	for (const [type, { schema, examples }] of Object.entries(response.content ?? {}).filter(([t]) => !/json$/.test(t))) {
		assert.ok(part.includes(`<code>Accept: ${type}</code>`), `${what}: ${type}`);
		assert.ok(h.plain(part).includes(words(resolve(schema).description)[0]), `${what}: ${type}`);
		for (const { value } of Object.values(examples))
			assert.ok(shown(part).includes(value.replace(/\r/g, '')) || shown(part).includes(value), `${what}: ${type}: the example`);
	}
}

// The blocks of code, as they were before they were escaped.
const shown = (part) => [...part.matchAll(/<pre><code>([^]*?)<\/code><\/pre>/g)].map(([, text]) => text
	.replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&'));

function sameJson(text, value) {
	try {
		assert.deepEqual(JSON.parse(text), value);
		return true;
	} catch {
		return false;
	}
}

test('every example request is on it as it would be sent', () => {
	for (const { operationId, method, path, parameters, query, body, open } of contract.examples()) {
		const start = [`${method} ${contract.fill(path, parameters)}${query}`];
		if (!open)
			start.push('Authorization: Bearer TOKEN');
		if (body !== undefined)
			start.push('Content-Type: application/json', '');
		const found = shown(section(operationId)).some((text) => {
			const lines = text.split('\n');
			return lines.slice(0, start.length).join('\n') === start.join('\n') &&
				(body === undefined ? lines.length === start.length : sameJson(lines.slice(start.length).join('\n'), body));
		});
		assert.ok(found, `${operationId} ${JSON.stringify(body)}`);
	}
});

test('every code is on it, where the type of a problem leads', async () => {
	const refused = (await stack.get('/v1/me/mfa')).json();
	const [where, fragment] = refused.type.split('#');
	assert.equal(where, '/docs/api');
	assert.ok(html.includes(`<dt id="${fragment}">`));
	const codes = Object.entries(document.components.examples);
	assert.ok(codes.length >= 27);
	for (const [code, { description, value }] of codes) {
		const [, row] = new RegExp(`<dt id="${code}"><code>${code}</code>([^]*?)</div>`).exec(html) ?? [];
		assert.ok(row, code);
		assert.ok(h.plain(row).startsWith(`${value.status} · ${value.title}`), `${code}: ${h.plain(row).slice(0, 60)}`);
		for (const text of words(description))
			assert.ok(h.plain(row).includes(text), `${code}: ${text}`);
		assert.ok(shown(row).some((text) => sameJson(text, value)), `${code}: the example`);
	}
});

test('every link within the page has a target, and no id occurs twice', () => {
	const ids = [...html.matchAll(/ id="([^"]*)"/g)].map((m) => m[1]);
	assert.equal(new Set(ids).size, ids.length);
	const links = [...html.matchAll(/href="#([^"]*)"/g)].map((m) => m[1]);
	assert.ok(links.length > 100);
	for (const link of links)
		assert.ok(ids.includes(link), link);
});

test('it is valid HTML', async () => {
	const validator = new HtmlValidate({ root: true, extends: ['html-validate:recommended'] });
	const report = await validator.validateString(html);
	assert.deepEqual(report.results.flatMap((r) => r.messages.map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`)), []);
});

test('axe finds nothing, in light and dark, wide and at 320 px, and nothing scrolls sideways', async () => {
	const browser = await chromium.launch({
		executablePath: process.env.COUNTERSIGN_CHROMIUM || '/usr/bin/chromium',
		args: ['--disable-quic', '--disable-background-networking', '--no-first-run'],
		chromiumSandbox: false,
	});
	try {
		for (const width of [1280, 320])
			for (const colorScheme of ['light', 'dark'])
				await inspect(browser, width, colorScheme);
	} finally {
		await browser.close();
	}
});

async function inspect(browser, width, colorScheme) {
	const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, reducedMotion: 'reduce' });
	const tab = await context.newPage();
	const problems = [];
	tab.on('console', (message) => problems.push(message.text()));
	tab.on('pageerror', (error) => problems.push(error.message));
	await tab.goto(`${stack.base}/docs/api#code_invalid`);
	assert.ok(await tab.locator('#code_invalid').isVisible());
	const overflow = () => document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth;
	assert.equal(await tab.evaluate(overflow), 0, `${width} px wide`);
	assert.ok((await tab.evaluate(() => scrollY)) > 1000, 'the page is scrolled to the fragment');
	await tab.evaluate(AXE);
	const found = await tab.evaluate((values) => window.axe.run(document, {
		runOnly: { type: 'tag', values }, resultTypes: ['violations'],
	}), RULES);
	assert.deepEqual(found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 5).join(', ')}`), [],
		`axe, ${colorScheme}, ${width} px`);
	assert.deepEqual(problems, []);
	await context.close();
}

// What the tool makes of the document with a change.
async function made(change) {
	const other = structuredClone(document);
	change(other);
	const file = path.join(stack.folder, 'changed.json');
	fs.writeFileSync(file, JSON.stringify(other));
	return rig.run(path.join(rig.top, 'tools/api-reference'), [file]);
}

test('no text of the document is markup or template syntax', async () => {
	const text = '{{issuer}} {{{>part/head}} <b title="a">&';
	const page = await made(({ info, components }) => {
		info.description = `${text}\n\n\`${text}\``;
		components.examples.not_found.value.title = text;
	});
	assert.equal(page.split('&#123;{issuer}} &#123;&#123;{&gt;part/head}} &lt;b title=&quot;a&quot;&gt;&amp;').length, 4);
	assert.deepEqual(page.match(/\{\{[>\w/]+/g), ['{{>part/head', '{{title', '{{>part/foot']);
});

test('a reference that leads nowhere, or to itself, ends the build', async () => {
	const refused = (change, what) => assert.rejects(made(change), ({ stderr }) => stderr.includes(what));
	const $ref = '#/components/responses/Nothing';
	await refused(({ paths }) => (paths['/v1/sessions'].get.responses[400] = { $ref }), $ref);
	await refused(({ paths, components }) => {
		paths['/v1/sessions'].get.responses[400] = { $ref };
		components.responses.Nothing = { $ref };
	}, $ref);
	await refused(({ paths }) => (paths['/v1/sessions'].get['x-guards'] = ['nobody']), 'nobody');
});

test('printed it has all but the contents', async () => {
	const css = (await stack.get('/static/app.css')).text;
	assert.match(css.slice(css.indexOf('@media print')), /\.docs-contents \{\s*display: none/);
});

test('the stack ends without a crash', () => stack.stop());
