/* The factors of an account. */
#include "web/api/v1/handlers.h"

#include "flow/factor.h"
#include "web/api/respond.h"
#include "web/error.h"

static void present_factor(struct call *c, cJSON *o, const struct factor *f);

enum err
v1_mfa(struct call *c)
{
	api_present_mfa(c);
	return api_respond(c, 200);
}

/* A repeat finds no factor and gets the same response. */
enum err
v1_totp_delete(struct call *c)
{
	enum err e = flow_mfa_disable(&c->flow);

	return e == OK || e == ERR_NOT_ENABLED ? api_respond_mfa(c) : e;
}

enum err
v1_factors(struct call *c)
{
	const struct subject *s = &c->flow.subject;
	cJSON *list = model_list(c->model, "factors");

	for (size_t i = 0; i < s->factor_count; i++)
		if (s->factors[i].state == FACTOR_ACTIVE)
			present_factor(c, model_item(list), &s->factors[i]);
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
	present_factor(c, c->model, f);
	return api_respond(c, 200);
}

enum err
v1_factor_delete(struct call *c)
{
	enum err e = flow_factor_remove(&c->flow, field_id(&c->fields, "factor"));

	return e == OK ? api_respond_mfa(c) : e;
}

static void
present_factor(struct call *c, cJSON *o, const struct factor *f)
{
	model_text(o, "id", id_format(c->arena, ID_FACTOR, f->id));
	model_text(o, "kind", str_of(f->kind->name));
	model_text(o, "label", f->label);
	model_bool(o, "preferred", f->preferred);
	api_set_time(c, o, "addedAt", f->confirmed_at);
	api_set_time(c, o, "lastUsedAt", f->last_used_at);
}
