-- The rules that the tables themselves keep.
BEGIN;
SELECT plan(14);
SET LOCAL search_path = public;

INSERT INTO countersign.accounts (account_id, name, password_hash, password_changed_at, created_at)
VALUES ('00000000-0000-0000-0000-000000000001', 'One', 'x', now(), now());
INSERT INTO countersign.factors (account_id, factor_id, kind, label, state, preferred, sealed, created_at, confirmed_at)
VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000f1', 'totp', 'a', 'active', true, 'x', now(), now());

-- Rule: account_id comes first in the primary key of every table of an account.
SELECT is_empty(
    $$SELECT c.relname FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id'
        JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
       WHERE c.relnamespace = 'countersign'::regnamespace AND c.relname <> 'email_owners' AND i.indkey[0] <> a.attnum$$,
    'account_id is first in every primary key');
-- Rule: what a verification writes is in no index, so its updates stay in their page.
SELECT is_empty(
    $$SELECT c.relname, a.attname FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
       WHERE c.relnamespace = 'countersign'::regnamespace AND (c.relname, a.attname) IN
         (('factors', 'watermark'), ('factors', 'last_used_at'), ('sessions', 'state'), ('sessions', 'token_hash'),
          ('sessions', 'verified_at'), ('sessions', 'last_seen_at'), ('sessions', 'expires_at'), ('throttles', 'failures'),
          ('throttles', 'blocked_until'), ('audit_chains', 'length'), ('audit_chains', 'head'))$$,
    'no index on a column that a verification writes');

SELECT throws_ok(
    $$INSERT INTO countersign.factors (account_id, factor_id, kind, label, state, preferred, sealed, created_at, confirmed_at)
      VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000f2', 'totp', 'b', 'active', true, 'x', now(), now())$$,
    '23505', NULL, 'one preferred factor');
SELECT throws_ok(
    $$INSERT INTO countersign.factors (account_id, factor_id, kind, label, state, sealed, created_at)
      VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000f2', 'totp', 'b', 'pending', 'x', now())$$,
    '23514', NULL, 'a pending factor has an end and a session');
INSERT INTO countersign.factors (account_id, factor_id, kind, label, state, sealed, created_at, expires_at, session_id)
VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000f3', 'totp', 'c', 'pending', 'x', now(), now(), '00000000-0000-0000-0000-0000000000a1');
SELECT throws_ok(
    $$INSERT INTO countersign.factors (account_id, factor_id, kind, label, state, sealed, created_at, expires_at, session_id)
      VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000f4', 'totp', 'd', 'pending', 'x', now(), now(), '00000000-0000-0000-0000-0000000000a1')$$,
    '23505', NULL, 'one pending factor');
SELECT throws_ok(
    $$UPDATE countersign.factors SET preferred = true WHERE state = 'pending'$$, '23514', NULL, 'a pending factor is not preferred');
SELECT throws_ok(
    $$UPDATE countersign.factors SET kind = 'sms' WHERE state = 'active'$$, '23514', NULL, 'only kinds that exist');
SELECT throws_ok(
    $$INSERT INTO countersign.sessions (account_id, session_id, token_hash, state, created_at, last_seen_at, expires_at, password_at, verified_at, verified_by, address, user_agent)
      VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000a1', decode(repeat('00', 32), 'hex'), 'mfa_required', now(), now(), now(), now(), now(), 'totp', '', '')$$,
    '23514', NULL, 'a session before its challenge is not verified');
SELECT throws_ok(
    $$INSERT INTO countersign.sessions (account_id, session_id, token_hash, state, created_at, last_seen_at, expires_at, password_at, address, user_agent)
      VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000a1', 'short', 'active', now(), now(), now(), now(), '', '')$$,
    '23514', NULL, 'a token is stored as a hash');
SELECT throws_ok(
    $$INSERT INTO countersign.throttles (account_id, failures) VALUES ('00000000-0000-0000-0000-000000000001', -1)$$,
    '23514', NULL, 'a number of wrong codes is not negative');
INSERT INTO countersign.email_owners (address, account_id) VALUES ('one@example.org', '00000000-0000-0000-0000-000000000001');
SELECT throws_ok(
    $$INSERT INTO countersign.email_owners (address, account_id) VALUES ('one@example.org', '00000000-0000-0000-0000-000000000002')$$,
    '23505', NULL, 'an address belongs to one account');
INSERT INTO countersign.organizations (organization_id, slug, name, created_at) VALUES ('00000000-0000-0000-0000-0000000000b1', 'one', 'One', now());
SELECT throws_ok(
    $$INSERT INTO countersign.policies (organization_id, requirement, updated_at) VALUES ('00000000-0000-0000-0000-0000000000b1', 'everyone', now())$$,
    '23514', NULL, 'what is required is required since a time');
SELECT throws_ok(
    $$INSERT INTO countersign.memberships (account_id, organization_id, role, joined_at) VALUES ('00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-0000000000b1', 'king', now())$$,
    '23514', NULL, 'only roles that exist');
DELETE FROM countersign.accounts WHERE account_id = '00000000-0000-0000-0000-000000000001';
SELECT is_empty($$SELECT FROM countersign.factors$$, 'an account takes what is its own with it');

SELECT * FROM finish();
ROLLBACK;
