/* Setting up, disabling and recovering the second factor, with the members of this API family. */
#include "web/api/public/handlers.h"

#include "flow/enroll.h"
#include "flow/factor.h"
#include "flow/recovery.h"
#include "web/api/respond.h"

static enum err respond(struct call *c, const char *status,
    const struct recovery_codes *codes) MUST_CHECK;

/* The response has the secret once; a repeat from the same session gets the URL alone. */
enum err
public_setup(struct call *c)
{
	struct enroll_params in = {0};
	struct enroll_result out;
	const struct factor *f;
	struct factor_prompt prompt;
	enum err e = flow_enroll_begin(&c->flow, &in, &out);

	if (e == OK)
		e = flow_enroll_show(&c->flow, &f, &prompt);
	if (e != OK)
		return e;
	if (out.begun)
		model_text(c->model, "totp_secret", secret_reveal(prompt.key));
	model_text(c->model, "otpauth_url", secret_reveal(prompt.uri));
	return respond(c, "mfa_secret_issued", NULL);
}

enum err
public_enable(struct call *c)
{
	struct confirm_params in = {
	    .response = field_secret(c->arena, &c->fields, "mfa_code"),
	    .elevate = !c->token_in_body,
	};
	struct recovery_codes codes;
	enum err e = flow_enroll_confirm(&c->flow, &in, &codes);

	return e == OK ? respond(c, "enabled", &codes) : e;
}

enum err
public_disable(struct call *c)
{
	enum err e = flow_mfa_disable(&c->flow);

	return e == OK ? respond(c, "disabled", NULL) : e;
}

enum err
public_regenerate(struct call *c)
{
	struct recovery_codes codes;
	enum err e = flow_recovery_replace(&c->flow, &codes);

	return e == OK ? respond(c, "recovery_codes_regenerated", &codes) : e;
}

static enum err
respond(struct call *c, const char *status, const struct recovery_codes *codes)
{
	enum err e = flow_refresh(&c->flow);

	if (e != OK)
		return e;
	model_text(c->model, "status", str_of(status));
	model_text(c->model, "account_id",
	    id_format(c->arena, ID_ACCOUNT, c->flow.subject.account.id));
	model_bool(c->model, "mfa_enabled", subject_active(&c->flow.subject) > 0);
	if (codes != NULL && codes->count > 0)
		api_set_codes(c->model, "mfa_recovery_codes", codes);
	return api_respond(c, 200);
}
