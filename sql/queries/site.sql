-- name: site_ticket_insert(account_id uuid, site_token_id uuid, session_id uuid, origin text, nonce text,
--	token_hash bytea, session_token_hash bytea, now timestamptz, expires_at timestamptz)
-- returns: site_token_id uuid
-- Inserts a ticket only while the session still has the same token. Also deletes the session's expired
-- tickets and tokens for this site, which a browser that asks for a new ticket has lost, and those made
-- for an earlier token of the session.
WITH old AS (
	DELETE FROM countersign.site_tokens
	WHERE account_id = :account_id AND session_id = :session_id AND origin = :origin
		AND (expires_at <= :now OR session_token_hash <> :session_token_hash)
)
INSERT INTO countersign.site_tokens (account_id, site_token_id, session_id, origin, way, token_hash,
	session_token_hash, created_at, expires_at)
SELECT account_id, :site_token_id, session_id, :origin, :nonce, :token_hash, token_hash, :now, :expires_at
FROM countersign.sessions
WHERE account_id = :account_id AND session_id = :session_id AND token_hash = :session_token_hash
RETURNING site_token_id;

-- name: site_ticket_exchange(account_id uuid, site_token_id uuid, ticket_hash bytea, origin text, nonce text,
--	token_hash bytea, now timestamptz)
-- returns: site_token_id uuid
-- The one statement that consumes a ticket: the ticket counts when it returns a row.
UPDATE countersign.site_tokens t SET token_hash = :token_hash, exchanged_at = :now
FROM countersign.sessions s
WHERE t.account_id = :account_id AND t.site_token_id = :site_token_id AND t.token_hash = :ticket_hash
	AND t.origin = :origin AND t.way = :nonce AND t.exchanged_at IS NULL AND t.expires_at > :now
	AND s.account_id = :account_id AND s.session_id = t.session_id AND s.token_hash = t.session_token_hash
	AND s.state = 'active' AND s.expires_at > :now
RETURNING t.site_token_id;
