-- Mail: what is to be sent is written together with the change it tells of, and
-- sent by a process of its own; links that prove an address.

CREATE TABLE countersign.outbox (
	account_id uuid NOT NULL REFERENCES countersign.accounts ON DELETE CASCADE,
	message_id uuid NOT NULL,
	kind text NOT NULL CHECK (kind IN ('factor_added', 'factor_removed', 'recovery_code_used', 'recovery_codes_low',
		'recovery_codes_replaced', 'mfa_disabled', 'mfa_reset', 'verify_email')),
	recipient text NOT NULL,
	"values" json NOT NULL,
	sealed bytea,
	created_at timestamptz NOT NULL,
	attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
	next_attempt_at timestamptz,
	sent_at timestamptz,
	last_error text,
	PRIMARY KEY (account_id, message_id),
	CHECK (sent_at IS NULL OR next_attempt_at IS NULL),
	CHECK (next_attempt_at IS NOT NULL OR sealed IS NULL)
) WITH (fillfactor = 85);
CREATE INDEX outbox_due ON countersign.outbox (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX outbox_created ON countersign.outbox (created_at);
COMMENT ON TABLE countersign.outbox IS 'Mail to the owners of accounts: waiting, sent, or given up. Deleted after 30 days.';
COMMENT ON COLUMN countersign.outbox.account_id IS 'The account it is about.';
COMMENT ON COLUMN countersign.outbox.message_id IS 'Shown as msg_…; names the message in its Message-ID.';
COMMENT ON COLUMN countersign.outbox.kind IS 'What it tells; names its templates.';
COMMENT ON COLUMN countersign.outbox.recipient IS 'The address it goes to, as it was when it was written.';
COMMENT ON COLUMN countersign.outbox."values" IS 'What its templates show; never a secret.';
COMMENT ON COLUMN countersign.outbox.sealed IS 'The token of its link, sealed under the keyring and bound to account and message; NULL without a link, and once it is sent or given up.';
COMMENT ON COLUMN countersign.outbox.created_at IS 'When what it tells of happened.';
COMMENT ON COLUMN countersign.outbox.attempts IS 'How often sending it was begun.';
COMMENT ON COLUMN countersign.outbox.next_attempt_at IS 'Not to be sent before; while an attempt is under way, when that one counts as lost. NULL: sent or given up.';
COMMENT ON COLUMN countersign.outbox.sent_at IS 'When it was handed over.';
COMMENT ON COLUMN countersign.outbox.last_error IS 'What became of the last attempt that failed.';

CREATE TABLE countersign.email_links (
	account_id uuid NOT NULL,
	address text NOT NULL,
	link_id uuid NOT NULL,
	token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
	created_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	used_at timestamptz,
	PRIMARY KEY (account_id, address),
	FOREIGN KEY (account_id, address) REFERENCES countersign.emails ON DELETE CASCADE
);
COMMENT ON TABLE countersign.email_links IS 'The link that proves an address: the last one that was sent; those before it are dead.';
COMMENT ON COLUMN countersign.email_links.account_id IS 'Whose address it is.';
COMMENT ON COLUMN countersign.email_links.address IS 'The address it proves.';
COMMENT ON COLUMN countersign.email_links.link_id IS 'Names the link within its token.';
COMMENT ON COLUMN countersign.email_links.token_hash IS 'SHA-256 of the secret part of its token.';
COMMENT ON COLUMN countersign.email_links.created_at IS 'When it was sent for.';
COMMENT ON COLUMN countersign.email_links.expires_at IS 'When it ends.';
COMMENT ON COLUMN countersign.email_links.used_at IS 'When it was used; NULL before.';

GRANT SELECT, INSERT, UPDATE, DELETE ON countersign.outbox TO countersign_worker;
GRANT SELECT, INSERT, UPDATE ON countersign.email_links TO countersign_worker;
GRANT UPDATE (verified_at) ON countersign.emails TO countersign_worker;
GRANT SELECT (account_id, message_id, kind, recipient, created_at, attempts, next_attempt_at, sent_at, last_error)
	ON countersign.outbox TO countersign_reader;
GRANT SELECT (account_id, address, link_id, created_at, expires_at, used_at)
	ON countersign.email_links TO countersign_reader;
