/* String views, growing strings, and checking UTF-8. */
#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "base/str.h"

static int
setup(void **state)
{
	*state = arena_new(ARENA_REQUEST_MAX);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void
absent_is_not_empty(void **state)
{
	struct arena *a = *state;
	struct str none = str_of(NULL);

	assert_true(str_is_absent(none));
	assert_false(str_is_absent(STR("")));
	assert_true(str_is_absent(str_trim(none)));
	assert_true(str_is_absent(str_slice(none, 3, 3)));
	assert_true(str_is_absent(str_copy(a, none)));
	assert_true(str_is_absent(str_lower(a, none)));
	assert_null(str_c(a, none));
	assert_true(str_eq(none, STR("")));
	assert_false(str_has(none, 'a'));
	assert_true(str_is_utf8(none));
}

static void
comparison(void **state)
{
	(void)state;
	assert_true(str_eq(STR("abc"), str_of("abc")));
	assert_false(str_eq(STR("abc"), STR("abd")));
	assert_false(str_eq(STR("abc"), STR("ab")));
	assert_false(str_eq(STR("a\0b"), STR("a\0c")));
	assert_true(str_eq_nocase(STR("Content-TYPE"), STR("content-type")));
	assert_false(str_eq_nocase(STR("a"), STR("ab")));
	/* '@' and '`' differ by the bit that distinguishes upper from lower case. */
	assert_false(str_eq_nocase(STR("@["), STR("`{")));
	assert_false(str_eq_nocase(STR("\xc3\x84"), STR("\xc3\xa4")));
	assert_true(str_starts(STR("abc"), STR("ab")));
	assert_true(str_starts(STR("abc"), STR("")));
	assert_false(str_starts(STR("ab"), STR("abc")));
	assert_false(str_starts(STR("abc"), STR("bc")));
	assert_true(str_ends(STR("abc"), STR("bc")));
	assert_false(str_ends(STR("abc"), STR("ab")));
	assert_false(str_ends(STR("c"), STR("bc")));
	assert_true(str_has(STR("a\0b"), '\0'));
	assert_false(str_has(STR("ab"), 'c'));
}

static void
cutting_and_slicing(void **state)
{
	struct str rest = STR("a,,b,");

	(void)state;
	assert_str(str_cut(&rest, ','), "a");
	assert_str(str_cut(&rest, ','), "");
	assert_str(str_cut(&rest, ','), "b");
	assert_false(str_is_absent(rest));
	assert_str(str_cut(&rest, ','), "");
	assert_true(str_is_absent(rest));
	assert_true(str_is_absent(str_cut(&rest, ',')));
	assert_str(str_trim(STR(" \t\r\n a b \n")), "a b");
	assert_str(str_trim(STR(" \n")), "");
	assert_str(str_trim(STR("\v")), "\v");
	assert_str(str_slice(STR("abcdef"), 2, 3), "cde");
	assert_str(str_slice(STR("abcdef"), 4, SIZE_MAX), "ef");
	assert_str(str_slice(STR("abcdef"), 6, 1), "");
	assert_str(str_slice(STR("abcdef"), SIZE_MAX, SIZE_MAX), "");
}

static void
to_c_string(void *with_nul)
{
	struct arena *a = arena_new(1000);

	str_c(a, with_nul != NULL ? STR("a\0b") : STR("ab"));
	arena_free(a);
}

static void
copies(void **state)
{
	struct arena *a = *state;
	struct str view = str_slice(STR("abcdef"), 1, 2);
	char mark = 0;

	assert_string_equal(str_copy(a, view).p, "bc");
	assert_string_equal(str_c(a, view), "bc");
	assert_string_equal(str_c(a, STR("")), "");
	assert_str(str_lower(a, STR("AZaz@[ \xc3\x84")), "azaz@[ \xc3\x84");
	assert_true(unit_aborts(to_c_string, &mark));
	assert_false(unit_aborts(to_c_string, NULL));
}

static void
formatting(void **state)
{
	struct arena *a = *state;
	struct buf b = {.arena = a};
	struct str s = str_printf(a, "%d %.*s|%s", -5, STR_FMT(STR("abcd")), "x");

	assert_str(s, "-5 abcd|x");
	assert_int_equal(s.p[s.n], '\0');
	assert_str(str_printf(a, "%.*s", STR_FMT(str_of(NULL))), "");
	assert_int_equal(str_printf(a, "%5000d", 1).n, 5000);
	assert_str(buf_str(&b), "");
	assert_false(str_is_absent(buf_str(&b)));
	buf_add(&b, STR("ab"));
	buf_add(&b, str_of(NULL));
	buf_addc(&b, '\0');
	buf_bytes(&b, "cd", 2);
	buf_printf(&b, "%s", "");
	buf_printf(&b, "%03d", 7);
	assert_str(buf_str(&b), "ab\0cd007");
}

static void
buffer_grows(void **state)
{
	struct buf b = {.arena = *state};
	struct str all;

	for (int i = 0; i < 50000; i++)
		buf_printf(&b, "%05d", i);
	all = buf_str(&b);
	assert_int_equal(all.n, 250000);
	assert_str(str_slice(all, 0, 10), "0000000001");
	assert_str(str_slice(all, 249990, 10), "4999849999");
}

static void
numbers(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
	} good[] = {
	    {"0", 0},
	    {"-0", 0},
	    {"007", 7},
	    {"-12", -12},
	    {"9223372036854775807", INT64_MAX},
	    {"-9223372036854775808", INT64_MIN},
	};
	static const char *const bad[] = {"", "-", "+1", " 1", "1 ", "1.0", "0x1", "--1", "1-",
	    "9223372036854775808", "-9223372036854775809", "99999999999999999999", "\xd9\xa1"};
	int64_t n;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_true(str_to_int64(str_of(good[i].text), &n));
		assert_true(n == good[i].value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		n = 42;
		if (str_to_int64(str_of(bad[i]), &n) || n != 42)
			fail_msg("\"%s\" was parsed as a number", bad[i]);
	}
	assert_false(str_to_int64(str_of(NULL), &n));
	assert_false(str_to_int64(STR("1\0"), &n));
}

static void
utf8_valid(void **state)
{
	static const struct {
		const char *text;
		size_t first;
	} good[] = {
	    {"\x01", 1},
	    {"\x7f", 1},
	    {"\xc2\x80", 2},
	    {"\xdf\xbf", 2},
	    {"\xe0\xa0\x80", 3},
	    {"\xed\x9f\xbf", 3},
	    {"\xee\x80\x80", 3},
	    {"\xef\xbf\xbf", 3},
	    {"\xf0\x90\x80\x80", 4},
	    {"\xf4\x8f\xbf\xbf", 4},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_true(str_is_utf8(str_of(good[i].text)));
		assert_int_equal(str_utf8_step(str_of(good[i].text)), good[i].first);
	}
	assert_true(str_is_utf8(STR("a\0\xe2\x82\xac"
				    "b\xf0\x9f\x94\x92")));
	assert_int_equal(str_utf8_step(STR("\0")), 1);
	assert_int_equal(str_utf8_step(STR("")), 0);
}

static void
utf8_invalid(void **state)
{
	static const char *const bad[] = {
	    "\x80",
	    "\xbf", /* continuation bytes first */
	    "\xc0\x80",
	    "\xc1\xbf", /* overlong, two bytes */
	    "\xe0\x80\x80",
	    "\xe0\x9f\xbf", /* overlong, three */
	    "\xf0\x80\x80\x80",
	    "\xf0\x8f\xbf\xbf", /* overlong, four */
	    "\xed\xa0\x80",
	    "\xed\xbf\xbf", /* surrogates */
	    "\xf4\x90\x80\x80",
	    "\xf5\x80\x80\x80", /* above U+10FFFF */
	    "\xf8\x88\x80\x80\x80",
	    "\xfe",
	    "\xff", /* never first bytes */
	    "\xc2",
	    "\xe2\x82",
	    "\xf0\x9f\x94", /* cut off */
	    "\xc2"
	    "a",
	    "\xe2\x82"
	    "a",
	    "\xf0\x9f\x94"
	    "a", /* interrupted by a letter */
	    "\xe2"
	    "a\x80",
	    "\xf0"
	    "a\x80\x80",
	    "\xf0\x9f"
	    "a\x80",
	    "\xc2\xc2\x80",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (str_is_utf8(str_of(bad[i])))
			fail_msg("number %zu passed as UTF-8", i);
		assert_int_equal(str_utf8_step(str_of(bad[i])), 0);
	}
	assert_false(str_is_utf8(STR("ok\x80")));
}

static void
controls(void **state)
{
	(void)state;
	assert_true(str_has_control(STR("a\0")));
	assert_true(str_has_control(STR("\x1f")));
	assert_true(str_has_control(STR("a\x7f")));
	assert_true(str_has_control(STR("a\nb")));
	assert_false(str_has_control(STR(" a~\xc3\xa4")));
	assert_false(str_has_control(STR("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(absent_is_not_empty),
	    cmocka_unit_test(comparison),
	    cmocka_unit_test(cutting_and_slicing),
	    cmocka_unit_test(copies),
	    cmocka_unit_test(formatting),
	    cmocka_unit_test(buffer_grows),
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(utf8_valid),
	    cmocka_unit_test(utf8_invalid),
	    cmocka_unit_test(controls),
	};

	return cmocka_run_group_tests_name("base_str", tests, setup, teardown);
}
