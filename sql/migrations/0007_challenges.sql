-- Challenges of factors that answer one, such as passkeys.

CREATE TABLE countersign.challenges (
	account_id uuid NOT NULL,
	challenge_id uuid NOT NULL,
	session_id uuid NOT NULL,
	kind text NOT NULL CHECK (kind <> ''),
	purpose text NOT NULL CHECK (purpose IN ('enroll', 'verify')),
	challenge bytea NOT NULL CHECK (octet_length(challenge) BETWEEN 16 AND 64),
	created_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
	PRIMARY KEY (account_id, challenge_id),
	FOREIGN KEY (account_id, session_id) REFERENCES countersign.sessions ON DELETE CASCADE
);
CREATE INDEX challenges_session ON countersign.challenges (account_id, session_id);
CREATE INDEX challenges_expires_at ON countersign.challenges (expires_at);
COMMENT ON TABLE countersign.challenges IS 'What a factor has been asked and has not answered yet. A row is deleted by the one statement that consumes it, and goes with its session.';
COMMENT ON COLUMN countersign.challenges.account_id IS 'The account whose factor is asked.';
COMMENT ON COLUMN countersign.challenges.challenge_id IS 'Identifies the challenge within the account; the form or the API client returns it.';
COMMENT ON COLUMN countersign.challenges.session_id IS 'The session that asked; no other can answer.';
COMMENT ON COLUMN countersign.challenges.kind IS 'The kind of factor that is asked.';
COMMENT ON COLUMN countersign.challenges.purpose IS 'enroll for a new factor, verify for one that the account has.';
COMMENT ON COLUMN countersign.challenges.challenge IS 'Random bytes that the response has to sign.';
COMMENT ON COLUMN countersign.challenges.created_at IS 'When the challenge was made.';
COMMENT ON COLUMN countersign.challenges.expires_at IS 'A response at this time or later is refused.';

GRANT SELECT, INSERT, DELETE ON countersign.challenges TO countersign_worker;
GRANT SELECT (account_id, challenge_id, session_id, kind, purpose, created_at, expires_at)
	ON countersign.challenges TO countersign_reader;
