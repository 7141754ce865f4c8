/* Sealed secrets open only unchanged, for their account and factor and with their key. */
#include "unit.h"

#include <sys/stat.h>

#include "base/arena.h"
#include "base/rand.h"
#include "crypto/seal.h"

#define KEY_0 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KEY_1 "ERERERERERERERERERERERERERERERERERERERERERE"
#define KEY_F "__________________________________________8"

struct fixture {
	struct arena *a;
	struct keyring *k;
	struct uuid account;
	struct uuid factor;
};

static struct keyring *
load_keyring(struct arena *a, const char *text)
{
	char path[] = "/tmp/keyring-XXXXXX";
	int fd = mkstemp(path);
	struct keyring *k = NULL;
	struct str why;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_int_equal(keyring_load(a, path, &k, &why), OK);
	unlink(path);
	return k;
}

static int
setup(void **state)
{
	struct fixture *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return -1;
	w->a = arena_new(ARENA_REQUEST_MAX * 4);
	w->k = load_keyring(w->a, "1 readable " KEY_0 "\n258 active " KEY_1 "\n");
	w->account = uuid_new(1);
	w->factor = uuid_new(1);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *w = *state;

	keyring_free(w->k);
	arena_free(w->a);
	free(w);
	return 0;
}

/* True when opening is refused, which must be logged and leave the result alone. */
static bool
refused(const struct fixture *w, const struct keyring *k, struct uuid account, struct uuid factor,
    struct str sealed)
{
	struct secret plain = {.n = 77};
	struct unit_log l;
	enum err e;

	unit_log_begin(&l);
	e = seal_open(w->a, k, account, factor, sealed, &plain);
	unit_log_end(&l);
	return e == ERR_INTERNAL && plain.n == 77 &&
	       strstr(l.text, "\"event\":\"seal.refused\"") != NULL;
}

static void
round_trips(void **state)
{
	const struct fixture *w = *state;

	for (size_t n = 0; n < 100; n++) {
		struct secret plain = secret_alloc(w->a, n);
		struct secret opened;
		struct str sealed;

		rand_bytes(plain.p, n);
		sealed = seal_make(w->a, w->k, w->account, w->factor, plain);
		assert_int_equal(sealed.n, n + SEAL_OVERHEAD);
		assert_int_equal(seal_open(w->a, w->k, w->account, w->factor, sealed, &opened), OK);
		assert_true(secret_eq(opened, plain));
		if (n >= 8)
			assert_null(memmem(sealed.p, sealed.n, plain.p, n));
	}
}

static void
the_form_is_as_documented(void **state)
{
	const struct fixture *w = *state;
	struct str sealed =
	    seal_make(w->a, w->k, w->account, w->factor, secret_copy(w->a, STR("x")));

	assert_memory_equal(sealed.p, "\x01\x01\x02", 3);
}

static void
two_seals_differ(void **state)
{
	const struct fixture *w = *state;
	struct secret plain = secret_copy(w->a, STR("12345678901234567890"));
	struct str x = seal_make(w->a, w->k, w->account, w->factor, plain);
	struct str y = seal_make(w->a, w->k, w->account, w->factor, plain);

	assert_memory_not_equal(x.p + 3, y.p + 3, 12);
	assert_memory_not_equal(x.p + 15, y.p + 15, 20);
}

static void
another_account_or_factor_does_not_open(void **state)
{
	const struct fixture *w = *state;
	struct str sealed =
	    seal_make(w->a, w->k, w->account, w->factor, secret_copy(w->a, STR("secret")));

	for (size_t i = 0; i < 16; i++) {
		struct uuid account = w->account;
		struct uuid factor = w->factor;

		account.b[i] ^= 1;
		factor.b[i] ^= 1;
		assert_true(refused(w, w->k, account, w->factor, sealed));
		assert_true(refused(w, w->k, w->account, factor, sealed));
	}
	assert_true(refused(w, w->k, w->factor, w->account, sealed));
}

static void
a_changed_byte_does_not_open(void **state)
{
	const struct fixture *w = *state;
	struct str sealed = seal_make(w->a, w->k, w->account, w->factor,
	    secret_copy(w->a, STR("12345678901234567890")));
	struct secret opened;

	for (size_t i = 0; i < sealed.n; i++)
		for (unsigned int bit = 0; bit < 8; bit++) {
			struct secret changed = secret_copy(w->a, sealed);

			changed.p[i] = (unsigned char)(changed.p[i] ^ 1U << bit);
			assert_true(
			    refused(w, w->k, w->account, w->factor, secret_reveal(changed)));
		}
	assert_int_equal(seal_open(w->a, w->k, w->account, w->factor, sealed, &opened), OK);
}

static void
a_secret_of_another_length_does_not_open(void **state)
{
	const struct fixture *w = *state;
	struct str sealed =
	    seal_make(w->a, w->k, w->account, w->factor, secret_copy(w->a, STR("1234")));
	struct str longer;

	for (size_t n = 0; n < sealed.n; n++)
		assert_true(refused(w, w->k, w->account, w->factor, str_slice(sealed, 0, n)));
	longer = (struct str){.p = str_copy(w->a, sealed).p, .n = sealed.n + 1};
	assert_true(refused(w, w->k, w->account, w->factor, longer));
	assert_true(refused(w, w->k, w->account, w->factor, str_of(NULL)));
}

static void
keys_rotate(void **state)
{
	const struct fixture *w = *state;
	struct keyring *rotated =
	    load_keyring(w->a, "258 readable " KEY_1 "\n259 active " KEY_F "\n");
	struct keyring *without = load_keyring(w->a, "1 active " KEY_0 "\n");
	struct keyring *other = load_keyring(w->a, "258 active " KEY_F "\n");
	struct secret plain = secret_copy(w->a, STR("secret"));
	struct str old = seal_make(w->a, w->k, w->account, w->factor, plain);
	struct str new = seal_make(w->a, rotated, w->account, w->factor, plain);
	struct secret opened;

	assert_int_equal(seal_open(w->a, rotated, w->account, w->factor, old, &opened), OK);
	assert_true(secret_eq(opened, plain));
	assert_memory_equal(new.p, "\x01\x01\x03", 3);
	assert_true(refused(w, w->k, w->account, w->factor, new));
	assert_true(refused(w, without, w->account, w->factor, old));
	assert_true(refused(w, other, w->account, w->factor, old));
	keyring_free(rotated);
	keyring_free(without);
	keyring_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(round_trips),
	    cmocka_unit_test(the_form_is_as_documented),
	    cmocka_unit_test(two_seals_differ),
	    cmocka_unit_test(another_account_or_factor_does_not_open),
	    cmocka_unit_test(a_changed_byte_does_not_open),
	    cmocka_unit_test(a_secret_of_another_length_does_not_open),
	    cmocka_unit_test(keys_rotate),
	};

	return cmocka_run_group_tests_name("crypto_seal", tests, setup, teardown);
}
