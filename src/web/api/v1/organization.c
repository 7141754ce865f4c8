/* What owners and admins read and decide in their organization. */
#include "web/api/v1/handlers.h"

#include "base/clock.h"
#include "flow/compliance.h"
#include "flow/member.h"
#include "flow/policy.h"
#include "web/api/respond.h"
#include "web/error.h"
#include "web/member.h"

#define PAGE_DEFAULT 50

static enum err read_policy(struct call *c, struct policy *wanted) MUST_CHECK;
static int32_t read_age(struct call *c, const char *name);
static void report_limits(struct call *c, unsigned int fields);
static void present_policy(struct call *c, const struct policy *p,
    const struct member_totals *totals);
static void present_totals(cJSON *o, const struct member_totals *totals);
static enum err read_query(struct call *c, struct member_query *q) MUST_CHECK;
static void present_member(struct call *c, cJSON *o, const struct member *m);
static void present_methods_of(cJSON *o, const struct member *m);
static void present_exemption(struct call *c, cJSON *o, const struct member *m);
static enum err respond_member(struct call *c, enum err e) MUST_CHECK;

enum err
v1_policy(struct call *c)
{
	struct member_totals totals;
	enum err e = flow_members_totals(&c->flow, c->admin->organization, &totals);

	if (e != OK)
		return e;
	present_policy(c, &c->admin->policy, &totals);
	return api_respond(c, 200);
}

/*
 * With `dryRun` nothing is changed: the answer says what the policy would be, and whom it would
 * hit.
 */
enum err
v1_policy_change(struct call *c)
{
	struct uuid organization = c->admin->organization;
	struct policy wanted, policy;
	struct member_totals totals;
	enum err e = read_policy(c, &wanted);

	if (e != OK)
		return e;
	if (field_is_true(&c->fields, "dryRun")) {
		e = flow_policy_preview(&c->flow, organization, &wanted, &policy, &totals);
	} else {
		e = flow_policy_change(&c->flow, organization, &wanted, &policy);
		if (e == OK)
			e = flow_refresh(&c->flow);
		if (e == OK)
			e = flow_members_totals(&c->flow, organization, &totals);
	}
	if (e != OK)
		return e;
	present_policy(c, &policy, &totals);
	return api_respond(c, 200);
}

enum err
v1_compliance(struct call *c)
{
	struct member_query q;
	struct member_totals totals;
	struct member_page page;
	cJSON *list;
	enum err e = read_query(c, &q);

	if (e == OK && api_accepts(c, STR("text/csv")))
		return member_export(c, &q);
	if (e == OK)
		e = flow_members_totals(&c->flow, c->admin->organization, &totals);
	if (e == OK)
		e = flow_members_list(&c->flow, c->admin->organization, &q, &page);
	if (e == ERR_FIELD && c->error_count == 0)
		error_add_field(c, STR("after"), "It must be the `next` of the previous page.");
	if (e != OK)
		return e;
	present_totals(model_object(c->model, "totals"), &totals);
	list = model_list(c->model, "members");
	for (size_t i = 0; i < page.count; i++)
		present_member(c, model_item(list), &page.list[i]);
	model_text(c->model, "next", page.next);
	return api_respond(c, 200);
}

enum err
v1_member_exempt(struct call *c)
{
	enum err e =
	    flow_member_exempt(&c->flow, c->admin->organization, field_id(&c->fields, "account"),
		field_time(&c->fields, "until"), field_text(&c->fields, "reason"));

	if (e == ERR_FIELD)
		error_add_field(c, STR("until"),
		    "It must be in the future, at most a year from now.");
	return respond_member(c, e);
}

enum err
v1_member_unexempt(struct call *c)
{
	enum err e =
	    flow_member_unexempt(&c->flow, c->admin->organization, field_id(&c->fields, "account"));

	return e == OK ? api_no_content(c) : e;
}

enum err
v1_member_reset(struct call *c)
{
	return respond_member(c,
	    flow_member_reset(&c->flow, c->admin->organization, field_id(&c->fields, "account"),
		field_text(&c->fields, "reason")));
}

/* Reports every field that is wrong at once. */
static enum err
read_policy(struct call *c, struct policy *wanted)
{
	*wanted = (struct policy){
	    .required_since = field_time(&c->fields, "requiredSince"),
	    .grace_days = (int32_t)field_number(&c->fields, "graceDays", 0),
	    .reauthentication_age = read_age(c, "reauthenticationAge"),
	    .verification_age = read_age(c, "verificationAge"),
	    .admin_verification = field_is_true(&c->fields, "adminVerification"),
	};
	if (!requirement_parse(field_text(&c->fields, "requirement"), &wanted->requirement))
		error_add_field(c, STR("requirement"), "It must be off, admins or everyone.");
	report_limits(c, policy_exceeds(wanted, c->flow.now));
	return c->error_count == 0 ? OK : ERR_FIELD;
}

/* 0 where none was sent. A member of 0 is none of the ages that a policy can have. */
static int32_t
read_age(struct call *c, const char *name)
{
	int64_t age = field_number(&c->fields, name, -1);

	if (age == 0)
		return -1;
	return age > 0 ? (int32_t)age : 0;
}

static void
report_limits(struct call *c, unsigned int fields)
{
	const char *age =
	    str_printf(c->arena, "It must be %d to %d.", POLICY_AGE_MIN, POLICY_AGE_MAX).p;

	if (fields & POLICY_GRACE_DAYS)
		error_add_field(c, STR("graceDays"),
		    str_printf(c->arena, "It must be at most %d.", POLICY_GRACE_MAX).p);
	if (fields & POLICY_REQUIRED_SINCE)
		error_add_field(c, STR("requiredSince"), "It must be at most a year ahead.");
	if (fields & POLICY_REAUTHENTICATION_AGE)
		error_add_field(c, STR("reauthenticationAge"), age);
	if (fields & POLICY_VERIFICATION_AGE)
		error_add_field(c, STR("verificationAge"), age);
}

static void
present_policy(struct call *c, const struct policy *p, const struct member_totals *totals)
{
	cJSON *o = c->model;
	int64_t since =
	    p->requirement == REQUIREMENT_EVERYONE ? p->everyone_since : p->required_since;

	model_text(o, "requirement", requirement_name(p->requirement));
	api_set_time(c, o, "requiredSince", p->required_since);
	api_set_time(c, o, "everyoneSince", p->everyone_since);
	model_number(o, "graceDays", p->grace_days);
	api_set_time(c, o, "deadline", since == 0 ? 0 : since + p->grace_days * CLOCK_DAY);
	if (p->reauthentication_age != 0)
		model_number(o, "reauthenticationAge", p->reauthentication_age);
	else
		model_text(o, "reauthenticationAge", STR_ABSENT);
	if (p->verification_age != 0)
		model_number(o, "verificationAge", p->verification_age);
	else
		model_text(o, "verificationAge", STR_ABSENT);
	model_bool(o, "adminVerification", p->admin_verification);
	present_totals(model_object(o, "totals"), totals);
}

static void
present_totals(cJSON *o, const struct member_totals *totals)
{
	model_number(o, "members", totals->members);
	model_number(o, "enrolled", totals->status[COMPLIANCE_ENROLLED]);
	model_number(o, "grace", totals->status[COMPLIANCE_GRACE]);
	model_number(o, "lapsed", totals->status[COMPLIANCE_OVERDUE]);
	model_number(o, "exempt", totals->status[COMPLIANCE_EXEMPT]);
	model_number(o, "notRequired", totals->status[COMPLIANCE_NOT_REQUIRED]);
}

static enum err
read_query(struct call *c, struct member_query *q)
{
	struct str status = field_text(&c->fields, "standing");
	int64_t limit = field_number(&c->fields, "limit", PAGE_DEFAULT);

	*q = (struct member_query){
	    .filtered = !str_is_absent(status),
	    .search = field_text(&c->fields, "search"),
	    .after = field_text(&c->fields, "after"),
	    .limit = (int)limit,
	};
	if (q->filtered && !compliance_parse(status, &q->status))
		error_add_field(c, STR("standing"),
		    "It must be enrolled, grace, lapsed, exempt or not_required.");
	if (limit < 1 || limit > MEMBERS_PAGE_MAX)
		error_add_field(c, STR("limit"), "It must be 1 to 500.");
	return c->error_count == 0 ? OK : ERR_FIELD;
}

static void
present_member(struct call *c, cJSON *o, const struct member *m)
{
	model_text(o, "accountId", id_format(c->arena, ID_ACCOUNT, m->account));
	model_text(o, "name", m->name);
	model_text(o, "email", m->email);
	model_bool(o, "emailVerified", m->email_verified);
	model_text(o, "role", role_name(m->membership.role));
	model_bool(o, "sensitive", m->membership.sensitive);
	model_text(o, "standing", compliance_name(m->status.compliance));
	api_set_time(c, o, "deadline", m->status.deadline);
	present_exemption(c, o, m);
	present_methods_of(o, m);
	model_number(o, "backupCodesRemaining", m->codes_left);
	api_set_time(c, o, "lastSignInAt", m->last_sign_in_at);
	api_set_time(c, o, "joinedAt", m->membership.joined_at);
	model_bool(o, "disabled", m->disabled_at != 0);
}

static void
present_methods_of(cJSON *o, const struct member *m)
{
	cJSON *list = model_list(o, "methods");
	struct str rest = m->kinds;

	while (rest.n > 0)
		model_item_text(list, str_cut(&rest, ' '));
}

/* Also one that has ended, until another is given: it tells why nothing was asked for so long. */
static void
present_exemption(struct call *c, cJSON *o, const struct member *m)
{
	cJSON *e;

	if (m->membership.exempt_until == 0) {
		model_text(o, "exemption", STR_ABSENT);
		return;
	}
	e = model_object(o, "exemption");
	api_set_time(c, e, "until", m->membership.exempt_until);
	model_text(e, "reason", m->exempt_reason);
	model_text(e, "givenBy", m->exempt_by);
	api_set_time(c, e, "givenAt", m->exempted_at);
}

/* The member as it stands behind a decision. */
static enum err
respond_member(struct call *c, enum err e)
{
	struct member m;

	if (e == OK)
		e = flow_member_show(&c->flow, c->admin->organization,
		    field_id(&c->fields, "account"), &m);
	if (e != OK)
		return e;
	present_member(c, c->model, &m);
	return api_respond(c, 200);
}
