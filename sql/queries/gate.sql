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
