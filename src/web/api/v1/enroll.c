/* Setting up a TOTP factor. */
#include "web/api/v1/handlers.h"

#include "flow/enroll.h"
#include "web/api/respond.h"

/* Issues recovery codes, which become valid when the factor is confirmed. */
enum err
v1_totp_enroll(struct call *c)
{
	struct enroll_params in = {.label = field_text(&c->fields, "label"), .issue_codes = true};
	struct enroll_result out;
	const struct factor *f;
	struct factor_prompt prompt;
	enum err e = flow_enroll_begin(&c->flow, &in, &out);

	if (e == OK)
		e = flow_enroll_show(&c->flow, &f, &prompt);
	if (e != OK)
		return e;
	model_text(c->model, "factorId", id_format(c->arena, ID_FACTOR, f->id));
	model_text(c->model, "totpURI", secret_reveal(prompt.uri));
	model_text(c->model, "secret", secret_reveal(prompt.key));
	if (out.codes.count > 0)
		api_set_codes(c->model, "backupCodes", &out.codes);
	api_set_time(c, c->model, "expiresAt", f->expires_at);
	return api_respond(c, 200);
}

/* Responds with recovery codes only where the set-up was begun elsewhere and issued none. */
enum err
v1_totp_verify(struct call *c)
{
	struct confirm_params in = {
	    .factor = field_id(&c->fields, "factorId"),
	    .response = field_secret(c->arena, &c->fields, "code"),
	    .elevate = !c->token_in_body,
	    .adopt_issued = true,
	};
	struct recovery_codes codes;
	enum err e = flow_enroll_confirm(&c->flow, &in, &codes);

	if (e == OK && codes.count > 0)
		api_set_codes(c->model, "backupCodes", &codes);
	return e == OK ? api_respond_mfa(c) : e;
}
