/*
 * Bytes that must not be printed, logged or compared with memcmp(). They live in an arena,
 * which wipes them, or in a buffer the caller wipes.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct secret {
	unsigned char *p;
	size_t n;
};

/* `n` zero bytes in the arena, to be filled. */
struct secret secret_alloc(struct arena *a, size_t n);

/* A copy in the arena of what a user typed. */
struct secret secret_copy(struct arena *a, struct str s);

/*
 * The bytes as a string view, for a call that needs them: the one place a secret becomes
 * readable.
 */
struct str secret_reveal(struct secret s);

/* Equal in length and content; the time depends on the length alone. */
bool secret_eq(struct secret a, struct secret b);

/* The same for raw memory of one length. */
bool secret_eq_bytes(const void *a, const void *b, size_t n);

/* Overwrites memory in a way the compiler keeps. */
void secret_wipe(void *p, size_t n);

#endif
