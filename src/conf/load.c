/* Reading the configuration file. */
#include "conf/option.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"

#define FILE_SIZE_MAX ((size_t)64 * 1024)
#define NAME_MAX_SIZE 64

struct reader {
	struct arena *arena;
	const char *path;
	int line;
	int *given; /* for each option the line that sets it; 0: none yet */
	struct str *why;
};

static void set_defaults(struct arena *a, struct conf *c);
static bool read_file(struct arena *a, const char *path, struct str *text, struct str *why);
static enum err read_line(struct reader *r, struct conf *c, struct str line) MUST_CHECK;
static struct str strip_comment(struct str line);
static const struct conf_option *find_option(struct str name);
static const char *set_option(struct arena *a, struct conf *c, const struct conf_option *o,
    struct str value);
static const char *set_number(struct arena *a, struct conf *c, const struct conf_option *o,
    struct str value);
static const char *set_text(struct arena *a, struct conf *c, const struct conf_option *o,
    struct str value);
static bool parse_octal(struct str s, int64_t *out);
static const char *range_error(struct arena *a, const struct conf_option *o);
static enum err check_together(struct arena *a, const char *path, const struct conf *c,
    struct str *why) MUST_CHECK;
static bool differs(const struct conf_option *o, const struct conf *x, const struct conf *y);
static enum err refuse_name(struct reader *r, struct str name);
static enum err refuse(struct reader *r, struct str name, const char *what);

enum err
conf_load(struct arena *a, const char *path, struct conf *c, struct str *why)
{
	struct reader r = {.arena = a, .path = path, .why = why};
	struct str rest;
	enum err e = OK;

	memset(c, 0, sizeof(*c));
	set_defaults(a, c);
	if (path == NULL)
		return OK;
	r.given = arena_array(a, conf_option_count, sizeof(*r.given));
	if (!read_file(a, path, &rest, why))
		return ERR_CONFIG;
	while (e == OK && !str_is_absent(rest)) {
		r.line++;
		e = read_line(&r, c, str_cut(&rest, '\n'));
	}
	return e == OK ? check_together(a, path, c, why) : e;
}

struct str
conf_needs_restart(struct arena *a, const struct conf *old, const struct conf *new)
{
	struct buf names = {.arena = a};

	for (const struct conf_option *o = conf_options; o->name != NULL; o++) {
		if (o->reloads || !differs(o, old, new))
			continue;
		if (names.n > 0)
			buf_add(&names, STR(", "));
		buf_add(&names, str_of(o->name));
	}
	return names.n > 0 ? buf_str(&names) : STR_ABSENT;
}

static void
set_defaults(struct arena *a, struct conf *c)
{
	for (const struct conf_option *o = conf_options; o->name != NULL; o++)
		if (set_option(a, c, o, str_of(o->initial)) != NULL)
			log_fatal("conf.default", o->name);
}

/* Reads the whole file; false with `why` when that fails or it is too large. */
static bool
read_file(struct arena *a, const char *path, struct str *text, struct str *why)
{
	char *into = arena_alloc(a, FILE_SIZE_MAX + 1);
	FILE *f = fopen(path, "re");
	size_t n;
	bool failed;

	if (f == NULL) {
		*why = str_printf(a, "%s: %s", path, strerror(errno));
		return false;
	}
	errno = 0;
	n = fread(into, 1, FILE_SIZE_MAX + 1, f);
	failed = ferror(f) != 0;
	if (failed)
		*why = str_printf(a, "%s: %s", path, strerror(errno));
	else if (n > FILE_SIZE_MAX)
		*why = str_printf(a, "%s: larger than %zu bytes", path, FILE_SIZE_MAX);
	(void)fclose(f);
	*text = (struct str){.p = into, .n = n};
	return !failed && n <= FILE_SIZE_MAX;
}

static enum err
read_line(struct reader *r, struct conf *c, struct str line)
{
	struct str value = strip_comment(line), name;
	const struct conf_option *o;
	const char *wrong;
	size_t i;

	if (value.n == 0)
		return OK;
	name = str_trim(str_cut(&value, '='));
	if (str_is_absent(value))
		return refuse(r, STR(""), "expected \"name = value\"");
	o = find_option(name);
	if (o == NULL)
		return refuse_name(r, name);
	i = (size_t)(o - conf_options);
	if (r->given[i] != 0)
		return refuse(r, name,
		    str_printf(r->arena, "was already given on line %d", r->given[i]).p);
	r->given[i] = r->line;
	wrong = set_option(r->arena, c, o, str_trim(value));
	return wrong == NULL ? OK : refuse(r, name, wrong);
}

/* Cuts a line at a '#' that begins it or follows a blank: passwords may contain one. */
static struct str
strip_comment(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#' && (i == 0 || line.p[i - 1] == ' ' || line.p[i - 1] == '\t'))
			return str_trim(str_slice(line, 0, i));
	return str_trim(line);
}

static const struct conf_option *
find_option(struct str name)
{
	for (const struct conf_option *o = conf_options; o->name != NULL; o++)
		if (str_eq(name, str_of(o->name)))
			return o;
	return NULL;
}

/* Sets an option; returns what is wrong with the value, or NULL. */
static const char *
set_option(struct arena *a, struct conf *c, const struct conf_option *o, struct str value)
{
	if (conf_is_text(o))
		return set_text(a, c, o, value);
	return set_number(a, c, o, value);
}

static const char *
set_number(struct arena *a, struct conf *c, const struct conf_option *o, struct str value)
{
	int64_t n = str_eq(value, STR("yes"));
	bool octal = o->kind == CONF_OCTAL;

	if (o->kind == CONF_SWITCH) {
		if (n == 0 && !str_eq(value, STR("no")))
			return "is neither yes nor no";
		*(int64_t *)(void *)((char *)c + o->offset) = n;
		return NULL;
	}
	if (octal ? !parse_octal(value, &n) : !str_to_int64(value, &n))
		return octal ? "is not an octal number" : "is not a whole number";
	if (n < o->min || n > o->max)
		return range_error(a, o);
	*(int64_t *)(void *)((char *)c + o->offset) = n;
	return NULL;
}

static const char *
set_text(struct arena *a, struct conf *c, const struct conf_option *o, struct str value)
{
	if ((int64_t)value.n < o->min)
		return "must not be empty";
	if ((int64_t)value.n > o->max)
		return str_printf(a, "is longer than %lld bytes", (long long)o->max).p;
	if (str_has_control(value) || !str_is_utf8(value))
		return "is not plain UTF-8 text";
	if (o->kind == CONF_ISSUER && str_has(value, ':'))
		return "must not contain a colon";
	*(const char **)(void *)((char *)c + o->offset) = str_c(a, value);
	return NULL;
}

static bool
parse_octal(struct str s, int64_t *out)
{
	int64_t n = 0;

	if (s.n == 0 || s.n > 6)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '7')
			return false;
		n = n * 8 + (s.p[i] - '0');
	}
	*out = n;
	return true;
}

static const char *
range_error(struct arena *a, const struct conf_option *o)
{
	if (o->kind == CONF_OCTAL)
		return str_printf(a, "is not between 0%" PRIo64 " and 0%" PRIo64, (uint64_t)o->min,
		    (uint64_t)o->max)
		    .p;
	return str_printf(a, "is not between %" PRId64 " and %" PRId64, o->min, o->max).p;
}

/* Checks options against each other. */
static enum err
check_together(struct arena *a, const char *path, const struct conf *c, struct str *why)
{
	const char *what = conf_check_sites(a, c);

	if (what == NULL)
		what = conf_check_mail(c);
	if (what == NULL && c->session_idle > c->session_lifetime)
		what = "session_idle is longer than session_lifetime";
	else if (what == NULL && c->challenge_lifetime > c->session_lifetime)
		what = "challenge_lifetime is longer than session_lifetime";
	if (what == NULL)
		return OK;
	*why = str_printf(a, "%s: %s", path, what);
	return ERR_CONFIG;
}

static bool
differs(const struct conf_option *o, const struct conf *x, const struct conf *y)
{
	if (conf_is_text(o))
		return !str_eq(str_of(*conf_text_at(x, o)), str_of(*conf_text_at(y, o)));
	return *conf_number_at(x, o) != *conf_number_at(y, o);
}

/* Quotes the name only when it can be printed. */
static enum err
refuse_name(struct reader *r, struct str name)
{
	struct str what = STR("unknown option");

	if (str_is_utf8(name) && !str_has_control(name) && name.n <= NAME_MAX_SIZE)
		what = str_printf(r->arena, "unknown option \"%.*s\"", STR_FMT(name));
	return refuse(r, STR(""), what.p);
}

static enum err
refuse(struct reader *r, struct str name, const char *what)
{
	*r->why = str_printf(r->arena, "%s:%d: %.*s%s%s", r->path, r->line, STR_FMT(name),
	    name.n > 0 ? " " : "", what);
	return ERR_CONFIG;
}
