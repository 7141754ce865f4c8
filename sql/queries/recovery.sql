-- name: recovery_codes_delete(account_id uuid)
DELETE FROM countersign.recovery_codes WHERE account_id = :account_id;

-- name: recovery_set_delete(account_id uuid)
DELETE FROM countersign.recovery_sets WHERE account_id = :account_id;

-- name: recovery_set_insert(account_id uuid, set_id uuid, now timestamptz)
INSERT INTO countersign.recovery_sets (account_id, set_id, created_at) VALUES (:account_id, :set_id, :now);

-- name: recovery_codes_insert(account_id uuid, set_id uuid, macs bytea[])
INSERT INTO countersign.recovery_codes (account_id, set_id, code_mac)
SELECT :account_id, :set_id, mac FROM unnest(:macs) AS mac;

-- name: recovery_codes_adopt_issued(account_id uuid, set_id uuid, factor_id uuid)
-- returns: code_mac bytea
-- The codes that were issued with a pending factor become the set.
INSERT INTO countersign.recovery_codes (account_id, set_id, code_mac)
SELECT account_id, :set_id, unnest(code_macs) FROM countersign.factors
WHERE account_id = :account_id AND factor_id = :factor_id
RETURNING code_mac;

-- name: recovery_acknowledge(account_id uuid, set_id uuid, now timestamptz)
-- returns: set_id uuid
UPDATE countersign.recovery_sets SET acknowledged_at = :now
WHERE account_id = :account_id AND set_id = :set_id AND acknowledged_at IS NULL
RETURNING set_id;
