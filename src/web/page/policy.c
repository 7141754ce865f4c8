/* The policy of an organization: the form, the preview of a change, and the change. */
#include "web/page/handlers.h"

#include "base/array.h"
#include "base/clock.h"
#include "conf/conf.h"
#include "flow/compliance.h"
#include "flow/policy.h"
#include "web/organization.h"
#include "web/page/admin.h"
#include "web/present.h"
#include "web/redirect.h"

#define MINUTE 60
#define GRACE_DEFAULT 14

static const char *const names[] = {"requirement", "required_since", "grace_days",
    "reauthentication_age", "verification_age", "admin_verification"};
#define NAMES (ARRAY_SIZE(names))

/* The fields of the form that have limits. */
static const struct {
	enum policy_field field;
	const char *name;
} limited[] = {
    {POLICY_GRACE_DAYS, "grace_days"},
    {POLICY_REQUIRED_SINCE, "required_since"},
    {POLICY_REAUTHENTICATION_AGE, "reauthentication_age"},
    {POLICY_VERIFICATION_AGE, "verification_age"},
};

static const struct flash flashes[] = {{"saved", "The policy was saved."}};

static const struct {
	const char *choice;
	const char *of;
} requirements[] = {
    [REQUIREMENT_OFF] = {"Nobody (it is optional)", "nobody"},
    [REQUIREMENT_ADMINS] = {"Owners, admins and sensitive roles",
	"owners, admins and sensitive roles"},
    [REQUIREMENT_EVERYONE] = {"Everyone", "everyone"},
};

static enum err read_wanted(struct call *c, struct policy *wanted) MUST_CHECK;
static int64_t read_since(const struct call *c, enum requirement requirement);
static int32_t read_age(const struct call *c, const char *name);
static int64_t since_of(const struct policy *p);
static struct str minutes(struct arena *a, int32_t seconds);
static void present_form(struct call *c);
static void present_limits(struct call *c);
static struct str value_of(struct call *c, const char *name);
static void present_requirements(struct call *c, struct str chosen);
static void present_hidden(struct call *c, const struct policy *wanted);
static void add_hidden(cJSON *list, const char *name, struct str value);
static void present_changes(struct call *c, const struct policy *to);
static void add_change(struct call *c, const char *label, struct str before, struct str after);
static struct str since_text(struct arena *a, int64_t us);
static struct str age_text(struct arena *a, int32_t seconds);
static struct str days_text(struct arena *a, int32_t days);
static void present_effect(struct call *c, const struct policy *to,
    const struct member_totals *before, const struct member_totals *after);
static void present_deadlines(struct call *c, const struct policy *to);

enum err
page_policy(struct call *c)
{
	present_admin(c, "policy");
	present_form(c);
	present_limits(c);
	present_flash_named(c, flashes, ARRAY_SIZE(flashes));
	return present_page(c, "policy", "Policy");
}

enum err
page_policy_preview(struct call *c)
{
	struct uuid organization = c->admin->organization;
	struct member_totals before, after;
	struct policy wanted, to;
	enum err e = read_wanted(c, &wanted);

	present_admin(c, "policy");
	if (e == OK)
		e = flow_policy_preview(&c->flow, organization, &wanted, &to, &after);
	if (e == OK)
		e = flow_members_totals(&c->flow, organization, &before);
	if (e != OK)
		return e;
	present_hidden(c, &wanted);
	present_changes(c, &to);
	present_effect(c, &to, &before, &after);
	return present_page(c, "policy_preview", "Review the new policy");
}

enum err
page_policy_post(struct call *c)
{
	struct policy wanted, policy;
	enum err e = read_wanted(c, &wanted);

	if (e == OK)
		e = flow_policy_change(&c->flow, c->admin->organization, &wanted, &policy);
	if (e == OK)
		redirect_to_path(c, STR("/admin/mfa/policy?done=saved"));
	return e;
}

/* ---- reading the form ---- */

static enum err
read_wanted(struct call *c, struct policy *wanted)
{
	bool known = requirement_parse(field_text(&c->fields, "requirement"), &wanted->requirement);
	unsigned int exceeded;

	*wanted = (struct policy){
	    .requirement = wanted->requirement,
	    .required_since = read_since(c, wanted->requirement),
	    .grace_days = (int32_t)field_number(&c->fields, "grace_days", -1),
	    .reauthentication_age = read_age(c, "reauthentication_age"),
	    .verification_age = read_age(c, "verification_age"),
	    .admin_verification = field_is_true(&c->fields, "admin_verification"),
	};
	if (!known)
		field_reject(&c->fields, "requirement");
	exceeded = policy_exceeds(wanted, c->flow.now);
	for (size_t i = 0; i < ARRAY_SIZE(limited); i++)
		if (exceeded & limited[i].field)
			field_reject(&c->fields, limited[i].name);
	return known && exceeded == 0 ? OK : ERR_FIELD;
}

/*
 * Returns 0 where the date does not change: the form has the day it was shown with. Today, or no
 * day, is the current second, which the preview passes on: the saved policy is the one it showed.
 */
static int64_t
read_since(const struct call *c, enum requirement requirement)
{
	const struct policy *p = &c->admin->policy;
	struct str text = field_text(&c->fields, "required_since");
	int64_t since = field_time(&c->fields, "required_since"),
		now = c->flow.now - c->flow.now % CLOCK_SECOND;
	bool same = requirement == p->requirement,
	     kept = p->requirement != REQUIREMENT_OFF &&
		    since - since % CLOCK_DAY == since_of(p) - since_of(p) % CLOCK_DAY &&
		    text.n == STR("YYYY-MM-DD").n;

	if (requirement == REQUIREMENT_OFF || (same && (str_is_absent(text) || kept)))
		return 0;
	if (str_is_absent(text) || kept)
		return now;
	if (text.n == STR("YYYY-MM-DD").n && since <= now && now < since + CLOCK_DAY)
		return now;
	return since;
}

/* Seconds from the minutes of the form; 0 when the field is empty, -1 for a number of 0. */
static int32_t
read_age(const struct call *c, const char *name)
{
	int64_t minutes = field_number(&c->fields, name, 0);

	if (str_is_absent(field_text(&c->fields, name)))
		return 0;
	return minutes > 0 && minutes <= INT32_MAX / MINUTE ? (int32_t)minutes * MINUTE : -1;
}

/* The date in the form: that of the members who were covered last. */
static int64_t
since_of(const struct policy *p)
{
	return p->requirement == REQUIREMENT_EVERYONE ? p->everyone_since : p->required_since;
}

/* Whole minutes, rounded up: the API accepts seconds. */
static struct str
minutes(struct arena *a, int32_t seconds)
{
	return seconds != 0 ? str_printf(a, "%d", (int)(seconds + MINUTE - 1) / MINUTE)
			    : STR_ABSENT;
}

/* ---- the form ---- */

/* Shows the values that were sent, else those of the policy. */
static void
present_form(struct call *c)
{
	const struct policy *p = &c->admin->policy;
	bool given = !str_is_absent(value_of(c, "requirement")) || c->refusal != OK;
	int32_t grace =
	    p->requirement == REQUIREMENT_OFF && p->version == 1 ? GRACE_DEFAULT : p->grace_days;
	struct str since = value_of(c, "required_since");

	present_requirements(c,
	    given ? value_of(c, "requirement") : requirement_name(p->requirement));
	model_text(c->model, "required_since",
	    given ? str_slice(since, 0, STR("YYYY-MM-DD").n) : day_text(c->arena, since_of(p)));
	model_text(c->model, "grace_days",
	    given ? value_of(c, "grace_days") : str_printf(c->arena, "%d", (int)grace));
	model_text(c->model, "reauthentication_age",
	    given ? value_of(c, "reauthentication_age")
		  : minutes(c->arena, p->reauthentication_age));
	model_text(c->model, "verification_age",
	    given ? value_of(c, "verification_age") : minutes(c->arena, p->verification_age));
	model_bool(c->model, "admin_verification",
	    given ? str_eq(value_of(c, "admin_verification"), STR("true")) : p->admin_verification);
	model_text(c->model, "service_age", age_text(c->arena, (int32_t)c->conf->step_up_age));
	model_text(c->model, "last_day",
	    day_text(c->arena, c->flow.now + POLICY_AHEAD_MAX * CLOCK_DAY));
	model_text(c->model, "required_of", str_of(requirements[p->requirement].of));
	if (p->requirement != REQUIREMENT_OFF)
		present_deadlines(c, p);
}

/* Shows the limits of the fields, and the hint of one that was rejected. */
static void
present_limits(struct call *c)
{
	struct arena *a = c->arena;
	const int least = POLICY_AGE_MIN / MINUTE, most = POLICY_AGE_MAX / MINUTE;
	const struct field_hint hints[] = {
	    {"requirement", "Choose who must use two-factor authentication."},
	    {"required_since", "Choose a day up to a year from now."},
	    {"grace_days",
		str_printf(a, "Enter the grace period as a whole number of days from 0 to %d.",
		    POLICY_GRACE_MAX)
		    .p},
	    {"reauthentication_age", str_printf(a,
					 "Enter a whole number of minutes from %d to %d for the "
					 "password, or leave it empty.",
					 least, most)
					 .p},
	    {"verification_age", str_printf(a,
				     "Enter a whole number of minutes from %d to %d for the code, "
				     "or leave it empty.",
				     least, most)
				     .p},
	};

	present_hint(c, hints, ARRAY_SIZE(hints));
	model_number(c->model, "grace_days_max", POLICY_GRACE_MAX);
}

static struct str
value_of(struct call *c, const char *name)
{
	return field_known(&c->fields, str_of(name)) ? field_text(&c->fields, name) : STR_ABSENT;
}

static void
present_requirements(struct call *c, struct str chosen)
{
	cJSON *list = model_list(c->model, "requirements");

	for (int i = REQUIREMENT_OFF; i <= REQUIREMENT_EVERYONE; i++) {
		struct str name = requirement_name((enum requirement)i);
		cJSON *o = model_item(list);

		model_text(o, "name", name);
		model_text(o, "text", str_of(requirements[i].choice));
		model_bool(o, "chosen", str_eq(name, chosen));
	}
}

/* ---- the preview ---- */

/* The values again, to save them or to return to the form. */
static void
present_hidden(struct call *c, const struct policy *wanted)
{
	cJSON *list = model_list(c->model, "hidden");

	for (size_t i = 0; i < NAMES; i++) {
		struct str value = field_text(&c->fields, names[i]);

		if (str_eq(str_of(names[i]), STR("required_since")) && wanted->required_since != 0)
			value = clock_rfc3339(c->arena, wanted->required_since);
		if (!str_is_absent(value))
			add_hidden(list, names[i], value);
	}
}

static void
add_hidden(cJSON *list, const char *name, struct str value)
{
	cJSON *o = model_item(list);

	model_text(o, "name", str_of(name));
	model_text(o, "value", value);
}

static void
present_changes(struct call *c, const struct policy *to)
{
	const struct policy *from = &c->admin->policy;
	struct arena *a = c->arena;

	(void)model_list(c->model, "changes");
	add_change(c, "Required for", str_of(requirements[from->requirement].of),
	    str_of(requirements[to->requirement].of));
	if (to->requirement != REQUIREMENT_OFF)
		add_change(c, "Required for owners, admins and sensitive roles from",
		    since_text(a, from->required_since), since_text(a, to->required_since));
	if (to->requirement == REQUIREMENT_EVERYONE)
		add_change(c, "Required for everyone else from",
		    since_text(a, from->everyone_since), since_text(a, to->everyone_since));
	add_change(c, "Grace period", days_text(a, from->grace_days), days_text(a, to->grace_days));
	add_change(c, "Ask for the password again after", age_text(a, from->reauthentication_age),
	    age_text(a, to->reauthentication_age));
	add_change(c, "Ask for a code again after", age_text(a, from->verification_age),
	    age_text(a, to->verification_age));
	add_change(c, "Recent verification on admin pages",
	    from->admin_verification ? STR("always") : STR("for changes only"),
	    to->admin_verification ? STR("always") : STR("for changes only"));
}

static void
add_change(struct call *c, const char *label, struct str before, struct str after)
{
	cJSON *o;

	if (str_eq(before, after))
		return;
	o = model_item(cJSON_GetObjectItemCaseSensitive(c->model, "changes"));
	model_text(o, "label", str_of(label));
	model_text(o, "before", before);
	model_text(o, "after", after);
}

static struct str
since_text(struct arena *a, int64_t us)
{
	return us != 0 ? clock_text(a, us) : STR("never");
}

static struct str
age_text(struct arena *a, int32_t seconds)
{
	struct str n = minutes(a, seconds);

	if (str_is_absent(n))
		return STR("the service’s limit");
	return str_printf(a, "%.*s minute%s", STR_FMT(n), str_eq(n, STR("1")) ? "" : "s");
}

static struct str
days_text(struct arena *a, int32_t days)
{
	return days == 0 ? STR("none") : str_printf(a, "%d day%s", (int)days, days == 1 ? "" : "s");
}

/* How many members the policy affects, and when. */
static void
present_effect(struct call *c, const struct policy *to, const struct member_totals *before,
    const struct member_totals *after)
{
	const int64_t *n = after->status;
	cJSON *list = model_list(c->model, "statuses");

	for (int i = 0; i < COMPLIANCE_COUNT; i++) {
		cJSON *o = model_item(list);

		model_text(o, "text", str_of(compliance_label((enum compliance)i)));
		model_number(o, "before", before->status[i]);
		model_number(o, "after", n[i]);
	}
	model_bool(c->model, "everyone", to->requirement == REQUIREMENT_EVERYONE);
	model_bool(c->model, "off", to->requirement == REQUIREMENT_OFF);
	model_number(c->model, "member_count", after->members);
	model_number(c->model, "covered", after->covered);
	model_number(c->model, "enrolled", after->covered_enrolled);
	model_number(c->model, "grace", n[COMPLIANCE_GRACE]);
	model_number(c->model, "at_once", n[COMPLIANCE_OVERDUE]);
	model_number(c->model, "exempt", n[COMPLIANCE_EXEMPT]);
	if (to->requirement != REQUIREMENT_OFF)
		present_deadlines(c, to);
}

/* When the grace period of each group ends. Members who join later have as long from then on. */
static void
present_deadlines(struct call *c, const struct policy *to)
{
	int64_t grace = to->grace_days * CLOCK_DAY;
	bool two =
	    to->requirement == REQUIREMENT_EVERYONE && to->everyone_since != to->required_since;
	cJSON *o = model_object(c->model, "deadlines");

	model_text(o, "grace", days_text(c->arena, to->grace_days));
	model_number(o, "days", to->grace_days);
	model_text(o, two ? "privileged" : "all", clock_text(c->arena, to->required_since + grace));
	if (two)
		model_text(o, "others", clock_text(c->arena, to->everyone_since + grace));
	model_bool(o, "two", two);
}
