-- name: subject_load(account_id uuid, session_id uuid)
-- returns: @account, password_hash text, @session, token_hash bytea, session_created_at timestamptz,
--	password_at timestamptz, session_failures smallint, verified_by text, return_to text, session_address text,
--	user_agent text, failures integer, blocked_until timestamptz, length bigint, head bytea, set_id uuid,
--	set_created_at timestamptz, acknowledged_at timestamptz, codes_left integer, factor_id uuid,
--	kind text, label text, factor_state text, preferred boolean, sealed bytea, last_counter bigint,
--	factor_created_at timestamptz, confirmed_at timestamptz, last_used_at timestamptz,
--	factor_expires_at timestamptz, factor_session_id uuid, codes_issued integer, @membership
-- One account with everything a rule may look at, at one moment. There is a row for each factor, with no
-- membership in it, and a row for each membership, with no factor in it.
SELECT
	@account,
	a.password_hash,
	@session,
	s.token_hash, s.created_at AS session_created_at, s.password_at, s.failures AS session_failures, s.verified_by,
	s.return_to, s.address AS session_address, s.user_agent,
	t.failures, t.blocked_until, c.length, c.head,
	r.set_id, r.created_at AS set_created_at, r.acknowledged_at,
	(SELECT count(*)::integer FROM countersign.recovery_codes k
		WHERE k.account_id = :account_id AND k.set_id = r.set_id AND k.used_at IS NULL) AS codes_left,
	f.factor_id, f.kind, f.label, f.state AS factor_state, f.preferred, f.sealed, f.watermark AS last_counter,
	f.created_at AS factor_created_at, f.confirmed_at, f.last_used_at, f.expires_at AS factor_expires_at,
	f.session_id AS factor_session_id, cardinality(f.code_macs) AS codes_issued,
	@membership
FROM countersign.accounts a
JOIN countersign.throttles t ON t.account_id = :account_id
JOIN countersign.audit_chains c ON c.account_id = :account_id
LEFT JOIN countersign.emails e ON e.account_id = :account_id AND e.is_primary
LEFT JOIN countersign.sessions s ON s.account_id = :account_id AND s.session_id = :session_id
LEFT JOIN countersign.recovery_sets r ON r.account_id = :account_id
CROSS JOIN (VALUES ('factor'), ('membership')) AS row_of (what)
LEFT JOIN countersign.factors f ON row_of.what = 'factor' AND f.account_id = :account_id
LEFT JOIN (
	countersign.memberships m
	JOIN countersign.organizations o ON o.organization_id = m.organization_id
	JOIN countersign.policies p ON p.organization_id = m.organization_id
) ON row_of.what = 'membership' AND m.account_id = :account_id
WHERE a.account_id = :account_id
ORDER BY f.preferred DESC NULLS LAST, f.created_at, f.factor_id, o.slug;
