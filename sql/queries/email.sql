-- name: email_verify(account_id uuid, address text, now timestamptz)
-- returns: address text
UPDATE countersign.emails SET verified_at = :now
WHERE account_id = :account_id AND address = :address AND verified_at IS NULL
RETURNING address;

-- name: email_link_put(account_id uuid, address text, link_id uuid, token_hash bytea, now timestamptz,
--	expires_at timestamptz)
-- A new link replaces the one before for the same address.
INSERT INTO countersign.email_links (account_id, address, link_id, token_hash, created_at, expires_at)
VALUES (:account_id, :address, :link_id, :token_hash, :now, :expires_at)
ON CONFLICT (account_id, address) DO UPDATE
SET link_id = excluded.link_id, token_hash = excluded.token_hash, created_at = excluded.created_at,
	expires_at = excluded.expires_at, used_at = NULL;

-- name: email_link_last(account_id uuid)
-- returns: created_at timestamptz
SELECT max(created_at) AS created_at FROM countersign.email_links WHERE account_id = :account_id;

-- name: email_link_find(account_id uuid, link_id uuid)
-- returns: address text, token_hash bytea, expires_at timestamptz, used_at timestamptz
-- A link counts only while its address is the primary one and was not verified by other means.
SELECT l.address, l.token_hash, l.expires_at, l.used_at
FROM countersign.email_links l
JOIN countersign.emails e ON e.account_id = :account_id AND e.address = l.address
WHERE l.account_id = :account_id AND l.link_id = :link_id AND e.is_primary AND e.verified_at IS NULL;

-- name: email_link_use(account_id uuid, link_id uuid, token_hash bytea, now timestamptz)
-- returns: address text
UPDATE countersign.email_links SET used_at = :now
WHERE account_id = :account_id AND link_id = :link_id AND token_hash = :token_hash
	AND used_at IS NULL AND expires_at > :now
RETURNING address;
