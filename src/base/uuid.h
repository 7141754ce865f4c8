/*
 * Identifiers: 16-byte UUIDs, version 7 (RFC 9562 section 5.7), shown to people and clients
 * with a prefix and 26 base32 characters: usr_01h455vb4pex5vsknk084sn02q.
 */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct uuid {
	unsigned char b[16];
};

/* The nil uuid: no object. */
#define UUID_NIL ((struct uuid){{0}})

/* The prefixes, one a kind of thing. */
#define ID_ACCOUNT "usr"
#define ID_ORGANIZATION "org"
#define ID_FACTOR "fct"
#define ID_SESSION "ses"
#define ID_MESSAGE "msg"

/* A new one from the time (microseconds since 1970, UTC) and 74 random bits. */
struct uuid uuid_new(int64_t now_us);

bool uuid_eq(struct uuid a, struct uuid b);
/* Below, at or above 0, by their bytes: the order PostgreSQL has. */
int uuid_compare(struct uuid a, struct uuid b);
/* True for sixteen zero bytes: no identifier at all. */
bool uuid_is_nil(struct uuid a);

/* "usr_" and Crockford's base32, lower case, 26 characters. */
struct str id_format(struct arena *a, const char *prefix, struct uuid id);

/*
 * Strict: the exact prefix, 26 lower-case characters, no bits beyond 128. False leaves `out`
 * alone.
 */
bool id_parse(struct str text, const char *prefix, struct uuid *out);

#endif
