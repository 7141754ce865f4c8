/* Changing factors from the profile, and disabling two-factor authentication. */
#include "web/page/handlers.h"

#include "flow/factor.h"
#include "flow/verify.h"
#include "web/organization.h"
#include "web/page/profile.h"
#include "web/present.h"
#include "web/redirect.h"

enum err
page_factor_rename(struct call *c)
{
	enum err e = flow_factor_rename(&c->flow, field_id(&c->fields, "factor"),
	    field_text(&c->fields, "label"));

	if (e == OK)
		profile_redirect(c, "renamed");
	return e;
}

enum err
page_factor_prefer(struct call *c)
{
	enum err e = flow_factor_prefer(&c->flow, field_id(&c->fields, "factor"));

	if (e == OK)
		profile_redirect(c, "preferred");
	return e;
}

/* Removing the last factor means disabling two-factor authentication, which has its own page. */
enum err
page_factor_remove(struct call *c)
{
	const struct factor *f = subject_factor(&c->flow.subject, field_id(&c->fields, "factor"));

	if (f == NULL)
		return ERR_NOT_FOUND;
	if (subject_active(&c->flow.subject) == 1) {
		redirect_to_path(c, STR("/mfa/disable"));
		return OK;
	}
	present_factor(c, f);
	model_bool(c->model, "preferred", f->preferred);
	return present_page(c, "factor_remove", "Remove a method");
}

enum err
page_factor_remove_post(struct call *c)
{
	enum err e = flow_factor_remove(&c->flow, field_id(&c->fields, "factor"));

	if (e == OK)
		profile_redirect(c, "removed");
	return e;
}

enum err
page_mfa_disable(struct call *c)
{
	if (subject_active(&c->flow.subject) == 0) {
		redirect_to_path(c, STR("/profile"));
		return OK;
	}
	present_required_by(c);
	model_bool(c->model, "need_code", flow_stepup_missing(&c->flow).verification);
	present_methods(c);
	return present_page(c, "mfa_disable", "Disable two-factor authentication");
}

enum err
page_mfa_disable_post(struct call *c)
{
	enum err e = flow_mfa_disable(&c->flow);

	if (e == OK)
		profile_redirect(c, "disabled");
	return e;
}
