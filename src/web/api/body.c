/* JSON bodies. cJSON accepts more than JSON, so json_check() runs before it. */
#include "web/api/body.h"

#include "http/json.h"
#include "web/error.h"

#define BODY_DEPTH 4

static void read_member(struct call *c, const cJSON *item);
static void read_number(struct call *c, struct str name, const cJSON *item);
static void set_field(struct call *c, struct str name, struct str value);
static const struct field *find_field(const struct call *c, struct str name);
static bool is_in_path(const struct call *c, struct str name);

enum err
api_read(struct call *c)
{
	struct str body = c->req->body, type = req_media_type(c->req);
	struct json_fault fault;
	cJSON *root;
	const cJSON *item;

	if (body.n == 0)
		return OK;
	if (!str_eq(type, STR("application/json")))
		return ERR_MEDIA_TYPE;
	if (json_check(c->arena, body, BODY_DEPTH, &fault) != OK) {
		c->detail = str_printf(c->arena, "The body is not acceptable JSON: %s at byte %zu.",
		    fault.what, fault.at);
		return ERR_BAD_REQUEST;
	}
	root = cJSON_ParseWithLength(body.p, body.n);
	if (!cJSON_IsObject(root)) {
		cJSON_Delete(root);
		c->detail = STR("The body must be a JSON object.");
		return ERR_BAD_REQUEST;
	}
	cJSON_ArrayForEach(item, root) read_member(c, item);
	cJSON_Delete(root);
	return OK;
}

/* A member that is null counts as absent. */
static void
read_member(struct call *c, const cJSON *item)
{
	struct str name = str_copy(c->arena, str_of(item->string));
	const struct field *f = find_field(c, name);

	if (f == NULL || is_in_path(c, name)) {
		error_add_field(c, name, "There is no such member.");
		return;
	}
	if (cJSON_IsNull(item))
		return;
	if (f->type == FIELD_BOOLEAN) {
		if (!cJSON_IsBool(item))
			error_add_field(c, name, "It must be true or false.");
		else
			set_field(c, name, cJSON_IsTrue(item) ? STR("true") : STR("false"));
		return;
	}
	if (f->type == FIELD_NUMBER) {
		read_number(c, name, item);
		return;
	}
	if (!cJSON_IsString(item))
		error_add_field(c, name, "It must be a string.");
	else
		set_field(c, name, str_of(item->valuestring));
}

static void
read_number(struct call *c, struct str name, const cJSON *item)
{
	double n = cJSON_IsNumber(item) ? item->valuedouble : -1;

	if (!(n >= 0 && n <= FIELD_NUMBER_MAX) || n != (double)(int64_t)n)
		error_add_field(c, name, "It must be a whole number of 0 or more.");
	else
		set_field(c, name, str_printf(c->arena, "%lld", (long long)n));
}

static void
set_field(struct call *c, struct str name, struct str value)
{
	if (!field_set(c->arena, &c->fields, name, value))
		error_add_field(c, name, "It appears twice.");
}

static const struct field *
find_field(const struct call *c, struct str name)
{
	size_t i;

	for (i = 0; i < c->fields.count; i++)
		if (str_eq(str_of(c->fields.values[i].field->name), name))
			return c->fields.values[i].field;
	return NULL;
}

static bool
is_in_path(const struct call *c, struct str name)
{
	size_t i;

	for (i = 0; i < c->segment_count; i++)
		if (str_eq(c->segments[i].name, name))
			return true;
	return false;
}
