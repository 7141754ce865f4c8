/* The reference of the API: a page made from the document that is the contract. */
#include "web/page/docs.h"

#include "base/array.h"

#include "web/error.h"
#include "web/internal.h"
#include "web/page/handlers.h"
#include "web/present.h"

static const struct str heading_sign = STR_INIT("\n## ");

static void show_about(struct call *c);
static struct str cut_section(struct str *rest);
static void show_groups(struct call *c);
static void show_operations(struct call *c, cJSON *list, struct str tag);
static bool is_tagged(const cJSON *operation, struct str tag);
static void show_operation(struct call *c, cJSON *o, const cJSON *path, const cJSON *operation);
static void show_who(struct call *c, cJSON *o, const cJSON *operation);
static void show_parameters(struct call *c, cJSON *o, const cJSON *operation, const char *place,
    const char *name);
static void show_requests(struct call *c, cJSON *o, const cJSON *path, const cJSON *operation);
static void show_request(cJSON *list, struct str start, const cJSON *example);
static struct str request_start(struct call *c, const cJSON *path, const cJSON *operation);
static struct str parameter_example(struct call *c, const cJSON *operation, struct str name);
static void show_responses(struct call *c, cJSON *o, const cJSON *operation);
static void show_response(struct call *c, cJSON *o, const cJSON *response);
static void show_files(struct call *c, cJSON *o, const cJSON *content);
static cJSON *part(cJSON *o, const char *name, const char *list, const cJSON *source);
static void show_codes(struct call *c);

enum err
page_docs(struct call *c)
{
	const cJSON *problem =
	    docs_at(docs_at(docs_at(c->web->contract, "components"), "schemas"), "Problem");

	show_about(c);
	show_groups(c);
	docs_members(c, model_list(c->model, "problem"), problem);
	show_codes(c);
	return present_page(c, "docs_api", "API reference");
}

/* The description of the whole: what comes before the first heading, and a section a heading. */
static void
show_about(struct call *c)
{
	const cJSON *info = docs_at(c->web->contract, "info");
	struct str rest = docs_text(info, "description");
	cJSON *list = model_list(c->model, "sections");

	model_text(c->model, "version", docs_text(info, "version"));
	docs_blocks(c, model_object(c->model, "intro"), cut_section(&rest));
	while (!str_is_absent(rest)) {
		struct str text = cut_section(&rest), heading = str_cut(&text, '\n');
		cJSON *o = model_item(list);

		model_text(o, "id", docs_anchor(c, heading));
		model_text(o, "heading", heading);
		docs_blocks(c, o, text);
	}
}

/* As far as the next heading; `rest` begins with its words. */
static struct str
cut_section(struct str *rest)
{
	struct str all = *rest;
	size_t i;

	for (i = 0; i < all.n; i++) {
		if (str_starts(str_slice(all, i, all.n), heading_sign)) {
			*rest = str_slice(all, i + heading_sign.n, all.n);
			return str_slice(all, 0, i);
		}
	}
	*rest = STR_ABSENT;
	return all;
}

static void
show_groups(struct call *c)
{
	cJSON *list = model_list(c->model, "groups");
	const cJSON *tag;

	cJSON_ArrayForEach(tag, docs_at(c->web->contract, "tags"))
	{
		struct str name = docs_text(tag, "name");
		cJSON *o = model_item(list);

		model_text(o, "id", docs_anchor(c, name));
		model_text(o, "heading", name);
		docs_blocks(c, o, docs_text(tag, "description"));
		show_operations(c, model_list(o, "operations"), name);
	}
}

static void
show_operations(struct call *c, cJSON *list, struct str tag)
{
	const cJSON *path, *op;

	cJSON_ArrayForEach(path, docs_at(c->web->contract, "paths")) cJSON_ArrayForEach(op,
	    path) if (is_tagged(op, tag)) show_operation(c, model_item(list), path, op);
}

static bool
is_tagged(const cJSON *operation, struct str tag)
{
	const cJSON *first = cJSON_GetArrayItem(docs_at(operation, "tags"), 0);

	return str_eq(str_of(cJSON_GetStringValue(first)), tag);
}

static void
show_operation(struct call *c, cJSON *o, const cJSON *path, const cJSON *operation)
{
	const cJSON *body = docs_resolve(c, docs_at(operation, "requestBody"));
	const cJSON *schema =
	    docs_at(docs_at(docs_at(body, "content"), "application/json"), "schema");

	model_text(o, "id", docs_text(operation, "operationId"));
	model_text(o, "method", docs_upper(c, operation->string));
	model_text(o, "path", str_of(path->string));
	model_text(o, "summary", docs_text(operation, "summary"));
	docs_blocks(c, o, docs_text(operation, "description"));
	show_who(c, o, operation);
	show_parameters(c, o, operation, "path", "path_members");
	show_parameters(c, o, operation, "query", "query_members");
	docs_members(c, part(o, "body", "members", schema), schema);
	show_requests(c, o, path, operation);
	show_responses(c, o, operation);
}

/* The names of the guards, in the words the document has for them. */
static void
show_who(struct call *c, cJSON *o, const cJSON *operation)
{
	const cJSON *words = docs_at(c->web->contract, "x-guards"), *guard;
	cJSON *list = model_list(o, "who");

	cJSON_ArrayForEach(guard, docs_at(operation, "x-guards"))
	    docs_runs(model_item(list), docs_text(words, cJSON_GetStringValue(guard)));
}

/* Those that stand in one place. */
static void
show_parameters(struct call *c, cJSON *o, const cJSON *operation, const char *place,
    const char *name)
{
	const cJSON *given = docs_at(operation, "parameters"), *item;
	cJSON *list = NULL;

	cJSON_ArrayForEach(item, given)
	{
		const cJSON *p = docs_resolve(c, item);
		const cJSON *schema = docs_resolve(c, docs_at(p, "schema"));

		if (!str_eq(docs_text(p, "in"), str_of(place)))
			continue;
		if (list == NULL)
			list = part(o, name, "members", given);
		docs_member(c, list, docs_text(p, "name"), schema,
		    cJSON_IsTrue(docs_at(p, "required")), docs_text(p, "description"));
	}
	if (list == NULL)
		(void)part(o, name, "members", NULL);
}

/* One for each example of a body, or one without. */
static void
show_requests(struct call *c, cJSON *o, const cJSON *path, const cJSON *operation)
{
	const cJSON *body = docs_resolve(c, docs_at(operation, "requestBody")), *example;
	const cJSON *examples =
	    docs_at(docs_at(docs_at(body, "content"), "application/json"), "examples");
	struct str start = request_start(c, path, operation);
	cJSON *list = model_list(o, "requests");

	cJSON_ArrayForEach(example, examples) show_request(list, start, docs_resolve(c, example));
	if (examples == NULL)
		show_request(list, start, NULL);
}

static void
show_request(cJSON *list, struct str start, const cJSON *example)
{
	cJSON *o = model_item(list);

	model_text(o, "label", docs_text(example, "summary"));
	model_text(o, "start", start);
	docs_json(o, "text", docs_at(example, "value"));
}

/*
 * Method, path with its examples filled in, and the token: only who needs none says something
 * of security.
 */
static struct str
request_start(struct call *c, const cJSON *path, const cJSON *operation)
{
	struct buf text = {.arena = c->arena};
	struct str rest = str_of(path->string), query = docs_text(operation, "x-query");

	buf_add(&text, docs_upper(c, operation->string));
	buf_addc(&text, ' ');
	while (!str_is_absent(rest)) {
		buf_add(&text, str_cut(&rest, '{'));
		if (!str_is_absent(rest))
			buf_add(&text, parameter_example(c, operation, str_cut(&rest, '}')));
	}
	if (!str_is_absent(query))
		buf_printf(&text, "?%.*s", STR_FMT(query));
	buf_addc(&text, '\n');
	if (docs_at(operation, "security") == NULL)
		buf_add(&text, STR("Authorization: Bearer TOKEN\n"));
	return str_trim(buf_str(&text));
}

static struct str
parameter_example(struct call *c, const cJSON *operation, struct str name)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, docs_at(operation, "parameters"))
	{
		const cJSON *p = docs_resolve(c, item);

		if (str_eq(docs_text(p, "name"), name))
			return docs_text(p, "example");
	}
	return name;
}

static void
show_responses(struct call *c, cJSON *o, const cJSON *operation)
{
	cJSON *list = model_list(o, "responses");
	const cJSON *item;

	cJSON_ArrayForEach(item, docs_at(operation, "responses"))
	{
		cJSON *row = model_item(list);

		model_text(row, "status", str_of(item->string));
		show_response(c, row, docs_resolve(c, item));
	}
}

/* What went well is shown in full; of a problem its codes, which are told further down. */
static void
show_response(struct call *c, cJSON *o, const cJSON *response)
{
	const cJSON *json = docs_at(docs_at(response, "content"), "application/json"), *item;
	const cJSON *schema = docs_resolve(c, docs_at(json, "schema")),
		    *given = docs_at(response, "x-codes");
	cJSON *codes = part(o, "problems", "codes", given), *examples = model_list(o, "examples");

	docs_runs(o, docs_text(response, "description"));
	cJSON_ArrayForEach(item, given) model_item_text(codes, str_of(cJSON_GetStringValue(item)));
	docs_members(c, part(o, "answer", "members", docs_at(schema, "properties")), schema);
	cJSON_ArrayForEach(item, docs_at(json, "examples"))
	{
		const cJSON *example = docs_resolve(c, item);
		cJSON *row = model_item(examples);

		model_text(row, "label", docs_text(example, "summary"));
		docs_json(row, "text", docs_at(example, "value"));
	}
	show_files(c, o, docs_at(response, "content"));
}

/* What is answered in other forms to who asks for them. */
static void
show_files(struct call *c, cJSON *o, const cJSON *content)
{
	cJSON *list = model_list(o, "files");
	const cJSON *media;

	cJSON_ArrayForEach(media, content)
	{
		const cJSON *schema = docs_resolve(c, docs_at(media, "schema"));
		const cJSON *examples = docs_at(media, "examples");
		cJSON *row;

		if (!str_eq(docs_text(schema, "type"), STR("string")))
			continue;
		row = model_item(list);
		model_text(row, "type", str_of(media->string));
		docs_runs(row, docs_text(schema, "description"));
		model_text(row, "text",
		    docs_text(docs_resolve(c, examples != NULL ? examples->child : NULL), "value"));
	}
}

/*
 * A part with one list, which has a heading of its own; without what it is made of there is
 * none.
 */
static cJSON *
part(cJSON *o, const char *name, const char *list, const cJSON *source)
{
	if (source != NULL)
		return model_list(model_object(o, name), list);
	model_text(o, name, STR_ABSENT);
	return NULL;
}

/* Every code there is, whether or not an operation answers it. */
static void
show_codes(struct call *c)
{
	static const enum err all[] = {
#define CODE_OF(member, text, kind) member,
	    ERR_TABLE(CODE_OF)
#undef CODE_OF
	};
	const cJSON *examples = docs_at(docs_at(c->web->contract, "components"), "examples");
	cJSON *list = model_list(c->model, "codes");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		const cJSON *example = docs_at(examples, err_code(all[i]));
		cJSON *o;

		if (all[i] == OK)
			continue;
		o = model_item(list);
		model_text(o, "id", str_of(err_code(all[i])));
		model_number(o, "status", error_status(all[i]));
		model_text(o, "name", str_of(error_title(all[i])));
		docs_blocks(c, o, docs_text(example, "description"));
		docs_json(o, "example", docs_at(example, "value"));
	}
}
