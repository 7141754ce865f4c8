/*
 * An arena is a list of chunks. One chunk of the usual size is kept over a reset, so that a
 * small request does not have to ask the system for memory.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
/* These bytes behind each allocation stay poisoned, so that an overrun is reported. */
#define ARENA_RED_ZONE 16
#else
#define ARENA_RED_ZONE 0
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#define ARENA_ALIGN ((size_t)16)
#define ARENA_CHUNK ((size_t)32 * 1024)

struct chunk {
	struct chunk *next;
	size_t size;
	size_t used;
	alignas(ARENA_ALIGN) unsigned char data[];
};

struct arena {
	size_t max;
	size_t used;
	struct chunk *chunks; /* new allocations go into the first one */
};

static struct chunk *chunk_with_room(struct arena *a, size_t size);
static struct chunk *chunk_new(size_t size);
static void chunk_wipe(struct chunk *c);
static size_t round_up(size_t n);

struct arena *
arena_new(size_t max)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (a == NULL || max > SIZE_MAX / 2)
		log_fatal("arena.memory", "no memory for an arena");
	a->max = round_up(max);
	return a;
}

void *
arena_alloc(struct arena *a, size_t size)
{
	size_t rounded;
	struct chunk *c;
	void *p;

	if (size > a->max)
		log_fatal("arena.limit", "one allocation is larger than the arena may grow");
	rounded = round_up(size > 0 ? size : 1);
	if (rounded > a->max - a->used)
		log_fatal("arena.limit", "the arena's limit is reached");
	c = chunk_with_room(a, rounded + ARENA_RED_ZONE);
	p = c->data + c->used;
	c->used += rounded + ARENA_RED_ZONE;
	a->used += rounded;
	ASAN_UNPOISON_MEMORY_REGION(p, size);
	return p;
}

void *
arena_array(struct arena *a, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		log_fatal("arena.limit", "the size of an array overflows");
	return arena_alloc(a, total);
}

void *
arena_copy(struct arena *a, const void *from, size_t size)
{
	void *p = arena_alloc(a, size);

	if (size > 0)
		memcpy(p, from, size);
	return p;
}

void
arena_reset(struct arena *a)
{
	struct chunk *c = a->chunks;
	struct chunk *kept = NULL;

	while (c != NULL) {
		struct chunk *next = c->next;

		chunk_wipe(c);
		if (kept == NULL && c->size == ARENA_CHUNK) {
			ASAN_POISON_MEMORY_REGION(c->data, c->size);
			c->next = NULL;
			kept = c;
		} else {
			free(c);
		}
		c = next;
	}
	a->chunks = kept;
	a->used = 0;
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	arena_reset(a);
	if (a->chunks != NULL)
		ASAN_UNPOISON_MEMORY_REGION(a->chunks->data, a->chunks->size);
	free(a->chunks);
	free(a);
}

static struct chunk *
chunk_with_room(struct arena *a, size_t size)
{
	struct chunk *first = a->chunks;
	struct chunk *c;

	if (first != NULL && size <= first->size - first->used)
		return first;
	c = chunk_new(size > ARENA_CHUNK ? size : ARENA_CHUNK);
	if (first != NULL && size > ARENA_CHUNK) {
		/* The new chunk is full at once, so it goes behind the one that still has room. */
		c->next = first->next;
		first->next = c;
	} else {
		c->next = first;
		a->chunks = c;
	}
	return c;
}

static struct chunk *
chunk_new(size_t size)
{
	struct chunk *c = calloc(1, sizeof(*c) + size);

	if (c == NULL)
		log_fatal("arena.memory", "no memory for a chunk");
	c->size = size;
	ASAN_POISON_MEMORY_REGION(c->data, size);
	return c;
}

/* Makes the chunk zero-filled and empty again; it is left unpoisoned. */
static void
chunk_wipe(struct chunk *c)
{
	ASAN_UNPOISON_MEMORY_REGION(c->data, c->size);
	explicit_bzero(c->data, c->used);
	c->used = 0;
}

static size_t
round_up(size_t n)
{
	return (n + ARENA_ALIGN - 1) & ~(ARENA_ALIGN - 1);
}
