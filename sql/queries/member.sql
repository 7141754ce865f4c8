-- fragment: membership()
-- returns: organization_id uuid, slug text, organization_name text, role text, sensitive boolean,
--	joined_at timestamptz, exempt_until timestamptz, requirement text, required_since timestamptz,
--	everyone_since timestamptz, grace_days integer, reauthentication_age integer, verification_age integer,
--	admin_verification boolean, version integer
-- A membership with its organization and the policy of that.
	m.organization_id, o.slug, o.name AS organization_name, m.role, m.sensitive, m.joined_at, m.exempt_until,
	p.requirement, p.required_since, p.everyone_since, p.grace_days, p.reauthentication_age, p.verification_age,
	p.admin_verification, p.version

-- name: member_find(organization_id uuid, account_id uuid, @member_page)
-- returns: @member_page
WITH page AS (
	SELECT m.*, m.name_key AS sort_text, NULL::timestamptz AS sort_time
	FROM countersign.memberships m
	WHERE m.organization_id = :organization_id AND m.account_id = :account_id
)
@member_page
;

-- name: admin_hold(account_id uuid, organization_id uuid)
-- returns: role text
-- The role of an admin who decides on another member. It stays until the change is committed.
SELECT role FROM countersign.memberships
WHERE account_id = :account_id AND organization_id = :organization_id
FOR SHARE;

-- name: membership_insert(account_id uuid, organization_id uuid, role text, sensitive boolean, now timestamptz)
INSERT INTO countersign.memberships (account_id, organization_id, role, sensitive, joined_at)
VALUES (:account_id, :organization_id, :role, :sensitive, :now);

-- name: membership_role(account_id uuid, organization_id uuid, role text, sensitive boolean, now timestamptz)
-- returns: account_id uuid
-- Another role may be covered by the policy where the one before was not, so a reminder may be due now.
UPDATE countersign.memberships
SET role = :role, sensitive = :sensitive, notice_due_at = CASE WHEN NOT enrolled THEN :now END
WHERE account_id = :account_id AND organization_id = :organization_id
RETURNING account_id;

-- name: membership_delete(account_id uuid, organization_id uuid)
-- returns: account_id uuid
DELETE FROM countersign.memberships
WHERE account_id = :account_id AND organization_id = :organization_id
RETURNING account_id;

-- name: sessions_leave_organization(account_id uuid, organization_id uuid)
-- A verification belongs to one organization, so it is cleared.
UPDATE countersign.sessions SET organization_id = NULL, verified_at = NULL, verified_by = NULL
WHERE account_id = :account_id AND organization_id = :organization_id;

-- name: membership_exempt(account_id uuid, organization_id uuid, until timestamptz, reason text, by_account uuid,
--	now timestamptz)
-- returns: account_id uuid
-- There are no reminders during the exemption; they begin anew when it ends.
UPDATE countersign.memberships
SET exempt_until = :until, exempt_reason = :reason, exempt_by = :by_account, exempted_at = :now,
	notice_due_at = CASE WHEN NOT enrolled THEN :until END, notice_stage = 0, notice_deadline = NULL
WHERE account_id = :account_id AND organization_id = :organization_id
RETURNING account_id;

-- name: membership_unexempt(account_id uuid, organization_id uuid, now timestamptz)
-- returns: account_id uuid
UPDATE countersign.memberships
SET exempt_until = NULL, exempt_reason = NULL, exempt_by = NULL, exempted_at = NULL,
	notice_due_at = CASE WHEN NOT enrolled THEN :now END
WHERE account_id = :account_id AND organization_id = :organization_id AND exempt_until IS NOT NULL
RETURNING account_id;
