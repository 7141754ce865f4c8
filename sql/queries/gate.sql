-- name: gate_load(account_id uuid, session_id uuid, site_token_id uuid, origin text)
-- All that the gate looks at, a row a membership: by the session's own token, or by the one
-- of a site, which is no token when the session's has changed since.
WITH site AS (
	SELECT session_id, token_hash, session_token_hash
	FROM countersign.site_tokens
	WHERE account_id = :account_id AND site_token_id = :site_token_id AND origin = :origin
		AND exchanged_at IS NOT NULL
)
SELECT a.name, e.address, e.verified_at, a.disabled_at,
	s.session_id, s.state, CASE WHEN :site_token_id IS NULL THEN s.token_hash
		ELSE (SELECT token_hash FROM site WHERE session_token_hash = s.token_hash) END AS token_hash,
	s.last_seen_at, s.expires_at, s.verified_at AS session_verified_at, s.organization_id,
	f.factors,
	m.organization_id AS member_of, o.slug, o.name AS organization_name, m.role, m.sensitive, m.joined_at,
	m.exempt_until, p.requirement, p.required_since, p.everyone_since, p.grace_days, p.reauthentication_age,
	p.verification_age, p.admin_verification, p.version
FROM countersign.accounts a
JOIN countersign.sessions s ON s.account_id = a.account_id
CROSS JOIN LATERAL (
	SELECT count(*)::integer AS factors FROM countersign.factors
	WHERE account_id = a.account_id AND state = 'active'
) f
LEFT JOIN countersign.emails e ON e.account_id = a.account_id AND e.is_primary
LEFT JOIN countersign.memberships m ON m.account_id = a.account_id
LEFT JOIN countersign.organizations o ON o.organization_id = m.organization_id
LEFT JOIN countersign.policies p ON p.organization_id = m.organization_id
WHERE a.account_id = :account_id AND s.account_id = :account_id
	AND s.session_id = coalesce(:session_id, (SELECT session_id FROM site))
ORDER BY o.slug;

-- name: site_ticket_insert(account_id uuid, site_token_id uuid, session_id uuid, origin text, way text,
--	token_hash bytea, session_token_hash bytea, now timestamptz, expires_at timestamptz)
-- Only while the session's token is still the same. Tickets of the session for this site that
-- were left lying go, and so do tokens that a browser has come back from without.
WITH old AS (
	DELETE FROM countersign.site_tokens
	WHERE account_id = :account_id AND session_id = :session_id AND origin = :origin
		AND (expires_at <= :now OR session_token_hash <> :session_token_hash)
)
INSERT INTO countersign.site_tokens (account_id, site_token_id, session_id, origin, way, token_hash,
	session_token_hash, created_at, expires_at)
SELECT account_id, :site_token_id, session_id, :origin, :way, :token_hash, token_hash, :now, :expires_at
FROM countersign.sessions
WHERE account_id = :account_id AND session_id = :session_id AND token_hash = :session_token_hash
RETURNING site_token_id;

-- name: site_ticket_exchange(account_id uuid, site_token_id uuid, ticket_hash bytea, origin text, way text,
--	token_hash bytea, now timestamptz)
-- The one statement that takes a ticket: its row is the verdict.
UPDATE countersign.site_tokens t SET token_hash = :token_hash, exchanged_at = :now
FROM countersign.sessions s
WHERE t.account_id = :account_id AND t.site_token_id = :site_token_id AND t.token_hash = :ticket_hash
	AND t.origin = :origin AND t.way = :way AND t.exchanged_at IS NULL AND t.expires_at > :now
	AND s.account_id = t.account_id AND s.session_id = t.session_id AND s.token_hash = t.session_token_hash
	AND s.state = 'active' AND s.expires_at > :now
RETURNING t.site_token_id;
