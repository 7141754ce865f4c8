/* The tree of values prints as JSON that is always valid UTF-8, and is wiped when freed. */
#include "unit.h"

#include "base/arena.h"
#include "view/model.h"

#define BAD "\xEF\xBF\xBD"

static void
expect_json(cJSON *o, const char *expected)
{
	struct arena *a = arena_new(ARENA_REQUEST_MAX);
	struct str json = model_json(a, o);

	assert_string_equal(str_c(a, json), expected);
	arena_free(a);
	cJSON_Delete(o);
}

static void
model_test_members(void **state)
{
	cJSON *o = model_new(), *list;

	(void)state;
	model_text(o, "text", STR("a \"b\" \xC3\xA9"));
	model_text(o, "none", STR_ABSENT);
	model_text(o, "empty", STR(""));
	model_bool(o, "yes", true);
	model_bool(o, "no", false);
	model_text(model_object(o, "in"), "k", STR("v"));
	list = model_list(o, "list");
	model_item_text(list, STR("x"));
	model_number(model_item(list), "n", -3);
	expect_json(o, "{\"text\":\"a \\\"b\\\" "
		       "\xC3\xA9\",\"none\":null,\"empty\":\"\",\"yes\":true,\"no\":false,"
		       "\"in\":{\"k\":\"v\"},\"list\":[\"x\",{\"n\":-3}]}");
}

static void
model_test_set_twice(void **state)
{
	cJSON *o = model_new();

	(void)state;
	model_text(o, "a", STR("old"));
	model_text(o, "A", STR("other"));
	model_number(o, "a", 2);
	expect_json(o, "{\"A\":\"other\",\"a\":2}");
}

static void
model_test_large_numbers(void **state)
{
	cJSON *o = model_new();

	(void)state;
	model_number(o, "max", INT64_MAX);
	model_number(o, "min", INT64_MIN);
	model_number(o, "time", INT64_C(1795425302000001));
	model_number(o, "int", 2147483647);
	expect_json(o, "{\"max\":9223372036854775807,\"min\":-9223372036854775808,"
		       "\"time\":1795425302000001,\"int\":2147483647}");
}

static void
expect_text(struct str in, const char *expected)
{
	cJSON *o = model_new();

	model_text(o, "t", in);
	assert_string_equal(cJSON_GetObjectItemCaseSensitive(o, "t")->valuestring, expected);
	cJSON_Delete(o);
}

static void
model_test_utf8(void **state)
{
	(void)state;
	expect_text(STR("\xE2\x82\xAC \xF0\x9F\x94\x91"), "\xE2\x82\xAC \xF0\x9F\x94\x91");
	expect_text(STR("a\x80z"), "a" BAD "z");
	expect_text(STR("a\xFFz"), "a" BAD "z");
	expect_text(STR("\xC0\xAF"), BAD BAD);                 /* overlong */
	expect_text(STR("\xE0\x80\xAF"), BAD BAD BAD);         /* overlong */
	expect_text(STR("\xED\xA0\x80"), BAD BAD BAD);         /* surrogate */
	expect_text(STR("\xF4\x90\x80\x80"), BAD BAD BAD BAD); /* above U+10FFFF */
	expect_text(STR("\xF0\x9F\x94"
			"a"),
	    BAD "a"); /* cut short, one replacement */
	expect_text(STR("\xE2\x82"), BAD);
	expect_text(STR("123456\0garbage"), "123456" BAD "garbage");
}

static void
model_test_json_is_utf8(void **state)
{
	cJSON *o = model_new();

	(void)state;
	model_item_text(model_list(o, "l"), STR("\xFE\n"));
	expect_json(o, "{\"l\":[\"" BAD "\\n\"]}");
}

/* Looks at the block that held the code at the moment the model frees it. */
static const char *watched;
static int wiped_count, wiped_left;

static void
watch_free(void *p)
{
	if (p != watched)
		return;
	wiped_count++;
	wiped_left += memmem(p, sizeof("abc12-def34"), "def34", 5) != NULL;
}

void __real_free(void *p);
void __wrap_free(void *p);

void
__wrap_free(void *p)
{
	if (p != NULL)
		watch_free(p);
	__real_free(p);
}

static void
model_test_wiped(void **state)
{
	cJSON *o = model_new();

	(void)state;
	model_text(o, "code", STR("abc12-def34"));
	watched = cJSON_GetObjectItemCaseSensitive(o, "code")->valuestring;
	wiped_count = wiped_left = 0;
	cJSON_Delete(o);
	assert_int_equal(wiped_count, 1);
	assert_int_equal(wiped_left, 0);
	watched = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(model_test_members),
	    cmocka_unit_test(model_test_set_twice),
	    cmocka_unit_test(model_test_large_numbers),
	    cmocka_unit_test(model_test_utf8),
	    cmocka_unit_test(model_test_json_is_utf8),
	    cmocka_unit_test(model_test_wiped),
	};

	model_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
