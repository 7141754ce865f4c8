/* Copies, comparison and wiping of secrets. */
#include "base/secret.h"

#include <string.h>

#include "base/arena.h"

struct secret
secret_alloc(struct arena *a, size_t n)
{
	return (struct secret){.p = arena_alloc(a, n), .n = n};
}

struct secret
secret_copy(struct arena *a, struct str s)
{
	if (str_is_absent(s))
		return (struct secret){0};
	return (struct secret){.p = arena_copy(a, s.p, s.n), .n = s.n};
}

struct str
secret_reveal(struct secret s)
{
	return (struct str){.p = (const char *)s.p, .n = s.n};
}

bool
secret_eq(struct secret a, struct secret b)
{
	return a.n == b.n && secret_eq_bytes(a.p, b.p, a.n);
}

bool
secret_eq_bytes(const void *a, const void *b, size_t n)
{
	const volatile unsigned char *x = a;
	const volatile unsigned char *y = b;
	unsigned int difference = 0;

	for (size_t i = 0; i < n; i++)
		difference |= (unsigned int)(x[i] ^ y[i]);
	return difference == 0;
}

void
secret_wipe(void *p, size_t n)
{
	if (n > 0)
		explicit_bzero(p, n);
}
