/* Parsing the text of a template into operations. */
#include <string.h>

#include "view/context.h"
#include "view/ops.h"

struct open_section {
	size_t section;
	struct context begin;
};

struct parser {
	struct arena *arena;
	struct str source;
	struct template *out;
	struct str *why;
	size_t at;
	size_t literal; /* where the literal that is not stored yet begins */
	size_t line;
	struct context context;
	struct open_section open[OPS_DEPTH_MAX];
	size_t depth;
};

static size_t count_ops_max(struct str source);
static enum err parse_text(struct parser *ps) MUST_CHECK;
static enum err parse_tag(struct parser *ps) MUST_CHECK;
static enum err fail(const struct parser *ps, const char *what) MUST_CHECK;
static void widen_to_line(const struct parser *ps, size_t *begin, size_t *end);
static bool is_blank(char c);
static void append_literal(struct parser *ps, size_t end);
static struct op *append_op(struct parser *ps, enum ops_kind kind);
static enum err parse_value(struct parser *ps, struct str name) MUST_CHECK;
static bool is_value_name(struct str name);
static bool is_name_char(char c);
static void set_names(struct parser *ps, struct op *op, struct str name);
static enum err parse_sigil_tag(struct parser *ps, char sigil, struct str text) MUST_CHECK;
static enum err parse_section(struct parser *ps, enum ops_kind kind, struct str text) MUST_CHECK;
static enum err parse_end(struct parser *ps, struct str text) MUST_CHECK;
static enum err parse_include(struct parser *ps, struct str name) MUST_CHECK;
static bool is_template_name(struct str name);
static void advance(struct parser *ps, size_t end);

enum err
parse_template(struct arena *a, struct str source, struct template *t, struct str *why)
{
	struct parser ps = {.arena = a, .source = source, .out = t, .why = why, .line = 1};
	enum err e;

	t->ops = arena_array(a, count_ops_max(source), sizeof(*t->ops));
	t->count = 0;
	ps.context = context_new(source);
	e = parse_text(&ps);
	if (e != OK)
		return e;
	if (ps.depth > 0) {
		ps.line = t->ops[ps.open[ps.depth - 1].section].line;
		return fail(&ps, "this section is never closed");
	}
	if (ps.context.state != CONTEXT_TEXT)
		return fail(&ps, "the file ends within a tag");
	append_literal(&ps, source.n);
	return OK;
}

/* The most operations the source can have: a literal before each tag, and one at the end. */
static size_t
count_ops_max(struct str source)
{
	size_t at, tags = 0;

	for (at = 0; at + 1 < source.n; at++) {
		if (source.p[at] == '{' && source.p[at + 1] == '{')
			tags++;
	}
	return 2 * tags + 1;
}

static enum err
parse_text(struct parser *ps)
{
	while (ps->at < ps->source.n) {
		const char *wrong;
		enum err e;

		if (str_starts(str_slice(ps->source, ps->at, 2), STR("{{"))) {
			e = parse_tag(ps);
			if (e != OK)
				return e;
			continue;
		}
		wrong = ps->out->plain ? NULL : context_advance(&ps->context, ps->at);
		if (wrong != NULL)
			return fail(ps, wrong);
		advance(ps, ps->at + 1);
	}
	return OK;
}

static enum err
parse_tag(struct parser *ps)
{
	size_t begin = ps->at, end;
	const char *close = memmem(ps->source.p + begin, ps->source.n - begin, "}}", 2);
	struct str text;
	char sigil = 0;
	enum err e;

	if (close == NULL)
		return fail(ps, "}} is missing");
	end = (size_t)(close - ps->source.p) + 2;
	text = str_slice(ps->source, begin + 2, end - begin - 4);
	if (text.n > 0 && strchr("#^/>!", text.p[0]) != NULL) {
		sigil = text.p[0];
		text = str_slice(text, 1, text.n - 1);
		widen_to_line(ps, &begin, &end);
	}
	append_literal(ps, begin);
	e = sigil == 0 ? parse_value(ps, str_trim(text))
		       : parse_sigil_tag(ps, sigil, str_trim(text));
	if (e != OK)
		return e;
	advance(ps, end);
	ps->literal = end;
	return OK;
}

static enum err
fail(const struct parser *ps, const char *what)
{
	*ps->why = str_printf(ps->arena, "%.*s:%zu: %s", STR_FMT(ps->out->file), ps->line, what);
	return ERR_CONFIG;
}

/*
 * Widens a tag that prints nothing to its whole line, when it is alone there: moves `begin` and
 * `end` over the blanks before it and the line end behind it.
 */
static void
widen_to_line(const struct parser *ps, size_t *begin, size_t *end)
{
	size_t from = *begin, to = *end;

	while (from > 0 && is_blank(ps->source.p[from - 1]))
		from--;
	if (from < ps->literal || (from > 0 && ps->source.p[from - 1] != '\n'))
		return;
	while (to < ps->source.n && is_blank(ps->source.p[to]))
		to++;
	if (to < ps->source.n && ps->source.p[to] != '\n')
		return;
	*begin = from;
	*end = to < ps->source.n ? to + 1 : to;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void
append_literal(struct parser *ps, size_t end)
{
	if (end <= ps->literal)
		return;
	append_op(ps, OPS_LITERAL)->text = str_slice(ps->source, ps->literal, end - ps->literal);
}

static struct op *
append_op(struct parser *ps, enum ops_kind kind)
{
	struct op *op = &ps->out->ops[ps->out->count++];

	op->kind = kind;
	op->line = ps->line;
	return op;
}

static enum err
parse_value(struct parser *ps, struct str name)
{
	enum ops_escape escape = OPS_ESCAPE_NONE;
	const char *wrong = ps->out->plain ? NULL : context_advance_value(&ps->context, &escape);
	struct op *op;

	if (wrong != NULL)
		return fail(ps, wrong);
	if (!is_value_name(name))
		return fail(ps, "expected the name of a value");
	op = append_op(ps, OPS_VALUE);
	op->text = name;
	op->escape = escape;
	set_names(ps, op, name);
	return OK;
}

/* True for the name of a value: words separated by dots, or a single dot. */
static bool
is_value_name(struct str name)
{
	struct str rest = name, word;
	size_t i;

	if (str_eq(name, STR(".")))
		return true;
	do {
		word = str_cut(&rest, '.');
		for (i = 0; i < word.n; i++) {
			if (!is_name_char(word.p[i]))
				return false;
		}
		if (word.n == 0)
			return false;
	} while (!str_is_absent(rest));
	return true;
}

static bool
is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static void
set_names(struct parser *ps, struct op *op, struct str name)
{
	const char **names;
	size_t i, count = 1;

	if (str_eq(name, STR(".")))
		return;
	for (i = 0; i < name.n; i++) {
		if (name.p[i] == '.')
			count++;
	}
	names = arena_array(ps->arena, count, sizeof(*names));
	for (i = 0; i < count; i++)
		names[i] = str_c(ps->arena, str_cut(&name, '.'));
	op->names = names;
	op->name_count = count;
}

static enum err
parse_sigil_tag(struct parser *ps, char sigil, struct str text)
{
	const char *wrong = ps->out->plain ? NULL : context_advance_tag(&ps->context, ps->at);

	if (wrong != NULL)
		return fail(ps, wrong);
	switch (sigil) {
	case '#':
		return parse_section(ps, OPS_SECTION, text);
	case '^':
		return parse_section(ps, OPS_INVERTED, text);
	case '/':
		return parse_end(ps, text);
	case '>':
		return parse_include(ps, text);
	default:
		return OK;
	}
}

static enum err
parse_section(struct parser *ps, enum ops_kind kind, struct str text)
{
	struct str name, rest = text;
	struct op *op;

	name = str_cut(&rest, '=');
	if (!is_value_name(name) || (!str_is_absent(rest) && !is_value_name(rest)))
		return fail(ps, "expected the name of a value");
	if (ps->depth == OPS_DEPTH_MAX)
		return fail(ps, "sections are nested too deeply");
	op = append_op(ps, kind);
	op->text = text;
	op->equals = rest;
	set_names(ps, op, name);
	ps->open[ps->depth++] =
	    (struct open_section){.section = ps->out->count - 1, .begin = ps->context};
	return OK;
}

static enum err
parse_end(struct parser *ps, struct str text)
{
	struct open_section *open;
	struct op *op;

	if (ps->depth == 0)
		return fail(ps, "no section is open here");
	open = &ps->open[--ps->depth];
	if (!str_eq(ps->out->ops[open->section].text, text))
		return fail(ps, "another section is open here");
	if (!context_join(&ps->context, &open->begin))
		return fail(ps, "a section must end in the escaping context it began in");
	op = append_op(ps, OPS_END);
	op->text = text;
	op->target = open->section;
	ps->out->ops[open->section].target = ps->out->count - 1;
	return OK;
}

static enum err
parse_include(struct parser *ps, struct str name)
{
	if (ps->context.state != CONTEXT_TEXT)
		return fail(ps, "a template may be included in text only");
	if (!is_template_name(name))
		return fail(ps, "expected the name of a template");
	/* Plain text includes only plain text. */
	append_op(ps, OPS_INCLUDE)->text =
	    ps->out->plain ? str_printf(ps->arena, "%.*s.txt", STR_FMT(name)) : name;
	return OK;
}

/* True for the name of a template. Without dots it cannot lead out of the folder. */
static bool
is_template_name(struct str name)
{
	size_t i;

	for (i = 0; i < name.n; i++) {
		if (!is_name_char(name.p[i]) && name.p[i] != '/' && name.p[i] != '-')
			return false;
	}
	return name.n > 0;
}

/* Advances to `end`, counting lines. */
static void
advance(struct parser *ps, size_t end)
{
	for (; ps->at < end; ps->at++) {
		if (ps->source.p[ps->at] == '\n')
			ps->line++;
	}
}
