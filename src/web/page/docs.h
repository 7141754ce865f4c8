/* What the files of the reference page share and nobody else sees. */
#ifndef WEB_PAGE_DOCS_H
#define WEB_PAGE_DOCS_H

#include "web/call.h"

/* ---- docs_text.c: from the text of the document to what a template can show ---- */

/*
 * Texts are paragraphs divided by empty lines, lists of lines that begin with "- ", and code
 * between backticks; nothing else has a meaning. Sets `blocks`: a list of {`paragraph`} or
 * {`items`}, with `runs` of {`code` truth, `text`}. An absent text has none.
 */
void docs_blocks(struct call *c, cJSON *o, struct str text);

/* The same for one line: sets `runs`. */
void docs_runs(cJSON *o, struct str text);

/* A heading as an anchor: lower-case letters and digits, the rest dashes, behind "about-". */
struct str docs_anchor(struct call *c, struct str heading);

/* A word of ASCII letters in capitals: the document has its methods small. */
struct str docs_upper(struct call *c, const char *word);

/* Sets a member to a value as JSON on several lines; null without a value. */
void docs_json(cJSON *o, const char *name, const cJSON *value);

/* ---- docs_schema.c: reading the document ---- */

/* The member of an object; NULL when it has none of that name. */
const cJSON *docs_at(const cJSON *o, const char *name);

/* The text of a member; absent when it is no text. */
struct str docs_text(const cJSON *o, const char *name);

/* What a "$ref" within the document leads to, or the node itself; NULL when that is nowhere. */
const cJSON *docs_resolve(struct call *c, const cJSON *node);

/*
 * The members of an object as rows at the end of `list`: {`name`, `type`, `required`, `runs`};
 * those of objects and lists within by their paths ("sessions[].id").
 */
void docs_members(struct call *c, cJSON *list, const cJSON *schema);

/* One row of the same for a value of its own: a parameter. */
void docs_member(struct call *c, cJSON *list, struct str name, const cJSON *schema, bool required,
    struct str text);

#endif
