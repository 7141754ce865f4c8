-- name: subject_load(account_id uuid, session_id uuid, macs bytea[])
-- One account with all that a rule may look at, a row a factor or a membership, at one moment.
SELECT a.name, e.address, e.verified_at, a.password_hash, a.disabled_at,
	s.session_id, s.state AS session_state, s.token_hash, s.created_at, s.last_seen_at, s.expires_at,
	s.password_at, s.failures AS session_failures, s.verified_at AS session_verified_at, s.verified_by,
	s.organization_id, s.return_to, s.address AS session_address, s.user_agent,
	t.failures, t.blocked_until, c.length, c.head,
	r.set_id, r.created_at AS set_created_at, r.acknowledged_at,
	(SELECT count(*)::integer FROM countersign.recovery_codes k
		WHERE k.account_id = a.account_id AND k.set_id = r.set_id AND k.used_at IS NULL) AS codes_left,
	(SELECT k.code_mac FROM countersign.recovery_codes k
		WHERE k.account_id = a.account_id AND k.code_mac = ANY (:macs)
		AND k.set_id = r.set_id AND k.used_at IS NULL LIMIT 1) AS code_match,
	x.factor_id, x.kind, x.label, x.factor_state, x.preferred, x.sealed, x.watermark, x.factor_created_at,
	x.confirmed_at, x.last_used_at, x.factor_expires_at, x.factor_session_id, x.codes_handed_out,
	x.member_of, x.slug, x.organization_name, x.role, x.sensitive, x.joined_at, x.exempt_until,
	x.requirement, x.required_since, x.everyone_since, x.grace_days, x.reauthentication_age, x.verification_age,
	x.admin_verification, x.version
FROM countersign.accounts a
JOIN countersign.throttles t ON t.account_id = a.account_id
JOIN countersign.audit_chains c ON c.account_id = a.account_id
LEFT JOIN countersign.emails e ON e.account_id = a.account_id AND e.is_primary
LEFT JOIN countersign.sessions s ON s.account_id = a.account_id AND s.session_id = :session_id
LEFT JOIN countersign.recovery_sets r ON r.account_id = a.account_id
LEFT JOIN LATERAL (
	SELECT f.factor_id, f.kind, f.label, f.state AS factor_state, f.preferred, f.sealed, f.watermark,
		f.created_at AS factor_created_at, f.confirmed_at, f.last_used_at, f.expires_at AS factor_expires_at,
		f.session_id AS factor_session_id, coalesce(cardinality(f.code_macs), 0) AS codes_handed_out,
		NULL::uuid AS member_of, NULL::text AS slug, NULL::text AS organization_name, NULL::text AS role,
		NULL::boolean AS sensitive, NULL::timestamptz AS joined_at, NULL::timestamptz AS exempt_until,
		NULL::text AS requirement, NULL::timestamptz AS required_since, NULL::timestamptz AS everyone_since,
		NULL::integer AS grace_days, NULL::integer AS reauthentication_age, NULL::integer AS verification_age,
		NULL::boolean AS admin_verification, NULL::integer AS version
	FROM countersign.factors f
	WHERE f.account_id = a.account_id
	UNION ALL
	SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
		m.organization_id, o.slug, o.name, m.role, m.sensitive, m.joined_at, m.exempt_until,
		p.requirement, p.required_since, p.everyone_since, p.grace_days, p.reauthentication_age, p.verification_age,
		p.admin_verification, p.version
	FROM countersign.memberships m
	JOIN countersign.organizations o ON o.organization_id = m.organization_id
	JOIN countersign.policies p ON p.organization_id = m.organization_id
	WHERE m.account_id = a.account_id
) x ON true
WHERE a.account_id = :account_id
ORDER BY x.preferred DESC NULLS LAST, x.factor_created_at, x.factor_id, x.slug;
