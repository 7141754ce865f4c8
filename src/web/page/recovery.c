/* Recovery codes. */
#include "web/page/recovery.h"

#include "base/clock.h"
#include "conf/conf.h"
#include "flow/recovery.h"
#include "flow/verify.h"
#include "web/page/handlers.h"
#include "web/present.h"
#include "web/redirect.h"

#define TITLE "Recovery codes"

enum err
page_recovery(struct call *c)
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
page_recovery_post(struct call *c)
{
	struct recovery_codes codes;
	enum err e = flow_recovery_replace(&c->flow, &codes);

	return e == OK ? page_show_codes(c, &codes, false) : e;
}

enum err
page_show_codes(struct call *c, const struct recovery_codes *codes, bool first)
{
	cJSON *list = model_list(c->model, "codes");
	struct str date = clock_text(c->arena, c->req->now);
	struct buf text = {.arena = c->arena};

	buf_printf(&text, "%s recovery codes\n%.*s, %.*s\nEach code works once.\n\n",
	    c->conf->issuer, STR_FMT(c->flow.subject.account.email), STR_FMT(date));
	for (int i = 0; i < codes->count; i++) {
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
page_recovery_acknowledge(struct call *c)
{
	enum err e = flow_recovery_acknowledge(&c->flow);

	if (e == OK)
		redirect_to_path(c, STR("/mfa/setup?step=done"));
	return e;
}
