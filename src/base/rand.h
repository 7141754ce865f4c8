/* Random bytes from the operating system. */
#ifndef BASE_RAND_H
#define BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

/* Fills `p` with random bytes; when the system provides none, the process ends. */
void rand_bytes(void *p, size_t n);

/* Returns a uniform number from 0 to limit - 1, without modulo bias; `limit` is at least 1. */
uint32_t rand_below(uint32_t limit);

#endif
