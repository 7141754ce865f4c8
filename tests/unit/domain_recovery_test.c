/* Recovery codes: form, alphabet, parsing what people type, MACs. */
#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "domain/recovery.h"

static void
codes_have_the_documented_form(void **state)
{
	struct arena *a = arena_new(16 << 20);
	bool used[128] = {false};
	int i, letters = 0;

	(void)state;
	for (i = 0; i < 3000; i++) {
		struct str two = recovery_code_make(a, 2), three = recovery_code_make(a, 3), read;
		size_t k;

		assert_int_equal(two.n, 11);
		assert_int_equal(three.n, 17);
		assert_true(two.p[5] == '-' && three.p[5] == '-' && three.p[11] == '-');
		assert_true(recovery_code_parse(a, two, &read) && read.n == 10);
		assert_true(recovery_code_parse(a, three, &read) && read.n == 15);
		for (k = 0; k < two.n; k++)
			used[(unsigned char)two.p[k] & 127] = true;
	}
	for (i = 0; i < 128; i++)
		letters += used[i] && i != '-';
	assert_int_equal(letters, 32);
	assert_false(used['i'] || used['l'] || used['o'] || used['u'] || used['A']);
	arena_free(a);
}

static void
any_case_spaces_dashes_and_look_alikes_are_parsed(void **state)
{
	static const char *const same[] = {"abc12-def34", "ABC12-DEF34", "abc12def34",
	    " abc12 def34 ", "a-b-c-1-2-d-e-f-3-4", "abcl2-def34", "ABCI2-def34"};
	struct arena *a = arena_new(1000000);
	struct str code;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(same); i++) {
		assert_true(recovery_code_parse(a, str_of(same[i]), &code));
		assert_str(code, "abc12def34");
	}
	assert_true(recovery_code_parse(a, STR("ooooo-00000"), &code));
	assert_str(code, "0000000000");
	arena_free(a);
}

static void
other_texts_are_refused(void **state)
{
	static const char *const bad[] = {"", "-", "abc12-def3", "abc12-def345", "abc12-def3u",
	    "abc12_def34", "abc12-def34\n", "abc12-def34-ghj5", "123456", "äbc12-def3"};
	struct arena *a = arena_new(1000000);
	struct str code;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(recovery_code_parse(a, str_of(bad[i]), &code));
	assert_false(recovery_code_parse(a, STR("abc12\0def34"), &code));
	arena_free(a);
}

static void
the_mac_depends_on_key_account_and_code(void **state)
{
	const unsigned char key[KEYRING_KEY_SIZE] = {1}, other_key[KEYRING_KEY_SIZE] = {2};
	const struct uuid account = {{1}}, other = {{2}};
	unsigned char mac[SHA256_SIZE], again[SHA256_SIZE], different[SHA256_SIZE];

	(void)state;
	recovery_code_mac(key, account, STR("abc12def34"), mac);
	recovery_code_mac(key, account, STR("abc12def34"), again);
	assert_memory_equal(mac, again, sizeof(mac));
	recovery_code_mac(other_key, account, STR("abc12def34"), different);
	assert_memory_not_equal(mac, different, sizeof(mac));
	recovery_code_mac(key, other, STR("abc12def34"), different);
	assert_memory_not_equal(mac, different, sizeof(mac));
	recovery_code_mac(key, account, STR("abc12def35"), different);
	assert_memory_not_equal(mac, different, sizeof(mac));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(codes_have_the_documented_form),
	    cmocka_unit_test(any_case_spaces_dashes_and_look_alikes_are_parsed),
	    cmocka_unit_test(other_texts_are_refused),
	    cmocka_unit_test(the_mac_depends_on_key_account_and_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
