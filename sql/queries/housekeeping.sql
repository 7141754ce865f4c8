-- Each statement changes at most a thousand rows.

-- name: janitor_sessions(created_before timestamptz)
-- returns: session_id uuid
-- Sessions past the longest lifetime, found by an index on a column that never changes.
DELETE FROM countersign.sessions
WHERE (account_id, session_id) IN (
	SELECT account_id, session_id FROM countersign.sessions
	WHERE created_at < :created_before ORDER BY created_at LIMIT 1000)
RETURNING session_id;

-- name: janitor_pending(now timestamptz)
-- returns: factor_id uuid
DELETE FROM countersign.factors
WHERE (account_id, factor_id) IN (
	SELECT account_id, factor_id FROM countersign.factors
	WHERE state = 'pending' AND expires_at < :now LIMIT 1000)
RETURNING factor_id;

-- name: janitor_challenges(now timestamptz)
-- returns: challenge_id uuid
DELETE FROM countersign.challenges
WHERE (account_id, challenge_id) IN (
	SELECT account_id, challenge_id FROM countersign.challenges
	WHERE expires_at < :now ORDER BY expires_at LIMIT 1000)
RETURNING challenge_id;

-- name: janitor_outbox_overdue(now timestamptz, created_before timestamptz)
-- returns: message_id uuid
-- Gives up messages that could not be sent for so long, or that no mailer was running to send.
UPDATE countersign.outbox SET next_attempt_at = NULL, sealed = NULL,
	last_error = coalesce(last_error, 'it was not sent in time')
WHERE (account_id, message_id) IN (
	SELECT account_id, message_id FROM countersign.outbox
	WHERE next_attempt_at <= :now AND created_at < :created_before LIMIT 1000 FOR UPDATE SKIP LOCKED)
RETURNING message_id;

-- name: janitor_outbox(created_before timestamptz)
-- returns: message_id uuid
DELETE FROM countersign.outbox
WHERE (account_id, message_id) IN (
	SELECT account_id, message_id FROM countersign.outbox
	WHERE created_at < :created_before ORDER BY created_at LIMIT 1000)
RETURNING message_id;
