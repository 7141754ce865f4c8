-- Every table and every column says what it is for.
BEGIN;
SELECT plan(3);

SELECT isnt_empty(
    $$SELECT oid FROM pg_catalog.pg_class WHERE relnamespace = 'countersign'::regnamespace AND relkind IN ('r', 'p')$$,
    'there are tables');

SELECT is_empty(
    $$SELECT relname FROM pg_catalog.pg_class AS c
       WHERE relnamespace = 'countersign'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
         AND coalesce(obj_description(c.oid, 'pg_class'), '') = ''$$,
    'every table has a comment');

SELECT is_empty(
    $$SELECT c.relname, a.attname FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid
       WHERE c.relnamespace = 'countersign'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
         AND a.attnum > 0 AND NOT a.attisdropped
         AND coalesce(col_description(c.oid, a.attnum), '') = ''$$,
    'every column has a comment');

SELECT * FROM finish();
ROLLBACK;
