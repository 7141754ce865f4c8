/* Recovery codes, and disabling. */
#include "web/page/recovery.h"

#include "base/clock.h"
#include "conf/conf.h"
#include "flow/factor.h"
#include "flow/recovery.h"
#include "flow/verify.h"
#include "web/organization.h"
#include "web/page/handlers.h"
#include "web/present.h"
#include "web/redirect.h"

#define TITLE "Recovery codes"

enum err
page_codes(struct call *c)
{
	const struct recovery_set *set = &c->flow.subject.recovery;

	if (subject_active(&c->flow.subject) == 0) {
		redirect_to_path(c, STR("/mfa/setup"));
		return OK;
	}
	model_number(c->model, "left", set->left);
	model_number(c->model, "total", RECOVERY_CODES);
	model_bool(c->model, "none", set->left == 0);
	model_bool(c->model, "low", set->left < RECOVERY_LOW);
	model_bool(c->model, "need_password", flow_stepup_missing(&c->flow).password);
	present_methods(c);
	return present_page(c, "recovery_codes", TITLE);
}

enum err
page_codes_post(struct call *c)
{
	struct recovery_codes out;
	enum err e = flow_recovery_replace(&c->flow, &out);

	return e == OK ? page_show_codes(c, &out, false) : e;
}

enum err
page_show_codes(struct call *c, const struct recovery_codes *codes, bool first)
{
	cJSON *list = model_list(c->model, "codes");
	struct str date = clock_text(c->arena, c->req->now);
	struct buf text = {.arena = c->arena};
	int i;

	buf_printf(&text, "%s recovery codes\n%.*s, %.*s\nEach code works once.\n\n",
	    c->conf->issuer, STR_FMT(c->flow.subject.account.email), STR_FMT(date));
	for (i = 0; i < codes->count; i++) {
		model_item_text(list, codes->list[i]);
		buf_add(&text, codes->list[i]);
		buf_addc(&text, '\n');
	}
	model_text(c->model, "codes_text", buf_str(&text));
	model_number(c->model, "count", codes->count);
	model_text(c->model, "date", date);
	model_bool(c->model, "first", first);
	return present_page(c, "recovery_codes_new",
	    first ? "Save your recovery codes" : "New recovery codes");
}

enum err
page_codes_acknowledge(struct call *c)
{
	enum err e = flow_recovery_acknowledge(&c->flow);

	if (e == OK)
		redirect_to_path(c, STR("/mfa/setup?step=done"));
	return e;
}

enum err
page_disable(struct call *c)
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
page_disable_post(struct call *c)
{
	enum err e = flow_mfa_disable(&c->flow);

	if (e == OK)
		redirect_to_path(c, STR("/profile?done=disabled"));
	return e;
}
