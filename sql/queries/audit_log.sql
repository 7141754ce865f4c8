-- The audit log of an organization. A page looks at so many events and no more,
-- however few of them fit: what it asks for may be rare among millions.

-- fragment: audit_columns()
	e.account_id, e.seq, false AS odd, e.at, e.kind, e.result, e.actor, e.actor_id, e.session_id, e.factor_id,
	e.organization_id, e.address, e.user_agent, e.request_id, e.details, e.key_id, e.mac

-- fragment: audit_fits(actor_id uuid, kind text, result text, size integer)
WHERE (:actor_id IS NULL OR e.actor_id = :actor_id) AND (:kind IS NULL OR e.kind = :kind)
	AND (:result IS NULL OR e.result = :result)

-- fragment: audit_people()
	coalesce((SELECT p.mac FROM countersign.audit_events p WHERE p.account_id = e.account_id AND p.seq = e.seq - 1 LIMIT 1),
		(SELECT n.head FROM countersign.audit_anchors n WHERE n.account_id = e.account_id AND n.seq = e.seq - 1)) AS previous,
	a.name, ae.address AS email, b.name AS actor_name, be.address AS actor_email

-- fragment: audit_joins()
LEFT JOIN countersign.accounts a ON a.account_id = e.account_id
LEFT JOIN countersign.emails ae ON ae.account_id = e.account_id AND ae.is_primary
LEFT JOIN countersign.accounts b ON b.account_id = e.actor_id
LEFT JOIN countersign.emails be ON be.account_id = e.actor_id AND be.is_primary

-- name: organization_events(organization_id uuid, since timestamptz, before timestamptz, account_id uuid, seq bigint,
--	scan integer, @audit_fits)
-- Before a place in the order of time, account and number.
SELECT
@audit_columns
	,
@audit_people
FROM (
	SELECT
@audit_columns
	FROM (
		SELECT
@audit_columns
		FROM countersign.audit_events e
		WHERE e.organization_id = :organization_id AND e.at >= :since AND e.at <= :before
			AND (e.at, e.account_id, e.seq) < (:before, coalesce(:account_id, '00000000-0000-0000-0000-000000000000'), :seq)
		ORDER BY e.at DESC, e.account_id DESC, e.seq DESC
		LIMIT :scan
	) AS e
@audit_fits
	ORDER BY e.at DESC, e.account_id DESC, e.seq DESC
	LIMIT :size
) AS e
@audit_joins
ORDER BY e.at DESC, e.account_id DESC, e.seq DESC;

-- name: organization_events_reach(organization_id uuid, since timestamptz, before timestamptz, account_id uuid, seq bigint,
--	scan integer)
-- The last event that the same page has looked at, when there may be more behind it.
SELECT e.account_id, e.seq, e.at
FROM countersign.audit_events e
WHERE e.organization_id = :organization_id AND e.at >= :since AND e.at <= :before
	AND (e.at, e.account_id, e.seq) < (:before, coalesce(:account_id, '00000000-0000-0000-0000-000000000000'), :seq)
ORDER BY e.at DESC, e.account_id DESC, e.seq DESC
OFFSET :scan - 1 LIMIT 1;

-- name: member_events(organization_id uuid, account_id uuid, since timestamptz, until timestamptz, seq bigint,
--	scan integer, @audit_fits)
-- Of one account, in the order of its chain. What it did in no organization is the
-- organization's business while it is a member, and from then on only.
SELECT
@audit_columns
	,
@audit_people
FROM (
	SELECT
@audit_columns
	FROM (
		SELECT
@audit_columns
		FROM countersign.audit_events e
		WHERE e.account_id = :account_id AND e.seq < :seq AND e.at >= :since AND e.at < :until
		ORDER BY e.seq DESC
		LIMIT :scan
	) AS e
@audit_fits
		AND (e.organization_id = :organization_id OR (e.organization_id IS NULL AND e.at >= (
			SELECT m.joined_at FROM countersign.memberships m
			WHERE m.account_id = :account_id AND m.organization_id = :organization_id)))
	ORDER BY e.seq DESC
	LIMIT :size
) AS e
@audit_joins
ORDER BY e.seq DESC;

-- name: member_events_reach(account_id uuid, since timestamptz, until timestamptz, seq bigint, scan integer)
SELECT e.account_id, e.seq, NULL::timestamptz AS at
FROM countersign.audit_events e
WHERE e.account_id = :account_id AND e.seq < :seq AND e.at >= :since AND e.at < :until
ORDER BY e.seq DESC
OFFSET :scan - 1 LIMIT 1;
