-- The audit trail by month, so that what is too old is dropped as a table; and
-- where each chain begins once its first events are gone.

CREATE TABLE countersign.audit_anchors (
	account_id uuid PRIMARY KEY,
	seq bigint NOT NULL CHECK (seq > 0),
	head bytea NOT NULL CHECK (octet_length(head) = 32),
	pruned_at timestamptz NOT NULL,
	key_id integer NOT NULL,
	mac bytea NOT NULL CHECK (octet_length(mac) = 32)
);
COMMENT ON TABLE countersign.audit_anchors IS 'Where a chain of audit events begins after its first events were dropped for their age.';
COMMENT ON COLUMN countersign.audit_anchors.account_id IS 'Whose chain it is.';
COMMENT ON COLUMN countersign.audit_anchors.seq IS 'The last event that was dropped, and all before it.';
COMMENT ON COLUMN countersign.audit_anchors.head IS 'MAC of that event, which the next one continues.';
COMMENT ON COLUMN countersign.audit_anchors.pruned_at IS 'When it was dropped.';
COMMENT ON COLUMN countersign.audit_anchors.key_id IS 'The key of the keyring that made the MAC.';
COMMENT ON COLUMN countersign.audit_anchors.mac IS 'HMAC-SHA-256 over this row: without the keyring nobody can pass a removal off as a drop for age.';

ALTER TABLE countersign.audit_events RENAME TO audit_events_before;
ALTER INDEX countersign.audit_events_pkey RENAME TO audit_events_before_pkey;

-- The time is in the key because a key of the whole has to hold the column it is
-- divided by. That a number is there once is kept by audit_chains.
CREATE TABLE countersign.audit_events (
	LIKE countersign.audit_events_before INCLUDING COMMENTS INCLUDING CONSTRAINTS,
	PRIMARY KEY (account_id, seq, at)
) PARTITION BY RANGE (at);
COMMENT ON TABLE countersign.audit_events IS 'Who did what to whom, when, from where, with what result; divided by month in UTC. Only ever added to; whole months go when they are too old.';

CREATE TABLE countersign.audit_events_default (LIKE countersign.audit_events INCLUDING ALL);
COMMENT ON TABLE countersign.audit_events_default IS 'Audit events of months that have no table; empty while "countersignctl audit prune" is run in time.';
ALTER TABLE countersign.audit_events ATTACH PARTITION countersign.audit_events_default DEFAULT;

-- These run with the rights of who calls them: the owner. Only he may.

CREATE FUNCTION countersign.audit_month_make(month timestamptz) RETURNS boolean
LANGUAGE plpgsql SET search_path = '' SET lock_timeout = '2s' AS $$
DECLARE
	first timestamptz := date_trunc('month', month AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
	behind timestamptz := (date_trunc('month', month AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
	part text := 'audit_events_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
	IF to_regclass('countersign.' || part) IS NOT NULL THEN
		RETURN false;
	END IF;
	-- A table of its own first: events of other months go on being added meanwhile.
	LOCK TABLE countersign.audit_events_default IN ACCESS EXCLUSIVE MODE;
	EXECUTE format('CREATE TABLE countersign.%I (LIKE countersign.audit_events INCLUDING ALL)', part);
	EXECUTE format('COMMENT ON TABLE countersign.%I IS %L', part,
		'Audit events of ' || to_char(month AT TIME ZONE 'UTC', 'YYYY-MM') || ' in UTC.');
	EXECUTE format('WITH moved AS (DELETE FROM countersign.audit_events_default WHERE at >= %L AND at < %L RETURNING *)
		INSERT INTO countersign.%I SELECT * FROM moved', first, behind, part);
	EXECUTE format('ALTER TABLE countersign.audit_events ATTACH PARTITION countersign.%I FOR VALUES FROM (%L) TO (%L)',
		part, first, behind);
	RETURN true;
END
$$;
COMMENT ON FUNCTION countersign.audit_month_make IS 'Makes the table of a month, with the events that wait for it in audit_events_default; false when it is there.';

CREATE FUNCTION countersign.audit_months_lock(before timestamptz) RETURNS void
LANGUAGE plpgsql SET search_path = '' SET lock_timeout = '2s' AS $$
DECLARE
	part text;
BEGIN
	LOCK TABLE countersign.audit_events_default IN SHARE ROW EXCLUSIVE MODE;
	FOR part IN
		SELECT c.relname FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'countersign.audit_events'::regclass
			AND CASE WHEN c.relname ~ '^audit_events_[0-9]{4}_[0-9]{2}$'
				THEN to_date(right(c.relname, 7), 'YYYY_MM')::timestamp AT TIME ZONE 'UTC' < before END
		ORDER BY c.relname
	LOOP
		EXECUTE format('LOCK TABLE countersign.%I IN SHARE ROW EXCLUSIVE MODE', part);
	END LOOP;
END
$$;
COMMENT ON FUNCTION countersign.audit_months_lock IS 'Keeps everybody from writing to the tables of months before a time, until the end of the transaction.';

-- What no anchor covers is no event that was to go: it stays.
CREATE FUNCTION countersign.audit_month_drop(month timestamptz) RETURNS bigint
LANGUAGE plpgsql SET search_path = '' SET lock_timeout = '2s' AS $$
DECLARE
	part text := 'audit_events_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
	staying countersign.audit_events[];
BEGIN
	EXECUTE format('SELECT array_agg(e::countersign.audit_events) FROM countersign.%I e
		LEFT JOIN countersign.audit_anchors a ON a.account_id = e.account_id
		WHERE a.seq IS NULL OR e.seq > a.seq', part) INTO staying;
	EXECUTE format('ALTER TABLE countersign.audit_events DETACH PARTITION countersign.%I', part);
	INSERT INTO countersign.audit_events SELECT (s).* FROM unnest(staying) AS s;
	EXECUTE format('DROP TABLE countersign.%I', part);
	RETURN coalesce(cardinality(staying), 0);
END
$$;
COMMENT ON FUNCTION countersign.audit_month_drop IS 'Drops the table of a month; returns how many of its events stay, in audit_events_default, because no anchor covers them.';

REVOKE ALL ON FUNCTION countersign.audit_month_make, countersign.audit_months_lock, countersign.audit_month_drop FROM PUBLIC;

SELECT countersign.audit_month_make(m.month)
FROM (SELECT DISTINCT date_trunc('month', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' AS month
	FROM countersign.audit_events_before) AS m
ORDER BY m.month;
INSERT INTO countersign.audit_events SELECT * FROM countersign.audit_events_before;
DROP TABLE countersign.audit_events_before;

GRANT SELECT ON countersign.audit_events TO countersign_worker, countersign_reader;
GRANT INSERT ON countersign.audit_events TO countersign_worker;
GRANT SELECT ON countersign.audit_anchors TO countersign_reader;
