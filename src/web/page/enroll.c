/* Setting up a factor: introduction, QR code, first code. */
#include "web/page/handlers.h"

#include "base/clock.h"
#include "conf/conf.h"
#include "flow/enroll.h"
#include "flow/session.h"
#include "qr/qr.h"
#include "web/page/recovery.h"
#include "web/present.h"
#include "web/redirect.h"

#define TITLE "Two-factor authentication (MFA)"
/* Pixels per module; the image is about 300 pixels wide. */
#define QR_SCALE 6
/* Characters per group of the key for typing. */
#define KEY_GROUP 4

static enum err remember_return_path(struct call *c, struct str step) MUST_CHECK;
static enum err show_start(struct call *c) MUST_CHECK;
static enum err show_scan(struct call *c, const struct factor *f,
    const struct factor_prompt *prompt) MUST_CHECK;
static enum err show_verify(struct call *c, const struct factor *f) MUST_CHECK;
static void present_key(struct call *c, struct str key);

enum err
page_enroll(struct call *c)
{
	const struct factor *f;
	struct factor_prompt prompt;
	struct str step = field_text(&c->fields, "step");
	enum err e = remember_return_path(c, step);

	if (e != OK)
		return e;
	if (str_eq(step, STR("done")) && subject_active(&c->flow.subject) > 0) {
		model_bool(c->model, "codes", subject_active(&c->flow.subject) == 1);
		model_text(c->model, "next", c->flow.subject.session.return_to);
		return present_page(c, "enroll_done", TITLE);
	}
	if (!c->flow.subject.account.email_verified) {
		model_text(c->model, "email", c->flow.subject.account.email);
		model_bool(c->model, "sends_mail", conf_sends_mail(c->conf));
		return present_page(c, "enroll_unverified", TITLE);
	}
	e = flow_enroll_show(&c->flow, &f, &prompt);
	if (e == ERR_NO_PENDING)
		return show_start(c);
	if (e != OK)
		return e;
	if (str_eq(step, STR("verify")))
		return show_verify(c, f);
	return show_scan(c, f, &prompt);
}

enum err
page_enroll_qr(struct call *c)
{
	const struct factor *f;
	struct factor_prompt prompt;
	struct str png;
	enum err e = flow_enroll_show(&c->flow, &f, &prompt);

	if (e == ERR_NO_PENDING || (e == OK && !uuid_eq(f->id, field_id(&c->fields, "factor"))))
		return ERR_NOT_FOUND;
	if (e == OK)
		e = qr_png(c->arena, secret_reveal(prompt.uri), QR_SCALE, &png);
	if (e == OK)
		resp_set(c->resp, 200, STR("image/png"), png);
	return e;
}

enum err
page_enroll_start(struct call *c)
{
	struct enroll_params in = {.label = field_text(&c->fields, "label")};
	struct enroll_result out;
	enum err e = flow_enroll_begin(&c->flow, &in, &out);

	if (e == OK)
		redirect_to_path(c, STR("/mfa/setup?step=scan"));
	return e;
}

enum err
page_enroll_start_form(struct call *c)
{
	model_text(c->model, "label", field_text(&c->fields, "label"));
	return show_start(c);
}

/* The recovery codes are shown in this response and never again. */
enum err
page_enroll_confirm(struct call *c)
{
	struct confirm_params in = {
	    .factor = field_id(&c->fields, "factor"),
	    .response = field_secret(c->arena, &c->fields, "code"),
	    .elevate = true,
	};
	struct recovery_codes codes;
	enum err e = flow_enroll_confirm(&c->flow, &in, &codes);

	if (e == OK)
		e = flow_refresh(&c->flow);
	if (e != OK)
		return e;
	if (codes.count > 0)
		return page_show_codes(c, &codes, true);
	redirect_to_path(c, STR("/mfa/setup?step=done"));
	return OK;
}

enum err
page_enroll_confirm_form(struct call *c)
{
	const struct factor *f;
	struct factor_prompt prompt;
	enum err e = flow_enroll_show(&c->flow, &f, &prompt);

	if (e == ERR_NO_PENDING) {
		c->refusal = ERR_NO_PENDING;
		return show_start(c);
	}
	return e == OK ? show_verify(c, f) : e;
}

enum err
page_enroll_cancel(struct call *c)
{
	bool enrolling =
	    subject_state(&c->flow.subject, c->flow.now) == SESSION_ENROLLMENT_REQUIRED;
	enum err e = flow_enroll_cancel(&c->flow);

	/* Where the policy allows nothing but set-up, the introduction is shown again. */
	if (e == OK)
		redirect_to_path(c, enrolling ? STR("/mfa/setup") : STR("/profile"));
	return e;
}

/* The first step stores where the browser goes after the last one. */
static enum err
remember_return_path(struct call *c, struct str step)
{
	if (!str_is_absent(step))
		return OK;
	return flow_setup_return_to(&c->flow, redirect_local(field_text(&c->fields, "next")));
}

static enum err
show_start(struct call *c)
{
	model_bool(c->model, "enabled", subject_active(&c->flow.subject) > 0);
	return present_page(c, "enroll_start", TITLE);
}

static enum err
show_scan(struct call *c, const struct factor *f, const struct factor_prompt *prompt)
{
	struct str id = id_format(c->arena, ID_FACTOR, f->id);

	present_factor(c, f);
	present_key(c, secret_reveal(prompt->key));
	model_bool(c->model, "first", subject_active(&c->flow.subject) == 0);
	model_text(c->model, "uri", secret_reveal(prompt->uri));
	model_text(c->model, "qr_src",
	    str_printf(c->arena, "/mfa/setup/qr.png?factor=%.*s", STR_FMT(id)));
	model_text(c->model, "expires", clock_text(c->arena, f->expires_at));
	return present_page(c, "enroll_scan", TITLE);
}

static enum err
show_verify(struct call *c, const struct factor *f)
{
	present_factor(c, f);
	model_bool(c->model, "first", subject_active(&c->flow.subject) == 0);
	return present_page(c, "enroll_verify", TITLE);
}

static void
present_key(struct call *c, struct str key)
{
	cJSON *groups = model_list(c->model, "key_groups");

	for (size_t i = 0; i < key.n; i += KEY_GROUP)
		model_item_text(groups, str_slice(key, i, KEY_GROUP));
}
