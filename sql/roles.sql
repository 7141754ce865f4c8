-- The three roles and what each may do in one database. Run once by a
-- superuser, connected to the database that is to hold Countersign; running it
-- again changes nothing. No role has a password here: use peer authentication,
-- or set one with ALTER ROLE.

SELECT format('CREATE ROLE %I LOGIN', role)
FROM unnest(ARRAY['countersign_owner', 'countersign_worker', 'countersign_reader']) AS role
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role)
\gexec

-- Every name in our statements is schema-qualified; an empty path keeps it so.
ALTER ROLE countersign_owner SET search_path = '';
ALTER ROLE countersign_worker SET search_path = '';
ALTER ROLE countersign_reader SET search_path = '';

-- The service has deadlines of its own; these stop what it has given up on.
ALTER ROLE countersign_worker SET statement_timeout = '2500ms';
ALTER ROLE countersign_worker SET lock_timeout = '2s';
ALTER ROLE countersign_worker SET idle_in_transaction_session_timeout = '5s';
ALTER ROLE countersign_worker SET client_connection_check_interval = '1s';
ALTER ROLE countersign_reader SET default_transaction_read_only = on;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT, CREATE ON DATABASE %I TO countersign_owner', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO countersign_worker, countersign_reader', current_database()) \gexec
