/*
 * Follows the literal text of a template as far as is needed to know in which place of HTML a
 * position is. Stricter than a browser: what it does not know for certain it refuses.
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
	CONTEXT_RAW,       /* in script, style and their like */
	CONTEXT_TAG,       /* between attributes */
	CONTEXT_ATTRIBUTE, /* in the name of an attribute */
	CONTEXT_CUT,       /* as between attributes, but a name must not go on here */
	CONTEXT_EQUALS,    /* behind '=' */
	CONTEXT_UNQUOTED,
	CONTEXT_QUOTED
};

enum context_attribute { CONTEXT_PLAIN, CONTEXT_URL, CONTEXT_REFUSED };

/* How far the address in an attribute has come. */
enum context_url { CONTEXT_URL_EMPTY, CONTEXT_URL_HEAD, CONTEXT_URL_OPEN };

struct context {
	struct str source;
	enum context_state state;
	enum context_attribute attribute;
	enum context_url url;
	char quote;
	struct str element; /* whose tag or raw text this is; absent in text */
	size_t start;       /* where the name or value being read began */
};

/* The beginning of a document or of a part of one. */
struct context context_new(struct str source);

/* Moves over the byte at `at`, which must be literal text. What is wrong, or NULL. */
const char *context_feed(struct context *c, size_t at);

/*
 * Moves over a tag at `at` that is no value (section, end, inclusion, comment). What is wrong,
 * or NULL.
 */
const char *context_tag(struct context *c, size_t at);

/* Moves over a value and tells how it is to be written. What is wrong, or NULL. */
const char *context_value(struct context *c, enum ops_escape *escape);

/*
 * A section ends here: the place must be the same whether it was passed or skipped. False when
 * it is not; else `c` holds what is true of both ways.
 */
bool context_join(struct context *c, const struct context *begin);

#endif
