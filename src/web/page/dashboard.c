/* The dashboard: the first page after signing in. */
#include "web/page/handlers.h"

#include "flow/compliance.h"
#include "flow/verify.h"
#include "web/page/organization.h"
#include "web/present.h"
#include "web/redirect.h"

static enum err present_overdue_members(struct call *c) MUST_CHECK;

enum err
page_dashboard(struct call *c)
{
	const struct session *s = &c->flow.subject.session;
	enum err e = present_overdue_members(c);

	if (e != OK)
		return e;
	present_mfa(c);
	present_switched(c);
	model_bool(model_object(c->model, "nav"), "dashboard", true);
	model_bool(c->model, "recovery_used", str_eq(s->verified_by, STR("recovery_code")));
	model_text(c->model, "next", redirect_local(field_text(&c->fields, "next")));
	return present_page(c, "dashboard", "Dashboard");
}

/*
 * Shows admins the number of overdue members; not where the policy wants a fresh verification for
 * admin pages and the session has none.
 */
static enum err
present_overdue_members(struct call *c)
{
	const struct subject *s = &c->flow.subject;
	const struct membership *here = subject_membership(s, subject_organization(s));
	struct member_totals totals;
	enum err e;
	cJSON *o;

	if (here == NULL || !role_administers(here->role) ||
	    here->policy.requirement == REQUIREMENT_OFF ||
	    (here->policy.admin_verification && flow_stepup_missing(&c->flow).verification))
		return OK;
	e = flow_members_totals(&c->flow, here->organization, &totals);
	if (e != OK || totals.status[COMPLIANCE_OVERDUE] == 0)
		return e;
	o = model_object(c->model, "overdue_members");
	model_number(o, "count", totals.status[COMPLIANCE_OVERDUE]);
	model_text(o, "organization", here->name);
	return OK;
}
