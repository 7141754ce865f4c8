/* Reading the OpenAPI document for the reference page. */
#include "web/page/docs.h"

#include "web/internal.h"

/* How long a chain of references and how deep a schema is followed: a circle ends there. */
#define REFERENCES_MAX 8
#define SCHEMA_DEPTH_MAX 4
/* More words than these to choose from are not told in a row of members. */
#define WORDS_MAX 6

static const cJSON *follow(struct call *c, struct str pointer);
static void add_members(struct call *c, cJSON *list, struct str prefix, const cJSON *schema,
    int depth);
static bool is_required(const cJSON *schema, const char *name);
static struct str type_text(struct call *c, const cJSON *schema);
static void add_types(struct buf *b, const cJSON *type);
static void add_words(struct buf *b, const cJSON *schema);

const cJSON *
docs_at(const cJSON *o, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(o, name);
}

struct str
docs_text(const cJSON *o, const char *name)
{
	return str_of(cJSON_GetStringValue(docs_at(o, name)));
}

const cJSON *
docs_resolve(struct call *c, const cJSON *node)
{
	int i;

	for (i = 0; i < REFERENCES_MAX && node != NULL; i++) {
		struct str pointer = docs_text(node, "$ref");

		if (str_is_absent(pointer))
			return node;
		node = follow(c, pointer);
	}
	return NULL;
}

void
docs_members(struct call *c, cJSON *list, const cJSON *schema)
{
	add_members(c, list, STR(""), schema, 0);
}

void
docs_member(struct call *c, cJSON *list, struct str name, const cJSON *schema, bool required,
    struct str text)
{
	cJSON *o = model_item(list);

	model_text(o, "name", name);
	model_text(o, "type", type_text(c, schema));
	model_bool(o, "required", required);
	docs_runs(o, text);
}

/* A pointer into the document itself: "#/components/schemas/Session". */
static const cJSON *
follow(struct call *c, struct str pointer)
{
	const cJSON *node = c->web->contract;
	struct str first = str_cut(&pointer, '/');

	if (!str_eq(first, STR("#")))
		return NULL;
	while (!str_is_absent(pointer) && node != NULL)
		node = docs_at(node, str_c(c->arena, str_cut(&pointer, '/')));
	return node;
}

static void
add_members(struct call *c, cJSON *list, struct str prefix, const cJSON *schema, int depth)
{
	const cJSON *object = docs_resolve(c, schema), *member;

	if (depth == SCHEMA_DEPTH_MAX)
		return;
	cJSON_ArrayForEach(member, docs_at(object, "properties"))
	{
		struct str name = str_printf(c->arena, "%.*s%s", STR_FMT(prefix), member->string);
		const cJSON *inner = docs_resolve(c, member), *items = docs_at(inner, "items");

		docs_member(c, list, name, inner, is_required(object, member->string),
		    docs_text(inner, "description"));
		if (items != NULL)
			add_members(c, list, str_printf(c->arena, "%.*s[].", STR_FMT(name)), items,
			    depth + 1);
		else
			add_members(c, list, str_printf(c->arena, "%.*s.", STR_FMT(name)), inner,
			    depth + 1);
	}
}

static bool
is_required(const cJSON *schema, const char *name)
{
	const cJSON *item;

	cJSON_ArrayForEach(item,
	    docs_at(schema, "required")) if (str_eq(str_of(cJSON_GetStringValue(item)),
						 str_of(name))) return true;
	return false;
}

static struct str
type_text(struct call *c, const cJSON *schema)
{
	struct buf b = {.arena = c->arena};
	struct str format = docs_text(schema, "format");
	const cJSON *items = docs_resolve(c, docs_at(schema, "items")),
		    *most = docs_at(schema, "maxLength");

	add_types(&b, docs_at(schema, "type"));
	if (items != NULL) {
		buf_add(&b, STR(" of "));
		add_types(&b, docs_at(items, "type"));
		add_words(&b, items);
	}
	add_words(&b, schema);
	if (!str_is_absent(format))
		buf_printf(&b, " (%.*s)", STR_FMT(format));
	if (cJSON_IsNumber(most))
		buf_printf(&b, ", at most %d bytes", most->valueint);
	return buf_str(&b);
}

/* One type, or several that may be. */
static void
add_types(struct buf *b, const cJSON *type)
{
	const cJSON *item;

	if (cJSON_IsString(type))
		buf_add(b, str_of(type->valuestring));
	cJSON_ArrayForEach(item, type)
	{
		if (item != type->child)
			buf_add(b, STR(" or "));
		buf_add(b, str_of(cJSON_GetStringValue(item)));
	}
}

/* The words a text must be one of. */
static void
add_words(struct buf *b, const cJSON *schema)
{
	const cJSON *words = docs_at(schema, "enum"), *word;
	struct str only = docs_text(schema, "const");

	if (!str_is_absent(only))
		buf_printf(b, " \"%.*s\"", STR_FMT(only));
	if (cJSON_GetArraySize(words) > WORDS_MAX)
		return;
	cJSON_ArrayForEach(word, words)
	{
		buf_add(b, word == words->child ? STR(" \"") : STR(" or \""));
		buf_add(b, str_of(cJSON_GetStringValue(word)));
		buf_addc(b, '"');
	}
}
