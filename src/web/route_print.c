/* The route tables and the table of errors as JSON. */
#include "web/route_print.h"

#include "base/array.h"
#include "base/log.h"
#include "view/model.h"
#include "web/error.h"
#include "web/router.h"

/* The names of the guards, by bit; api/openapi.json has them as x-guards. */
static const struct {
	unsigned int bit;
	const char *name;
} guard_names[] = {
    {G_PUBLIC, "public"},
    {G_VISITOR, "visitor"},
    {G_SESSION, "session"},
    {G_ACTIVE, "active"},
    {G_SAME_ORIGIN, "same_origin"},
    {G_EMAIL_VERIFIED, "email_verified"},
    {G_FRESH_PASSWORD, "fresh_password"},
    {G_FRESH_VERIFICATION, "fresh_verification"},
    {G_PASSWORD_NOW, "password_now"},
    {G_CODE_NOW, "code_now"},
    {G_APP_CODE_NOW, "app_code_now"},
    {G_ENROLLING, "enrolling"},
    {G_ADMIN, "admin"},
    {G_OWN_FACTOR, "own_factor"},
};

static const char *const field_types[] = {
    [FIELD_EMAIL] = "email",
    [FIELD_PASSWORD] = "password",
    [FIELD_CODE] = "code",
    [FIELD_LABEL] = "label",
    [FIELD_PATH] = "path",
    [FIELD_TOKEN] = "token",
    [FIELD_FACTOR] = "factor",
    [FIELD_SESSION] = "session",
    [FIELD_ORGANIZATION] = "organization",
    [FIELD_ACCOUNT] = "account",
    [FIELD_TEXT] = "text",
    [FIELD_NUMBER] = "number",
    [FIELD_TIME] = "time",
    [FIELD_BOOLEAN] = "boolean",
    [FIELD_WORD] = "word",
};

static const char *const field_proofs[] = {
    [PROOF_NONE] = NULL,
    [PROOF_PASSWORD] = "password",
    [PROOF_CODE] = "code",
    [PROOF_RECOVERY] = "recovery_code",
    [PROOF_FACTOR] = "factor",
    [PROOF_EMAIL] = "email",
};

static const enum err errors[] = {
#define ERR_MEMBER(name, code, kind) name,
    ERR_TABLE(ERR_MEMBER)
#undef ERR_MEMBER
};

static void add_family(cJSON *families, const struct route_family *family);
static void add_route(cJSON *o, const struct route *r);
static void add_guards(cJSON *list, unsigned int guards);
static void add_fields(cJSON *list, const struct field *fields);
static void add_error(cJSON *o, enum err e);
static void set_text(cJSON *o, const char *name, const char *text);

struct str
route_print_json(struct arena *a)
{
	cJSON *model = model_new(), *families = model_list(model, "families"),
	      *list = model_list(model, "errors");
	const struct route_set *set;
	const struct route_family *before = NULL;
	struct str text;

	for (size_t i = 0; (set = router_set_at(i)) != NULL; i++) {
		if (set->family != before)
			add_family(families, set->family);
		before = set->family;
	}
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		if (errors[i] != OK)
			add_error(model_item(list), errors[i]);
	text = model_json(a, model);
	cJSON_Delete(model);
	return text;
}

/* A family may have its routes in several sets. */
static void
add_family(cJSON *families, const struct route_family *family)
{
	cJSON *o = model_item(families), *routes;
	const struct route_set *set;

	set_text(o, "name", family->name);
	routes = model_list(o, "routes");
	for (size_t i = 0; (set = router_set_at(i)) != NULL; i++)
		for (size_t k = 0; set->family == family && k < set->count; k++)
			add_route(model_item(routes), &set->routes[k]);
}

static void
add_route(cJSON *o, const struct route *r)
{
	model_text(o, "method", req_method_name(r->method));
	set_text(o, "path", r->path);
	add_guards(model_list(o, "guards"), r->guards);
	add_fields(model_list(o, "fields"), r->fields);
	set_text(o, "stepUp", r->purpose);
}

static void
add_guards(cJSON *list, unsigned int guards)
{
	for (size_t i = 0; i < ARRAY_SIZE(guard_names); i++) {
		if (guards & guard_names[i].bit)
			model_item_text(list, str_of(guard_names[i].name));
		guards &= ~guard_names[i].bit;
	}
	if (guards != 0)
		log_fatal("route_print.guard", "a guard has no name");
}

static void
add_fields(cJSON *list, const struct field *fields)
{
	for (const struct field *f = fields; f != NULL && f->name != NULL; f++) {
		cJSON *o = model_item(list);

		set_text(o, "name", f->name);
		set_text(o, "type", field_types[f->type]);
		model_bool(o, "required", f->required);
		set_text(o, "proof", field_proofs[f->proof]);
	}
}

static void
add_error(cJSON *o, enum err e)
{
	set_text(o, "code", err_code(e));
	set_text(o, "kind", err_kind(e) == ERR_KIND_REFUSAL ? "refusal" : "failure");
	model_number(o, "status", error_status(e));
	set_text(o, "title", error_title(e));
	set_text(o, "detail", error_detail(e));
}

/* NULL becomes null. */
static void
set_text(cJSON *o, const char *name, const char *text)
{
	model_text(o, name, text != NULL ? str_of(text) : STR_ABSENT);
}
