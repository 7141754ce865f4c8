-- name: organization_insert(organization_id uuid, slug text, name text, now timestamptz)
INSERT INTO countersign.organizations (organization_id, slug, name, created_at)
VALUES (:organization_id, :slug, :name, :now);

-- name: organization_find(slug text)
-- returns: organization_id uuid
SELECT organization_id FROM countersign.organizations WHERE slug = :slug;

-- name: organizations_list(after text)
-- returns: organization_id uuid, slug text, name text, created_at timestamptz, members bigint
-- A page of a hundred behind a slug.
SELECT o.organization_id, o.slug, o.name, o.created_at,
	(SELECT count(*) FROM countersign.memberships m WHERE m.organization_id = o.organization_id) AS members
FROM countersign.organizations o
WHERE o.slug > :after
ORDER BY o.slug
LIMIT 100;
