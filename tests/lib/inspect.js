// Checks what must hold on every page and state of a page: axe-core finds nothing, in light and dark, wide and
// at 320 px; the HTML is valid; nothing scrolls sideways; the text can be doubled; every field has a visible
// label; the content security policy blocked nothing.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { HtmlValidate } = require('html-validate');

const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const WIDTHS = [1280, 320];

const validator = new HtmlValidate({ root: true, extends: ['html-validate:recommended'] });

async function axe(page, disabled = []) {
	if (!(await page.evaluate(() => 'axe' in window)))
		await page.evaluate(AXE);
	const rules = Object.fromEntries(disabled.map((rule) => [rule, { enabled: false }]));
	const found = await page.evaluate(([values, off]) => window.axe.run(document, {
		runOnly: { type: 'tag', values }, rules: off, resultTypes: ['violations'],
	}), [RULES, rules]);
	return found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

async function valid(html) {
	const report = await validator.validateString(html);
	return report.results.flatMap((result) => result.messages.map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`));
}

// Runs in the page: returns the names of fields without a visible label.
function unlabelled() {
	return [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
		.filter((field) => field.checkVisibility())
		.filter((field) => ![...field.labels].some((label) => label.checkVisibility() && label.innerText.trim()))
		.map((field) => field.name);
}

// Runs in the page: returns what makes it wider than the window or is cut off. A region of its own may scroll.
function overflowing() {
	const root = document.scrollingElement;
	const wide = root.scrollWidth > root.clientWidth ? [`page: ${root.scrollWidth} px`] : [];
	const cut = [...document.querySelectorAll('main .button, main input, main select, main .pill, nav a')]
		.filter((part) => !part.closest('.table-scroll'))
		.filter((part) => part.checkVisibility() && part.getBoundingClientRect().right > root.clientWidth + 1);
	return [...wide, ...cut.map((part) => part.outerHTML.slice(0, 80))];
}

async function inspect(someone) {
	const { page } = someone;
	const found = [];
	const look = (where, problems) => found.push(...problems.map((problem) => `${where}: ${problem}`));

	look('html', await valid(await (await someone.lastDocument).text()));
	look('labels', await page.evaluate(unlabelled));
	for (const width of WIDTHS) {
		await page.setViewportSize({ width, height: 800 });
		for (const colorScheme of ['light', 'dark']) {
			await page.emulateMedia({ colorScheme });
			look(`axe, ${colorScheme}, ${width} px`, await axe(page));
		}
		look(`${width} px`, await page.evaluate(overflowing));
	}
	await page.setViewportSize({ width: 1280, height: 800 });
	await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
	look('text of 200 %', await page.evaluate(overflowing));
	await page.evaluate(() => document.documentElement.style.removeProperty('font-size'));
	await page.emulateMedia({ forcedColors: 'active', colorScheme: 'dark' });
	look('forced colours', await axe(page, ['color-contrast']));
	await page.emulateMedia({ forcedColors: 'none', colorScheme: 'light' });
	assert.deepEqual(found, []);
	someone.assertNoProblems();
}

module.exports = { inspect, valid };
