/*
 * What a template is once it has been parsed: a flat list of steps with jump targets. Shared by
 * the files that load, parse and render; nobody else's.
 */
#ifndef VIEW_OPS_H
#define VIEW_OPS_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* Sections and inclusions that may be open at one time. */
#define OPS_DEPTH_MAX 16

/* How a value is written, by the place it stands in. */
enum ops_escape {
	OPS_ESCAPE_HTML,      /* text or a quoted attribute */
	OPS_ESCAPE_NONE,      /* in a template of plain text */
	OPS_ESCAPE_URL_START, /* the beginning of an address */
	OPS_ESCAPE_URL_PART   /* behind the beginning of an address */
};

enum ops_kind { OPS_LITERAL, OPS_VALUE, OPS_SECTION, OPS_INVERTED, OPS_END, OPS_INCLUDE };

struct op {
	enum ops_kind kind;
	enum ops_escape escape; /* of a value */
	/* a literal; else what stands between the braces, without its sign */
	struct str text;
	const char *const *names; /* "a.b" as two names; none for "." */
	size_t name_count;
	/* of a section: the text the value must be; absent when any will do */
	struct str equals;
	/* section: its end; end: its section; inclusion: the other template */
	size_t target;
	size_t line;
};

struct template
{
	struct str name;
	struct str file; /* for messages */
	bool plain;      /* no HTML: nothing is escaped */
	struct op *ops;
	size_t count;
	/* most sections and inclusions open at one time; set when inclusions are resolved */
	size_t depth;
};

struct templates {
	struct template *list; /* sorted by name */
	size_t count;
};

/*
 * Fills t->ops from the source, which must outlive it; t->file is set. Targets of inclusions
 * are left for the loader. ERR_CONFIG with `why`.
 */
enum err parse_template(struct arena *a, struct str source, struct template *t,
    struct str *why) MUST_CHECK;

/* The output of a template whose inclusions are resolved, in the arena. */
struct str render_template(const struct templates *ts, const struct template *t, struct arena *a,
    const cJSON *model);

#endif
