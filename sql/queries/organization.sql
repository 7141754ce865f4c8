-- name: organization_insert(organization_id uuid, slug text, name text, now timestamptz)
INSERT INTO countersign.organizations (organization_id, slug, name, created_at)
VALUES (:organization_id, :slug, :name, :now);

-- name: policy_insert(organization_id uuid, now timestamptz)
-- Nothing is required until an admin says so.
INSERT INTO countersign.policies (organization_id, updated_at) VALUES (:organization_id, :now);

-- name: organization_find(slug text)
SELECT organization_id FROM countersign.organizations WHERE slug = :slug;

-- name: membership_insert(account_id uuid, organization_id uuid, role text, sensitive boolean, now timestamptz)
INSERT INTO countersign.memberships (account_id, organization_id, role, sensitive, joined_at)
VALUES (:account_id, :organization_id, :role, :sensitive, :now);

-- name: membership_role(account_id uuid, organization_id uuid, role text, sensitive boolean, now timestamptz)
-- Whom another role covers is looked at for notices again.
UPDATE countersign.memberships
SET role = :role, sensitive = :sensitive, notice_due_at = CASE WHEN NOT enrolled THEN :now END
WHERE account_id = :account_id AND organization_id = :organization_id
RETURNING account_id;

-- name: membership_delete(account_id uuid, organization_id uuid)
DELETE FROM countersign.memberships
WHERE account_id = :account_id AND organization_id = :organization_id
RETURNING account_id;

-- name: sessions_leave_organization(account_id uuid, organization_id uuid)
-- What was verified was for that organization.
UPDATE countersign.sessions SET organization_id = NULL, verified_at = NULL, verified_by = NULL
WHERE account_id = :account_id AND organization_id = :organization_id;

-- name: organizations_list(after text)
-- A page of a hundred behind a slug.
SELECT o.organization_id, o.slug, o.name, o.created_at,
	(SELECT count(*) FROM countersign.memberships m WHERE m.organization_id = o.organization_id) AS members
FROM countersign.organizations o
WHERE o.slug > :after
ORDER BY o.slug
LIMIT 100;
