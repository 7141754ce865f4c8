-- Reading the audit chains of all accounts, for the operator. Chains and events come through two cursors of
-- one transaction, so that everything is of one moment and a duplicate event is read twice. The columns of
-- the cursors' rows can be compared with their declaration only when they are fetched.

-- name: audit_lock(exclusive boolean)
-- returns: locked text
-- The lock is held until the connection ends: by many readers, or by one who drops events.
SELECT CASE WHEN :exclusive THEN pg_catalog.pg_advisory_lock(7215914482634)
	ELSE pg_catalog.pg_advisory_lock_shared(7215914482634) END::text AS locked;

-- name: audit_snapshot()
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;

-- name: audit_chains_open(account_id uuid, cutoff timestamptz)
-- first_kept is the first event that is not before the cutoff; NULL: there is none.
DECLARE audit_chain_rows NO SCROLL CURSOR FOR
SELECT coalesce(c.account_id, a.account_id) AS account_id, c.account_id IS NOT NULL AS recorded, c.length, c.head,
	a.account_id IS NOT NULL AS has_checkpoint, a.seq AS checkpoint_seq, a.head AS checkpoint_head,
	CASE WHEN a.pruned_at BETWEEN '1970-01-02 00:00+00' AND '9999-12-31 00:00+00' THEN a.pruned_at END AS pruned_at,
	a.key_id, a.mac,
	(SELECT min(e.seq) FROM countersign.audit_events e
		WHERE e.account_id = coalesce(c.account_id, a.account_id) AND e.at >= :cutoff) AS first_kept
FROM countersign.audit_chains c
FULL JOIN countersign.audit_anchors a ON a.account_id = c.account_id
WHERE :account_id IS NULL OR coalesce(c.account_id, a.account_id) = :account_id
ORDER BY 1;

-- name: audit_chains_fetch()
-- returns: account_id uuid, recorded boolean, length bigint, head bytea, has_checkpoint boolean,
--	checkpoint_seq bigint, checkpoint_head bytea, pruned_at timestamptz, key_id integer, mac bytea, first_kept bigint
FETCH 500 FROM audit_chain_rows;

-- name: audit_events_open(account_id uuid, since timestamptz, before timestamptz)
-- An event with an id of zeros or a time beyond all calendars was not written by Countersign: it is malformed.
DECLARE audit_event_rows NO SCROLL CURSOR FOR
SELECT e.account_id, e.seq, coalesce('00000000-0000-0000-0000-000000000000'
		IN (e.actor_id, e.session_id, e.factor_id, e.organization_id), false)
	OR e.at NOT BETWEEN '1970-01-02 00:00+00' AND '9999-12-31 00:00+00' AS malformed,
	CASE WHEN e.at BETWEEN '1970-01-02 00:00+00' AND '9999-12-31 00:00+00' THEN e.at END AS at,
	e.kind, e.result, e.actor, e.actor_id, e.session_id, e.factor_id, e.organization_id, e.address, e.user_agent,
	e.request_id, e.details, e.key_id, e.mac
FROM countersign.audit_events e
WHERE (:account_id IS NULL OR e.account_id = :account_id)
	AND (:since IS NULL OR e.at >= :since) AND (:before IS NULL OR e.at < :before)
ORDER BY e.account_id, e.seq, e.at;

-- name: audit_events_fetch()
-- returns: @audit_event
FETCH 500 FROM audit_event_rows;

-- name: audit_chains_close()
CLOSE audit_chain_rows;

-- name: audit_events_close()
CLOSE audit_event_rows;

-- name: audit_head(account_id uuid, seq bigint)
-- returns: mac bytea
-- The MAC of one event, or of the last event that was dropped.
SELECT mac FROM countersign.audit_events WHERE account_id = :account_id AND seq = :seq
UNION ALL
SELECT head FROM countersign.audit_anchors WHERE account_id = :account_id AND seq = :seq;

-- Dropping events that are too old.

-- name: audit_checkpoint_put(account_id uuid, seq bigint, head bytea, pruned_at timestamptz, key_id integer, mac bytea)
INSERT INTO countersign.audit_anchors (account_id, seq, head, pruned_at, key_id, mac)
VALUES (:account_id, :seq, :head, :pruned_at, :key_id, :mac)
ON CONFLICT (account_id) DO UPDATE SET seq = excluded.seq, head = excluded.head, pruned_at = excluded.pruned_at,
	key_id = excluded.key_id, mac = excluded.mac;

-- fragment: audit_month()
-- returns: month timestamptz, events bigint

-- name: audit_partitions(before timestamptz)
-- returns: @audit_month
-- The months before a time that have a table, and how many events each has.
SELECT m.month, (SELECT count(*) FROM countersign.audit_events e WHERE e.at >= m.month
		AND e.at < (m.month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC') AS events
FROM (SELECT CASE WHEN c.relname ~ '^audit_events_[0-9]{4}_[0-9]{2}$'
		THEN to_date(right(c.relname, 7), 'YYYY_MM')::timestamp AT TIME ZONE 'UTC' END AS month
	FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
	WHERE i.inhparent = 'countersign.audit_events'::regclass) AS m
WHERE m.month < :before
ORDER BY m.month;

-- name: audit_partitions_waiting(since timestamptz)
-- returns: @audit_month
-- The months from a time on whose events have no table yet; their events are not counted.
SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS month, 0::bigint AS events
FROM countersign.audit_events_default
WHERE at >= :since AND at < '9999-12-31 00:00+00'
ORDER BY 1;

-- name: audit_partition_make(month timestamptz)
-- returns: made boolean
SELECT countersign.audit_month_make(:month) AS made;

-- name: audit_partitions_lock(before timestamptz)
-- returns: locked text
SELECT countersign.audit_months_lock(:before)::text AS locked;

-- name: audit_partition_drop(month timestamptz)
-- returns: staying bigint
SELECT countersign.audit_month_drop(:month) AS staying;

-- name: audit_default_clear(before timestamptz)
-- Events that were in no month's table and are covered by a checkpoint now.
DELETE FROM countersign.audit_events_default e USING countersign.audit_anchors a
WHERE a.account_id = e.account_id AND e.seq <= a.seq AND e.at < :before;
