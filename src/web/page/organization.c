/* Choosing the organization that the session works in. */
#include "web/page/organization.h"

#include "base/clock.h"
#include "flow/session.h"
#include "web/organization.h"
#include "web/page/handlers.h"
#include "web/present.h"
#include "web/redirect.h"

static void present_membership(struct call *c, cJSON *o, const struct membership *m);
static struct str after_switch(const struct call *c);

enum err
page_organization(struct call *c)
{
	const struct subject *s = &c->flow.subject;
	cJSON *list = model_list(c->model, "memberships");

	for (size_t i = 0; i < s->membership_count; i++)
		present_membership(c, model_item(list), &s->memberships[i]);
	model_bool(c->model, "none_chosen", uuid_is_nil(subject_organization(s)));
	model_text(c->model, "next", redirect_local(field_text(&c->fields, "next")));
	return present_page(c, "organization", "Organizations");
}

enum err
page_organization_post(struct call *c)
{
	enum err e = flow_switch_organization(&c->flow, field_id(&c->fields, "organization"));

	if (e == OK)
		redirect_to_path(c, after_switch(c));
	return e;
}

void
present_switched(struct call *c)
{
	const struct subject *s = &c->flow.subject;
	const struct membership *here = subject_membership(s, subject_organization(s));
	struct str text;

	if (here == NULL || !str_eq(field_text(&c->fields, FLASH_FIELD), STR("switched")))
		return;
	text = str_printf(c->arena, "You are now working in %.*s.%s", STR_FMT(here->name),
	    subject_active(s) == 0 ? ""
				   : " A verification counts in one organization only, so "
				     "the next sensitive action asks for a code again.");
	present_flash(c, str_c(c->arena, text));
}

/* Shows the compliance in the organization: there an overdue member can do nothing but set-up. */
static void
present_membership(struct call *c, cJSON *o, const struct membership *m)
{
	const struct subject *s = &c->flow.subject;
	struct compliance_status status =
	    membership_compliance(m, subject_active(s) > 0, c->flow.now);

	model_text(o, "id", id_format(c->arena, ID_ORGANIZATION, m->organization));
	model_text(o, "name", m->name);
	model_text(o, "role", role_label(c->arena, m));
	model_bool(o, "current", uuid_eq(m->organization, subject_organization(s)));
	model_bool(o, "overdue_there", status.compliance == COMPLIANCE_OVERDUE);
	if (status.compliance == COMPLIANCE_GRACE)
		model_text(o, "due", clock_text(c->arena, status.deadline));
}

/* Returns the page that the browser wanted, else the dashboard, which shows a flash message. */
static struct str
after_switch(const struct call *c)
{
	struct str next = field_text(&c->fields, "next");

	if (str_eq(next, STR("/admin/mfa")))
		return STR("/admin/mfa?done=switched");
	return redirect_is_local(next) ? next : STR("/dashboard?done=switched");
}
