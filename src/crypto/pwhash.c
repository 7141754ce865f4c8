/*
 * Hashing passwords. Every check computes one Argon2id, whatever is stored, so that its duration
 * reveals nothing about the account.
 */
#include "crypto/pwhash.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/mman.h>

#include "base/log.h"

/* Limits on what a stored hash may cost to check: 1 GiB, 16 passes. */
#define MEMORY_KIB_MAX (1024 * 1024)
#define PASSES_MAX 16
#define PARALLEL_MAX 255
#define HASH_TEXT_MAX 255

struct cost {
	int64_t memory_kib;
	int64_t passes;
	int64_t parallel;
};

static void init_sodium(void);
static bool parse_cost(struct str hash, struct cost *cost);
static bool parse_number(struct str text, const char *name, int64_t min, int64_t max, int64_t *out);
static void hash_dummy(const struct pwhash_params *p, struct str password);
static void require_memory(size_t n);
static struct str password_text(struct secret password);
static size_t memory_bytes(const struct pwhash_params *p);

struct str
pwhash_make(struct arena *a, const struct pwhash_params *p, struct secret password)
{
	char hash[crypto_pwhash_STRBYTES];
	struct str text = password_text(password);

	init_sodium();
	if (crypto_pwhash_argon2id_str(hash, text.p, text.n, p->passes, memory_bytes(p)) != 0)
		log_fatal("pwhash.failed",
		    "no memory for a password hash, or impossible parameters");
	return str_copy(a, str_of(hash));
}

bool
pwhash_verify(const struct pwhash_params *p, struct str hash, struct secret password)
{
	struct str text = password_text(password);
	char c[HASH_TEXT_MAX + 1];
	struct cost cost;

	init_sodium();
	if (!parse_cost(hash, &cost)) {
		hash_dummy(p, text);
		return false;
	}
	memcpy(c, hash.p, hash.n);
	c[hash.n] = '\0';
	errno = 0;
	if (crypto_pwhash_argon2id_str_verify(c, text.p, text.n) == 0)
		return true;
	/* EINVAL means that the hash was computed and differs; else it was not computed at all. */
	if (errno != EINVAL)
		hash_dummy(p, text);
	else
		require_memory((size_t)cost.memory_kib * 1024);
	return false;
}

bool
pwhash_outdated(const struct pwhash_params *p, struct str hash)
{
	struct cost cost;

	return !parse_cost(hash, &cost) || cost.memory_kib != p->memory_kib ||
	       cost.passes != p->passes || cost.parallel != 1;
}

static void
init_sodium(void)
{
	if (sodium_init() < 0)
		log_fatal("pwhash.failed", "libsodium cannot be initialised");
}

static bool
parse_cost(struct str hash, struct cost *cost)
{
	struct str rest = hash;
	struct str fields;
	struct str salt;

	if (hash.n > HASH_TEXT_MAX || str_has(hash, '\0') || str_cut(&rest, '$').n != 0 ||
	    !str_eq(str_cut(&rest, '$'), STR("argon2id")) ||
	    !str_eq(str_cut(&rest, '$'), STR("v=19")))
		return false;
	fields = str_cut(&rest, '$');
	salt = str_cut(&rest, '$');
	return parse_number(str_cut(&fields, ','), "m=", 8, MEMORY_KIB_MAX, &cost->memory_kib) &&
	       parse_number(str_cut(&fields, ','), "t=", 1, PASSES_MAX, &cost->passes) &&
	       parse_number(fields, "p=", 1, PARALLEL_MAX, &cost->parallel) && salt.n > 0 &&
	       rest.n > 0;
}

static bool
parse_number(struct str text, const char *name, int64_t min, int64_t max, int64_t *out)
{
	struct str prefix = str_of(name);

	return str_starts(text, prefix) && str_to_int64(str_slice(text, prefix.n, SIZE_MAX), out) &&
	       *out >= min && *out <= max;
}

/* Computes a hash with `p` and drops it, so that this check takes as long as any other. */
static void
hash_dummy(const struct pwhash_params *p, struct str password)
{
	static const unsigned char salt[crypto_pwhash_argon2id_SALTBYTES];
	unsigned char out[32];

	if (crypto_pwhash_argon2id(out, sizeof(out), password.p, password.n, salt, p->passes,
		memory_bytes(p), crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
		log_fatal("pwhash.failed",
		    "no memory for a password hash, or impossible parameters");
	secret_wipe(out, sizeof(out));
}

/* libsodium reports a lack of memory like a wrong password; ends the process in that case. */
static void
require_memory(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		log_fatal("pwhash.failed", "no memory to check a password");
	munmap(p, n);
}

static struct str
password_text(struct secret password)
{
	return password.p != NULL ? secret_reveal(password) : STR("");
}

static size_t
memory_bytes(const struct pwhash_params *p)
{
	return (size_t)p->memory_kib * 1024;
}
