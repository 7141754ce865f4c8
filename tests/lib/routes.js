// The routes and errors that countersignd --routes prints.
'use strict';

const { execFileSync } = require('node:child_process');
const path = require('node:path');

const rig = require('./rig.js');

let printed;

// Reads { families, errors } once.
function all() {
	printed ??= JSON.parse(execFileSync(path.join(rig.build, 'countersignd'), ['--routes'], { encoding: 'utf8' }));
	return printed;
}

// Returns the routes of the families with these names: { method, path, guards: Set, fields, stepUp }.
const of = (...names) => all().families.filter((family) => names.includes(family.name))
	.flatMap((family) => family.routes.map((route) => ({ ...route, guards: new Set(route.guards) })));

// Returns the errors: { code, kind, status, title, detail }.
const errors = () => all().errors;

module.exports = { of, errors };
