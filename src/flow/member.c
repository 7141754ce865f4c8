/*
 * What an admin decides for a member. The event stands in the chain of the member's account, so
 * that another change of that account in between makes the decision run again.
 */
#include "flow/member.h"

#include "flow/internal.h"

#include "base/clock.h"
#include "base/codec.h"
#include "flow/admin.h"
#include "store/member.h"
#include "store/session.h"
#include "store/subject.h"

/* A decision and the member it is for. */
struct decision_params {
	struct uuid organization;
	struct uuid account;
	enum audit_kind kind;
	struct str details;
	struct str reason;
	int64_t until;
};

/*
 * Writes a decision within its change, or refuses it. `target` is a flow of its own, whose subject
 * is the member.
 */
typedef enum err decision(struct flow *fl, struct flow *target, const struct decision_params *d);

static enum err decide(struct flow *fl, const struct decision_params *d,
    decision *write) MUST_CHECK;
static enum err load_target(struct flow *fl, struct flow *target,
    const struct decision_params *d) MUST_CHECK;
static enum err begin(struct flow *fl, struct flow *target,
    const struct decision_params *d) MUST_CHECK;
static enum err hold(struct flow *fl, const struct flow *target,
    const struct decision_params *d) MUST_CHECK;
static decision write_reset, write_exempt, write_unexempt;

enum err
flow_member_reset(struct flow *fl, struct uuid organization, struct uuid account, struct str reason)
{
	struct str text = json_quote(fl->arena, reason);
	struct decision_params d = {
	    .organization = organization,
	    .account = account,
	    .kind = AUDIT_MFA_RESET,
	    .details = str_printf(fl->arena, "{\"reason\":%.*s}", STR_FMT(text)),
	    .reason = reason,
	};

	return decide(fl, &d, write_reset);
}

enum err
flow_member_exempt(struct flow *fl, struct uuid organization, struct uuid account, int64_t until,
    struct str reason)
{
	struct str text = json_quote(fl->arena, reason), end = clock_rfc3339(fl->arena, until);
	struct decision_params d = {
	    .organization = organization,
	    .account = account,
	    .kind = AUDIT_EXEMPTION_GIVEN,
	    .details = str_printf(fl->arena, "{\"until\":\"%.*s\",\"reason\":%.*s}", STR_FMT(end),
		STR_FMT(text)),
	    .reason = reason,
	    .until = until,
	};

	if (!policy_allows_exemption(until, fl->now))
		return ERR_FIELD;
	return decide(fl, &d, write_exempt);
}

enum err
flow_member_unexempt(struct flow *fl, struct uuid organization, struct uuid account)
{
	struct decision_params d = {.organization = organization,
	    .account = account,
	    .kind = AUDIT_EXEMPTION_ENDED};
	enum err e = decide(fl, &d, write_unexempt);

	return e == ERR_NOT_ENABLED ? OK : e;
}

static enum err
decide(struct flow *fl, const struct decision_params *d, decision *write)
{
	enum err e;

	do {
		struct flow target = *fl;

		e = load_target(fl, &target, d);
		if (e == OK && d->kind == AUDIT_EXEMPTION_ENDED &&
		    subject_membership(&target.subject, d->organization)->exempt_until == 0)
			e = ERR_NOT_ENABLED;
		if (e == OK)
			e = begin(fl, &target, d);
		if (e != OK)
			continue;
		e = hold(fl, &target, d);
		if (e == OK)
			e = write(fl, &target, d);
		e = flow_change_end(&target, e);
	} while (e == ERR_RACE && clock_mono_ms() < fl->deadline_ms);
	return e == ERR_RACE ? ERR_UNAVAILABLE : e;
}

/* Admins cannot decide on their own account, and only an owner decides on an owner. */
static enum err
load_target(struct flow *fl, struct flow *target, const struct decision_params *d)
{
	const struct membership *admin, *member;
	enum err e = flow_admin_membership(fl, d->organization, &admin);

	if (e == OK)
		e = store_subject_load(flow_db(fl), d->account, UUID_NIL, &target->subject);
	if (e != OK)
		return e;
	member = subject_membership(&target->subject, d->organization);
	if (member == NULL)
		return ERR_NOT_FOUND;
	if (uuid_eq(d->account, fl->subject.account.id) ||
	    !member_may_decide(admin->role, member->role))
		return ERR_FORBIDDEN;
	return OK;
}

/* The event is about the member, by the admin. The member does not learn the admin's address. */
static enum err
begin(struct flow *fl, struct flow *target, const struct decision_params *d)
{
	struct audit_event ev =
	    flow_event_by(target, d->kind, &fl->subject, d->organization, d->details);

	target->address = STR_ABSENT;
	return store_begin(flow_db(fl), &ev);
}

/* The admin still has a role that may decide on this member, until the change ends. */
static enum err
hold(struct flow *fl, const struct flow *target, const struct decision_params *d)
{
	const struct membership *member = subject_membership(&target->subject, d->organization);
	enum role role;
	enum err e = flow_admin_hold(fl, d->organization, &role);

	if (e != OK)
		return e;
	return member_may_decide(role, member->role) ? OK : ERR_FORBIDDEN;
}

static enum err
write_reset(struct flow *fl, struct flow *target, const struct decision_params *d)
{
	const struct subject *s = &target->subject;
	const struct membership *m = subject_membership(s, d->organization);
	enum err e;

	if (s->factor_count == 0 && uuid_is_nil(s->recovery.id) && s->throttle.failures == 0)
		return ERR_NOT_ENABLED;
	e = flow_remove_all(target);
	if (e == OK)
		e = store_sessions_end_others(flow_db(target), s->account.id, UUID_NIL);
	if (e == OK)
		e = flow_notify(target, MAIL_MFA_RESET, STR_ABSENT);
	return e == OK
		   ? flow_notify_admins(target, d->organization, m->name, fl->subject.account.id)
		   : e;
}

static enum err
write_exempt(struct flow *fl, struct flow *target, const struct decision_params *d)
{
	return store_membership_exempt(flow_db(target), d->account, d->organization, d->until,
	    d->reason, fl->subject.account.id, fl->now);
}

static enum err
write_unexempt(struct flow *fl, struct flow *target, const struct decision_params *d)
{
	enum err e =
	    store_membership_unexempt(flow_db(target), d->account, d->organization, fl->now);

	return e == ERR_NOT_FOUND ? ERR_NOT_ENABLED : e;
}
