-- fragment: consume_factor(counter bigint, counter_stays boolean, sealed bytea)
-- Consumes a response: the counter becomes the factor's last one, and wrong codes are forgotten.
, proof AS (
	UPDATE countersign.factors f
	SET watermark = :counter, last_used_at = :ev_at, sealed = coalesce(:sealed, f.sealed)
	FROM chain
	WHERE f.account_id = :ev_account_id AND f.factor_id = :ev_factor_id AND f.state = 'active'
		AND (f.watermark < :counter OR (:counter_stays AND f.watermark = :counter))
	RETURNING f.kind
), throttle AS (
	UPDATE countersign.throttles t SET failures = 0, blocked_until = NULL
	FROM proof
	WHERE t.account_id = :ev_account_id AND t.failures > 0
)

-- fragment: event_with_code(code_macs bytea[])
-- Begins a statement in place of @event: without an unused code of one of these MACs, one for each key of
-- the keyring, it changes nothing.
WITH code AS (
	SELECT k.code_mac FROM countersign.recovery_codes k
	JOIN countersign.recovery_sets r ON r.account_id = k.account_id AND r.set_id = k.set_id
	WHERE k.account_id = :ev_account_id AND k.code_mac = ANY (:code_macs) AND k.used_at IS NULL
	LIMIT 1
), chain AS (
	@chain_lengthen
		AND EXISTS (SELECT 1 FROM code)
	RETURNING account_id
),
@event_insert

-- fragment: consume_recovery_code()
-- Consumes the recovery code, with the same effect on wrong codes.
, proof AS (
	UPDATE countersign.recovery_codes k SET used_at = :ev_at
	FROM chain, code
	WHERE k.account_id = :ev_account_id AND k.code_mac = code.code_mac AND k.used_at IS NULL
	RETURNING 'recovery_code'::text AS kind
), throttle AS (
	UPDATE countersign.throttles t SET failures = 0, blocked_until = NULL
	FROM proof
	WHERE t.account_id = :ev_account_id AND t.failures > 0
)

-- fragment: code_granted()
-- returns: found integer, moved integer, granted integer
-- The columns of a change by a recovery code: 1 when there was an unused code, else 0; the rest as event_granted.

-- fragment: notify_code_used(mail_id uuid, mail_low_id uuid, mail_recipient text, mail_values json)
-- Notifies the owner that a recovery code was used, and perhaps that few are left; without an id it does not.
, mail AS (
	INSERT INTO countersign.outbox (account_id, message_id, kind, recipient, "values", created_at, next_attempt_at)
	SELECT :ev_account_id, message.message_id, message.kind, :mail_recipient, :mail_values, :ev_at, :ev_at
	FROM proof, (VALUES (:mail_id, 'recovery_code_used'), (:mail_low_id, 'recovery_codes_low')) AS message (message_id, kind)
	WHERE message.message_id IS NOT NULL
)

-- fragment: elevate_session(token_hash bytea, expires_at timestamptz)
-- The session has passed its challenge: it is elevated and gets a new token.
, session AS (
	UPDATE countersign.sessions s
	SET state = 'active', token_hash = :token_hash, verified_at = :ev_at, verified_by = proof.kind,
		last_seen_at = :ev_at, expires_at = :expires_at, return_to = NULL, failures = 0
	FROM proof
	WHERE s.account_id = :ev_account_id AND s.session_id = :ev_session_id
	RETURNING s.session_id
)

-- name: verification_by_factor(@event, @consume_factor, @elevate_session)
-- returns: @event_granted
@event
@consume_factor
@elevate_session
SELECT (SELECT count(*) FROM chain)::integer AS moved, (SELECT count(*) FROM session)::integer AS granted;

-- name: verification_by_code(@event, @event_with_code, @notify_code_used, @elevate_session)
-- returns: @code_granted
@event_with_code
@consume_recovery_code
@notify_code_used
@elevate_session
SELECT (SELECT count(*) FROM code)::integer AS found, (SELECT count(*) FROM chain)::integer AS moved,
	(SELECT count(*) FROM session)::integer AS granted;

-- name: consume_response(@event, @consume_factor)
-- returns: @event_granted
-- The response authorizes one change and leaves the session as it is.
@event
@consume_factor
SELECT (SELECT count(*) FROM chain)::integer AS moved, (SELECT count(*) FROM proof)::integer AS granted;

-- name: consume_code(@event, @event_with_code, @notify_code_used)
-- returns: @code_granted
@event_with_code
@consume_recovery_code
@notify_code_used
SELECT (SELECT count(*) FROM code)::integer AS found, (SELECT count(*) FROM chain)::integer AS moved,
	(SELECT count(*) FROM proof)::integer AS granted;

-- name: verification_refused(@event, failures integer, blocked_until timestamptz, session_failures smallint,
--	session_ends boolean)
-- returns: @event_moved
-- A wrong code counts against the account, and perhaps against the session, which may end by it.
@event
, throttle AS (
	UPDATE countersign.throttles t SET failures = :failures, blocked_until = :blocked_until
	FROM chain
	WHERE t.account_id = :ev_account_id
), session AS (
	UPDATE countersign.sessions s SET failures = :session_failures
	FROM chain
	WHERE s.account_id = :ev_account_id AND s.session_id = :ev_session_id
		AND s.failures <> :session_failures AND NOT :session_ends
), ended AS (
	DELETE FROM countersign.sessions s
	USING chain
	WHERE s.account_id = :ev_account_id AND s.session_id = :ev_session_id AND :session_ends
)
@event_moved
;

-- name: throttle_clear(account_id uuid)
UPDATE countersign.throttles SET failures = 0, blocked_until = NULL
WHERE account_id = :account_id AND failures > 0;
