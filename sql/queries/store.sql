-- What every use of the database shares: the version of the schema, and the audit event
-- that a change of an account begins with.

-- name: schema_version()
-- returns: version integer
SELECT coalesce(max(version), 0)::integer AS version FROM countersign.schema_migrations;

-- fragment: chain_lengthen()
-- Lengthens the chain by one from the length that was read.
UPDATE countersign.audit_chains SET length = :ev_seq, head = :ev_mac
WHERE account_id = :ev_account_id AND length = :ev_seq - 1

-- fragment: event_insert()
event AS (
	INSERT INTO countersign.audit_events (account_id, seq, at, kind, result, actor, actor_id, session_id,
		factor_id, organization_id, address, user_agent, request_id, details, key_id, mac)
	SELECT account_id, :ev_seq, :ev_at, :ev_kind, :ev_result, :ev_actor, :ev_actor_id, :ev_session_id,
		:ev_factor_id, :ev_organization_id, :ev_address, :ev_user_agent, :ev_request_id, :ev_details,
		:ev_key_id, :ev_mac
	FROM chain
)

-- fragment: event(ev_account_id uuid, ev_seq bigint, ev_at timestamptz, ev_kind text, ev_result text,
--	ev_actor text, ev_actor_id uuid, ev_session_id uuid, ev_factor_id uuid, ev_organization_id uuid,
--	ev_address text, ev_user_agent text, ev_request_id text, ev_details json, ev_key_id integer, ev_mac bytea)
-- Lengthens the account's chain by one from the length that was read. If the chain has another
-- length by now, the whole statement changes nothing: another change came first, and the use case
-- loads and decides again.
WITH chain AS (
	@chain_lengthen
	RETURNING account_id
),
@event_insert

-- fragment: event_moved()
-- returns: moved integer
-- The end of a change: 1 when the chain was lengthened, else 0.
SELECT count(*)::integer AS moved FROM chain

-- fragment: event_granted()
-- returns: moved integer, granted integer
-- The columns of a change that also needs a session or a factor: 1 when that was there, else 0.

-- fragment: audit_event()
-- returns: account_id uuid, seq bigint, malformed boolean, at timestamptz, kind text, result text, actor text,
--	actor_id uuid, session_id uuid, factor_id uuid, organization_id uuid, address text, user_agent text,
--	request_id text, details json, key_id integer, mac bytea
	e.account_id, e.seq, false AS malformed, e.at, e.kind, e.result, e.actor, e.actor_id, e.session_id, e.factor_id,
	e.organization_id, e.address, e.user_agent, e.request_id, e.details, e.key_id, e.mac

-- name: event_add(@event)
-- returns: @event_moved
-- The event alone: the first statement of a transaction, or all there is to record.
@event
@event_moved
;
