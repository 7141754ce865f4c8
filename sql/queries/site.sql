-- name: site_ticket_insert(account_id uuid, site_token_id uuid, session_id uuid, origin text, way text,
--	token_hash bytea, session_token_hash bytea, now timestamptz, expires_at timestamptz)
-- Only while the session's token is still the same. Tickets of the session for this site that
-- were left lying go, and so do tokens that a browser has come back from without.
WITH old AS (
	DELETE FROM countersign.site_tokens
	WHERE account_id = :account_id AND session_id = :session_id AND origin = :origin
		AND (expires_at <= :now OR session_token_hash <> :session_token_hash)
)
INSERT INTO countersign.site_tokens (account_id, site_token_id, session_id, origin, way, token_hash,
	session_token_hash, created_at, expires_at)
SELECT account_id, :site_token_id, session_id, :origin, :way, :token_hash, token_hash, :now, :expires_at
FROM countersign.sessions
WHERE account_id = :account_id AND session_id = :session_id AND token_hash = :session_token_hash
RETURNING site_token_id;

-- name: site_ticket_exchange(account_id uuid, site_token_id uuid, ticket_hash bytea, origin text, way text,
--	token_hash bytea, now timestamptz)
-- The one statement that takes a ticket: its row is the verdict.
UPDATE countersign.site_tokens t SET token_hash = :token_hash, exchanged_at = :now
FROM countersign.sessions s
WHERE t.account_id = :account_id AND t.site_token_id = :site_token_id AND t.token_hash = :ticket_hash
	AND t.origin = :origin AND t.way = :way AND t.exchanged_at IS NULL AND t.expires_at > :now
	AND s.account_id = t.account_id AND s.session_id = t.session_id AND s.token_hash = t.session_token_hash
	AND s.state = 'active' AND s.expires_at > :now
RETURNING t.site_token_id;
