/*
 * Memory that lives as long as one request (or one process): handed out in pieces, never freed
 * piece by piece, wiped and taken back all at once.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

/*
 * The most one request may use; a request that wants more ends its worker. Few need a tenth of
 * it: it is enough for the longest page of members with the longest names, which grows by
 * doubling.
 */
#define ARENA_REQUEST_MAX ((size_t)8 * 1024 * 1024)

struct arena;

/*
 * A new, empty arena that hands out at most `max` bytes between two resets. Never NULL: without
 * memory the process ends. Free with arena_free().
 */
struct arena *arena_new(size_t max);

/*
 * `size` zero-filled bytes, aligned for any type, valid until the next reset. Never NULL: above
 * the arena's limit, or without memory, the process ends (the supervisor replaces a worker).
 */
void *arena_alloc(struct arena *a, size_t size)
    __attribute__((malloc, alloc_size(2), returns_nonnull));

/* As arena_alloc() for `count` things of `size` bytes; an overflow ends the process. */
void *arena_array(struct arena *a, size_t count, size_t size)
    __attribute__((malloc, alloc_size(2, 3), returns_nonnull));

/* A copy of `size` bytes. */
void *arena_copy(struct arena *a, const void *from, size_t size) __attribute__((returns_nonnull));

/* Wipes all that was handed out and takes it back; poisoned for AddressSanitizer. */
void arena_reset(struct arena *a);

/* Wipes and frees the arena; NULL is allowed. */
void arena_free(struct arena *a);

#endif
