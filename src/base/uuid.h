/*
 * Identifiers: 16-byte UUIDs, version 7 (RFC 9562 section 5.7). People and clients see them with
 * a prefix and 26 base32 characters, as TypeIDs: usr_01h455vb4pex5vsknk084sn02q.
 */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct uuid {
	unsigned char b[16];
};

/* The nil UUID, which means no object. */
#define UUID_NIL ((struct uuid){{0}})

/* The prefix of each kind of object. */
#define ID_ACCOUNT "usr"
#define ID_ORGANIZATION "org"
#define ID_FACTOR "fct"
#define ID_SESSION "ses"
#define ID_MESSAGE "msg"

/* Makes an identifier from a time (microseconds since 1970) and 74 random bits. */
struct uuid uuid_new(int64_t now_us);

bool uuid_eq(struct uuid a, struct uuid b);
/* Orders by bytes, as PostgreSQL does: below, at or above 0. */
int uuid_compare(struct uuid a, struct uuid b);
bool uuid_is_nil(struct uuid a);

/* Formats as prefix, '_' and 26 characters of Crockford's base32 in lower case. */
struct str id_format(struct arena *a, const char *prefix, struct uuid id);

/*
 * Parses exactly what id_format() writes: this prefix, 26 lower-case characters, no bits beyond
 * 128. False, and `out` is left alone, for anything else.
 */
bool id_parse(struct str text, const char *prefix, struct uuid *out);

#endif
