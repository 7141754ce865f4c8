/* Text forms of bytes: published vectors, malformed input, round trips. */
#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "base/codec.h"
#include "base/rand.h"

typedef bool decoder(struct arena *a, struct str text, unsigned char **out, size_t *n);

static int
setup(void **state)
{
	*state = arena_new((size_t)8 * ARENA_REQUEST_MAX);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void
assert_decodes(struct arena *a, decoder *decode, const char *text, const char *want, size_t want_n)
{
	unsigned char *out = NULL;
	size_t n = 99;

	if (!decode(a, str_of(text), &out, &n) || n != want_n || memcmp(out, want, n) != 0)
		fail_msg("\"%s\" does not decode to \"%s\"", text, want);
}

static void
assert_refuses(struct arena *a, decoder *decode, const char *const *texts, size_t count)
{
	unsigned char *out;
	size_t n;

	for (size_t i = 0; i < count; i++)
		if (decode(a, str_of(texts[i]), &out, &n))
			fail_msg("\"%s\" was decoded", texts[i]);
}

/* RFC 4648 section 10. */
static void
published_vectors(void **state)
{
	static const struct {
		const char *plain;
		const char *base32_padded;
		const char *base64;
		const char *base16;
	} rows[] = {
	    {"", "", "", ""},
	    {"f", "MY======", "Zg", "66"},
	    {"fo", "MZXQ====", "Zm8", "666f"},
	    {"foo", "MZXW6===", "Zm9v", "666f6f"},
	    {"foob", "MZXW6YQ=", "Zm9vYg", "666f6f62"},
	    {"fooba", "MZXW6YTB", "Zm9vYmE", "666f6f6261"},
	    {"foobar", "MZXW6YTBOI======", "Zm9vYmFy", "666f6f626172"},
	};
	struct arena *a = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const unsigned char *plain = (const unsigned char *)rows[i].plain;
		size_t n = strlen(rows[i].plain);
		struct str padded = str_of(rows[i].base32_padded);
		struct str bare = str_cut(&padded, '=');

		assert_true(str_eq(base32_encode(a, plain, n), bare));
		assert_string_equal(str_c(a, base64url_encode(a, plain, n)), rows[i].base64);
		assert_string_equal(str_c(a, hex_encode(a, plain, n)), rows[i].base16);
		assert_decodes(a, base32_decode, rows[i].base32_padded, rows[i].plain, n);
		assert_decodes(a, base32_decode, str_c(a, bare), rows[i].plain, n);
		assert_decodes(a, base64url_decode, rows[i].base64, rows[i].plain, n);
		assert_decodes(a, hex_decode, rows[i].base16, rows[i].plain, n);
	}
}

static void
forgiving_where_people_type(void **state)
{
	struct arena *a = *state;

	assert_decodes(a, base32_decode, "mzxw 6ytb-OI", "foobar", 6);
	assert_decodes(a, base32_decode, " MZXW6YTB OI== ==== ", "foobar", 6);
	/* The last character carries a bit that belongs to no byte. */
	assert_decodes(a, base32_decode, "MZ", "f", 1);
	assert_decodes(a, hex_decode, "6F6f", "oo", 2);
	assert_str(base64url_encode(a, (const unsigned char *)"\xfb\xff\xfe", 3), "-__-");
	assert_decodes(a, base64url_decode, "-__-", "\xfb\xff\xfe", 3);
}

static void
malformed(void **state)
{
	static const char *const bad32[] = {"M", "MZX", "MZXW6Y", "MZXW6YTBO",
	    "MY=====", "MY=======", "MY=", "=", "========", "M=======", "MY======MY",
	    "MY==A===", "MZXW6YT1", "MZXW6YT0", "MZXW6YT8", "MZXW6YT!", "MZXW\n", "M\xc3\x84",
	    "MZXW6YTB========"};
	static const char *const bad64[] = {"A", "AAAAA", "Zg==", "Zh", "Zm9", "Zm9vYm", "Zm+v",
	    "Zm/v", "Zg ", " Zg", "Z\ng", "Z\xc3", "Zg."};
	static const char *const bad16[] = {"0", "000", "0g", "g0", "0 ", " 00", "0x", "\xc3\xa4"};

	assert_refuses(*state, base32_decode, bad32, ARRAY_SIZE(bad32));
	assert_refuses(*state, base64url_decode, bad64, ARRAY_SIZE(bad64));
	assert_refuses(*state, hex_decode, bad16, ARRAY_SIZE(bad16));
}

static void
nul_is_not_a_character(void **state)
{
	struct arena *a = *state;
	unsigned char *out;
	size_t n;

	assert_false(base32_decode(a, STR("M\0"), &out, &n));
	assert_false(base64url_decode(a, STR("Z\0"), &out, &n));
	assert_false(hex_decode(a, STR("0\0"), &out, &n));
}

static void
round_trips(void **state)
{
	struct arena *a = *state;
	unsigned char bytes[97];
	unsigned char *out;
	size_t n;

	for (size_t size = 0; size < sizeof(bytes); size++) {
		for (int i = 0; i < 5; i++) {
			struct str raw = {.p = (const char *)bytes, .n = size};
			struct str plain;

			rand_bytes(bytes, size);
			assert_true(base32_decode(a, base32_encode(a, bytes, size), &out, &n));
			assert_int_equal(n, size);
			assert_memory_equal(out, bytes, size);
			assert_true(
			    base64url_decode(a, base64url_encode(a, bytes, size), &out, &n));
			assert_int_equal(n, size);
			assert_memory_equal(out, bytes, size);
			assert_true(hex_decode(a, hex_encode(a, bytes, size), &out, &n));
			assert_int_equal(n, size);
			assert_memory_equal(out, bytes, size);
			assert_true(percent_decode(a, percent_encode(a, raw, NULL), true, &plain));
			assert_true(str_eq(plain, raw));
		}
	}
}

static void
percent(void **state)
{
	struct arena *a = *state;
	struct str out;

	assert_str(percent_encode(a, STR("aZ09-._~"), NULL), "aZ09-._~");
	assert_str(percent_encode(a, STR("a b+c/\xc3\xa4%\0"), NULL), "a%20b%2Bc%2F%C3%A4%25%00");
	assert_str(percent_encode(a, STR("/a b:@"), "/:@"), "/a%20b:@");
	assert_str(percent_encode(a, STR(""), NULL), "");
	assert_true(percent_decode(a, STR("a+b%2Bc%c3%A4"), true, &out));
	assert_str(out, "a b+c\xc3\xa4");
	assert_true(percent_decode(a, STR("a+b%252F"), false, &out));
	assert_str(out, "a+b%2F");
	assert_true(percent_decode(a, STR(""), true, &out));
	assert_str(out, "");
}

static void
percent_malformed(void **state)
{
	static const char *const bad[] = {"%", "a%", "%2", "a%4", "%zz", "%0g", "%g0", "%%20",
	    "% 1", "%+1", "%-1"};
	struct str out;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (percent_decode(*state, str_of(bad[i]), true, &out))
			fail_msg("\"%s\" was decoded", bad[i]);
}

static void
json_strings_are_quoted(void **state)
{
	struct arena *a = arena_new(100000);

	(void)state;
	assert_str(json_quote(a, STR("")), "\"\"");
	assert_str(json_quote(a, STR("a \"b\" \\ c/ä")), "\"a \\\"b\\\" \\\\ c/ä\"");
	assert_str(json_quote(a, STR("\n\x01\x7f\0z")), "\"\\u000a\\u0001\\u007f\\u0000z\"");
	assert_str(json_quote(a, STR("\xff")), "\"\xef\xbf\xbd\"");
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json_strings_are_quoted),
	    cmocka_unit_test(published_vectors),
	    cmocka_unit_test(forgiving_where_people_type),
	    cmocka_unit_test(malformed),
	    cmocka_unit_test(nul_is_not_a_character),
	    cmocka_unit_test(round_trips),
	    cmocka_unit_test(percent),
	    cmocka_unit_test(percent_malformed),
	};

	return cmocka_run_group_tests_name("base_codec", tests, setup, teardown);
}
