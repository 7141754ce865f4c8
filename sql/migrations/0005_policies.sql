-- Policies with a deadline, exemptions, and what makes an organization of a
-- million members as quick to look at as one of a thousand: who is enrolled stands
-- with the membership, members are counted by the day they joined, and what they are
-- searched by has an index of its own.

ALTER TABLE countersign.policies
	ADD COLUMN everyone_since timestamptz,
	ADD COLUMN reauthentication_age integer CHECK (reauthentication_age BETWEEN 60 AND 86400),
	ADD COLUMN verification_age integer CHECK (verification_age BETWEEN 60 AND 86400),
	ADD COLUMN admin_verification boolean NOT NULL DEFAULT false,
	ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version > 0),
	ADD COLUMN noticed_version integer NOT NULL DEFAULT 1,
	ADD COLUMN noticed_account uuid;
UPDATE countersign.policies SET everyone_since = required_since, noticed_version = 0 WHERE requirement = 'everyone';
ALTER TABLE countersign.policies
	ADD CHECK ((requirement = 'everyone') = (everyone_since IS NOT NULL)),
	ADD CHECK (everyone_since >= required_since);
COMMENT ON COLUMN countersign.policies.required_since IS 'Since when owners, admins and sensitive roles must have a factor; NULL while nobody must.';
COMMENT ON COLUMN countersign.policies.everyone_since IS 'Since when all others must, too; NULL while they need not.';
COMMENT ON COLUMN countersign.policies.reauthentication_age IS 'Seconds a confirmed password stays fresh in this organization; NULL: as the service has it.';
COMMENT ON COLUMN countersign.policies.verification_age IS 'Seconds a verification stays fresh in this organization; NULL: as the service has it.';
COMMENT ON COLUMN countersign.policies.admin_verification IS 'Whether its admin pages always ask for a fresh verification.';
COMMENT ON COLUMN countersign.policies.version IS 'One more with every change: of two changes decided on one state, one is refused and decides again.';
COMMENT ON COLUMN countersign.policies.noticed_version IS 'The version of which all members have been looked at for notices by mail.';
COMMENT ON COLUMN countersign.policies.noticed_account IS 'How far the look for a newer version has come; NULL: not begun.';
CREATE INDEX policies_changed ON countersign.policies (organization_id) WHERE noticed_version <> version;

ALTER TABLE countersign.memberships
	ADD COLUMN privileged boolean NOT NULL GENERATED ALWAYS AS (role <> 'member' OR sensitive) STORED,
	ADD COLUMN enrolled boolean NOT NULL DEFAULT false,
	ADD COLUMN name_key text COLLATE "C" NOT NULL DEFAULT '',
	ADD COLUMN exempt_until timestamptz,
	ADD COLUMN exempt_reason text CHECK (exempt_reason <> ''),
	ADD COLUMN exempt_by uuid,
	ADD COLUMN exempted_at timestamptz,
	ADD COLUMN notice_due_at timestamptz,
	ADD COLUMN notice_stage smallint NOT NULL DEFAULT 0 CHECK (notice_stage BETWEEN 0 AND 4),
	ADD COLUMN notice_deadline timestamptz,
	ADD CHECK ((exempt_until IS NULL) = (exempt_reason IS NULL) AND (exempt_until IS NULL) = (exempted_at IS NULL)
		AND (exempt_until IS NULL) = (exempt_by IS NULL));
COMMENT ON COLUMN countersign.memberships.privileged IS 'Whether a policy for admins covers it: owner, admin or a sensitive role.';
COMMENT ON COLUMN countersign.memberships.enrolled IS 'Whether the account has an active factor; kept by a trigger on factors.';
COMMENT ON COLUMN countersign.memberships.name_key IS 'The account''s name in lower case: the order of lists; kept by triggers.';
COMMENT ON COLUMN countersign.memberships.exempt_until IS 'Until when the policy does not hold for the member; NULL without exemption.';
COMMENT ON COLUMN countersign.memberships.exempt_reason IS 'Why not.';
COMMENT ON COLUMN countersign.memberships.exempt_by IS 'The account that gave the exemption.';
COMMENT ON COLUMN countersign.memberships.exempted_at IS 'When it was given.';
COMMENT ON COLUMN countersign.memberships.notice_due_at IS 'When to look next whether a notice of the policy is to be sent; NULL: none will be.';
COMMENT ON COLUMN countersign.memberships.notice_stage IS 'The last notice that was sent, or was past when the first one was: 0 none, 1 the policy applies, 2 to 4 the deadline is 7, 3, 1 days away.';
COMMENT ON COLUMN countersign.memberships.notice_deadline IS 'The deadline that was told.';

CREATE INDEX memberships_name ON countersign.memberships (organization_id, name_key, account_id);
CREATE INDEX memberships_enrolled ON countersign.memberships (organization_id, enrolled, name_key, account_id);
CREATE INDEX memberships_joined ON countersign.memberships (organization_id, enrolled, privileged, joined_at, account_id);
CREATE INDEX memberships_exempt ON countersign.memberships (organization_id, exempt_until, account_id)
	INCLUDE (privileged, enrolled, joined_at) WHERE exempt_until IS NOT NULL;
CREATE INDEX memberships_admins ON countersign.memberships (organization_id, account_id) WHERE role <> 'member';
CREATE INDEX memberships_notice ON countersign.memberships (notice_due_at) WHERE notice_due_at IS NOT NULL;

CREATE TABLE countersign.member_terms (
	account_id uuid NOT NULL,
	organization_id uuid NOT NULL,
	term text COLLATE "C" NOT NULL,
	PRIMARY KEY (account_id, organization_id, term),
	FOREIGN KEY (account_id, organization_id) REFERENCES countersign.memberships ON DELETE CASCADE
);
CREATE INDEX member_terms_search ON countersign.member_terms (organization_id, term, account_id);
COMMENT ON TABLE countersign.member_terms IS 'What a member is found by, from its beginning: the address, and the name from each of its words on.';
COMMENT ON COLUMN countersign.member_terms.account_id IS 'The member.';
COMMENT ON COLUMN countersign.member_terms.organization_id IS 'The organization.';
COMMENT ON COLUMN countersign.member_terms.term IS 'In lower case.';

CREATE TABLE countersign.member_counts (
	organization_id uuid NOT NULL,
	privileged boolean NOT NULL,
	enrolled boolean NOT NULL,
	joined_on date NOT NULL,
	members bigint NOT NULL,
	PRIMARY KEY (organization_id, enrolled, privileged, joined_on)
);
COMMENT ON TABLE countersign.member_counts IS 'How many members joined on a day (UTC); kept by triggers on memberships, so that totals need not count members.';
COMMENT ON COLUMN countersign.member_counts.organization_id IS 'The organization.';
COMMENT ON COLUMN countersign.member_counts.privileged IS 'Of those whom a policy for admins covers, or of the others.';
COMMENT ON COLUMN countersign.member_counts.enrolled IS 'Of those with an active factor, or of the others.';
COMMENT ON COLUMN countersign.member_counts.joined_on IS 'The day they joined, in UTC.';
COMMENT ON COLUMN countersign.member_counts.members IS 'How many.';

-- These run with the rights of the owner, so that the service cannot write what they keep.

CREATE FUNCTION countersign.membership_prepare() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
	NEW.name_key := (SELECT lower(a.name) FROM countersign.accounts a WHERE a.account_id = NEW.account_id);
	NEW.enrolled := EXISTS (SELECT FROM countersign.factors f
		WHERE f.account_id = NEW.account_id AND f.state = 'active');
	NEW.notice_due_at := CASE WHEN NOT NEW.enrolled THEN NEW.joined_at END;
	RETURN NEW;
END
$$;
COMMENT ON FUNCTION countersign.membership_prepare IS 'What a new membership knows of its account.';
CREATE TRIGGER membership_prepare BEFORE INSERT ON countersign.memberships
	FOR EACH ROW EXECUTE FUNCTION countersign.membership_prepare();

CREATE FUNCTION countersign.membership_enrolled() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
	account uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.account_id ELSE NEW.account_id END;
	has boolean := EXISTS (SELECT FROM countersign.factors f WHERE f.account_id = account AND f.state = 'active');
BEGIN
	-- Who loses the last factor may have to be told of a deadline: looked at again at once.
	UPDATE countersign.memberships m
	SET enrolled = has, notice_due_at = CASE WHEN NOT has THEN m.joined_at END
	WHERE m.account_id = account AND m.enrolled <> has;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION countersign.membership_enrolled IS 'Notes with an account''s memberships whether it has an active factor.';
CREATE TRIGGER membership_enrolled_insert AFTER INSERT ON countersign.factors
	FOR EACH ROW WHEN (NEW.state = 'active') EXECUTE FUNCTION countersign.membership_enrolled();
CREATE TRIGGER membership_enrolled_update AFTER UPDATE OF state ON countersign.factors
	FOR EACH ROW EXECUTE FUNCTION countersign.membership_enrolled();
CREATE TRIGGER membership_enrolled_delete AFTER DELETE ON countersign.factors
	FOR EACH ROW WHEN (OLD.state = 'active') EXECUTE FUNCTION countersign.membership_enrolled();

CREATE FUNCTION countersign.terms_of(name text, address text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE SET search_path = '' AS $$
	SELECT left(lower(address), 254) WHERE address IS NOT NULL
	UNION
	SELECT left(array_to_string(w.words[i:], ' '), 254)
	FROM (SELECT regexp_split_to_array(btrim(lower(name)), '\s+') AS words) w, generate_subscripts(w.words, 1) i
	WHERE i <= 8
$$;
COMMENT ON FUNCTION countersign.terms_of IS 'What a person is found by.';

CREATE FUNCTION countersign.member_terms_add() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
	INSERT INTO countersign.member_terms (account_id, organization_id, term)
	SELECT n.account_id, n.organization_id, t.term
	FROM added n
	JOIN countersign.accounts a ON a.account_id = n.account_id
	LEFT JOIN countersign.emails e ON e.account_id = n.account_id AND e.is_primary
	CROSS JOIN LATERAL countersign.terms_of(a.name, e.address) AS t (term);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION countersign.member_terms_add IS 'What new members are found by.';
CREATE TRIGGER member_terms_add AFTER INSERT ON countersign.memberships
	REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION countersign.member_terms_add();

CREATE FUNCTION countersign.member_renamed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
DECLARE
	account uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.account_id ELSE NEW.account_id END;
BEGIN
	DELETE FROM countersign.member_terms t WHERE t.account_id = account;
	INSERT INTO countersign.member_terms (account_id, organization_id, term)
	SELECT m.account_id, m.organization_id, t.term
	FROM countersign.memberships m
	JOIN countersign.accounts a ON a.account_id = m.account_id
	LEFT JOIN countersign.emails e ON e.account_id = m.account_id AND e.is_primary
	CROSS JOIN LATERAL countersign.terms_of(a.name, e.address) AS t (term)
	WHERE m.account_id = account;
	UPDATE countersign.memberships m SET name_key = lower(a.name)
	FROM countersign.accounts a
	WHERE m.account_id = account AND a.account_id = account AND m.name_key <> lower(a.name);
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION countersign.member_renamed IS 'What members are found and sorted by, after their name or address has changed.';
CREATE TRIGGER member_renamed AFTER UPDATE OF name ON countersign.accounts
	FOR EACH ROW WHEN (NEW.name <> OLD.name) EXECUTE FUNCTION countersign.member_renamed();
CREATE TRIGGER member_readdressed AFTER INSERT OR DELETE OR UPDATE OF address, is_primary ON countersign.emails
	FOR EACH ROW EXECUTE FUNCTION countersign.member_renamed();

-- In the order of the key, so that two of them never wait for one another.
CREATE FUNCTION countersign.member_counts_keep() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		INSERT INTO countersign.member_counts AS c (organization_id, privileged, enrolled, joined_on, members)
		SELECT organization_id, privileged, enrolled, (joined_at AT TIME ZONE 'UTC')::date, count(*)
		FROM added GROUP BY 1, 2, 3, 4 ORDER BY 1, 3, 2, 4
		ON CONFLICT (organization_id, enrolled, privileged, joined_on)
			DO UPDATE SET members = c.members + excluded.members;
	ELSIF TG_OP = 'DELETE' THEN
		INSERT INTO countersign.member_counts AS c (organization_id, privileged, enrolled, joined_on, members)
		SELECT organization_id, privileged, enrolled, (joined_at AT TIME ZONE 'UTC')::date, -count(*)
		FROM gone GROUP BY 1, 2, 3, 4 ORDER BY 1, 3, 2, 4
		ON CONFLICT (organization_id, enrolled, privileged, joined_on)
			DO UPDATE SET members = c.members + excluded.members;
	ELSE
		INSERT INTO countersign.member_counts AS c (organization_id, privileged, enrolled, joined_on, members)
		SELECT organization_id, privileged, enrolled, joined_on, sum(n)
		FROM (SELECT organization_id, privileged, enrolled, (joined_at AT TIME ZONE 'UTC')::date AS joined_on, 1 AS n FROM added
			UNION ALL
			SELECT organization_id, privileged, enrolled, (joined_at AT TIME ZONE 'UTC')::date, -1 FROM gone) AS moved
		GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0 ORDER BY 1, 3, 2, 4
		ON CONFLICT (organization_id, enrolled, privileged, joined_on)
			DO UPDATE SET members = c.members + excluded.members;
	END IF;
	RETURN NULL;
END
$$;
COMMENT ON FUNCTION countersign.member_counts_keep IS 'Counts members as they come, change and go.';
CREATE TRIGGER member_counts_insert AFTER INSERT ON countersign.memberships
	REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION countersign.member_counts_keep();
CREATE TRIGGER member_counts_update AFTER UPDATE ON countersign.memberships
	REFERENCING OLD TABLE AS gone NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION countersign.member_counts_keep();
CREATE TRIGGER member_counts_delete AFTER DELETE ON countersign.memberships
	REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION countersign.member_counts_keep();

REVOKE ALL ON FUNCTION countersign.membership_prepare, countersign.membership_enrolled, countersign.member_terms_add,
	countersign.member_renamed, countersign.member_counts_keep, countersign.terms_of FROM PUBLIC;

-- Memberships that are there already.
UPDATE countersign.memberships m
SET name_key = lower(a.name),
	enrolled = EXISTS (SELECT FROM countersign.factors f WHERE f.account_id = m.account_id AND f.state = 'active')
FROM countersign.accounts a WHERE a.account_id = m.account_id;
UPDATE countersign.memberships SET notice_due_at = joined_at WHERE NOT enrolled;
DELETE FROM countersign.member_counts;
INSERT INTO countersign.member_counts (organization_id, privileged, enrolled, joined_on, members)
SELECT organization_id, privileged, enrolled, (joined_at AT TIME ZONE 'UTC')::date, count(*)
FROM countersign.memberships GROUP BY 1, 2, 3, 4;
INSERT INTO countersign.member_terms (account_id, organization_id, term)
SELECT m.account_id, m.organization_id, t.term
FROM countersign.memberships m
JOIN countersign.accounts a ON a.account_id = m.account_id
LEFT JOIN countersign.emails e ON e.account_id = m.account_id AND e.is_primary
CROSS JOIN LATERAL countersign.terms_of(a.name, e.address) AS t (term);

-- An organization's events, the last ones first.
CREATE INDEX audit_events_organization ON countersign.audit_events (organization_id, at, account_id, seq)
	WHERE organization_id IS NOT NULL;
-- An export says what each event continues, and of the first one kept that is in the anchor.
GRANT SELECT ON countersign.audit_anchors TO countersign_worker;

ALTER TABLE countersign.outbox DROP CONSTRAINT outbox_kind_check;
ALTER TABLE countersign.outbox ADD CONSTRAINT outbox_kind_check CHECK (kind IN ('factor_added', 'factor_removed',
	'recovery_code_used', 'recovery_codes_low', 'recovery_codes_replaced', 'mfa_disabled', 'mfa_reset', 'verify_email',
	'member_reset', 'policy_applies', 'deadline_near'));

GRANT UPDATE (requirement, required_since, everyone_since, grace_days, reauthentication_age, verification_age,
	admin_verification, updated_at, version, noticed_version, noticed_account) ON countersign.policies TO countersign_worker;
GRANT UPDATE (exempt_until, exempt_reason, exempt_by, exempted_at, notice_due_at, notice_stage, notice_deadline)
	ON countersign.memberships TO countersign_worker;
GRANT SELECT ON countersign.member_terms, countersign.member_counts TO countersign_worker, countersign_reader;
