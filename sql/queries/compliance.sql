-- The members of an organization under its policy. Each list follows one index and each page begins
-- behind a key, so the thousandth page is as quick as the first. What the policy means at one time comes
-- as parameters, because the domain has the rules.

-- fragment: member_page(batch integer)
-- returns: account_id uuid, name text, email text, email_verified_at timestamptz, role text, sensitive boolean,
--	joined_at timestamptz, exempt_until timestamptz, exempt_reason text, exempted_at timestamptz, exempt_by text,
--	enrolled boolean, disabled_at timestamptz, last_sign_in_at timestamptz, kinds text, codes_left integer,
--	sort_text text, sort_time timestamptz
SELECT p.account_id, a.name, e.address AS email, e.verified_at AS email_verified_at, p.role, p.sensitive, p.joined_at,
	p.exempt_until, p.exempt_reason, p.exempted_at, by_whom.name AS exempt_by, p.enrolled, a.disabled_at,
	a.last_sign_in_at,
	(SELECT string_agg(DISTINCT f.kind, ' ') FROM countersign.factors f
		WHERE f.account_id = p.account_id AND f.state = 'active') AS kinds,
	(SELECT count(*)::integer FROM countersign.recovery_codes k
		JOIN countersign.recovery_sets r ON r.account_id = k.account_id AND r.set_id = k.set_id
		WHERE k.account_id = p.account_id AND k.used_at IS NULL) AS codes_left,
	p.sort_text, p.sort_time
FROM page p
JOIN countersign.accounts a ON a.account_id = p.account_id
LEFT JOIN countersign.emails e ON e.account_id = p.account_id AND e.is_primary
LEFT JOIN countersign.accounts by_whom ON by_whom.account_id = p.exempt_by
ORDER BY p.sort_time, p.sort_text, p.account_id
LIMIT :batch

-- name: members_all(organization_id uuid, after_text text, after_account uuid, @member_page)
-- returns: @member_page
WITH page AS (
	SELECT m.*, m.name_key AS sort_text, NULL::timestamptz AS sort_time
	FROM countersign.memberships m
	WHERE m.organization_id = :organization_id
		AND (m.name_key, m.account_id) > (coalesce(:after_text, ''),
			coalesce(:after_account, '00000000-0000-0000-0000-000000000000'))
	ORDER BY m.name_key, m.account_id
	LIMIT :batch
)
@member_page
;

-- name: members_by_enrolled(organization_id uuid, enrolled boolean, plain_only boolean, after_text text,
--	after_account uuid, @member_page)
-- returns: @member_page
-- Members with a factor, or members without one; of these perhaps only those whom a policy for admins
-- does not cover.
WITH page AS (
	SELECT m.*, m.name_key AS sort_text, NULL::timestamptz AS sort_time
	FROM countersign.memberships m
	WHERE m.organization_id = :organization_id AND m.enrolled = :enrolled AND NOT (:plain_only AND m.privileged)
		AND (m.name_key, m.account_id) > (coalesce(:after_text, ''),
			coalesce(:after_account, '00000000-0000-0000-0000-000000000000'))
	ORDER BY m.name_key, m.account_id
	LIMIT :batch
)
@member_page
;

-- name: members_by_joined(organization_id uuid, now timestamptz, privileged boolean, privileged_after timestamptz,
--	privileged_account uuid, privileged_until timestamptz, plain boolean, plain_after timestamptz,
--	plain_account uuid, plain_until timestamptz, @member_page)
-- returns: @member_page
-- Members with neither factor nor exemption: of each group those who joined behind a key and up to a time;
-- NULL: no such bound. Each group has one lower bound: with two the index would be read from the lower one.
WITH page AS (
	SELECT u.*, NULL::text AS sort_text, u.joined_at AS sort_time
	FROM (
		(SELECT m.* FROM countersign.memberships m
		WHERE :privileged AND m.organization_id = :organization_id AND NOT m.enrolled AND m.privileged
			AND m.joined_at <= coalesce(:privileged_until, 'infinity')
			AND (m.joined_at, m.account_id) > (coalesce(:privileged_after, '-infinity'),
				coalesce(:privileged_account, '00000000-0000-0000-0000-000000000000'))
			AND (m.exempt_until IS NULL OR m.exempt_until <= :now)
		ORDER BY m.joined_at, m.account_id
		LIMIT :batch)
		UNION ALL
		(SELECT m.* FROM countersign.memberships m
		WHERE :plain AND m.organization_id = :organization_id AND NOT m.enrolled AND NOT m.privileged
			AND m.joined_at <= coalesce(:plain_until, 'infinity')
			AND (m.joined_at, m.account_id) > (coalesce(:plain_after, '-infinity'),
				coalesce(:plain_account, '00000000-0000-0000-0000-000000000000'))
			AND (m.exempt_until IS NULL OR m.exempt_until <= :now)
		ORDER BY m.joined_at, m.account_id
		LIMIT :batch)
	) u
	ORDER BY u.joined_at, u.account_id
	LIMIT :batch
)
@member_page
;

-- name: members_exempt(organization_id uuid, privileged boolean, plain boolean, after_time timestamptz,
--	after_account uuid, @member_page)
-- returns: @member_page
-- The exemption that ends first comes first. The first page begins behind the present time.
WITH page AS (
	SELECT m.*, NULL::text AS sort_text, m.exempt_until AS sort_time
	FROM countersign.memberships m
	WHERE m.organization_id = :organization_id AND NOT m.enrolled
		AND CASE WHEN m.privileged THEN :privileged ELSE :plain END
		AND m.exempt_until IS NOT NULL AND (m.exempt_until, m.account_id) > (:after_time, :after_account)
	ORDER BY m.exempt_until, m.account_id
	LIMIT :batch
)
@member_page
;

-- name: members_search(organization_id uuid, term text, after_text text, after_account uuid, @member_page)
-- returns: @member_page
-- Members with a name or an address that begins with the term, each once, at the first that does. The search
-- follows its index, and memberships are looked up for one page of it only.
WITH found AS MATERIALIZED (
	SELECT t.account_id, t.term
	FROM countersign.member_terms t
	WHERE t.organization_id = :organization_id AND t.term < lower(:term) || chr(1114111)
		AND (t.term, t.account_id) > (greatest(coalesce(:after_text, '') COLLATE "C", lower(:term)),
			coalesce(:after_account, '00000000-0000-0000-0000-000000000000'))
		AND t.term = (SELECT s.term FROM countersign.member_terms s
			WHERE s.account_id = t.account_id AND s.organization_id = t.organization_id AND s.term >= lower(:term)
			ORDER BY s.term LIMIT 1)
	ORDER BY t.term, t.account_id
	LIMIT :batch
), page AS (
	SELECT m.*, f.term AS sort_text, NULL::timestamptz AS sort_time
	FROM found f
	JOIN countersign.memberships m ON m.account_id = f.account_id AND m.organization_id = :organization_id
)
@member_page
;

-- name: member_counts(organization_id uuid, now timestamptz, privileged_until timestamptz, plain_until timestamptz)
-- returns: privileged boolean, enrolled bigint, unenrolled bigint, overdue bigint, exempt bigint, exempt_overdue bigint
-- For each group: members with a factor, members without one, those of them who joined up to a time, and how
-- many of the last two are exempt. Whole days are counted in a table; the last, partial day is counted here.
SELECT g.privileged, coalesce(d.enrolled, 0)::bigint AS enrolled, coalesce(d.unenrolled, 0)::bigint AS unenrolled,
	coalesce(d.overdue, 0)::bigint + (SELECT count(*) FROM countersign.memberships m
		WHERE m.organization_id = :organization_id AND NOT m.enrolled AND m.privileged = g.privileged
			AND m.joined_at >= date_trunc('day', g.joined_until AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
			AND m.joined_at <= g.joined_until) AS overdue,
	coalesce(x.exempt, 0)::bigint AS exempt, coalesce(x.overdue, 0)::bigint AS exempt_overdue
FROM (VALUES (false, :plain_until), (true, :privileged_until)) AS g (privileged, joined_until)
LEFT JOIN (
	SELECT c.privileged, sum(c.members) FILTER (WHERE c.enrolled) AS enrolled,
		sum(c.members) FILTER (WHERE NOT c.enrolled) AS unenrolled,
		sum(c.members) FILTER (WHERE NOT c.enrolled AND c.joined_on < (CASE WHEN c.privileged
			THEN :privileged_until ELSE :plain_until END AT TIME ZONE 'UTC')::date) AS overdue
	FROM countersign.member_counts c
	WHERE c.organization_id = :organization_id
	GROUP BY c.privileged
) d ON d.privileged = g.privileged
LEFT JOIN (
	SELECT m.privileged, count(*) AS exempt, count(*) FILTER (WHERE m.joined_at <= CASE WHEN m.privileged
		THEN :privileged_until ELSE :plain_until END) AS overdue
	FROM countersign.memberships m
	WHERE m.organization_id = :organization_id AND m.exempt_until > :now AND NOT m.enrolled
	GROUP BY m.privileged
) x ON x.privileged = g.privileged
ORDER BY g.privileged;
