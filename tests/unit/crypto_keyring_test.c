/* The keyring: its file, its memory, and the keys derived from it. */
#include "unit.h"

#include <sys/stat.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/codec.h"
#include "crypto/hmac.h"
#include "crypto/keyring.h"

/* 32 bytes of 0x00, 0x11 and 0xff. */
#define KEY_0 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KEY_1 "ERERERERERERERERERERERERERERERERERERERERERE"
#define KEY_F "__________________________________________8"

struct fixture {
	struct arena *a;
	char folder[32];
	char path[64];
};

static int
setup(void **state)
{
	struct fixture *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return -1;
	w->a = arena_new(ARENA_REQUEST_MAX * 4);
	snprintf(w->folder, sizeof(w->folder), "/tmp/keyring-XXXXXX");
	if (mkdtemp(w->folder) == NULL)
		return -1;
	snprintf(w->path, sizeof(w->path), "%s/keys", w->folder);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *w = *state;
	int left;

	unlink(w->path);
	left = rmdir(w->folder); /* fails when a test left a file behind */
	arena_free(w->a);
	free(w);
	return left;
}

static void
write_file(const struct fixture *w, struct str text, mode_t mode)
{
	int fd;

	unlink(w->path);
	fd = open(w->path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text.p, text.n), text.n);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static struct keyring *
load(const struct fixture *w)
{
	struct keyring *k = NULL;
	struct str why = str_of("");

	if (keyring_load(w->a, w->path, &k, &why) != OK)
		fail_msg("%.*s", STR_FMT(why));
	assert_non_null(k);
	return k;
}

/* Asserts that the file is refused; returns the reason, which must name the file. */
static const char *
assert_refused(const struct fixture *w)
{
	struct keyring *k = NULL;
	struct str why = {0};

	assert_int_equal(keyring_load(w->a, w->path, &k, &why), ERR_CONFIG);
	assert_null(k);
	assert_true(str_starts(why, str_of(w->path)));
	return str_c(w->a, why);
}

/* HKDF by RFC 5869 section 2, for one block of output. */
static void
hkdf(struct str salt, struct str key, struct str info, unsigned char out[32])
{
	unsigned char prk[64];
	unsigned char mac[64];
	unsigned char message[100];

	hmac(HASH_SHA256, (const unsigned char *)salt.p, salt.n, key.p, key.n, prk);
	memcpy(message, info.p, info.n);
	message[info.n] = 1;
	hmac(HASH_SHA256, prk, 32, message, info.n + 1, mac);
	memcpy(out, mac, 32);
}

/* RFC 5869 test case 1, first block: checks hkdf(), which the next test compares with. */
static void
hkdf_matches_the_published_vector(void **state)
{
	const struct fixture *w = *state;
	unsigned char out[32];

	hkdf(STR("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c"),
	    STR("\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
		"\x0b\x0b"),
	    STR("\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9"), out);
	assert_string_equal(str_c(w->a, hex_encode(w->a, out, 32)),
	    "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

static void
keys_are_derived_for_each_use(void **state)
{
	static const char *const uses[KEY_USES] = {"countersign seal", "countersign recovery",
	    "countersign audit"};
	static const char no_salt[32];
	const struct fixture *w = *state;
	unsigned char master[32];
	unsigned char want[32];
	struct keyring *k;

	memset(master, 0x11, sizeof(master));
	write_file(w, STR("7 active " KEY_1 "\n"), 0400);
	k = load(w);
	for (int use = 0; use < KEY_USES; use++) {
		hkdf((struct str){.p = no_salt, .n = 32},
		    (struct str){.p = (const char *)master, .n = 32}, str_of(uses[use]), want);
		assert_memory_equal(keyring_key(k, 7, (enum key_use)use), want, 32);
	}
	keyring_free(k);
}

static void
ids_and_the_active_key(void **state)
{
	const struct fixture *w = *state;
	uint16_t ids[KEYRING_KEYS_MAX];
	struct keyring *k;

	write_file(w,
	    STR("# made by hand\n\n1 readable " KEY_0 "\r\n  2\tactive   " KEY_1 " # the new one\n"
		"65535 readable " KEY_F),
	    0600);
	k = load(w);
	assert_int_equal(keyring_active(k), 2);
	assert_int_equal(keyring_ids(k, ids), 3);
	assert_int_equal(ids[0], 1);
	assert_int_equal(ids[1], 2);
	assert_int_equal(ids[2], 65535);
	assert_non_null(keyring_key(k, 65535, KEY_USE_AUDIT));
	assert_null(keyring_key(k, 3, KEY_USE_SEAL));
	assert_null(keyring_key(k, 0, KEY_USE_SEAL));
	assert_memory_not_equal(keyring_key(k, 1, KEY_USE_SEAL), keyring_key(k, 2, KEY_USE_SEAL),
	    32);
	assert_memory_not_equal(keyring_key(k, 1, KEY_USE_SEAL),
	    keyring_key(k, 1, KEY_USE_RECOVERY), 32);
	keyring_free(k);
	keyring_free(NULL);
}

static void
malformed_files_are_refused(void **state)
{
	static const struct {
		struct str text;
		const char *why;
	} rows[] = {
	    {STR_INIT(""), "no key is active"},
	    {STR_INIT("# nothing\n\n"), "no key is active"},
	    {STR_INIT("1 readable " KEY_1), "no key is active"},
	    {STR_INIT("1 active " KEY_1 "\n2 active " KEY_0), "line 2: a second key is active"},
	    {STR_INIT("2 active " KEY_1 "\n1 readable " KEY_0), "line 2: the ids do not ascend"},
	    {STR_INIT("1 active " KEY_1 "\n\n1 readable " KEY_0), "line 3: the ids do not ascend"},
	    {STR_INIT("0 active " KEY_1), "line 1: the id is not"},
	    {STR_INIT("65536 active " KEY_1), "line 1: the id is not"},
	    {STR_INIT("-1 active " KEY_1), "line 1: the id is not"},
	    {STR_INIT("one active " KEY_1), "line 1: the id is not"},
	    {STR_INIT("1x active " KEY_1), "line 1: the id is not"},
	    {STR_INIT("active " KEY_1), "line 1: the id is not"},
	    {STR_INIT("1 Active " KEY_1), "line 1: the state is neither"},
	    {STR_INIT("1 retired " KEY_1), "line 1: the state is neither"},
	    {STR_INIT("1 " KEY_1), "line 1: the state is neither"},
	    {STR_INIT("1"), "line 1: the state is neither"},
	    {STR_INIT("1 active"), "line 1: the key is not 32 bytes long"},
	    {STR_INIT("1 active AAAA"), "line 1: the key is not 32 bytes long"},
	    {STR_INIT("1 active " KEY_1 "A"), "line 1: the key is not 32 bytes long"},
	    {STR_INIT("1 active " KEY_1 "="), "line 1: the key is not base64url"},
	    {STR_INIT("1 active AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB"),
		"line 1: the key is not base64url"},
	    {STR_INIT("1 active AAAAAAAAAAAAAAAAAAAA+AAAAAAAAAAAAAAAAAAAAAA"),
		"line 1: the key is not base64url"},
	    {STR_INIT("1 active " KEY_1 " more"), "line 1: there is text after"},
	    {STR_INIT("1 active " KEY_1 "\0"), "line 1: the key is not base64url"},
	    {STR_INIT("\xef\xbb\xbf"
		      "1 active " KEY_1),
		"line 1: the id is not"},
	};
	const struct fixture *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *why;

		write_file(w, rows[i].text, 0400);
		why = assert_refused(w);
		if (strstr(why, rows[i].why) == NULL)
			fail_msg("row %zu: \"%s\" does not say \"%s\"", i, why, rows[i].why);
		assert_null(strstr(why, KEY_1));
		assert_null(strstr(why, "AAAA"));
	}
}

static void
number_of_keys_and_size_are_limited(void **state)
{
	const struct fixture *w = *state;
	struct buf b = {.arena = w->a};
	uint16_t ids[KEYRING_KEYS_MAX];
	struct keyring *k;

	for (int i = 1; i <= KEYRING_KEYS_MAX; i++)
		buf_printf(&b, "%d %s " KEY_0 "\n", i,
		    i == KEYRING_KEYS_MAX ? "active" : "readable");
	write_file(w, buf_str(&b), 0400);
	k = load(w);
	assert_int_equal(keyring_ids(k, ids), KEYRING_KEYS_MAX);
	assert_int_equal(keyring_active(k), KEYRING_KEYS_MAX);
	keyring_free(k);
	buf_add(&b, STR("17 readable " KEY_0 "\n"));
	write_file(w, buf_str(&b), 0400);
	assert_non_null(strstr(assert_refused(w), "line 17: there are more than 16 keys"));
	while (b.n < 20000)
		buf_add(&b, STR("# and so on\n"));
	write_file(w, buf_str(&b), 0400);
	assert_non_null(strstr(assert_refused(w), "too large"));
}

static void
files_that_others_can_access_are_refused(void **state)
{
	static const mode_t open_modes[] = {0440, 0404, 0420, 0402, 0410, 0401, 0644, 0777};
	static const mode_t closed_modes[] = {0400, 0600};
	const struct fixture *w = *state;

	for (size_t i = 0; i < ARRAY_SIZE(open_modes); i++) {
		write_file(w, STR("1 active " KEY_1), open_modes[i]);
		assert_non_null(strstr(assert_refused(w), "is accessible to group or others"));
	}
	for (size_t i = 0; i < ARRAY_SIZE(closed_modes); i++) {
		write_file(w, STR("1 active " KEY_1), closed_modes[i]);
		keyring_free(load(w));
	}
	if (geteuid() == 0) {
		/* root may read a file of the service, */
		assert_int_equal(chown(w->path, 65534, 65534), 0);
		keyring_free(load(w));
		/* others may not. */
		assert_int_equal(seteuid(65533), 0);
		assert_non_null(strstr(assert_refused(w), "Permission denied"));
		assert_int_equal(seteuid(0), 0);
	}
}

static void
what_is_not_a_file_is_refused(void **state)
{
	const struct fixture *w = *state;

	unlink(w->path);
	assert_non_null(strstr(assert_refused(w), "No such file"));
	assert_int_equal(mkdir(w->path, 0700), 0);
	assert_non_null(strstr(assert_refused(w), "is not a regular file"));
	rmdir(w->path);
	/* Nobody writes to it, so a blocking open would never return. */
	assert_int_equal(mkfifo(w->path, 0600), 0);
	assert_non_null(strstr(assert_refused(w), "is not a regular file"));
	unlink(w->path);
}

static void
a_new_file_is_created_once(void **state)
{
	const struct fixture *w = *state;
	unsigned char seal[KEYRING_KEY_SIZE];
	struct str why = {0};
	struct keyring *k;
	struct stat st;

	unlink(w->path);
	assert_int_equal(keyring_create(w->a, w->path, &why), OK);
	assert_int_equal(stat(w->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0400);
	k = load(w);
	assert_int_equal(keyring_active(k), 1);
	memcpy(seal, keyring_key(k, 1, KEY_USE_SEAL), sizeof(seal));
	keyring_free(k);
	assert_int_equal(keyring_create(w->a, w->path, &why), ERR_CONFLICT);
	k = load(w);
	assert_memory_equal(keyring_key(k, 1, KEY_USE_SEAL), seal, sizeof(seal));
	keyring_free(k);
	unlink(w->path);
	assert_int_equal(keyring_create(w->a, w->path, &why), OK);
	k = load(w);
	assert_memory_not_equal(keyring_key(k, 1, KEY_USE_SEAL), seal, sizeof(seal));
	keyring_free(k);
}

static void
a_new_file_replaces_nothing(void **state)
{
	const struct fixture *w = *state;
	struct str why = {0};
	char nowhere[128];

	unlink(w->path);
	assert_int_equal(symlink("/nonexistent/keys", w->path), 0);
	assert_int_equal(keyring_create(w->a, w->path, &why), ERR_CONFLICT);
	unlink(w->path);
	snprintf(nowhere, sizeof(nowhere), "%s/missing/keys", w->folder);
	assert_int_equal(keyring_create(w->a, nowhere, &why), ERR_CONFIG);
	assert_true(str_starts(why, str_of(nowhere)));
}

/* Reads the VmFlags line of the mapping that holds `p` from /proc/self/smaps. */
static void
mapping_flags(const void *p, char *flags, size_t size)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[512];
	bool inside = false;

	assert_non_null(f);
	flags[0] = '\0';
	while (fgets(line, sizeof(line), f) != NULL) {
		char *end;
		unsigned long long low = strtoull(line, &end, 16);

		if (*end == '-' && end > line)
			inside = (uintptr_t)p >= low && (uintptr_t)p < strtoull(end + 1, NULL, 16);
		else if (inside && strncmp(line, "VmFlags:", 8) == 0)
			snprintf(flags, size, "%s", line);
	}
	fclose(f);
}

static void
memory_is_read_only_and_not_dumped(void **state)
{
	const struct fixture *w = *state;
	struct keyring *k;
	char flags[512];

	write_file(w, STR("1 active " KEY_1), 0400);
	k = load(w);
	mapping_flags(keyring_key(k, 1, KEY_USE_SEAL), flags, sizeof(flags));
	assert_non_null(strstr(flags, " rd"));
	assert_null(strstr(flags, " wr"));
	assert_non_null(strstr(flags, " dd"));
	keyring_free(k);
}

/* Reads memory through the kernel, which also reads what the arena has poisoned. */
static void
read_memory(const void *from, const void *to, unsigned char *out, size_t *n)
{
	int fd = open("/proc/self/mem", O_RDONLY);

	*n = (size_t)((uintptr_t)to - (uintptr_t)from);
	assert_true(fd >= 0 && *n <= 32768);
	assert_int_equal(pread(fd, out, *n, (off_t)(uintptr_t)from), *n);
	close(fd);
}

static void
the_arena_keeps_no_key(void **state)
{
	static unsigned char memory[32768];
	const struct fixture *w = *state;
	struct arena *a = arena_new(ARENA_REQUEST_MAX);
	const void *before = arena_copy(a, "a marker in the arena", 21);
	unsigned char master[32];
	struct keyring *k = NULL;
	struct str why;
	size_t n;

	memset(master, 0x11, sizeof(master));
	write_file(w, STR("1 active " KEY_1), 0400);
	assert_int_equal(keyring_load(a, w->path, &k, &why), OK);
	keyring_free(k);
	read_memory(before, arena_alloc(a, 1), memory, &n);
	assert_non_null(memmem(memory, n, "a marker in the arena", 21));
	assert_true(n > 16 * 1024);
	assert_null(memmem(memory, n, KEY_1, 16));
	assert_null(memmem(memory, n, master, 8));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hkdf_matches_the_published_vector),
	    cmocka_unit_test(keys_are_derived_for_each_use),
	    cmocka_unit_test(ids_and_the_active_key),
	    cmocka_unit_test(malformed_files_are_refused),
	    cmocka_unit_test(number_of_keys_and_size_are_limited),
	    cmocka_unit_test(files_that_others_can_access_are_refused),
	    cmocka_unit_test(what_is_not_a_file_is_refused),
	    cmocka_unit_test(a_new_file_is_created_once),
	    cmocka_unit_test(a_new_file_replaces_nothing),
	    cmocka_unit_test(memory_is_read_only_and_not_dumped),
	    cmocka_unit_test(the_arena_keeps_no_key),
	};

	return cmocka_run_group_tests_name("crypto_keyring", tests, setup, teardown);
}
