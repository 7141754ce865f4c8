-- What the roles of the service and of readers may not do: change the schema,
-- rewrite audit events, make accounts, read secrets.
BEGIN;
SELECT plan(17);

SET LOCAL search_path = public;

SELECT is(count(*)::integer, 3, 'three roles, none a superuser or creator of roles')
FROM pg_catalog.pg_roles
WHERE rolname LIKE 'countersign\_%' AND NOT rolsuper AND NOT rolcreaterole AND NOT rolcreatedb AND NOT rolbypassrls;

SELECT is_empty(
    $$SELECT relname FROM pg_catalog.pg_class WHERE relnamespace = 'countersign'::regnamespace
         AND pg_get_userbyid(relowner) <> 'countersign_owner'$$,
    'everything belongs to the owner');
SELECT ok(NOT has_schema_privilege('countersign_worker', 'countersign', 'CREATE'), 'the worker makes no tables');
SELECT ok(NOT has_database_privilege('countersign_worker', current_database(), 'CREATE'), 'the worker makes no schemas');
SELECT ok(NOT has_schema_privilege('countersign_worker', 'public', 'USAGE'), 'the worker cannot use the schema public');

SELECT ok(NOT has_table_privilege('countersign_worker', 'countersign.audit_events', priv), 'the worker may not ' || priv || ' audit events')
FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS priv;
SELECT ok(has_table_privilege('countersign_worker', 'countersign.audit_events', 'INSERT'), 'the worker adds audit events');
SELECT is_empty(
    $$SELECT relname FROM pg_catalog.pg_class WHERE relnamespace = 'countersign'::regnamespace AND relkind IN ('r', 'p')
         AND has_table_privilege('countersign_worker', oid, 'TRUNCATE')$$,
    'the worker truncates nothing');
SELECT bag_eq(
    $$SELECT relname::text FROM pg_catalog.pg_class WHERE relnamespace = 'countersign'::regnamespace AND relkind IN ('r', 'p')
         AND has_table_privilege('countersign_worker', oid, 'DELETE')$$,
    ARRAY['factors', 'recovery_sets', 'recovery_codes', 'sessions', 'outbox', 'site_tokens', 'challenges'],
    'the worker deletes factors, challenges, codes, sessions and mail only');
SELECT ok(NOT has_table_privilege('countersign_worker', 'countersign.accounts', 'INSERT'), 'the worker makes no accounts');
SELECT ok(NOT has_column_privilege('countersign_worker', 'countersign.accounts', 'disabled_at', 'UPDATE'), 'the worker enables no accounts');
SELECT ok(NOT has_table_privilege('countersign_worker', 'countersign.memberships', 'INSERT'), 'the worker makes no members');

SELECT is_empty(
    $$SELECT relname FROM pg_catalog.pg_class WHERE relnamespace = 'countersign'::regnamespace AND relkind IN ('r', 'p')
         AND (has_table_privilege('countersign_reader', oid, 'INSERT') OR has_table_privilege('countersign_reader', oid, 'UPDATE')
              OR has_table_privilege('countersign_reader', oid, 'DELETE'))$$,
    'the reader writes nothing');
SELECT is_empty(
    $$SELECT 1 FROM (VALUES ('accounts', 'password_hash'), ('factors', 'sealed'), ('recovery_codes', 'code_mac'), ('sessions', 'token_hash'), ('sessions', 'return_to'),
         ('outbox', 'sealed'), ('outbox', 'values'), ('email_links', 'token_hash'), ('site_tokens', 'token_hash'), ('site_tokens', 'session_token_hash'), ('site_tokens', 'way')) AS secret (t, c)
       WHERE has_column_privilege('countersign_reader', 'countersign.' || t, c, 'SELECT')$$,
    'the reader sees no secret');
SELECT ok(has_column_privilege('countersign_reader', 'countersign.factors', 'label', 'SELECT'), 'the reader sees the rest');

SELECT * FROM finish();
ROLLBACK;
