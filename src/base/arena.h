/*
 * An arena holds memory that lives as long as one request or one process. Single allocations
 * are never freed: a reset wipes and reclaims all of them at once.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

/*
 * The most memory one request may use; a request that needs more ends its worker. Few requests
 * need a tenth of it. It is enough for the longest page of members with the longest names,
 * whose buffer grows by doubling.
 */
#define ARENA_REQUEST_MAX ((size_t)8 * 1024 * 1024)

struct arena;

/*
 * Makes an empty arena that allocates at most `max` bytes between two resets. Never returns
 * NULL: without memory the process ends. Free it with arena_free().
 */
struct arena *arena_new(size_t max);

/*
 * Allocates `size` zero-filled bytes, aligned for any type and valid until the next reset. Never
 * returns NULL: above the arena's limit, or without memory, the process ends (the supervisor
 * replaces a worker).
 */
void *arena_alloc(struct arena *a, size_t size)
    __attribute__((malloc, alloc_size(2), returns_nonnull));

/* As arena_alloc(), for `count` elements of `size` bytes; an overflow ends the process. */
void *arena_array(struct arena *a, size_t count, size_t size)
    __attribute__((malloc, alloc_size(2, 3), returns_nonnull));

/* Copies `size` bytes into the arena. */
void *arena_copy(struct arena *a, const void *from, size_t size) __attribute__((returns_nonnull));

/* Wipes and reclaims all allocations, and poisons them for AddressSanitizer. */
void arena_reset(struct arena *a);

/* Wipes and frees the arena; `a` may be NULL. */
void arena_free(struct arena *a);

#endif
