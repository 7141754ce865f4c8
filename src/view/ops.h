/*
 * A parsed template: a flat list of operations with jump targets. Private to the files that load,
 * parse and render templates.
 */
#ifndef VIEW_OPS_H
#define VIEW_OPS_H

#include <stdbool.h>
#include <stddef.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* How deep sections and inclusions may nest. */
#define OPS_DEPTH_MAX 16

/* How a value is escaped, by its context. */
enum ops_escape {
	OPS_ESCAPE_HTML,      /* text or a quoted attribute */
	OPS_ESCAPE_NONE,      /* in a template of plain text */
	OPS_ESCAPE_URL_START, /* the beginning of a URL */
	OPS_ESCAPE_URL_PART   /* behind the beginning of a URL */
};

enum ops_kind { OPS_LITERAL, OPS_VALUE, OPS_SECTION, OPS_INVERTED, OPS_END, OPS_INCLUDE };

struct op {
	enum ops_kind kind;
	enum ops_escape escape; /* of a value */
	/* of a literal, or what is between the braces, without the sigil */
	struct str text;
	const char *const *names; /* "a.b" as two names; none for "." */
	size_t name_count;
	/* of a section: the text that the value must equal; absent when it is not compared */
	struct str equals;
	/* of a section: its end; of an end: its section; of an inclusion: the template */
	size_t target;
	size_t line;
};

struct template
{
	struct str name;
	struct str file; /* for messages */
	bool plain;      /* plain text, in which nothing is escaped */
	struct op *ops;
	size_t count;
	/* how deep its sections and inclusions nest; set once inclusions are resolved */
	size_t depth;
};

struct templates {
	struct template *list; /* sorted by name */
	size_t count;
};

/*
 * Parses the source, which must outlive the template, into t->ops; t->file and t->plain must be
 * set. The loader sets the targets of inclusions. ERR_CONFIG with `why` for a malformed source.
 */
enum err parse_template(struct arena *a, struct str source, struct template *t,
    struct str *why) MUST_CHECK;

/* Renders a template whose inclusions are resolved, into the arena. */
struct str render_template(const struct templates *ts, const struct template *t, struct arena *a,
    const cJSON *model);

#endif
