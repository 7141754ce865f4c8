// The routes and errors as the program prints them: countersignd --routes.
'use strict';

const { execFileSync } = require('node:child_process');
const path = require('node:path');

const rig = require('./rig.js');

let printed;

// { families, errors }, read once.
function all() {
	printed ??= JSON.parse(execFileSync(path.join(rig.build, 'countersignd'), ['--routes'], { encoding: 'utf8' }));
	return printed;
}

// The routes of the families of these names: { method, path, guards: Set, fields, stepUp }.
const of = (...names) => all().families.filter((family) => names.includes(family.name))
	.flatMap((family) => family.routes.map((route) => ({ ...route, guards: new Set(route.guards) })));

// The errors by code: { code, kind, status, title, detail }.
const errors = () => all().errors;

module.exports = { of, errors };
