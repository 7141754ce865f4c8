-- name: organization_insert(organization_id uuid, slug text, name text, now timestamptz)
INSERT INTO countersign.organizations (organization_id, slug, name, created_at)
VALUES (:organization_id, :slug, :name, :now);

-- name: policy_insert(organization_id uuid, now timestamptz)
-- Nothing is required until an admin says so.
INSERT INTO countersign.policies (organization_id, updated_at) VALUES (:organization_id, :now);

-- name: organization_find(slug text)
SELECT organization_id FROM countersign.organizations WHERE slug = :slug;

-- name: organizations_list(after text)
-- A page of a hundred behind a slug.
SELECT o.organization_id, o.slug, o.name, o.created_at,
	(SELECT count(*) FROM countersign.memberships m WHERE m.organization_id = o.organization_id) AS members
FROM countersign.organizations o
WHERE o.slug > :after
ORDER BY o.slug
LIMIT 100;
