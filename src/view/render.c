/* From the steps of a template and a tree of values to HTML or plain text. */
#include "base/codec.h"
#include "view/ops.h"

#include "base/array.h"

/* Whole numbers up to here are exact in a double. */
#define RENDER_EXACT 9007199254740992.0

struct render_frame {
	const struct template *caller; /* of an inclusion: where to go on; NULL for a section */
	size_t back;
	const cJSON *scope;
	const cJSON *item; /* of a section over a list: the current one */
};

struct render {
	struct buf out;
	const struct templates *ts;
	const struct template *t;
	size_t at;
	const cJSON *model;
	struct render_frame frames[OPS_DEPTH_MAX];
	size_t depth;
};

static const cJSON *
render_scope(const struct render *r)
{
	return r->depth == 0 ? r->model : r->frames[r->depth - 1].scope;
}

/* The value of a name: its first word is looked for from the innermost scope outwards. */
static const cJSON *
render_find(const struct render *r, const struct op *op)
{
	const cJSON *v = NULL;
	size_t i = r->depth;

	if (op->name_count == 0)
		return render_scope(r);
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

static bool
render_condition(const cJSON *v)
{
	if (v == NULL || cJSON_IsNull(v) || cJSON_IsFalse(v))
		return false;
	if (cJSON_IsString(v))
		return v->valuestring[0] != '\0';
	return !cJSON_IsArray(v) || v->child != NULL;
}

/* A value as text; numbers beyond an int stand in the tree as their digits. */
static struct str
render_text(struct arena *a, const cJSON *v)
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
	if (v->valuedouble > -RENDER_EXACT && v->valuedouble < RENDER_EXACT) {
		whole = (int64_t)v->valuedouble;
		if ((double)whole == v->valuedouble)
			return str_printf(a, "%lld", (long long)whole);
	}
	return str_printf(a, "%.15g", v->valuedouble);
}

static const char *
render_entity(char c)
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

static void
render_escaped(struct buf *out, struct str s)
{
	size_t i, from = 0;

	for (i = 0; i < s.n; i++) {
		const char *entity = render_entity(s.p[i]);

		if (entity == NULL)
			continue;
		buf_add(out, str_slice(s, from, i - from));
		buf_add(out, str_of(entity));
		from = i + 1;
	}
	buf_add(out, str_slice(s, from, s.n - from));
}

/* A value stays on its line: what begins another is a blank. */
static void
render_plain(struct buf *out, struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		buf_addc(out, c < 0x20 || c == 0x7f ? ' ' : s.p[i]);
	}
}

/* A whole address: a path of this site, or one of few schemes. */
static bool
render_url_allowed(struct str s)
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
render_value(struct render *r, const struct op *op)
{
	struct str s = render_text(r->out.arena, render_find(r, op));

	switch (op->escape) {
	case OPS_ESCAPE_URL_PART:
		buf_add(&r->out, percent_encode(r->out.arena, s, NULL));
		return;
	case OPS_ESCAPE_URL_START:
		if (!render_url_allowed(s))
			s = STR("#");
		/* An address keeps its own characters; what none may hold is encoded. */
		render_escaped(&r->out, percent_encode(r->out.arena, s, ":/?#[]@!$&'()*+,;=%"));
		return;
	case OPS_ESCAPE_HTML:
		render_escaped(&r->out, s);
		return;
	case OPS_ESCAPE_NONE:
		render_plain(&r->out, s);
		return;
	}
}

static void
render_push(struct render *r, struct render_frame frame)
{
	/* The loader has refused what nests deeper. */
	r->frames[r->depth++] = frame;
}

static void
render_section(struct render *r, const struct op *op)
{
	const cJSON *v = render_find(r, op);
	bool pass = render_condition(v);
	bool compared = !str_is_absent(op->equals);
	struct render_frame frame = {.scope = render_scope(r)};

	if (compared)
		pass = pass && str_eq(render_text(r->out.arena, v), op->equals);
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
	render_push(r, frame);
	r->at++;
}

static void
render_end(struct render *r, const struct op *op)
{
	struct render_frame *top = &r->frames[r->depth - 1];

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
	render_push(r,
	    (struct render_frame){.caller = r->t, .back = r->at + 1, .scope = render_scope(r)});
	r->t = &r->ts->list[op->target];
	r->at = 0;
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
		/*
		 * The end of an included template: its sections are closed, so its own frame is
		 * on top.
		 */
		r.depth--;
		r.at = r.frames[r.depth].back;
		r.t = r.frames[r.depth].caller;
	}
}
