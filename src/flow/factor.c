/* Changing and removing factors. */
#include "flow/factor.h"

#include "flow/internal.h"
#include "store/factor.h"
#include "store/recovery.h"
#include "store/session.h"
#include "store/verification.h"

struct rename_params {
	struct uuid factor;
	struct str label;
};

static flow_step rename_step;
static flow_step prefer_step;
static flow_step remove_step;
static flow_step disable_step;
static enum err remove_all(struct flow *fl, enum audit_kind kind, struct uuid factor) MUST_CHECK;
static const struct factor *next_preferred(const struct subject *s, struct uuid removed);

enum err
flow_factor_rename(struct flow *fl, struct uuid factor, struct str label)
{
	struct rename_params r = {.factor = factor, .label = label};

	return flow_attempt(fl, rename_step, &r);
}

enum err
flow_factor_prefer(struct flow *fl, struct uuid factor)
{
	return flow_attempt(fl, prefer_step, &factor);
}

enum err
flow_factor_remove(struct flow *fl, struct uuid factor)
{
	return flow_attempt(fl, remove_step, &factor);
}

enum err
flow_mfa_disable(struct flow *fl)
{
	return flow_attempt(fl, disable_step, NULL);
}

enum err
flow_remove_all(struct flow *fl)
{
	struct uuid account = fl->subject.account.id;
	enum err e = store_factors_delete(flow_db(fl), account);

	if (e == OK)
		e = store_recovery_delete(flow_db(fl), account);
	return e == OK ? store_throttle_clear(flow_db(fl), account) : e;
}

static enum err
rename_step(struct flow *fl, void *arg)
{
	const struct rename_params *r = arg;
	const struct factor *f =
	    uuid_is_nil(r->factor) ? NULL : subject_factor(&fl->subject, r->factor);
	enum err e;

	if (f == NULL)
		return ERR_NOT_FOUND;
	if (str_eq(f->label, r->label))
		return OK;
	e = flow_change_begin(fl, AUDIT_FACTOR_RENAMED, f->id, STR_ABSENT);
	if (e != OK)
		return e;
	return flow_change_end(fl,
	    store_factor_rename(flow_db(fl), fl->subject.account.id, f->id, r->label));
}

static enum err
prefer_step(struct flow *fl, void *arg)
{
	const struct uuid *id = arg;
	const struct factor *f = uuid_is_nil(*id) ? NULL : subject_factor(&fl->subject, *id);
	enum err e;

	if (f == NULL)
		return ERR_NOT_FOUND;
	if (f->preferred)
		return OK;
	e = flow_change_begin(fl, AUDIT_FACTOR_PREFERRED, f->id, STR_ABSENT);
	if (e != OK)
		return e;
	return flow_change_end(fl, store_factor_prefer(flow_db(fl), fl->subject.account.id, f->id));
}

static enum err
remove_step(struct flow *fl, void *arg)
{
	const struct uuid *id = arg;
	const struct subject *s = &fl->subject;
	const struct factor *f = uuid_is_nil(*id) ? NULL : subject_factor(s, *id), *next;
	enum err e;

	if (f == NULL)
		return ERR_NOT_FOUND;
	if (subject_active(s) == 1 && subject_requires_factor(s, fl->now))
		return ERR_FACTOR_REQUIRED;
	if (subject_active(s) == 1)
		return remove_all(fl, AUDIT_FACTOR_REMOVED, f->id);
	e = flow_change_begin(fl, AUDIT_FACTOR_REMOVED, f->id, STR_ABSENT);
	if (e != OK)
		return e;
	e = store_factor_delete(flow_db(fl), s->account.id, f->id);
	next = f->preferred ? next_preferred(s, f->id) : NULL;
	if (e == OK && next != NULL)
		e = store_factor_prefer(flow_db(fl), s->account.id, next->id);
	if (e == OK)
		e = store_sessions_unverify_others(flow_db(fl), s->account.id, s->session.id);
	if (e == OK)
		e = flow_notify(fl, MAIL_FACTOR_REMOVED, f->label);
	return flow_change_end(fl, e);
}

static enum err
disable_step(struct flow *fl, void *arg)
{
	(void)arg;
	if (subject_active(&fl->subject) == 0)
		return ERR_NOT_ENABLED;
	if (subject_requires_factor(&fl->subject, fl->now))
		return ERR_FACTOR_REQUIRED;
	return remove_all(fl, AUDIT_MFA_DISABLED, UUID_NIL);
}

/*
 * Ends the other sessions: no factor is left to ask them for, and none of them may be elevated
 * by that.
 */
static enum err
remove_all(struct flow *fl, enum audit_kind kind, struct uuid factor)
{
	struct uuid account = fl->subject.account.id, session = fl->subject.session.id;
	enum err e = flow_change_begin(fl, kind, factor, STR_ABSENT);

	if (e != OK)
		return e;
	e = flow_remove_all(fl);
	if (e == OK)
		e = store_sessions_end_others(flow_db(fl), account, session);
	if (e == OK)
		e = store_session_unverify(flow_db(fl), account, session);
	if (e == OK)
		e = flow_notify(fl, MAIL_MFA_DISABLED, STR_ABSENT);
	return flow_change_end(fl, e);
}

/* The oldest active factor except the removed one. */
static const struct factor *
next_preferred(const struct subject *s, struct uuid removed)
{
	size_t i;

	for (i = 0; i < s->factor_count; i++)
		if (s->factors[i].state == FACTOR_ACTIVE && !uuid_eq(s->factors[i].id, removed))
			return &s->factors[i];
	return NULL;
}
