-- name: schema_version()
SELECT coalesce(max(version), 0)::integer AS version FROM countersign.schema_migrations;

-- name: janitor_sessions(created_before timestamptz)
-- Sessions whose longest possible life is over, found by an index on a column that never changes.
DELETE FROM countersign.sessions
WHERE (account_id, session_id) IN (
	SELECT account_id, session_id FROM countersign.sessions
	WHERE created_at < :created_before ORDER BY created_at LIMIT 1000)
RETURNING session_id;

-- name: janitor_pending(now timestamptz)
DELETE FROM countersign.factors
WHERE (account_id, factor_id) IN (
	SELECT account_id, factor_id FROM countersign.factors
	WHERE state = 'pending' AND expires_at < :now LIMIT 1000)
RETURNING factor_id;
