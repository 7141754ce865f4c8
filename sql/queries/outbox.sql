-- A message is written with the change it is about, in the same transaction or statement.

-- name: outbox_insert(account_id uuid, message_id uuid, kind text, recipient text, content json, sealed bytea,
--	now timestamptz)
INSERT INTO countersign.outbox (account_id, message_id, kind, recipient, "values", sealed, created_at, next_attempt_at)
VALUES (:account_id, :message_id, :kind, :recipient, :content, :sealed, :now, :now);

-- name: outbox_insert_admins(organization_id uuid, member_id uuid, actor_id uuid, content json, now timestamptz)
-- A message to each owner and admin of an organization, by name, but not to the actor and to the member it is about.
INSERT INTO countersign.outbox (account_id, message_id, kind, recipient, "values", created_at, next_attempt_at)
SELECT a.account_id, gen_random_uuid(), 'member_reset', e.address,
	(:content::jsonb || jsonb_build_object('name', a.name, 'actor', actor.name))::json, :now, :now
FROM countersign.memberships m
JOIN countersign.accounts a ON a.account_id = m.account_id
JOIN countersign.emails e ON e.account_id = m.account_id AND e.is_primary
LEFT JOIN countersign.accounts actor ON actor.account_id = :actor_id
WHERE m.organization_id = :organization_id AND m.role <> 'member'
	AND m.account_id <> :member_id AND m.account_id IS DISTINCT FROM :actor_id
	AND e.verified_at IS NOT NULL AND a.disabled_at IS NULL
ORDER BY m.account_id LIMIT 100;

-- name: outbox_claim(now timestamptz, lost_at timestamptz, batch integer)
-- returns: account_id uuid, message_id uuid, kind text, recipient text, content json, sealed bytea,
--	created_at timestamptz, attempts integer
-- Claims due messages for as long as sending may take. A mailer that dies meanwhile leaves its messages
-- to be claimed again then.
UPDATE countersign.outbox o SET attempts = o.attempts + 1, next_attempt_at = :lost_at
FROM (
	SELECT account_id, message_id FROM countersign.outbox
	WHERE next_attempt_at <= :now
	ORDER BY next_attempt_at LIMIT :batch FOR UPDATE SKIP LOCKED) due
WHERE o.account_id = due.account_id AND o.message_id = due.message_id
RETURNING o.account_id, o.message_id, o.kind, o.recipient, o."values" AS content, o.sealed, o.created_at, o.attempts;

-- name: outbox_sent(account_id uuid, message_id uuid, now timestamptz)
-- It does not matter which mailer has sent the message.
UPDATE countersign.outbox SET sent_at = :now, next_attempt_at = NULL, sealed = NULL
WHERE account_id = :account_id AND message_id = :message_id AND sent_at IS NULL;

-- name: outbox_failed(account_id uuid, message_id uuid, attempts integer, next_attempt_at timestamptz, error text)
-- Without a next attempt the message is given up. Changes nothing when another mailer has claimed it by now.
UPDATE countersign.outbox SET next_attempt_at = :next_attempt_at, last_error = :error,
	sealed = CASE WHEN :next_attempt_at IS NULL THEN NULL ELSE sealed END
WHERE account_id = :account_id AND message_id = :message_id AND attempts = :attempts AND sent_at IS NULL;
