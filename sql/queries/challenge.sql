-- name: challenge_insert(account_id uuid, challenge_id uuid, session_id uuid, kind text, purpose text,
--	challenge bytea, now timestamptz, expires_at timestamptz)
INSERT INTO countersign.challenges (account_id, challenge_id, session_id, kind, purpose, challenge, created_at, expires_at)
VALUES (:account_id, :challenge_id, :session_id, :kind, :purpose, :challenge, :now, :expires_at);

-- name: challenge_consume(account_id uuid, challenge_id uuid, session_id uuid, kind text, purpose text, now timestamptz)
-- returns: challenge bytea
-- The one statement that takes a challenge: its row is the verdict, and no second response gets one.
DELETE FROM countersign.challenges
WHERE account_id = :account_id AND challenge_id = :challenge_id AND session_id = :session_id
	AND kind = :kind AND purpose = :purpose AND expires_at > :now
RETURNING challenge;
