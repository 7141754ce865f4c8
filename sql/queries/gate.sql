-- name: gate_load(account_id uuid, session_id uuid, site_token_id uuid, origin text)
-- returns: @account, @session, token_hash bytea, active_factors integer, @membership
-- Everything the gate looks at, a row for each membership. The session is found by its own token or by the
-- token of a site. A site token no longer counts when the session's token has changed since: then
-- token_hash is NULL.
WITH site AS (
	SELECT session_id, token_hash, session_token_hash
	FROM countersign.site_tokens
	WHERE account_id = :account_id AND site_token_id = :site_token_id AND origin = :origin
		AND exchanged_at IS NOT NULL
)
SELECT
	@account,
	@session,
	CASE WHEN :site_token_id IS NULL THEN s.token_hash
		ELSE (SELECT token_hash FROM site WHERE session_token_hash = s.token_hash) END AS token_hash,
	f.active_factors,
	@membership
FROM countersign.accounts a
JOIN countersign.sessions s ON s.account_id = :account_id
CROSS JOIN (
	SELECT count(*)::integer AS active_factors FROM countersign.factors
	WHERE account_id = :account_id AND state = 'active'
) f
LEFT JOIN countersign.emails e ON e.account_id = :account_id AND e.is_primary
LEFT JOIN countersign.memberships m ON m.account_id = :account_id
LEFT JOIN countersign.organizations o ON o.organization_id = m.organization_id
LEFT JOIN countersign.policies p ON p.organization_id = m.organization_id
WHERE a.account_id = :account_id AND s.session_id = coalesce(:session_id, (SELECT session_id FROM site))
ORDER BY o.slug;
