/*
 * A strict check of JSON (RFC 8259) that goes before the parser: a text that two parsers could
 * read differently is refused, so that what is checked is what is used.
 */
#ifndef HTTP_JSON_H
#define HTTP_JSON_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* The most `depth` json_check() takes; keys of one object; bytes of one number. */
#define JSON_DEPTH_MAX 16
#define JSON_KEYS_MAX 64
#define JSON_NUMBER_MAX 63

/* Where (bytes from the start) and why a text is refused; `what` is a constant. */
struct json_fault {
	size_t at;
	const char *what;
};

/*
 * OK when `text` is one JSON document in valid UTF-8, nested at most `depth` levels (an object
 * of plain values is 1), with nothing but white space around it: no byte order mark, no U+0000
 * (raw or escaped), no lone surrogate escape, no key twice in one object (compared exactly,
 * escapes decoded), at most JSON_KEYS_MAX keys an object, no number that a double cannot hold
 * finitely or of more than JSON_NUMBER_MAX bytes. Else ERR_BAD_REQUEST and the first fault.
 * Takes at most 16 KiB of the arena, whatever the text; a `depth` outside 0 to JSON_DEPTH_MAX
 * ends the process.
 */
enum err json_check(struct arena *a, struct str text, int depth,
    struct json_fault *fault) MUST_CHECK;

#endif
