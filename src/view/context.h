/*
 * Follows the literal text of a template closely enough to know the escaping context of each
 * position in its HTML. Stricter than a browser: it refuses whatever it is not certain about.
 */
#ifndef VIEW_CONTEXT_H
#define VIEW_CONTEXT_H

#include "view/ops.h"

enum context_state {
	CONTEXT_TEXT,
	CONTEXT_OPEN,    /* behind '<' */
	CONTEXT_ELEMENT, /* in the name of an element */
	CONTEXT_CLOSING, /* in </name */
	CONTEXT_DECLARATION,
	CONTEXT_COMMENT,
	CONTEXT_RAW,       /* in script, style and similar elements */
	CONTEXT_TAG,       /* between attributes */
	CONTEXT_ATTRIBUTE, /* in the name of an attribute */
	CONTEXT_CUT,       /* between attributes, where the name before must not be continued */
	CONTEXT_EQUALS,    /* behind '=' */
	CONTEXT_UNQUOTED,
	CONTEXT_QUOTED
};

enum context_attribute { CONTEXT_PLAIN, CONTEXT_URL, CONTEXT_REFUSED };

/* What is known of the URL in an attribute; from CONTEXT_URL_OPEN on its scheme is certain. */
enum context_url { CONTEXT_URL_EMPTY, CONTEXT_URL_HEAD, CONTEXT_URL_OPEN };

struct context {
	struct str source;
	enum context_state state;
	enum context_attribute attribute;
	enum context_url url;
	char quote;
	struct str element; /* of the tag or raw text; absent in text */
	size_t start;       /* of the name or value being read */
};

/* The context at the beginning of a document or of a part of one. */
struct context context_new(struct str source);

/* Advances over the literal byte at `at`. Returns what is wrong, or NULL. */
const char *context_advance(struct context *c, size_t at);

/*
 * Advances over a template tag at `at` other than a value: a section, its end, an inclusion or a
 * comment. Returns what is wrong, or NULL.
 */
const char *context_advance_tag(struct context *c, size_t at);

/* Advances over a value and sets how to escape it. Returns what is wrong, or NULL. */
const char *context_advance_value(struct context *c, enum ops_escape *escape);

/*
 * Joins the contexts at the end of a section and at its beginning, as the section may be
 * rendered or skipped. False when they differ; else `c` is a context valid in both cases.
 */
bool context_join(struct context *c, const struct context *begin);

#endif
