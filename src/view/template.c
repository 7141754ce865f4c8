/* Loading the templates of a directory and resolving their inclusions. */
#include "view/template.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "view/ops.h"

#define HTML_SUFFIX STR(".html")
#define TEXT_SUFFIX STR(".txt")
/* Far above the size of any page. */
#define FILE_SIZE_MAX ((off_t)256 * 1024)

/* A list of the templates that were found. */
struct found {
	struct template t;
	struct found *next;
};

struct search {
	struct arena *arena;
	struct str dir;
	struct found *first;
	size_t count;
	struct str *why;
};

static enum err find_files(struct search *s) MUST_CHECK;
static enum err fail(struct arena *a, struct str file, size_t line, const char *what,
    struct str *why) MUST_CHECK;
static enum err visit_entry(struct search *s, FTS *tree, FTSENT *entry) MUST_CHECK;
static void append_found(struct search *s, struct str path);
static int compare_templates(const void *a, const void *b);
static int compare_names(struct str a, struct str b);
static enum err read_source(struct arena *a, struct str file, struct str *source,
    struct str *why) MUST_CHECK;
static enum err read_fd(struct arena *a, int fd, struct str file, struct str *source,
    struct str *why) MUST_CHECK;
static enum err resolve_inclusions(struct arena *a, struct templates *ts,
    struct str *why) MUST_CHECK;
static const struct template *find_template(const struct templates *ts, struct str name);
static enum err compute_depths(struct arena *a, struct templates *ts, struct str *why) MUST_CHECK;
static bool compute_depth(const struct templates *ts, const bool *known, struct template *t,
    size_t *at);
static enum err report_cycle(struct arena *a, const struct templates *ts, const bool *known,
    struct str *why) MUST_CHECK;

enum err
templates_load(struct arena *a, const char *dir, struct templates **out, struct str *why)
{
	struct search s = {.arena = a, .dir = str_of(dir), .why = why};
	struct templates *ts = arena_alloc(a, sizeof(*ts));
	struct found *found;
	struct str source;
	enum err e = find_files(&s);

	if (e != OK)
		return e;
	if (s.count == 0)
		return fail(a, s.dir, 0, "there are no templates in it", why);
	ts->list = arena_array(a, s.count, sizeof(*ts->list));
	for (found = s.first; found != NULL; found = found->next)
		ts->list[ts->count++] = found->t;
	qsort(ts->list, ts->count, sizeof(*ts->list), compare_templates);
	for (size_t i = 0; i < ts->count; i++) {
		e = read_source(a, ts->list[i].file, &source, why);
		if (e == OK)
			e = parse_template(a, source, &ts->list[i], why);
		if (e != OK)
			return e;
	}
	e = resolve_inclusions(a, ts, why);
	if (e == OK)
		e = compute_depths(a, ts, why);
	if (e == OK)
		*out = ts;
	return e;
}

struct str
template_render(const struct templates *ts, const char *name, struct arena *a, const cJSON *model)
{
	const struct template *t = find_template(ts, str_of(name));

	if (t == NULL)
		log_fatal("template.unknown", name);
	return render_template(ts, t, a, model);
}

static enum err
find_files(struct search *s)
{
	char *const roots[] = {strndup(s->dir.p, s->dir.n), NULL};
	enum err e = OK;
	FTSENT *entry;
	FTS *tree;

	if (roots[0] == NULL)
		log_fatal("memory.exhausted", "find_files");
	tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	if (tree == NULL)
		e = fail(s->arena, s->dir, 0, strerror(errno), s->why);
	while (e == OK && (entry = fts_read(tree)) != NULL)
		e = visit_entry(s, tree, entry);
	if (tree != NULL)
		fts_close(tree);
	free(roots[0]);
	return e;
}

static enum err
fail(struct arena *a, struct str file, size_t line, const char *what, struct str *why)
{
	*why = str_printf(a, "%.*s:%zu: %s", STR_FMT(file), line, what);
	return ERR_CONFIG;
}

static enum err
visit_entry(struct search *s, FTS *tree, FTSENT *entry)
{
	struct str path = str_of(entry->fts_path), name = str_of(entry->fts_name);

	switch (entry->fts_info) {
	case FTS_D:
		if (entry->fts_level > 0 && str_starts(name, STR(".")) &&
		    fts_set(tree, entry, FTS_SKIP) != 0)
			return fail(s->arena, path, 0, strerror(errno), s->why);
		return OK;
	case FTS_F:
		/* Hidden files are the leftovers of editors. */
		if ((str_ends(name, HTML_SUFFIX) || str_ends(name, TEXT_SUFFIX)) &&
		    !str_starts(name, STR(".")))
			append_found(s, path);
		return OK;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		return fail(s->arena, path, 0, strerror(entry->fts_errno), s->why);
	case FTS_DC:
	case FTS_SLNONE:
		return fail(s->arena, path, 0, "a broken symbolic link", s->why);
	default:
		return OK;
	}
}

static void
append_found(struct search *s, struct str path)
{
	struct found *found = arena_alloc(s->arena, sizeof(*found));
	struct str name = str_slice(path, s->dir.n, path.n);

	while (str_starts(name, STR("/")))
		name = str_slice(name, 1, name.n);
	found->t.file = str_copy(s->arena, path);
	found->t.plain = str_ends(name, TEXT_SUFFIX);
	found->t.name =
	    str_copy(s->arena, found->t.plain ? name : str_slice(name, 0, name.n - HTML_SUFFIX.n));
	found->next = s->first;
	s->first = found;
	s->count++;
}

static int
compare_templates(const void *a, const void *b)
{
	const struct template *x = a, *y = b;

	return compare_names(x->name, y->name);
}

static int
compare_names(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n == 0 ? 0 : memcmp(a.p, b.p, n);

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

static enum err
read_source(struct arena *a, struct str file, struct str *source, struct str *why)
{
	int fd = open(str_c(a, file), O_RDONLY | O_CLOEXEC);
	enum err e;

	if (fd < 0)
		return fail(a, file, 0, strerror(errno), why);
	e = read_fd(a, fd, file, source, why);
	close(fd);
	return e;
}

static enum err
read_fd(struct arena *a, int fd, struct str file, struct str *source, struct str *why)
{
	struct stat st;
	size_t size, n_read = 0;
	char *p;

	if (fstat(fd, &st) != 0)
		return fail(a, file, 0, strerror(errno), why);
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_SIZE_MAX)
		return fail(a, file, 0, "not a file, or too large for a template", why);
	size = (size_t)st.st_size;
	p = arena_alloc(a, size + 1);
	while (n_read < size) {
		ssize_t n = read(fd, p + n_read, size - n_read);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(a, file, 0, n < 0 ? strerror(errno) : "became shorter", why);
		n_read += (size_t)n;
	}
	*source = (struct str){.p = p, .n = size};
	if (!str_is_utf8(*source) || str_has(*source, '\0'))
		return fail(a, file, 0, "not UTF-8 text", why);
	return OK;
}

/* Replaces the names of included templates by their indexes in the list. */
static enum err
resolve_inclusions(struct arena *a, struct templates *ts, struct str *why)
{
	size_t i, k;

	for (i = 0; i < ts->count; i++) {
		for (k = 0; k < ts->list[i].count; k++) {
			struct op *op = &ts->list[i].ops[k];
			const struct template *other;

			if (op->kind != OPS_INCLUDE)
				continue;
			other = find_template(ts, op->text);
			if (other == NULL)
				return fail(a, ts->list[i].file, op->line,
				    "there is no such template", why);
			op->target = (size_t)(other - ts->list);
		}
	}
	return OK;
}

static const struct template *
find_template(const struct templates *ts, struct str name)
{
	struct template key = {.name = name};

	return bsearch(&key, ts->list, ts->count, sizeof(*ts->list), compare_templates);
}

/* Computes how deep templates nest, beginning with those without inclusions. */
static enum err
compute_depths(struct arena *a, struct templates *ts, struct str *why)
{
	bool *known = arena_array(a, ts->count, sizeof(*known));
	size_t i, at, left = ts->count, before;

	while (left > 0) {
		before = left;
		for (i = 0; i < ts->count; i++) {
			if (known[i] || !compute_depth(ts, known, &ts->list[i], &at))
				continue;
			if (ts->list[i].depth > OPS_DEPTH_MAX)
				return fail(a, ts->list[i].file, 1,
				    "sections and inclusions are nested too deeply", why);
			known[i] = true;
			left--;
		}
		if (left == before)
			return report_cycle(a, ts, known, why);
	}
	return OK;
}

/*
 * Computes the depth of a template. False when that of a template it includes is not known yet;
 * `at` is then the operation that includes it.
 */
static bool
compute_depth(const struct templates *ts, const bool *known, struct template *t, size_t *at)
{
	size_t k, open = 0, depth = 0, here;

	for (k = 0; k < t->count; k++) {
		const struct op *op = &t->ops[k];

		if (op->kind == OPS_END)
			open--;
		if (op->kind == OPS_SECTION || op->kind == OPS_INVERTED)
			open++;
		here = open;
		if (op->kind == OPS_INCLUDE) {
			if (!known[op->target]) {
				*at = k;
				return false;
			}
			here = open + 1 + ts->list[op->target].depth;
		}
		depth = here > depth ? here : depth;
	}
	t->depth = depth;
	return true;
}

/*
 * Reports a template that includes itself, which there must be when no more depths can be
 * computed. Follows inclusions for long enough to be on a cycle.
 */
static enum err
report_cycle(struct arena *a, const struct templates *ts, const bool *known, struct str *why)
{
	size_t i = 0, k = 0, steps;

	while (known[i])
		i++;
	for (steps = 0; steps < ts->count; steps++) {
		struct template copy = ts->list[i];

		if (!compute_depth(ts, known, &copy, &k))
			i = copy.ops[k].target;
	}
	for (k = 0; k < ts->list[i].count; k++) {
		const struct op *op = &ts->list[i].ops[k];

		if (op->kind == OPS_INCLUDE && !known[op->target])
			return fail(a, ts->list[i].file, op->line, "this template includes itself",
			    why);
	}
	log_fatal("template.impossible",
	    "a template of unknown depth without an inclusion of unknown depth");
}
