/*
 * Secrets are bytes that must not be printed, logged or compared with memcmp(). They live in an
 * arena, which wipes them, or in a buffer that the caller wipes.
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

/* Allocates `n` zero bytes in the arena, to be filled. */
struct secret secret_alloc(struct arena *a, size_t n);

/* Copies into the arena what a user typed; p is NULL for the absent string. */
struct secret secret_copy(struct arena *a, struct str s);

/* Views the secret as a string, for a call that needs its bytes. */
struct str secret_reveal(struct secret s);

/* Compares length and content in a time that depends on the length only. */
bool secret_eq(struct secret a, struct secret b);

/* Compares `n` bytes of raw memory in the same way. */
bool secret_eq_bytes(const void *a, const void *b, size_t n);

/* Overwrites memory; the compiler does not optimize this away. */
void secret_wipe(void *p, size_t n);

#endif
