-- name: member_find(organization_id uuid, account_id uuid, @member_page)
WITH page AS (
	SELECT m.*, m.name_key AS sort_text, NULL::timestamptz AS sort_time
	FROM countersign.memberships m
	WHERE m.organization_id = :organization_id AND m.account_id = :account_id
)
@member_page
;

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

-- name: admin_hold(account_id uuid, organization_id uuid)
-- The role of who decides on another member, which stays until the change is through.
SELECT role FROM countersign.memberships
WHERE account_id = :account_id AND organization_id = :organization_id
FOR SHARE;

-- name: membership_exempt(account_id uuid, organization_id uuid, until timestamptz, reason text, by_account uuid,
--	now timestamptz)
-- Notices rest until it ends, and begin anew then.
UPDATE countersign.memberships
SET exempt_until = :until, exempt_reason = :reason, exempt_by = :by_account, exempted_at = :now,
	notice_due_at = CASE WHEN NOT enrolled THEN :until END, notice_stage = 0, notice_deadline = NULL
WHERE account_id = :account_id AND organization_id = :organization_id
RETURNING account_id;

-- name: membership_unexempt(account_id uuid, organization_id uuid, now timestamptz)
UPDATE countersign.memberships
SET exempt_until = NULL, exempt_reason = NULL, exempt_by = NULL, exempted_at = NULL,
	notice_due_at = CASE WHEN NOT enrolled THEN :now END
WHERE account_id = :account_id AND organization_id = :organization_id AND exempt_until IS NOT NULL
RETURNING account_id;
