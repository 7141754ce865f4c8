-- name: account_find(address text)
-- Whose address it is.
SELECT account_id FROM countersign.email_owners WHERE address = :address;

-- name: subject_load(account_id uuid, session_id uuid, macs bytea[])
-- One account with all that a rule may look at, a row a factor, at one moment.
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
	f.factor_id, f.kind, f.label, f.state AS factor_state, f.preferred, f.sealed, f.watermark,
	f.created_at AS factor_created_at, f.confirmed_at, f.last_used_at, f.expires_at AS factor_expires_at,
	f.session_id AS factor_session_id, coalesce(cardinality(f.code_macs), 0) AS codes_handed_out
FROM countersign.accounts a
JOIN countersign.throttles t ON t.account_id = a.account_id
JOIN countersign.audit_chains c ON c.account_id = a.account_id
LEFT JOIN countersign.emails e ON e.account_id = a.account_id AND e.is_primary
LEFT JOIN countersign.sessions s ON s.account_id = a.account_id AND s.session_id = :session_id
LEFT JOIN countersign.recovery_sets r ON r.account_id = a.account_id
LEFT JOIN countersign.factors f ON f.account_id = a.account_id
WHERE a.account_id = :account_id
ORDER BY f.preferred DESC, f.created_at, f.factor_id;
