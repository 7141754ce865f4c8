-- fragment: account()
-- returns: name text, email text, email_verified_at timestamptz, disabled_at timestamptz
	a.name, e.address AS email, e.verified_at AS email_verified_at, a.disabled_at

-- name: account_find(address text)
-- returns: account_id uuid
-- The account that has the address.
SELECT account_id FROM countersign.email_owners WHERE address = :address;

-- name: account_insert(account_id uuid, name text, password_hash text, now timestamptz)
INSERT INTO countersign.accounts (account_id, name, password_hash, password_changed_at, created_at)
VALUES (:account_id, :name, :password_hash, :now, :now);

-- name: throttle_insert(account_id uuid)
INSERT INTO countersign.throttles (account_id) VALUES (:account_id);

-- name: chain_insert(account_id uuid)
INSERT INTO countersign.audit_chains (account_id, length, head)
VALUES (:account_id, 0, decode(repeat('00', 32), 'hex'));

-- name: email_owner_insert(address text, account_id uuid)
INSERT INTO countersign.email_owners (address, account_id) VALUES (:address, :account_id);

-- name: email_insert(account_id uuid, address text, now timestamptz, verified_at timestamptz)
INSERT INTO countersign.emails (account_id, address, is_primary, created_at, verified_at)
VALUES (:account_id, :address, true, :now, :verified_at);

-- name: account_password(account_id uuid, password_hash text, now timestamptz)
UPDATE countersign.accounts SET password_hash = :password_hash, password_changed_at = :now
WHERE account_id = :account_id;

-- name: account_disable(account_id uuid, disabled_at timestamptz)
-- With NULL the account is enabled again.
UPDATE countersign.accounts SET disabled_at = :disabled_at WHERE account_id = :account_id;

-- name: account_details(account_id uuid)
-- returns: created_at timestamptz, password_changed_at timestamptz, last_sign_in_at timestamptz
SELECT created_at, password_changed_at, last_sign_in_at FROM countersign.accounts WHERE account_id = :account_id;
