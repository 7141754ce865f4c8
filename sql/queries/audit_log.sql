-- The audit log of an organization. A page reads a bounded number of events, however few of them pass the
-- filter: the filter may ask for something rare among millions.

-- fragment: audit_filter(actor_id uuid, kind text, result text, size integer)
WHERE (:actor_id IS NULL OR e.actor_id = :actor_id) AND (:kind IS NULL OR e.kind = :kind)
	AND (:result IS NULL OR e.result = :result)

-- fragment: audit_people()
-- returns: previous bytea, member_name text, member_email text, actor_name text, actor_email text
-- The MAC of the event before in the chain, and the accounts that an event names.
	coalesce((SELECT p.mac FROM countersign.audit_events p WHERE p.account_id = e.account_id AND p.seq = e.seq - 1 LIMIT 1),
		(SELECT n.head FROM countersign.audit_anchors n WHERE n.account_id = e.account_id AND n.seq = e.seq - 1)) AS previous,
	a.name AS member_name, ae.address AS member_email, b.name AS actor_name, be.address AS actor_email

-- fragment: audit_page()
-- returns: @audit_event, @audit_people
SELECT
	@audit_event,
	@audit_people

-- fragment: audit_joins()
LEFT JOIN countersign.accounts a ON a.account_id = e.account_id
LEFT JOIN countersign.emails ae ON ae.account_id = e.account_id AND ae.is_primary
LEFT JOIN countersign.accounts b ON b.account_id = e.actor_id
LEFT JOIN countersign.emails be ON be.account_id = e.actor_id AND be.is_primary

-- fragment: audit_reach()
-- returns: account_id uuid, seq bigint, at timestamptz
-- The columns of the last event that a page has read.

-- name: organization_events(organization_id uuid, since timestamptz, before timestamptz, account_id uuid, seq bigint,
--	scan integer, @audit_filter)
-- returns: @audit_page
-- The events before a cursor in the order of time, account and number.
@audit_page
FROM (
	SELECT
		@audit_event
	FROM (
		SELECT
			@audit_event
		FROM countersign.audit_events e
		WHERE e.organization_id = :organization_id AND e.at >= :since AND e.at <= :before
			AND (e.at, e.account_id, e.seq) < (:before, coalesce(:account_id, '00000000-0000-0000-0000-000000000000'), :seq)
		ORDER BY e.at DESC, e.account_id DESC, e.seq DESC
		LIMIT :scan
	) AS e
	@audit_filter
	ORDER BY e.at DESC, e.account_id DESC, e.seq DESC
	LIMIT :size
) AS e
@audit_joins
ORDER BY e.at DESC, e.account_id DESC, e.seq DESC;

-- name: organization_events_reach(organization_id uuid, since timestamptz, before timestamptz, account_id uuid, seq bigint,
--	scan integer)
-- returns: @audit_reach
-- The last event that the same page has read, when there may be more behind it.
SELECT e.account_id, e.seq, e.at
FROM countersign.audit_events e
WHERE e.organization_id = :organization_id AND e.at >= :since AND e.at <= :before
	AND (e.at, e.account_id, e.seq) < (:before, coalesce(:account_id, '00000000-0000-0000-0000-000000000000'), :seq)
ORDER BY e.at DESC, e.account_id DESC, e.seq DESC
OFFSET :scan - 1 LIMIT 1;

-- name: member_events(organization_id uuid, account_id uuid, since timestamptz, until timestamptz, seq bigint,
--	scan integer, @audit_filter)
-- returns: @audit_page
-- The events of one account in the order of its chain. An event that belongs to no organization is shown to
-- those the account is a member of, from the time it joined.
@audit_page
FROM (
	SELECT
		@audit_event
	FROM (
		SELECT
			@audit_event
		FROM countersign.audit_events e
		WHERE e.account_id = :account_id AND e.seq < :seq AND e.at >= :since AND e.at < :until
		ORDER BY e.seq DESC
		LIMIT :scan
	) AS e
	@audit_filter
		AND (e.organization_id = :organization_id OR (e.organization_id IS NULL AND e.at >= (
			SELECT m.joined_at FROM countersign.memberships m
			WHERE m.account_id = :account_id AND m.organization_id = :organization_id)))
	ORDER BY e.seq DESC
	LIMIT :size
) AS e
@audit_joins
ORDER BY e.seq DESC;

-- name: member_events_reach(account_id uuid, since timestamptz, until timestamptz, seq bigint, scan integer)
-- returns: @audit_reach
SELECT e.account_id, e.seq, NULL::timestamptz AS at
FROM countersign.audit_events e
WHERE e.account_id = :account_id AND e.seq < :seq AND e.at >= :since AND e.at < :until
ORDER BY e.seq DESC
OFFSET :scan - 1 LIMIT 1;
