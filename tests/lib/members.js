// Organizations and their members, for tests of what admins see.
'use strict';

const { join } = require('./api.js');

const create = (stack, slug, name) => stack.ctl(['organization', 'create', '--slug', slug, '--name', name]);

// Makes many members at once, who cannot sign in: crowd-0001@SLUG.example, "Crowd 0001", who joined at the time of the stack.
const crowd = (stack, slug, n) => stack.psql(`
	WITH people AS (
		INSERT INTO countersign.accounts (account_id, name, password_hash, password_changed_at, created_at)
		SELECT gen_random_uuid(), 'Crowd ' || lpad(n::text, 4, '0'), '!', to_timestamp(${stack.clock.now()}), to_timestamp(${stack.clock.now()})
		FROM generate_series(1, ${n}) n RETURNING account_id, name),
	addresses AS (
		INSERT INTO countersign.emails (account_id, address, is_primary, created_at)
		SELECT account_id, 'crowd-' || right(name, 4) || '@${slug}.example', true, to_timestamp(${stack.clock.now()}) FROM people
		RETURNING account_id, address)
	INSERT INTO countersign.email_owners (address, account_id) SELECT address, account_id FROM addresses;
	INSERT INTO countersign.memberships (account_id, organization_id, role, joined_at)
	SELECT a.account_id, o.organization_id, 'member', a.created_at
	FROM countersign.accounts a, countersign.organizations o
	WHERE o.slug = '${slug}' AND a.password_hash = '!' AND NOT EXISTS (SELECT FROM countersign.memberships m WHERE m.account_id = a.account_id);`);

module.exports = { create, join, crowd };
