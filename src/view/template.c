/* Finds, reads and links the templates of one directory. */
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

#define TEMPLATE_ENDING STR(".html")
#define TEMPLATE_PLAIN_ENDING STR(".txt")
/* Far above any page; what is larger is not a template. */
#define TEMPLATE_SIZE_MAX ((off_t)256 * 1024)

/* A template that was found, before the list has its size. */
struct template_found {
	struct template t;
	struct template_found *next;
};

struct template_search {
	struct arena *arena;
	struct str dir;
	struct template_found *first;
	size_t count;
	struct str *why;
};

static enum err
template_fail(struct arena *a, struct str file, size_t line, const char *what, struct str *why)
{
	*why = str_printf(a, "%.*s:%zu: %s", STR_FMT(file), line, what);
	return ERR_CONFIG;
}

static enum err
template_fill(struct arena *a, int fd, struct str file, struct str *source, struct str *why)
{
	struct stat st;
	size_t size, done = 0;
	char *p;

	if (fstat(fd, &st) != 0)
		return template_fail(a, file, 0, strerror(errno), why);
	if (!S_ISREG(st.st_mode) || st.st_size > TEMPLATE_SIZE_MAX)
		return template_fail(a, file, 0, "not a file, or too large for a template", why);
	size = (size_t)st.st_size;
	p = arena_alloc(a, size + 1);
	while (done < size) {
		ssize_t n = read(fd, p + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return template_fail(a, file, 0, n < 0 ? strerror(errno) : "became shorter",
			    why);
		done += (size_t)n;
	}
	*source = (struct str){.p = p, .n = size};
	if (!str_is_utf8(*source) || str_has(*source, '\0'))
		return template_fail(a, file, 0, "not UTF-8 text", why);
	return OK;
}

static enum err
template_read(struct arena *a, struct str file, struct str *source, struct str *why)
{
	int fd = open(str_c(a, file), O_RDONLY | O_CLOEXEC);
	enum err e;

	if (fd < 0)
		return template_fail(a, file, 0, strerror(errno), why);
	e = template_fill(a, fd, file, source, why);
	close(fd);
	return e;
}

static void
template_note(struct template_search *s, struct str path)
{
	struct template_found *found = arena_alloc(s->arena, sizeof(*found));
	struct str name = str_slice(path, s->dir.n, path.n);

	while (str_starts(name, STR("/")))
		name = str_slice(name, 1, name.n);
	found->t.file = str_copy(s->arena, path);
	found->t.plain = str_ends(name, TEMPLATE_PLAIN_ENDING);
	found->t.name = str_copy(s->arena,
	    found->t.plain ? name : str_slice(name, 0, name.n - TEMPLATE_ENDING.n));
	found->next = s->first;
	s->first = found;
	s->count++;
}

static enum err
template_visit(struct template_search *s, FTS *tree, FTSENT *entry)
{
	struct str path = str_of(entry->fts_path), name = str_of(entry->fts_name);

	switch (entry->fts_info) {
	case FTS_D:
		if (entry->fts_level > 0 && str_starts(name, STR(".")) &&
		    fts_set(tree, entry, FTS_SKIP) != 0)
			return template_fail(s->arena, path, 0, strerror(errno), s->why);
		return OK;
	case FTS_F:
		/* Hidden files are what editors leave behind. */
		if ((str_ends(name, TEMPLATE_ENDING) || str_ends(name, TEMPLATE_PLAIN_ENDING)) &&
		    !str_starts(name, STR(".")))
			template_note(s, path);
		return OK;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		return template_fail(s->arena, path, 0, strerror(entry->fts_errno), s->why);
	case FTS_DC:
	case FTS_SLNONE:
		return template_fail(s->arena, path, 0, "a symbolic link that leads nowhere",
		    s->why);
	default:
		return OK;
	}
}

static enum err
template_search(struct template_search *s)
{
	char *const roots[] = {strndup(s->dir.p, s->dir.n), NULL};
	enum err e = OK;
	FTSENT *entry;
	FTS *tree;

	if (roots[0] == NULL)
		log_fatal("memory.exhausted", "template_search");
	tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	if (tree == NULL)
		e = template_fail(s->arena, s->dir, 0, strerror(errno), s->why);
	while (e == OK && (entry = fts_read(tree)) != NULL)
		e = template_visit(s, tree, entry);
	if (tree != NULL)
		fts_close(tree);
	free(roots[0]);
	return e;
}

static int
template_order(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n == 0 ? 0 : memcmp(a.p, b.p, n);

	return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

static int
template_compare(const void *a, const void *b)
{
	const struct template *x = a, *y = b;

	return template_order(x->name, y->name);
}

static const struct template *
template_find(const struct templates *ts, struct str name)
{
	struct template key = {.name = name};

	return bsearch(&key, ts->list, ts->count, sizeof(*ts->list), template_compare);
}

/* Replaces the names of included templates by their places in the list. */
static enum err
template_resolve(struct arena *a, struct templates *ts, struct str *why)
{
	size_t i, k;

	for (i = 0; i < ts->count; i++) {
		for (k = 0; k < ts->list[i].count; k++) {
			struct op *op = &ts->list[i].ops[k];
			const struct template *other;

			if (op->kind != OPS_INCLUDE)
				continue;
			other = template_find(ts, op->text);
			if (other == NULL)
				return template_fail(a, ts->list[i].file, op->line,
				    "there is no such template", why);
			op->target = (size_t)(other - ts->list);
		}
	}
	return OK;
}

/*
 * The depth of one template; false when one that it includes is not known yet (`at` is set to
 * that step).
 */
static bool
template_measure(const struct templates *ts, const bool *known, struct template *t, size_t *at)
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
 * Nothing more can be measured: some template includes itself. Walks until it is certainly on
 * such a circle.
 */
static enum err
template_circle(struct arena *a, const struct templates *ts, const bool *known, struct str *why)
{
	size_t i = 0, k = 0, steps;

	while (known[i])
		i++;
	for (steps = 0; steps < ts->count; steps++) {
		struct template copy = ts->list[i];

		if (!template_measure(ts, known, &copy, &k))
			i = copy.ops[k].target;
	}
	for (k = 0; k < ts->list[i].count; k++) {
		const struct op *op = &ts->list[i].ops[k];

		if (op->kind == OPS_INCLUDE && !known[op->target])
			return template_fail(a, ts->list[i].file, op->line,
			    "this template comes to include itself", why);
	}
	log_fatal("template.impossible", "an unmeasured template without an unmeasured inclusion");
}

/* Measures how deep templates nest, those without inclusions first. */
static enum err
template_depths(struct arena *a, struct templates *ts, struct str *why)
{
	bool *known = arena_array(a, ts->count, sizeof(*known));
	size_t i, at, left = ts->count, before;

	while (left > 0) {
		before = left;
		for (i = 0; i < ts->count; i++) {
			if (known[i] || !template_measure(ts, known, &ts->list[i], &at))
				continue;
			if (ts->list[i].depth > OPS_DEPTH_MAX)
				return template_fail(a, ts->list[i].file, 1,
				    "sections and inclusions are nested too deeply", why);
			known[i] = true;
			left--;
		}
		if (left == before)
			return template_circle(a, ts, known, why);
	}
	return OK;
}

enum err
templates_load(struct arena *a, const char *dir, struct templates **out, struct str *why)
{
	struct template_search s = {.arena = a, .dir = str_of(dir), .why = why};
	struct templates *ts = arena_alloc(a, sizeof(*ts));
	struct template_found *found;
	struct str source;
	enum err e = template_search(&s);

	if (e != OK)
		return e;
	if (s.count == 0)
		return template_fail(a, s.dir, 0, "no template is here", why);
	ts->list = arena_array(a, s.count, sizeof(*ts->list));
	for (found = s.first; found != NULL; found = found->next)
		ts->list[ts->count++] = found->t;
	qsort(ts->list, ts->count, sizeof(*ts->list), template_compare);
	for (size_t i = 0; i < ts->count; i++) {
		e = template_read(a, ts->list[i].file, &source, why);
		if (e == OK)
			e = parse_template(a, source, &ts->list[i], why);
		if (e != OK)
			return e;
	}
	e = template_resolve(a, ts, why);
	if (e == OK)
		e = template_depths(a, ts, why);
	if (e == OK)
		*out = ts;
	return e;
}

struct str
template_render(const struct templates *ts, const char *name, struct arena *a, const cJSON *model)
{
	const struct template *t = template_find(ts, str_of(name));

	if (t == NULL)
		log_fatal("template.unknown", name);
	return render_template(ts, t, a, model);
}
