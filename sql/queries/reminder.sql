-- Reminders of a policy: which members are due, and what was decided on each.

-- name: reminder_scan(now timestamptz)
-- returns: organization_id uuid
-- Scans up to 500 members of one policy that has changed, in the order of their accounts: members who are
-- covered and have no factor become due, and members who are not covered any more forget what they were
-- notified of. A scan that finds no member is the last. The policy is updated last, and only when neither an
-- admin nor another node has changed it meanwhile: both lock in the same order and never wait for one another.
WITH changed AS (
	SELECT organization_id, requirement, version, noticed_account FROM countersign.policies
	WHERE noticed_version <> version
	ORDER BY organization_id LIMIT 1
), scanned AS (
	SELECT m.account_id, m.organization_id, c.requirement
	FROM changed c
	CROSS JOIN LATERAL (
		SELECT account_id, organization_id FROM countersign.memberships
		WHERE organization_id = c.organization_id
			AND account_id > coalesce(c.noticed_account, '00000000-0000-0000-0000-000000000000')
		ORDER BY account_id LIMIT 500) m
), held AS (
	SELECT m.account_id, m.organization_id,
		s.requirement = 'everyone' OR (s.requirement = 'admins' AND m.privileged) AS covered
	FROM scanned s
	JOIN countersign.memberships m ON m.account_id = s.account_id AND m.organization_id = s.organization_id
	WHERE NOT m.enrolled OR m.notice_stage > 0
	ORDER BY m.account_id FOR NO KEY UPDATE OF m
), marked AS (
	UPDATE countersign.memberships m SET
		notice_due_at = CASE WHEN h.covered AND NOT m.enrolled THEN :now END,
		notice_stage = CASE WHEN h.covered THEN m.notice_stage ELSE 0 END,
		notice_deadline = CASE WHEN h.covered THEN m.notice_deadline END
	FROM held h
	WHERE m.account_id = h.account_id AND m.organization_id = h.organization_id
	RETURNING m.account_id
)
UPDATE countersign.policies p SET
	noticed_account = d.last,
	noticed_version = CASE WHEN d.last IS NULL THEN d.version ELSE p.noticed_version END
FROM (
	SELECT c.*, (SELECT account_id FROM scanned ORDER BY account_id DESC LIMIT 1) AS last,
		(SELECT count(*) FROM marked) AS marked
	FROM changed c) d
WHERE p.organization_id = d.organization_id AND p.version = d.version
	AND p.noticed_account IS NOT DISTINCT FROM d.noticed_account AND d.marked >= 0
RETURNING p.organization_id;

-- name: reminder_claim(now timestamptz, taken_until timestamptz)
-- returns: account_id uuid, enrolled boolean, name text, recipient text, notice_stage smallint,
--	notice_deadline timestamptz, @membership
-- Claims due members for as long as deciding on them may take. Claims none while very many messages wait
-- already: a mail server that is down for days would lose them all.
UPDATE countersign.memberships m SET notice_due_at = :taken_until
FROM (
	SELECT account_id, organization_id FROM countersign.memberships
	WHERE notice_due_at <= :now AND 10000 > (
		SELECT count(*) FROM (
			SELECT FROM countersign.outbox WHERE next_attempt_at IS NOT NULL LIMIT 10000) AS waiting)
	ORDER BY notice_due_at LIMIT 50 FOR NO KEY UPDATE SKIP LOCKED) due
JOIN countersign.accounts a ON a.account_id = due.account_id
JOIN countersign.organizations o ON o.organization_id = due.organization_id
JOIN countersign.policies p ON p.organization_id = due.organization_id
LEFT JOIN countersign.emails e ON e.account_id = due.account_id AND e.is_primary
WHERE m.account_id = due.account_id AND m.organization_id = due.organization_id
RETURNING m.account_id, m.enrolled, a.name,
	CASE WHEN e.verified_at IS NOT NULL AND a.disabled_at IS NULL THEN e.address END AS recipient,
	m.notice_stage, m.notice_deadline,
	@membership
;

-- name: reminder_record(account_id uuid, organization_id uuid, taken_until timestamptz, stage smallint,
--	deadline timestamptz, due_at timestamptz, message_id uuid, kind text, recipient text, content json, now timestamptz)
-- returns: message_id uuid
-- Records the notification together with its message, or changes nothing when the member has changed since
-- the claim. Without an id there is no message.
WITH recorded AS (
	UPDATE countersign.memberships
	SET notice_stage = :stage, notice_deadline = :deadline, notice_due_at = :due_at
	WHERE account_id = :account_id AND organization_id = :organization_id AND notice_due_at = :taken_until
	RETURNING account_id
)
INSERT INTO countersign.outbox (account_id, message_id, kind, recipient, "values", created_at, next_attempt_at)
SELECT account_id, :message_id, :kind, :recipient, :content, :now, :now
FROM recorded
WHERE :message_id IS NOT NULL
RETURNING message_id;
