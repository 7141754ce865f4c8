/*
 * HTML templates, parsed once at the start of a worker and rendered from a tree
 * of values (cJSON). They hold no logic. Every value is escaped for its context,
 * which is determined when the template is parsed; there is no raw form.
 *
 *   {{name}} {{a.b}} {{.}}        a value: string, number, true or false
 *   {{#name}} … {{/name}}         once for a true value or object, once per item of a list
 *   {{^name}} … {{/name}}         when it is false, null, absent, "" or an empty list
 *   {{#name=word}} … {{/name=word}}   when it is that text; {{^name=word}} when it is not
 *   {{>file}}                     another template of the same directory
 *   {{! comment }}
 *
 * Inside a section over an object or list, names are looked up in it first and
 * then outwards. In text and in quoted attributes & < > " ' are escaped. In
 * href, src, action and formaction a value at the start must be a local path or
 * an http(s), otpauth or mailto URL (else "#" is printed), and a value behind a
 * literal beginning is percent-encoded. A value anywhere else (an unquoted
 * attribute, a tag name, script, style, on…, style=) is refused at load, as are
 * unknown files, unclosed sections and templates that include themselves.
 *
 * A file that ends in .txt is plain text: nothing is escaped, but a value never
 * begins a new line. It can include only plain text.
 */
#ifndef VIEW_TEMPLATE_H
#define VIEW_TEMPLATE_H

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct templates;

/*
 * Loads every *.html and *.txt below `dir` into `a`. Their names are relative to it and without
 * ".html": "challenge", "factor/totp", "mail/mfa_reset.txt". ERR_CONFIG, with "file:line: what"
 * in `why`, for a template that is malformed or cannot be read.
 */
enum err templates_load(struct arena *a, const char *dir, struct templates **out,
    struct str *why) MUST_CHECK;

/* Renders a template into `a`, the arena of the request. An unknown name ends the process. */
struct str template_render(const struct templates *ts, const char *name, struct arena *a,
    const cJSON *model);

#endif
