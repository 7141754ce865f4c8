/*
 * HTML templates, parsed once at the start of a worker and rendered from one
 * tree of values (cJSON). Logic-less; every value is escaped for the place it
 * stands in, decided when the template is parsed; there is no raw form.
 *
 *   {{name}} {{a.b}} {{.}}        a value: string, number, truth
 *   {{#name}} … {{/name}}         once for a true value or object, once an item for a list
 *   {{^name}} … {{/name}}         when it is false, null, absent, "" or an empty list
 *   {{#name=word}} … {{/name=word}}   when it is that text; {{^name=word}} when it is not
 *   {{>file}}                     another template of the same directory
 *   {{! comment }}
 *
 * Inside a section over an object or list the names are looked up in it first
 * and then outwards. In text and in quoted attributes & < > " ' are escaped; in
 * href, src, action and formaction a value at the start must be a local path
 * or http(s), otpauth or mailto (else "#"), and behind a literal beginning it is
 * percent-encoded as a part. A value anywhere else (an unquoted attribute, a
 * tag name, script, style, on…, style=) is refused at load, as are unknown files,
 * unclosed sections and inclusion of itself.
 *
 * A file that ends in .txt is plain text: nothing is escaped, but a value never
 * begins a new line; it includes plain text only.
 */
#ifndef VIEW_TEMPLATE_H
#define VIEW_TEMPLATE_H

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct templates;

/*
 * Loads every *.html and *.txt below `dir` (names relative to it, "challenge", "factor/totp",
 * without the ending of HTML: "mail/mfa_reset.txt"). All memory comes from `a`. ERR_CONFIG with
 * `why` as "file:line: what".
 */
enum err templates_load(struct arena *a, const char *dir, struct templates **out,
    struct str *why) MUST_CHECK;

/* Renders one into the arena of the request; an unknown name ends the process (a bug of ours). */
struct str template_render(const struct templates *ts, const char *name, struct arena *a,
    const cJSON *model);

#endif
