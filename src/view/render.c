/* Rendering a template with a tree of values into HTML or plain text. */
#include "base/array.h"
#include "base/codec.h"
#include "view/ops.h"

/* Whole numbers up to here are exact in a double. */
#define EXACT_MAX 9007199254740992.0

struct frame {
	const struct template *caller; /* of an inclusion: where to continue; NULL for a section */
	size_t return_at;
	const cJSON *scope;
	const cJSON *item; /* of a section over a list: the current item */
};

struct render {
	struct buf out;
	const struct templates *ts;
	const struct template *t;
	size_t at;
	const cJSON *model;
	struct frame frames[OPS_DEPTH_MAX];
	size_t depth;
};

static void render_step(struct render *r, const struct op *op);
static void render_value(struct render *r, const struct op *op);
static struct str format_value(struct arena *a, const cJSON *v);
static const cJSON *look_up(const struct render *r, const struct op *op);
static const cJSON *innermost_scope(const struct render *r);
static bool url_is_allowed(struct str s);
static void append_escaped(struct buf *out, struct str s);
static const char *entity_of(char c);
static void append_plain(struct buf *out, struct str s);
static void render_section(struct render *r, const struct op *op);
static bool is_true(const cJSON *v);
static void push_frame(struct render *r, struct frame frame);
static void render_end(struct render *r, const struct op *op);
static void render_include(struct render *r, const struct op *op);

struct str
render_template(const struct templates *ts, const struct template *t, struct arena *a,
    const cJSON *model)
{
	struct render r = {.out = {.arena = a}, .ts = ts, .t = t, .model = model};

	for (;;) {
		if (r.at < r.t->count) {
			render_step(&r, &r.t->ops[r.at]);
			continue;
		}
		if (r.depth == 0)
			return buf_str(&r.out);
		/* An included template ends with its sections closed, so its frame is on top. */
		r.depth--;
		r.at = r.frames[r.depth].return_at;
		r.t = r.frames[r.depth].caller;
	}
}

static void
render_step(struct render *r, const struct op *op)
{
	switch (op->kind) {
	case OPS_LITERAL:
		buf_add(&r->out, op->text);
		r->at++;
		return;
	case OPS_VALUE:
		render_value(r, op);
		r->at++;
		return;
	case OPS_SECTION:
	case OPS_INVERTED:
		render_section(r, op);
		return;
	case OPS_END:
		render_end(r, op);
		return;
	case OPS_INCLUDE:
		render_include(r, op);
		return;
	}
}

static void
render_value(struct render *r, const struct op *op)
{
	struct str s = format_value(r->out.arena, look_up(r, op));

	switch (op->escape) {
	case OPS_ESCAPE_URL_PART:
		buf_add(&r->out, percent_encode(r->out.arena, s, NULL));
		return;
	case OPS_ESCAPE_URL_START:
		if (!url_is_allowed(s))
			s = STR("#");
		/* Encodes only what no URL may contain. */
		append_escaped(&r->out, percent_encode(r->out.arena, s, ":/?#[]@!$&'()*+,;=%"));
		return;
	case OPS_ESCAPE_HTML:
		append_escaped(&r->out, s);
		return;
	case OPS_ESCAPE_NONE:
		append_plain(&r->out, s);
		return;
	}
}

/* Formats a value; the tree stores numbers beyond an int as their digits. */
static struct str
format_value(struct arena *a, const cJSON *v)
{
	int64_t whole;

	if (cJSON_IsString(v) || cJSON_IsRaw(v))
		return str_of(v->valuestring);
	if (cJSON_IsTrue(v))
		return STR("true");
	if (cJSON_IsFalse(v))
		return STR("false");
	if (!cJSON_IsNumber(v))
		return STR("");
	if (v->valuedouble > -EXACT_MAX && v->valuedouble < EXACT_MAX) {
		whole = (int64_t)v->valuedouble;
		if ((double)whole == v->valuedouble)
			return str_printf(a, "%lld", (long long)whole);
	}
	return str_printf(a, "%.15g", v->valuedouble);
}

/* Looks up a value; the first word of its name is searched from the innermost scope outwards. */
static const cJSON *
look_up(const struct render *r, const struct op *op)
{
	const cJSON *v = NULL;
	size_t i = r->depth;

	if (op->name_count == 0)
		return innermost_scope(r);
	while (v == NULL) {
		const cJSON *scope = i == 0 ? r->model : r->frames[i - 1].scope;

		v = cJSON_GetObjectItemCaseSensitive(scope, op->names[0]);
		if (i == 0)
			break;
		i--;
	}
	for (i = 1; i < op->name_count && v != NULL; i++)
		v = cJSON_GetObjectItemCaseSensitive(v, op->names[i]);
	return v;
}

static const cJSON *
innermost_scope(const struct render *r)
{
	return r->depth == 0 ? r->model : r->frames[r->depth - 1].scope;
}

/* True for a path of this site, or a URL of one of a few schemes. */
static bool
url_is_allowed(struct str s)
{
	static const struct str schemes[] = {
	    STR_INIT("http:"),
	    STR_INIT("https:"),
	    STR_INIT("otpauth:"),
	    STR_INIT("mailto:"),
	};
	size_t i;

	if (str_has_control(s) || str_has(s, '\\'))
		return false;
	if (str_starts(s, STR("/")))
		return !str_starts(s, STR("//"));
	for (i = 0; i < ARRAY_SIZE(schemes); i++) {
		if (str_eq_nocase(str_slice(s, 0, schemes[i].n), schemes[i]))
			return true;
	}
	return false;
}

static void
append_escaped(struct buf *out, struct str s)
{
	size_t i, from = 0;

	for (i = 0; i < s.n; i++) {
		const char *entity = entity_of(s.p[i]);

		if (entity == NULL)
			continue;
		buf_add(out, str_slice(s, from, i - from));
		buf_add(out, str_of(entity));
		from = i + 1;
	}
	buf_add(out, str_slice(s, from, s.n - from));
}

static const char *
entity_of(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* Appends a value on one line: control characters become spaces. */
static void
append_plain(struct buf *out, struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		buf_addc(out, c < 0x20 || c == 0x7f ? ' ' : s.p[i]);
	}
}

static void
render_section(struct render *r, const struct op *op)
{
	const cJSON *v = look_up(r, op);
	bool pass = is_true(v);
	bool compared = !str_is_absent(op->equals);
	struct frame frame = {.scope = innermost_scope(r)};

	if (compared)
		pass = pass && str_eq(format_value(r->out.arena, v), op->equals);
	if (pass == (op->kind == OPS_INVERTED)) {
		r->at = op->target + 1;
		return;
	}
	if (op->kind == OPS_SECTION && !compared) {
		if (cJSON_IsArray(v))
			frame.item = v->child;
		if (!cJSON_IsTrue(v))
			frame.scope = frame.item != NULL ? frame.item : v;
	}
	push_frame(r, frame);
	r->at++;
}

static bool
is_true(const cJSON *v)
{
	if (v == NULL || cJSON_IsNull(v) || cJSON_IsFalse(v))
		return false;
	if (cJSON_IsString(v))
		return v->valuestring[0] != '\0';
	return !cJSON_IsArray(v) || v->child != NULL;
}

static void
push_frame(struct render *r, struct frame frame)
{
	/* The loader refuses templates that nest deeper. */
	r->frames[r->depth++] = frame;
}

static void
render_end(struct render *r, const struct op *op)
{
	struct frame *top = &r->frames[r->depth - 1];

	if (top->item != NULL && top->item->next != NULL) {
		top->item = top->item->next;
		top->scope = top->item;
		r->at = op->target + 1;
		return;
	}
	r->depth--;
	r->at++;
}

static void
render_include(struct render *r, const struct op *op)
{
	push_frame(r,
	    (struct frame){.caller = r->t, .return_at = r->at + 1, .scope = innermost_scope(r)});
	r->t = &r->ts->list[op->target];
	r->at = 0;
}
