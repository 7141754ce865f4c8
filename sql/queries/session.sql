-- fragment: session()
-- returns: session_id uuid, state text, last_seen_at timestamptz, expires_at timestamptz, verified_at timestamptz,
--	organization_id uuid
	s.session_id, s.state, s.last_seen_at, s.expires_at, s.verified_at, s.organization_id

-- name: session_end(account_id uuid, session_id uuid)
-- returns: session_id uuid
DELETE FROM countersign.sessions
WHERE account_id = :account_id AND session_id = :session_id
RETURNING session_id;

-- name: sessions_end_others(account_id uuid, session_id uuid)
-- Without a session all of them end.
DELETE FROM countersign.sessions
WHERE account_id = :account_id AND session_id IS DISTINCT FROM :session_id;

-- name: sessions_unverify_others(account_id uuid, session_id uuid)
-- After a change of factors every other session has to pass its challenge again.
UPDATE countersign.sessions
SET state = 'mfa_required', verified_at = NULL, verified_by = NULL
WHERE account_id = :account_id AND session_id <> :session_id;

-- name: session_verified(account_id uuid, session_id uuid, token_hash bytea, verified_by text, now timestamptz)
-- returns: session_id uuid
-- The session that has just confirmed a new factor.
UPDATE countersign.sessions
SET token_hash = :token_hash, verified_at = :now, verified_by = :verified_by, last_seen_at = :now
WHERE account_id = :account_id AND session_id = :session_id AND state = 'active'
RETURNING session_id;

-- name: session_unverify(account_id uuid, session_id uuid)
UPDATE countersign.sessions SET verified_at = NULL, verified_by = NULL
WHERE account_id = :account_id AND session_id = :session_id;

-- name: sessions_touch(accounts uuid[], sessions uuid[], times timestamptz[])
-- Records when many sessions were last used. The rows are locked in the order of the key, so that two
-- workers never wait for one another.
UPDATE countersign.sessions s SET last_seen_at = u.at
FROM (
	SELECT t.account_id, t.session_id, used.at
	FROM unnest(:accounts, :sessions, :times) AS used (account_id, session_id, at)
	JOIN countersign.sessions t ON t.account_id = used.account_id AND t.session_id = used.session_id
	WHERE t.last_seen_at < used.at
	ORDER BY t.account_id, t.session_id
	FOR UPDATE OF t
) u
WHERE s.account_id = u.account_id AND s.session_id = u.session_id;

-- name: session_return_to(account_id uuid, session_id uuid, return_to text)
UPDATE countersign.sessions SET return_to = :return_to
WHERE account_id = :account_id AND session_id = :session_id;

-- name: session_organization(account_id uuid, session_id uuid, organization_id uuid)
-- returns: session_id uuid
-- A verification belongs to one organization, so a change of the organization clears it.
UPDATE countersign.sessions SET organization_id = :organization_id, verified_at = NULL, verified_by = NULL
WHERE account_id = :account_id AND session_id = :session_id
RETURNING session_id;

-- name: sessions_list(account_id uuid, now timestamptz, active_after timestamptz)
-- returns: @session, created_at timestamptz, address text, user_agent text
SELECT
	@session,
	s.created_at, s.address, s.user_agent
FROM countersign.sessions s
WHERE s.account_id = :account_id AND s.expires_at > :now AND s.last_seen_at > :active_after
ORDER BY s.last_seen_at DESC, s.session_id
LIMIT 100;
