/*
 * Password hashes. Every check of a password costs one Argon2id, whatever is stored: who
 * measures the time learns nothing about the account.
 */
#include "crypto/pwhash.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/mman.h>

#include "base/log.h"

/* What a stored hash may cost at most: 1 GiB, 16 passes. */
#define MEMORY_KIB_MAX (1024 * 1024)
#define PASSES_MAX 16
#define PARALLEL_MAX 255
#define HASH_TEXT_MAX 255

/* The cost fields of a hash. */
struct cost {
	int64_t memory_kib;
	int64_t passes;
	int64_t parallel;
};

static void start(void);
static bool parse(struct str hash, struct cost *cost);
static bool parse_number(struct str text, const char *name, int64_t min, int64_t max, int64_t *out);
static void work_alike(const struct pwhash_params *p, struct str password);
static void demand_memory(size_t n);
static struct str text_of(struct secret password);
static size_t bytes_of(const struct pwhash_params *p);

struct str
pwhash_make(struct arena *a, const struct pwhash_params *p, struct secret password)
{
	char hash[crypto_pwhash_STRBYTES];
	struct str text = text_of(password);

	start();
	if (crypto_pwhash_argon2id_str(hash, text.p, text.n, p->passes, bytes_of(p)) != 0)
		log_fatal("pwhash.failed",
		    "no memory for a password hash, or impossible parameters");
	return str_copy(a, str_of(hash));
}

bool
pwhash_verify(const struct pwhash_params *p, struct str hash, struct secret password)
{
	struct str text = text_of(password);
	char c[HASH_TEXT_MAX + 1];
	struct cost cost;

	start();
	if (!parse(hash, &cost)) {
		work_alike(p, text);
		return false;
	}
	memcpy(c, hash.p, hash.n);
	c[hash.n] = '\0';
	errno = 0;
	if (crypto_pwhash_argon2id_str_verify(c, text.p, text.n) == 0)
		return true;
	/* EINVAL: the hash was computed and differs. Else it could not even be read. */
	if (errno != EINVAL)
		work_alike(p, text);
	else
		demand_memory((size_t)cost.memory_kib * 1024);
	return false;
}

bool
pwhash_outdated(const struct pwhash_params *p, struct str hash)
{
	struct cost cost;

	return !parse(hash, &cost) || cost.memory_kib != p->memory_kib ||
	       cost.passes != p->passes || cost.parallel != 1;
}

static void
start(void)
{
	if (sodium_init() < 0)
		log_fatal("pwhash.failed", "libsodium does not start");
}

static bool
parse(struct str hash, struct cost *cost)
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

/* As much work as a hash of `p`, for nothing. */
static void
work_alike(const struct pwhash_params *p, struct str password)
{
	static const unsigned char salt[crypto_pwhash_argon2id_SALTBYTES];
	unsigned char out[32];

	if (crypto_pwhash_argon2id(out, sizeof(out), password.p, password.n, salt, p->passes,
		bytes_of(p), crypto_pwhash_argon2id_ALG_ARGON2ID13) != 0)
		log_fatal("pwhash.failed",
		    "no memory for a password hash, or impossible parameters");
	secret_wipe(out, sizeof(out));
}

/* The library reports a lack of memory as a wrong password, which it must not pass for. */
static void
demand_memory(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		log_fatal("pwhash.failed", "no memory to check a password");
	munmap(p, n);
}

static struct str
text_of(struct secret password)
{
	return password.p != NULL ? secret_reveal(password) : STR("");
}

static size_t
bytes_of(const struct pwhash_params *p)
{
	return (size_t)p->memory_kib * 1024;
}
