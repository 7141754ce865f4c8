-- name: session_end(account_id uuid, session_id uuid)
DELETE FROM countersign.sessions
WHERE account_id = :account_id AND session_id = :session_id
RETURNING session_id;

-- name: sessions_end_others(account_id uuid, session_id uuid)
-- With no session given all of them.
DELETE FROM countersign.sessions
WHERE account_id = :account_id AND session_id IS DISTINCT FROM :session_id;

-- name: sessions_unverify_others(account_id uuid, session_id uuid)
-- After a change of factors every other session is asked again.
UPDATE countersign.sessions
SET state = 'mfa_required', verified_at = NULL, verified_by = NULL
WHERE account_id = :account_id AND session_id <> :session_id;

-- name: session_verified(account_id uuid, session_id uuid, token_hash bytea, verified_by text, now timestamptz)
-- The session that has just proven a new factor.
UPDATE countersign.sessions
SET token_hash = :token_hash, verified_at = :now, verified_by = :verified_by, last_seen_at = :now
WHERE account_id = :account_id AND session_id = :session_id AND state = 'active'
RETURNING session_id;

-- name: session_unverify(account_id uuid, session_id uuid)
UPDATE countersign.sessions SET verified_at = NULL, verified_by = NULL
WHERE account_id = :account_id AND session_id = :session_id;

-- name: sessions_touch(accounts uuid[], sessions uuid[], times timestamptz[])
-- When many sessions were last used. They are locked in the order of the key, so that two workers never
-- wait for one another.
UPDATE countersign.sessions s SET last_seen_at = u.at
FROM (
	SELECT t.account_id, t.session_id, seen.at
	FROM unnest(:accounts, :sessions, :times) AS seen (account_id, session_id, at)
	JOIN countersign.sessions t ON t.account_id = seen.account_id AND t.session_id = seen.session_id
	WHERE t.last_seen_at < seen.at
	ORDER BY t.account_id, t.session_id
	FOR UPDATE OF t
) u
WHERE s.account_id = u.account_id AND s.session_id = u.session_id;

-- name: session_return_to(account_id uuid, session_id uuid, return_to text)
UPDATE countersign.sessions SET return_to = :return_to
WHERE account_id = :account_id AND session_id = :session_id;

-- name: session_organization(account_id uuid, session_id uuid, organization_id uuid)
-- Another organization is another boundary: what was verified was for the one before.
UPDATE countersign.sessions SET organization_id = :organization_id, verified_at = NULL, verified_by = NULL
WHERE account_id = :account_id AND session_id = :session_id
RETURNING session_id;

-- name: sessions_list(account_id uuid, now timestamptz, active_after timestamptz)
SELECT session_id, state, created_at, last_seen_at, expires_at, address, user_agent
FROM countersign.sessions
WHERE account_id = :account_id AND expires_at > :now AND last_seen_at > :active_after
ORDER BY last_seen_at DESC, session_id
LIMIT 100;
