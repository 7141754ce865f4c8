/* The operator's use cases. */
#include "flow/internal.h"

#include "base/clock.h"
#include "base/codec.h"
#include "domain/account.h"
#include "flow/operator.h"
#include "store/account.h"
#include "store/email.h"
#include "store/member.h"
#include "store/organization.h"
#include "store/session.h"
#include "store/subject.h"

/* Writes an operator's change within its transaction. */
typedef enum err operator_write(struct flow *fl, void *arg);

struct membership_params {
	struct uuid organization;
	struct str role;
	bool sensitive;
};

static enum err load(struct flow *fl, struct str email) MUST_CHECK;
static enum err change(struct flow *fl, struct str email, enum audit_kind kind, struct str details,
    operator_write *write, void *arg) MUST_CHECK;
static enum err change_membership(struct flow *fl, struct str slug, struct str email,
    enum audit_kind kind, struct membership_params *j, operator_write *write) MUST_CHECK;
static struct audit_event event(struct flow *fl, enum audit_kind kind, struct str details);
static bool password_fits(struct secret password);
static bool slug_fits(struct str slug);
static operator_write write_password;
static operator_write write_verified;
static operator_write write_disabled;
static operator_write write_reset;
static operator_write write_revoked;
static operator_write write_membership;
static operator_write write_role;
static operator_write write_removed;

enum err
operator_account_create(struct flow *fl, struct str email, struct str name, struct secret password,
    bool verified, struct uuid *id)
{
	struct account *account = &fl->subject.account;
	struct audit_event ev;
	enum err e;

	if (!password_fits(password))
		return ERR_FIELD;
	*account = (struct account){
	    .id = uuid_new(fl->now),
	    .name = name,
	    .email = email,
	    .email_verified = verified,
	    .password_hash = pwhash_make(fl->arena, &fl->env->pwhash, password),
	};
	e = store_begin_plain(flow_db(fl));
	if (e != OK)
		return e;
	e = store_account_create(flow_db(fl), account, fl->now);
	ev = event(fl, AUDIT_ACCOUNT_CREATED, STR_ABSENT);
	if (e == OK)
		e = store_event(flow_db(fl), &ev);
	if (e == OK && !verified)
		e = flow_email_link_write(fl);
	*id = account->id;
	return flow_change_end(fl, e);
}

enum err
operator_account_password(struct flow *fl, struct str email, struct secret password)
{
	struct str hash;

	if (!password_fits(password))
		return ERR_FIELD;
	hash = pwhash_make(fl->arena, &fl->env->pwhash, password);
	return change(fl, email, AUDIT_PASSWORD_CHANGED, STR_ABSENT, write_password, &hash);
}

enum err
operator_account_verify_email(struct flow *fl, struct str email)
{
	return change(fl, email, AUDIT_EMAIL_VERIFIED, STR_ABSENT, write_verified, &email);
}

enum err
operator_account_disable(struct flow *fl, struct str email, bool disabled)
{
	return change(fl, email, disabled ? AUDIT_ACCOUNT_DISABLED : AUDIT_ACCOUNT_ENABLED,
	    STR_ABSENT, write_disabled, &disabled);
}

enum err
operator_account_reset_mfa(struct flow *fl, struct str email, struct str reason)
{
	struct str text = json_quote(fl->arena, reason);

	return change(fl, email, AUDIT_MFA_RESET,
	    str_printf(fl->arena, "{\"reason\":%.*s}", STR_FMT(text)), write_reset, NULL);
}

enum err
operator_session_revoke(struct flow *fl, struct str email, struct uuid session)
{
	struct str id =
	    uuid_is_nil(session) ? STR("all") : id_format(fl->arena, ID_SESSION, session);

	return change(fl, email, AUDIT_SESSION_REVOKED,
	    str_printf(fl->arena, "{\"session\":\"%.*s\"}", STR_FMT(id)), write_revoked, &session);
}

enum err
operator_account_show(struct flow *fl, struct str email, struct account_report *out)
{
	int64_t active_after = fl->now - fl->env->conf->session_idle * CLOCK_SECOND;
	enum err e = load(fl, email);
	struct uuid id = fl->subject.account.id;

	*out = (struct account_report){0};
	if (e == OK)
		e = store_account_details(flow_db(fl), id, &out->details);
	if (e == OK)
		e = store_sessions_list(flow_db(fl), id, fl->now, active_after, &out->sessions,
		    &out->session_count);
	return e;
}

enum err
operator_organization_create(struct flow *fl, struct str slug, struct str name, struct uuid *id)
{
	struct organization o = {.id = uuid_new(fl->now),
	    .slug = slug,
	    .name = name,
	    .created_at = fl->now};
	enum err e;

	if (!slug_fits(slug) || str_trim(name).n == 0)
		return ERR_FIELD;
	e = store_begin_plain(flow_db(fl));
	if (e != OK)
		return e;
	*id = o.id;
	return flow_change_end(fl, store_organization_create(flow_db(fl), &o));
}

enum err
operator_organization_add_member(struct flow *fl, struct str slug, struct str email,
    struct str role, bool sensitive)
{
	struct membership_params j = {.role = role, .sensitive = sensitive};

	return change_membership(fl, slug, email, AUDIT_MEMBERSHIP_ADDED, &j, write_membership);
}

enum err
operator_organization_set_role(struct flow *fl, struct str slug, struct str email, struct str role,
    bool sensitive)
{
	struct membership_params j = {.role = role, .sensitive = sensitive};

	return change_membership(fl, slug, email, AUDIT_MEMBERSHIP_CHANGED, &j, write_role);
}

enum err
operator_organization_remove_member(struct flow *fl, struct str slug, struct str email)
{
	struct membership_params j = {.role = role_name(ROLE_MEMBER)};

	return change_membership(fl, slug, email, AUDIT_MEMBERSHIP_REMOVED, &j, write_removed);
}

enum err
operator_organizations_list(struct flow *fl, struct str after, struct organization **list,
    size_t *count)
{
	return store_organizations_list(flow_db(fl), after, list, count);
}

static enum err
load(struct flow *fl, struct str email)
{
	struct uuid id;
	enum err e = store_account_find(flow_db(fl), email, &id);

	if (e == OK && uuid_is_nil(id))
		return ERR_NOT_FOUND;
	return e == OK ? store_subject_load(flow_db(fl), id, UUID_NIL, &fl->subject) : e;
}

/* The event names the organization; the event of a removed membership has no role in it. */
static enum err
change_membership(struct flow *fl, struct str slug, struct str email, enum audit_kind kind,
    struct membership_params *j, operator_write *write)
{
	struct buf details = {.arena = fl->arena};
	struct str id;
	enum role role;
	enum err e;

	if (!role_parse(j->role, &role))
		return ERR_FIELD;
	e = store_organization_find(flow_db(fl), slug, &j->organization);
	if (e == OK && uuid_is_nil(j->organization))
		e = ERR_NOT_FOUND;
	if (e != OK)
		return e;
	fl->organization = j->organization;
	id = id_format(fl->arena, ID_ORGANIZATION, j->organization);
	buf_printf(&details, "{\"organization\":\"%.*s\"", STR_FMT(id));
	if (kind != AUDIT_MEMBERSHIP_REMOVED)
		buf_printf(&details, ",\"role\":\"%.*s\",\"sensitive\":%s", STR_FMT(j->role),
		    j->sensitive ? "true" : "false");
	buf_addc(&details, '}');
	return change(fl, email, kind, buf_str(&details), write, j);
}

/*
 * Loads the account, writes the event and the change, and commits; after a lost race it starts
 * again.
 */
static enum err
change(struct flow *fl, struct str email, enum audit_kind kind, struct str details,
    operator_write *write, void *arg)
{
	enum err e;

	do {
		struct audit_event ev;

		e = load(fl, email);
		if (e != OK)
			return e;
		ev = event(fl, kind, details);
		e = store_begin(flow_db(fl), &ev);
		if (e == OK)
			e = flow_change_end(fl, write(fl, arg));
	} while (e == ERR_RACE && clock_mono_ms() < fl->deadline_ms);
	return e;
}

static struct audit_event
event(struct flow *fl, enum audit_kind kind, struct str details)
{
	uint16_t key = keyring_active(fl->env->keyring);
	struct audit_event ev = {
	    .account = fl->subject.account.id,
	    .at = fl->now,
	    .kind = kind,
	    .accepted = true,
	    .actor = AUDIT_BY_OPERATOR,
	    .organization = uuid_is_nil(fl->organization) ? subject_organization(&fl->subject)
							  : fl->organization,
	    .details = details,
	};

	audit_append(fl->arena, &ev, &fl->subject.chain, key,
	    keyring_key(fl->env->keyring, key, KEY_USE_AUDIT));
	return ev;
}

/* Counts characters, not bytes. What is not UTF-8 could not be typed at sign-in. */
static bool
password_fits(struct secret password)
{
	struct str text = secret_reveal(password);
	size_t characters = 0, i;

	for (i = 0; i < text.n; i++)
		characters += ((unsigned char)text.p[i] & 0xC0) != 0x80;
	return str_is_text(text, ACCOUNT_PASSWORD_MAX) && characters >= PASSWORD_MIN;
}

static bool
slug_fits(struct str slug)
{
	size_t i;

	for (i = 0; i < slug.n; i++) {
		char c = slug.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && i > 0)))
			return false;
	}
	return slug.n >= 1 && slug.n <= 63;
}

static enum err
write_password(struct flow *fl, void *arg)
{
	const struct str *hash = arg;
	enum err e = store_account_password(flow_db(fl), fl->subject.account.id, *hash, fl->now);

	return e == OK ? store_sessions_end_others(flow_db(fl), fl->subject.account.id, UUID_NIL)
		       : e;
}

static enum err
write_verified(struct flow *fl, void *arg)
{
	const struct str *address = arg;
	enum err e = store_email_verify(flow_db(fl), fl->subject.account.id, *address, fl->now);

	return e == ERR_NOT_FOUND ? ERR_CONFLICT : e;
}

static enum err
write_disabled(struct flow *fl, void *arg)
{
	const bool *disabled = arg;
	enum err e;

	if (*disabled == (fl->subject.account.disabled_at != 0))
		return ERR_CONFLICT;
	e = store_account_disable(flow_db(fl), fl->subject.account.id, *disabled ? fl->now : 0);
	return e == OK && *disabled
		   ? store_sessions_end_others(flow_db(fl), fl->subject.account.id, UUID_NIL)
		   : e;
}

static enum err
write_reset(struct flow *fl, void *arg)
{
	const struct subject *s = &fl->subject;
	enum err e;

	(void)arg;
	if (s->factor_count == 0 && uuid_is_nil(s->recovery.id) && s->throttle.failures == 0)
		return ERR_CONFLICT;
	e = flow_remove_all(fl);
	if (e == OK)
		e = store_sessions_end_others(flow_db(fl), s->account.id, UUID_NIL);
	return e == OK ? flow_notify(fl, MAIL_MFA_RESET, STR_ABSENT) : e;
}

static enum err
write_revoked(struct flow *fl, void *arg)
{
	const struct uuid *session = arg;

	if (uuid_is_nil(*session))
		return store_sessions_end_others(flow_db(fl), fl->subject.account.id, *session);
	return store_session_end(flow_db(fl), fl->subject.account.id, *session);
}

static enum err
write_membership(struct flow *fl, void *arg)
{
	const struct membership_params *j = arg;

	return store_membership_create(flow_db(fl), fl->subject.account.id, j->organization,
	    j->role, j->sensitive, fl->now);
}

static enum err
write_role(struct flow *fl, void *arg)
{
	const struct membership_params *j = arg;

	return store_membership_role(flow_db(fl), fl->subject.account.id, j->organization, j->role,
	    j->sensitive, fl->now);
}

static enum err
write_removed(struct flow *fl, void *arg)
{
	const struct membership_params *j = arg;

	return store_membership_delete(flow_db(fl), fl->subject.account.id, j->organization);
}
