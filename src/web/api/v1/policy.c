/* The policy of an organization. */
#include "web/api/v1/handlers.h"

#include "base/clock.h"
#include "flow/compliance.h"
#include "flow/policy.h"
#include "web/api/respond.h"
#include "web/api/v1/compliance.h"
#include "web/error.h"

static enum err read_policy(struct call *c, struct policy *wanted) MUST_CHECK;
static int32_t read_age(struct call *c, const char *name);
static void report_limits(struct call *c, unsigned int fields);
static void present_policy(struct call *c, const struct policy *p,
    const struct member_totals *totals);

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

/* With `dryRun` nothing changes: the response has the policy and the totals that would follow. */
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

/* Returns 0 where the member was not sent, and -1 for 0, which no policy can have. */
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
		error_add_field(c, STR("requiredSince"), "It must be at most a year from now.");
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
	v1_present_totals(model_object(o, "totals"), totals);
}
