-- Accounts, organizations, factors, sessions and the audit trail.
--
-- Every table of an account has account_id first in its primary key, and every
-- hot statement carries it: the tables can be spread over nodes by account_id.
-- What must be unique over all accounts (an address) has a table of its own
-- keyed by it. Organizations and policies are small and can be replicated.
-- No index covers a column that a verification writes, so those updates stay in
-- their page (HOT).

CREATE TABLE countersign.accounts (
	account_id uuid PRIMARY KEY,
	name text NOT NULL CHECK (name <> ''),
	password_hash text NOT NULL,
	password_changed_at timestamptz NOT NULL,
	created_at timestamptz NOT NULL,
	disabled_at timestamptz,
	last_sign_in_at timestamptz
) WITH (fillfactor = 85);
COMMENT ON TABLE countersign.accounts IS 'A person who signs in.';
COMMENT ON COLUMN countersign.accounts.account_id IS 'Shown as usr_….';
COMMENT ON COLUMN countersign.accounts.name IS 'What the person is called on pages.';
COMMENT ON COLUMN countersign.accounts.password_hash IS 'Argon2id in PHC string format.';
COMMENT ON COLUMN countersign.accounts.password_changed_at IS 'When the password was last set.';
COMMENT ON COLUMN countersign.accounts.created_at IS 'When the account was made.';
COMMENT ON COLUMN countersign.accounts.disabled_at IS 'Since when the account cannot sign in; NULL while it can.';
COMMENT ON COLUMN countersign.accounts.last_sign_in_at IS 'When a password of this account was last accepted at sign-in.';

CREATE TABLE countersign.email_owners (
	address text PRIMARY KEY,
	account_id uuid NOT NULL
);
COMMENT ON TABLE countersign.email_owners IS 'Which account an e-mail address belongs to; keyed by the address, so that one node decides that it is unique.';
COMMENT ON COLUMN countersign.email_owners.address IS 'In lower case.';
COMMENT ON COLUMN countersign.email_owners.account_id IS 'The account that has the address.';

CREATE TABLE countersign.emails (
	account_id uuid NOT NULL REFERENCES countersign.accounts ON DELETE CASCADE,
	address text NOT NULL,
	is_primary boolean NOT NULL,
	created_at timestamptz NOT NULL,
	verified_at timestamptz,
	PRIMARY KEY (account_id, address)
);
CREATE UNIQUE INDEX emails_primary ON countersign.emails (account_id) WHERE is_primary;
COMMENT ON TABLE countersign.emails IS 'The e-mail addresses of an account.';
COMMENT ON COLUMN countersign.emails.account_id IS 'Whose address it is.';
COMMENT ON COLUMN countersign.emails.address IS 'In lower case.';
COMMENT ON COLUMN countersign.emails.is_primary IS 'The one address that is shown and written to.';
COMMENT ON COLUMN countersign.emails.created_at IS 'When it was added.';
COMMENT ON COLUMN countersign.emails.verified_at IS 'When the person proved to read it; NULL before.';

CREATE TABLE countersign.organizations (
	organization_id uuid PRIMARY KEY,
	slug text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
	name text NOT NULL CHECK (name <> ''),
	created_at timestamptz NOT NULL
);
COMMENT ON TABLE countersign.organizations IS 'A company or workspace.';
COMMENT ON COLUMN countersign.organizations.organization_id IS 'Shown as org_….';
COMMENT ON COLUMN countersign.organizations.slug IS 'Short name for commands and addresses.';
COMMENT ON COLUMN countersign.organizations.name IS 'What it is called on pages.';
COMMENT ON COLUMN countersign.organizations.created_at IS 'When it was made.';

CREATE TABLE countersign.memberships (
	account_id uuid NOT NULL REFERENCES countersign.accounts ON DELETE CASCADE,
	organization_id uuid NOT NULL REFERENCES countersign.organizations ON DELETE CASCADE,
	role text NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
	sensitive boolean NOT NULL DEFAULT false,
	joined_at timestamptz NOT NULL,
	PRIMARY KEY (account_id, organization_id)
);
CREATE INDEX memberships_organization ON countersign.memberships (organization_id, account_id);
COMMENT ON TABLE countersign.memberships IS 'An account in an organization.';
COMMENT ON COLUMN countersign.memberships.account_id IS 'The member.';
COMMENT ON COLUMN countersign.memberships.organization_id IS 'The organization.';
COMMENT ON COLUMN countersign.memberships.role IS 'owner, admin or member.';
COMMENT ON COLUMN countersign.memberships.sensitive IS 'Whether the role is marked sensitive: a policy for admins covers it too.';
COMMENT ON COLUMN countersign.memberships.joined_at IS 'Since when the account is a member.';

CREATE TABLE countersign.policies (
	organization_id uuid PRIMARY KEY REFERENCES countersign.organizations ON DELETE CASCADE,
	requirement text NOT NULL DEFAULT 'off' CHECK (requirement IN ('off', 'admins', 'everyone')),
	required_since timestamptz,
	grace_days integer NOT NULL DEFAULT 14 CHECK (grace_days BETWEEN 0 AND 365),
	updated_at timestamptz NOT NULL,
	CHECK (requirement = 'off' OR required_since IS NOT NULL)
);
COMMENT ON TABLE countersign.policies IS 'An organization''s rule on who must have a second factor.';
COMMENT ON COLUMN countersign.policies.organization_id IS 'Whose rule it is.';
COMMENT ON COLUMN countersign.policies.requirement IS 'off, admins or everyone.';
COMMENT ON COLUMN countersign.policies.required_since IS 'When it became required; NULL while it never was.';
COMMENT ON COLUMN countersign.policies.grace_days IS 'Days a member has before it is enforced.';
COMMENT ON COLUMN countersign.policies.updated_at IS 'When the rule was last changed.';

CREATE TABLE countersign.factors (
	account_id uuid NOT NULL REFERENCES countersign.accounts ON DELETE CASCADE,
	factor_id uuid NOT NULL,
	kind text NOT NULL CHECK (kind IN ('totp')),
	label text NOT NULL CHECK (label <> ''),
	state text NOT NULL CHECK (state IN ('pending', 'active')),
	preferred boolean NOT NULL DEFAULT false,
	sealed bytea NOT NULL,
	watermark bigint NOT NULL DEFAULT 0,
	created_at timestamptz NOT NULL,
	confirmed_at timestamptz,
	last_used_at timestamptz,
	expires_at timestamptz,
	session_id uuid,
	PRIMARY KEY (account_id, factor_id),
	CHECK ((state = 'active') = (confirmed_at IS NOT NULL)),
	CHECK ((state = 'pending') = (expires_at IS NOT NULL AND session_id IS NOT NULL)),
	CHECK (state = 'active' OR NOT preferred)
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX factors_pending ON countersign.factors (account_id) WHERE state = 'pending';
CREATE UNIQUE INDEX factors_preferred ON countersign.factors (account_id) WHERE preferred;
COMMENT ON TABLE countersign.factors IS 'The authenticators of an account.';
COMMENT ON COLUMN countersign.factors.account_id IS 'Whose factor it is.';
COMMENT ON COLUMN countersign.factors.factor_id IS 'Shown as fct_….';
COMMENT ON COLUMN countersign.factors.kind IS 'Which kind of authenticator: totp.';
COMMENT ON COLUMN countersign.factors.label IS 'What its owner calls it.';
COMMENT ON COLUMN countersign.factors.state IS 'pending until its first answer was accepted, then active. At most one is pending.';
COMMENT ON COLUMN countersign.factors.preferred IS 'The factor that is asked for first; one of the active ones.';
COMMENT ON COLUMN countersign.factors.sealed IS 'The kind''s state, sealed under the keyring and bound to account and factor.';
COMMENT ON COLUMN countersign.factors.watermark IS 'Counter of the last accepted answer (TOTP: its time step). Only ever rises: no answer at or below it is accepted again.';
COMMENT ON COLUMN countersign.factors.created_at IS 'When its set-up began.';
COMMENT ON COLUMN countersign.factors.confirmed_at IS 'When its first answer was accepted.';
COMMENT ON COLUMN countersign.factors.last_used_at IS 'When an answer of it was last accepted.';
COMMENT ON COLUMN countersign.factors.expires_at IS 'When a pending set-up ends.';
COMMENT ON COLUMN countersign.factors.session_id IS 'The session that began a pending set-up and alone can finish it.';

CREATE TABLE countersign.recovery_sets (
	account_id uuid PRIMARY KEY REFERENCES countersign.accounts ON DELETE CASCADE,
	set_id uuid NOT NULL,
	created_at timestamptz NOT NULL,
	acknowledged_at timestamptz
);
COMMENT ON TABLE countersign.recovery_sets IS 'The current set of recovery codes of an account.';
COMMENT ON COLUMN countersign.recovery_sets.account_id IS 'Whose codes they are.';
COMMENT ON COLUMN countersign.recovery_sets.set_id IS 'The set that counts; codes of another set are dead.';
COMMENT ON COLUMN countersign.recovery_sets.created_at IS 'When the set was made.';
COMMENT ON COLUMN countersign.recovery_sets.acknowledged_at IS 'When its owner said that the codes are saved; NULL before.';

CREATE TABLE countersign.recovery_codes (
	account_id uuid NOT NULL REFERENCES countersign.accounts ON DELETE CASCADE,
	code_mac bytea NOT NULL CHECK (octet_length(code_mac) = 32),
	set_id uuid NOT NULL,
	used_at timestamptz,
	PRIMARY KEY (account_id, code_mac)
);
COMMENT ON TABLE countersign.recovery_codes IS 'Single-use codes for those who lost their authenticator.';
COMMENT ON COLUMN countersign.recovery_codes.account_id IS 'Whose code it is.';
COMMENT ON COLUMN countersign.recovery_codes.code_mac IS 'HMAC-SHA-256 of the code under the keyring.';
COMMENT ON COLUMN countersign.recovery_codes.set_id IS 'The set it was made with.';
COMMENT ON COLUMN countersign.recovery_codes.used_at IS 'When it was spent; NULL while it can be used.';

CREATE TABLE countersign.sessions (
	account_id uuid NOT NULL REFERENCES countersign.accounts ON DELETE CASCADE,
	session_id uuid NOT NULL,
	token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
	state text NOT NULL CHECK (state IN ('mfa_required', 'active')),
	created_at timestamptz NOT NULL,
	last_seen_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	password_at timestamptz NOT NULL,
	failures smallint NOT NULL DEFAULT 0 CHECK (failures >= 0),
	verified_at timestamptz,
	verified_by text,
	organization_id uuid,
	return_to text,
	address text NOT NULL,
	user_agent text NOT NULL,
	PRIMARY KEY (account_id, session_id),
	CHECK (state = 'active' OR verified_at IS NULL),
	CHECK ((verified_at IS NULL) = (verified_by IS NULL))
) WITH (fillfactor = 85);
CREATE INDEX sessions_created ON countersign.sessions (created_at);
COMMENT ON TABLE countersign.sessions IS 'Signed-in browsers and API clients. Signing out deletes the row.';
COMMENT ON COLUMN countersign.sessions.account_id IS 'Who is signed in.';
COMMENT ON COLUMN countersign.sessions.session_id IS 'Shown as ses_…; stays the same when the token is re-issued.';
COMMENT ON COLUMN countersign.sessions.token_hash IS 'SHA-256 of the secret part of the token. A new one at every rise of the session.';
COMMENT ON COLUMN countersign.sessions.state IS 'mfa_required while the second factor is outstanding, then active.';
COMMENT ON COLUMN countersign.sessions.created_at IS 'When it began.';
COMMENT ON COLUMN countersign.sessions.last_seen_at IS 'When it was last used, to the minute.';
COMMENT ON COLUMN countersign.sessions.expires_at IS 'When it ends whatever happens.';
COMMENT ON COLUMN countersign.sessions.password_at IS 'When the password was last confirmed in it.';
COMMENT ON COLUMN countersign.sessions.failures IS 'Wrong passwords, and wrong answers with a password confirmed long ago, in a row; too many end the session.';
COMMENT ON COLUMN countersign.sessions.verified_at IS 'When it last passed a challenge; NULL without verification.';
COMMENT ON COLUMN countersign.sessions.verified_by IS 'What passed the challenge: a factor kind or recovery_code.';
COMMENT ON COLUMN countersign.sessions.organization_id IS 'The organization it works in; the verification is for that one.';
COMMENT ON COLUMN countersign.sessions.return_to IS 'The path it was heading for when it was challenged.';
COMMENT ON COLUMN countersign.sessions.address IS 'Network address at sign-in, as nginx saw it.';
COMMENT ON COLUMN countersign.sessions.user_agent IS 'User-Agent at sign-in, cut to 200 bytes.';

CREATE TABLE countersign.throttles (
	account_id uuid PRIMARY KEY REFERENCES countersign.accounts ON DELETE CASCADE,
	failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
	blocked_until timestamptz
) WITH (fillfactor = 85);
COMMENT ON TABLE countersign.throttles IS 'The guessing budget of an account''s second factor: one for all routes, kinds and sessions.';
COMMENT ON COLUMN countersign.throttles.account_id IS 'Whose budget it is.';
COMMENT ON COLUMN countersign.throttles.failures IS 'Wrong answers in a row.';
COMMENT ON COLUMN countersign.throttles.blocked_until IS 'No answer is judged before.';

CREATE TABLE countersign.audit_chains (
	account_id uuid PRIMARY KEY REFERENCES countersign.accounts ON DELETE CASCADE,
	length bigint NOT NULL CHECK (length >= 0),
	head bytea NOT NULL CHECK (octet_length(head) = 32)
) WITH (fillfactor = 85);
COMMENT ON TABLE countersign.audit_chains IS 'Length and head of an account''s chain of audit events. Whoever changes an account advances it by one from what was read: of two changes decided on one state, one is refused and decides again.';
COMMENT ON COLUMN countersign.audit_chains.account_id IS 'Whose chain it is.';
COMMENT ON COLUMN countersign.audit_chains.length IS 'Number of events in the chain.';
COMMENT ON COLUMN countersign.audit_chains.head IS 'MAC of the last event; zeros before the first.';

CREATE TABLE countersign.audit_events (
	account_id uuid NOT NULL,
	seq bigint NOT NULL CHECK (seq > 0),
	at timestamptz NOT NULL,
	kind text NOT NULL,
	result text NOT NULL CHECK (result IN ('accepted', 'refused')),
	actor text NOT NULL CHECK (actor IN ('account', 'operator', 'system')),
	actor_id uuid,
	session_id uuid,
	factor_id uuid,
	organization_id uuid,
	address text,
	user_agent text,
	request_id text,
	details json,
	key_id integer NOT NULL,
	mac bytea NOT NULL CHECK (octet_length(mac) = 32),
	PRIMARY KEY (account_id, seq)
);
COMMENT ON TABLE countersign.audit_events IS 'Who did what to whom, when, from where, with what result. Only ever added to.';
COMMENT ON COLUMN countersign.audit_events.account_id IS 'The account it is about.';
COMMENT ON COLUMN countersign.audit_events.seq IS 'Its place in the account''s chain, from 1 without gaps.';
COMMENT ON COLUMN countersign.audit_events.at IS 'When it happened.';
COMMENT ON COLUMN countersign.audit_events.kind IS 'What was done, such as verification.';
COMMENT ON COLUMN countersign.audit_events.result IS 'accepted or refused.';
COMMENT ON COLUMN countersign.audit_events.actor IS 'Who did it: an account, the operator (countersignctl) or the system.';
COMMENT ON COLUMN countersign.audit_events.actor_id IS 'The account that did it, when one did.';
COMMENT ON COLUMN countersign.audit_events.session_id IS 'The session it was done in.';
COMMENT ON COLUMN countersign.audit_events.factor_id IS 'The factor it is about.';
COMMENT ON COLUMN countersign.audit_events.organization_id IS 'The organization it was done in or for.';
COMMENT ON COLUMN countersign.audit_events.address IS 'Network address, as nginx saw it.';
COMMENT ON COLUMN countersign.audit_events.user_agent IS 'User-Agent, cut to 200 bytes.';
COMMENT ON COLUMN countersign.audit_events.request_id IS 'The request it came with, as in the log.';
COMMENT ON COLUMN countersign.audit_events.details IS 'What else belongs to it, kept byte for byte.';
COMMENT ON COLUMN countersign.audit_events.key_id IS 'The key of the keyring that made the MAC.';
COMMENT ON COLUMN countersign.audit_events.mac IS 'HMAC-SHA-256 over this event and the MAC before it in the chain.';

GRANT USAGE ON SCHEMA countersign TO countersign_worker, countersign_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA countersign TO countersign_worker, countersign_reader;
REVOKE SELECT ON countersign.accounts, countersign.factors, countersign.recovery_codes, countersign.sessions
	FROM countersign_reader;
GRANT SELECT (account_id, name, password_changed_at, created_at, disabled_at, last_sign_in_at)
	ON countersign.accounts TO countersign_reader;
GRANT SELECT (account_id, factor_id, kind, label, state, preferred, created_at, confirmed_at, last_used_at, expires_at)
	ON countersign.factors TO countersign_reader;
GRANT SELECT (account_id, set_id, used_at) ON countersign.recovery_codes TO countersign_reader;
GRANT SELECT (account_id, session_id, state, created_at, last_seen_at, expires_at, password_at, verified_at, verified_by, organization_id, address, user_agent)
	ON countersign.sessions TO countersign_reader;
GRANT UPDATE (password_hash, last_sign_in_at) ON countersign.accounts TO countersign_worker;
GRANT UPDATE ON countersign.throttles, countersign.audit_chains TO countersign_worker;
GRANT INSERT ON countersign.audit_events TO countersign_worker;
GRANT INSERT, UPDATE, DELETE ON countersign.factors, countersign.recovery_sets, countersign.recovery_codes,
	countersign.sessions TO countersign_worker;
