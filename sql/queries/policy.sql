-- name: policy_insert(organization_id uuid, now timestamptz)
-- A new organization requires nothing until one of its admins changes that.
INSERT INTO countersign.policies (organization_id, updated_at) VALUES (:organization_id, :now);

-- name: policy_update(organization_id uuid, version integer, requirement text, required_since timestamptz,
--	everyone_since timestamptz, grace_days integer, reauthentication_age integer, verification_age integer,
--	admin_verification boolean, now timestamptz)
-- returns: organization_id uuid
-- Changes nothing when another version is in force than the one that was decided on.
UPDATE countersign.policies
SET version = :version, requirement = :requirement, required_since = :required_since, everyone_since = :everyone_since,
	grace_days = :grace_days, reauthentication_age = nullif(:reauthentication_age, 0),
	verification_age = nullif(:verification_age, 0), admin_verification = :admin_verification, updated_at = :now,
	noticed_account = NULL
WHERE organization_id = :organization_id AND version = :version - 1
RETURNING organization_id;
