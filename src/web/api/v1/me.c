/* A person's own second factor. */
#include "web/api/v1/handlers.h"

#include "base/clock.h"
#include "flow/enroll.h"
#include "flow/factor.h"
#include "flow/recovery.h"
#include "web/api/respond.h"
#include "web/error.h"

static enum err respond_mfa(struct call *c) MUST_CHECK;
static void present_factor_object(struct call *c, cJSON *o, const struct factor *f);

enum err
v1_mfa(struct call *c)
{
	api_present_mfa(c);
	return api_respond(c, 200);
}

/* The codes are handed out here and count once the factor is confirmed. */
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
	model_text(c->model, "expiresAt", clock_rfc3339(c->arena, f->expires_at));
	return api_respond(c, 200);
}

/*
 * Codes appear here only where none could be handed out before: the set-up was begun in another
 * way.
 */
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
	return e == OK ? respond_mfa(c) : e;
}

/* A repeat finds nothing left to remove and says the same. */
enum err
v1_totp_delete(struct call *c)
{
	enum err e = flow_mfa_disable(&c->flow);

	return e == OK || e == ERR_NOT_ENABLED ? respond_mfa(c) : e;
}

enum err
v1_factors(struct call *c)
{
	const struct subject *s = &c->flow.subject;
	cJSON *list = model_list(c->model, "factors");
	size_t i;

	for (i = 0; i < s->factor_count; i++)
		if (s->factors[i].state == FACTOR_ACTIVE)
			present_factor_object(c, model_item(list), &s->factors[i]);
	return api_respond(c, 200);
}

enum err
v1_factor_change(struct call *c)
{
	struct uuid id = field_id(&c->fields, "factor");
	struct str label = field_text(&c->fields, "label"),
		   preferred = field_text(&c->fields, "preferred");
	const struct factor *f;
	enum err e = OK;

	if (str_is_absent(label) && str_is_absent(preferred)) {
		error_add_field(c, STR("label"), "Send label, preferred or both.");
		error_add_field(c, STR("preferred"), "Send label, preferred or both.");
		return ERR_FIELD;
	}
	if (str_eq(preferred, STR("false"))) {
		error_add_field(c, STR("preferred"),
		    "It can only be set to true. Prefer another factor instead.");
		return ERR_FIELD;
	}
	if (!str_is_absent(label))
		e = flow_factor_rename(&c->flow, id, label);
	if (e == OK && !str_is_absent(preferred))
		e = flow_factor_prefer(&c->flow, id);
	if (e == OK)
		e = flow_refresh(&c->flow);
	if (e != OK)
		return e;
	f = subject_factor(&c->flow.subject, id);
	if (f == NULL)
		return ERR_NOT_FOUND;
	present_factor_object(c, c->model, f);
	return api_respond(c, 200);
}

enum err
v1_factor_delete(struct call *c)
{
	enum err e = flow_factor_remove(&c->flow, field_id(&c->fields, "factor"));

	return e == OK ? respond_mfa(c) : e;
}

enum err
v1_codes_replace(struct call *c)
{
	struct recovery_codes codes;
	enum err e = flow_recovery_replace(&c->flow, &codes);

	if (e != OK)
		return e;
	api_set_codes(c->model, "recoveryCodes", &codes);
	return api_respond(c, 200);
}

static enum err
respond_mfa(struct call *c)
{
	enum err e = flow_refresh(&c->flow);

	if (e != OK)
		return e;
	api_present_mfa(c);
	return api_respond(c, 200);
}

static void
present_factor_object(struct call *c, cJSON *o, const struct factor *f)
{
	model_text(o, "id", id_format(c->arena, ID_FACTOR, f->id));
	model_text(o, "kind", str_of(f->kind->name));
	model_text(o, "label", f->label);
	model_bool(o, "preferred", f->preferred);
	model_text(o, "addedAt", clock_rfc3339(c->arena, f->confirmed_at));
	model_text(o, "lastUsedAt",
	    f->last_used_at == 0 ? STR_ABSENT : clock_rfc3339(c->arena, f->last_used_at));
}
