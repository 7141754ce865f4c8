-- name: factor_pending_delete(account_id uuid)
-- returns: factor_id uuid
DELETE FROM countersign.factors WHERE account_id = :account_id AND state = 'pending' RETURNING factor_id;

-- name: factor_insert(account_id uuid, factor_id uuid, kind text, label text, sealed bytea, created_at timestamptz,
--	expires_at timestamptz, session_id uuid)
INSERT INTO countersign.factors (account_id, factor_id, kind, label, state, sealed, created_at, expires_at, session_id)
VALUES (:account_id, :factor_id, :kind, :label, 'pending', :sealed, :created_at, :expires_at, :session_id);

-- name: factor_code_macs(account_id uuid, factor_id uuid, macs bytea[])
-- returns: factor_id uuid
-- Recovery codes that count once the factor is confirmed. They replace those issued before.
UPDATE countersign.factors SET code_macs = :macs
WHERE account_id = :account_id AND factor_id = :factor_id AND state = 'pending'
RETURNING factor_id;

-- name: factor_confirm(account_id uuid, factor_id uuid, session_id uuid, step bigint, now timestamptz, preferred boolean)
-- returns: factor_id uuid
-- A pending factor becomes active with its first code, which is consumed by that.
UPDATE countersign.factors
SET state = 'active', watermark = :step, confirmed_at = :now, last_used_at = :now, expires_at = NULL,
	session_id = NULL, code_macs = NULL, preferred = :preferred
WHERE account_id = :account_id AND factor_id = :factor_id AND state = 'pending'
	AND session_id = :session_id AND expires_at > :now AND watermark < :step
RETURNING factor_id;

-- name: factor_rename(account_id uuid, factor_id uuid, label text)
-- returns: factor_id uuid
UPDATE countersign.factors SET label = :label
WHERE account_id = :account_id AND factor_id = :factor_id
RETURNING factor_id;

-- name: factor_unprefer(account_id uuid)
UPDATE countersign.factors SET preferred = false WHERE account_id = :account_id AND preferred;

-- name: factor_prefer(account_id uuid, factor_id uuid)
-- returns: factor_id uuid
UPDATE countersign.factors SET preferred = true
WHERE account_id = :account_id AND factor_id = :factor_id AND state = 'active'
RETURNING factor_id;

-- name: factor_delete(account_id uuid, factor_id uuid)
-- returns: factor_id uuid
DELETE FROM countersign.factors
WHERE account_id = :account_id AND factor_id = :factor_id AND state = 'active'
RETURNING factor_id;

-- name: factors_delete(account_id uuid)
DELETE FROM countersign.factors WHERE account_id = :account_id;
