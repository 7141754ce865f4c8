-- What every use of the database shares: the version of the schema, and the audit event
-- that a change of an account begins with.

-- name: schema_version()
SELECT coalesce(max(version), 0)::integer AS version FROM countersign.schema_migrations;

-- Every change of an account begins with its audit event. The chain moves by one
-- from what was read, or the statement does nothing at all: then another change
-- came between, and the use case loads and decides again.

-- fragment: event(ev_account_id uuid, ev_seq bigint, ev_at timestamptz, ev_kind text, ev_result text,
--	ev_actor text, ev_actor_id uuid, ev_session_id uuid, ev_factor_id uuid, ev_organization_id uuid,
--	ev_address text, ev_user_agent text, ev_request_id text, ev_details json, ev_key_id integer, ev_mac bytea)
WITH chain AS (
	UPDATE countersign.audit_chains SET length = :ev_seq, head = :ev_mac
	WHERE account_id = :ev_account_id AND length = :ev_seq - 1
	RETURNING account_id
), event AS (
	INSERT INTO countersign.audit_events (account_id, seq, at, kind, result, actor, actor_id, session_id,
		factor_id, organization_id, address, user_agent, request_id, details, key_id, mac)
	SELECT account_id, :ev_seq, :ev_at, :ev_kind, :ev_result, :ev_actor, :ev_actor_id, :ev_session_id,
		:ev_factor_id, :ev_organization_id, :ev_address, :ev_user_agent, :ev_request_id, :ev_details,
		:ev_key_id, :ev_mac
	FROM chain
)

-- name: event_add(@event)
-- The event alone, for a transaction that goes on with the change.
@event
SELECT count(*)::integer AS moved FROM chain;
