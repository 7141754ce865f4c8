-- The gate: being signed in at sites on other hosts.

CREATE TABLE countersign.site_tokens (
	account_id uuid NOT NULL,
	site_token_id uuid NOT NULL,
	session_id uuid NOT NULL,
	origin text NOT NULL CHECK (origin <> ''),
	way text NOT NULL CHECK (way <> ''),
	token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
	session_token_hash bytea NOT NULL CHECK (octet_length(session_token_hash) = 32),
	created_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	exchanged_at timestamptz,
	PRIMARY KEY (account_id, site_token_id),
	FOREIGN KEY (account_id, session_id) REFERENCES countersign.sessions ON DELETE CASCADE
);
CREATE INDEX site_tokens_session ON countersign.site_tokens (account_id, session_id, origin);
COMMENT ON TABLE countersign.site_tokens IS 'Being signed in at a site on another host: a ticket that takes a browser there, and then what it was exchanged for. Goes with its session.';
COMMENT ON COLUMN countersign.site_tokens.account_id IS 'Who is signed in.';
COMMENT ON COLUMN countersign.site_tokens.site_token_id IS 'Names it within its token.';
COMMENT ON COLUMN countersign.site_tokens.session_id IS 'The session it stands for.';
COMMENT ON COLUMN countersign.site_tokens.origin IS 'The one site it is good for: scheme, host and port.';
COMMENT ON COLUMN countersign.site_tokens.way IS 'What the site gave the browser when it sent it to sign in; the exchange needs the same.';
COMMENT ON COLUMN countersign.site_tokens.token_hash IS 'SHA-256 of the secret part of the ticket, and after the exchange of the site''s token.';
COMMENT ON COLUMN countersign.site_tokens.session_token_hash IS 'The session''s token_hash when the ticket was made: with another one it counts no more.';
COMMENT ON COLUMN countersign.site_tokens.created_at IS 'When the ticket was made.';
COMMENT ON COLUMN countersign.site_tokens.expires_at IS 'When the ticket ends if it is not exchanged.';
COMMENT ON COLUMN countersign.site_tokens.exchanged_at IS 'When the ticket was exchanged; NULL before.';

GRANT SELECT, INSERT, UPDATE, DELETE ON countersign.site_tokens TO countersign_worker;
GRANT SELECT (account_id, site_token_id, session_id, origin, created_at, expires_at, exchanged_at)
	ON countersign.site_tokens TO countersign_reader;
