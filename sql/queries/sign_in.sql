-- name: sign_in(@event, token_hash bytea, state text, expires_at timestamptz, return_to text, password_hash text)
-- returns: @event_moved
-- The password was right: a new session, and a new hash of the password where the old one is outdated.
@event
, account AS (
	UPDATE countersign.accounts a
	SET last_sign_in_at = :ev_at, password_hash = coalesce(:password_hash, a.password_hash)
	FROM chain
	WHERE a.account_id = :ev_account_id
), session AS (
	INSERT INTO countersign.sessions (account_id, session_id, token_hash, state, created_at, last_seen_at,
		expires_at, password_at, organization_id, return_to, address, user_agent)
	SELECT account_id, :ev_session_id, :token_hash, :state, :ev_at, :ev_at, :expires_at, :ev_at,
		:ev_organization_id, :return_to, :ev_address, :ev_user_agent
	FROM chain
)
@event_moved
;

-- name: reauthenticate(@event, token_hash bytea)
-- returns: @event_granted
-- The password was right in an existing session: the session gets a new token.
@event
, session AS (
	UPDATE countersign.sessions s
	SET password_at = :ev_at, failures = 0, token_hash = :token_hash, last_seen_at = :ev_at
	FROM chain
	WHERE s.account_id = :ev_account_id AND s.session_id = :ev_session_id
	RETURNING s.session_id
)
SELECT (SELECT count(*) FROM chain)::integer AS moved, (SELECT count(*) FROM session)::integer AS granted;

-- name: password_wrong(@event, failures smallint)
-- returns: @event_moved
@event
, session AS (
	UPDATE countersign.sessions s SET failures = :failures
	FROM chain
	WHERE s.account_id = :ev_account_id AND s.session_id = :ev_session_id
)
@event_moved
;
