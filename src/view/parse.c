/* From the text of a template to its list of steps. */
#include <string.h>

#include "view/context.h"
#include "view/ops.h"

struct parse_open {
	size_t section;
	struct context begin;
};

struct parse {
	struct arena *arena;
	struct str source;
	struct template *out;
	struct str *why;
	size_t at;
	size_t literal; /* where the literal not yet written out begins */
	size_t line;
	struct context context;
	struct parse_open open[OPS_DEPTH_MAX];
	size_t depth;
};

static enum err
parse_fail(const struct parse *ps, const char *what)
{
	*ps->why = str_printf(ps->arena, "%.*s:%zu: %s", STR_FMT(ps->out->file), ps->line, what);
	return ERR_CONFIG;
}

/* At most one literal before each tag, and one at the end. */
static size_t
parse_bound(struct str source)
{
	size_t at, tags = 0;

	for (at = 0; at + 1 < source.n; at++) {
		if (source.p[at] == '{' && source.p[at + 1] == '{')
			tags++;
	}
	return 2 * tags + 1;
}

static struct op *
parse_add(struct parse *ps, enum ops_kind kind)
{
	struct op *op = &ps->out->ops[ps->out->count++];

	op->kind = kind;
	op->line = ps->line;
	return op;
}

static void
parse_literal(struct parse *ps, size_t end)
{
	if (end <= ps->literal)
		return;
	parse_add(ps, OPS_LITERAL)->text = str_slice(ps->source, ps->literal, end - ps->literal);
}

static bool
parse_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/*
 * When a tag that writes nothing stands alone on its line, the line goes with it: moves `begin`
 * and `end` over the blanks before and the line end behind.
 */
static void
parse_alone(const struct parse *ps, size_t *begin, size_t *end)
{
	size_t from = *begin, to = *end;

	while (from > 0 && parse_blank(ps->source.p[from - 1]))
		from--;
	if (from < ps->literal || (from > 0 && ps->source.p[from - 1] != '\n'))
		return;
	while (to < ps->source.n && parse_blank(ps->source.p[to]))
		to++;
	if (to < ps->source.n && ps->source.p[to] != '\n')
		return;
	*begin = from;
	*end = to < ps->source.n ? to + 1 : to;
}

static bool
parse_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* A name of a value: words with dots between them, or one dot. */
static bool
parse_is_name(struct str name)
{
	struct str rest = name, word;
	size_t i;

	if (str_eq(name, STR(".")))
		return true;
	do {
		word = str_cut(&rest, '.');
		for (i = 0; i < word.n; i++) {
			if (!parse_name_char(word.p[i]))
				return false;
		}
		if (word.n == 0)
			return false;
	} while (!str_is_absent(rest));
	return true;
}

/* A name of a template: no dots, so nothing above or beside the folder. */
static bool
parse_is_file(struct str name)
{
	size_t i;

	for (i = 0; i < name.n; i++) {
		if (!parse_name_char(name.p[i]) && name.p[i] != '/' && name.p[i] != '-')
			return false;
	}
	return name.n > 0;
}

static void
parse_names(struct parse *ps, struct op *op, struct str name)
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
parse_value(struct parse *ps, struct str name)
{
	enum ops_escape escape = OPS_ESCAPE_NONE;
	const char *wrong = ps->out->plain ? NULL : context_value(&ps->context, &escape);
	struct op *op;

	if (wrong != NULL)
		return parse_fail(ps, wrong);
	if (!parse_is_name(name))
		return parse_fail(ps, "the name of a value was expected");
	op = parse_add(ps, OPS_VALUE);
	op->text = name;
	op->escape = escape;
	parse_names(ps, op, name);
	return OK;
}

static enum err
parse_section(struct parse *ps, enum ops_kind kind, struct str text)
{
	struct str name, rest = text;
	struct op *op;

	name = str_cut(&rest, '=');
	if (!parse_is_name(name) || (!str_is_absent(rest) && !parse_is_name(rest)))
		return parse_fail(ps, "the name of a value was expected");
	if (ps->depth == OPS_DEPTH_MAX)
		return parse_fail(ps, "sections are nested too deeply");
	op = parse_add(ps, kind);
	op->text = text;
	op->equals = rest;
	parse_names(ps, op, name);
	ps->open[ps->depth++] =
	    (struct parse_open){.section = ps->out->count - 1, .begin = ps->context};
	return OK;
}

static enum err
parse_end(struct parse *ps, struct str text)
{
	struct parse_open *open;
	struct op *op;

	if (ps->depth == 0)
		return parse_fail(ps, "no section is open here");
	open = &ps->open[--ps->depth];
	if (!str_eq(ps->out->ops[open->section].text, text))
		return parse_fail(ps, "another section is open here");
	if (!context_join(&ps->context, &open->begin))
		return parse_fail(ps, "a section must end in the place of HTML it began in");
	op = parse_add(ps, OPS_END);
	op->text = text;
	op->target = open->section;
	ps->out->ops[open->section].target = ps->out->count - 1;
	return OK;
}

static enum err
parse_include(struct parse *ps, struct str name)
{
	if (ps->context.state != CONTEXT_TEXT)
		return parse_fail(ps, "another template may be included in text only");
	if (!parse_is_file(name))
		return parse_fail(ps, "the name of a template was expected");
	/* Plain text takes in plain text only. */
	parse_add(ps, OPS_INCLUDE)->text =
	    ps->out->plain ? str_printf(ps->arena, "%.*s.txt", STR_FMT(name)) : name;
	return OK;
}

static enum err
parse_sign(struct parse *ps, char sign, struct str text)
{
	const char *wrong = ps->out->plain ? NULL : context_tag(&ps->context, ps->at);

	if (wrong != NULL)
		return parse_fail(ps, wrong);
	switch (sign) {
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

/* Passes the bytes up to `end` and counts their lines. */
static void
parse_pass(struct parse *ps, size_t end)
{
	for (; ps->at < end; ps->at++) {
		if (ps->source.p[ps->at] == '\n')
			ps->line++;
	}
}

static enum err
parse_tag(struct parse *ps)
{
	size_t begin = ps->at, end;
	const char *close = memmem(ps->source.p + begin, ps->source.n - begin, "}}", 2);
	struct str text;
	char sign = 0;
	enum err e;

	if (close == NULL)
		return parse_fail(ps, "}} is missing");
	end = (size_t)(close - ps->source.p) + 2;
	text = str_slice(ps->source, begin + 2, end - begin - 4);
	if (text.n > 0 && strchr("#^/>!", text.p[0]) != NULL) {
		sign = text.p[0];
		text = str_slice(text, 1, text.n - 1);
		parse_alone(ps, &begin, &end);
	}
	parse_literal(ps, begin);
	e = sign == 0 ? parse_value(ps, str_trim(text)) : parse_sign(ps, sign, str_trim(text));
	if (e != OK)
		return e;
	parse_pass(ps, end);
	ps->literal = end;
	return OK;
}

static enum err
parse_text(struct parse *ps)
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
		wrong = ps->out->plain ? NULL : context_feed(&ps->context, ps->at);
		if (wrong != NULL)
			return parse_fail(ps, wrong);
		parse_pass(ps, ps->at + 1);
	}
	return OK;
}

enum err
parse_template(struct arena *a, struct str source, struct template *t, struct str *why)
{
	struct parse ps = {.arena = a, .source = source, .out = t, .why = why, .line = 1};
	enum err e;

	t->ops = arena_array(a, parse_bound(source), sizeof(*t->ops));
	t->count = 0;
	ps.context = context_new(source);
	e = parse_text(&ps);
	if (e != OK)
		return e;
	if (ps.depth > 0) {
		ps.line = t->ops[ps.open[ps.depth - 1].section].line;
		return parse_fail(&ps, "this section is never closed");
	}
	if (ps.context.state != CONTEXT_TEXT)
		return parse_fail(&ps, "the file ends within a tag");
	parse_literal(&ps, source.n);
	return OK;
}
