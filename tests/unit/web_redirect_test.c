/* Where a browser may be sent: paths of this site, and nothing that a browser takes for another. */
#include "unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "web/redirect.h"

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
local_paths(void **state)
{
	static const struct {
		struct str path;
		bool local;
	} cases[] = {
	    {STR_INIT("/"), true},
	    {STR_INIT("/profile"), true},
	    {STR_INIT("/mfa/setup?next=//x&a=http://b#c"), true},
	    {STR_INIT("/a//b"), true},
	    {STR_INIT("/%20evil"), true},
	    {STR_INIT("/%2"), true},
	    {STR_INIT("/%"), true},
	    {{0}, false},
	    {STR_INIT(""), false},
	    {STR_INIT("profile"), false},
	    {STR_INIT("//evil"), false},
	    {STR_INIT("///evil"), false},
	    {STR_INIT("/\\evil"), false},
	    {STR_INIT("\\\\evil"), false},
	    {STR_INIT("/a\\b"), false},
	    {STR_INIT("/%2fevil"), false},
	    {STR_INIT("/%2Fevil"), false},
	    {STR_INIT("/%5cevil"), false},
	    {STR_INIT("/%5Cevil"), false},
	    {STR_INIT("http:"), false},
	    {STR_INIT("http://evil/"), false},
	    {STR_INIT("javascript:alert(1)"), false},
	    {STR_INIT("?a=b"), false},
	    {STR_INIT(" /a"), false},
	    {STR_INIT("/\t/evil"), false},
	    {STR_INIT("/\n/evil"), false},
	    {STR_INIT("/a\r\nSet-Cookie: x=y"), false},
	    {STR_INIT("/a\0b"), false},
	    {STR_INIT("/\x7f"), false},
	};
	char longest[2049];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (redirect_is_local(cases[i].path) != cases[i].local)
			fail_msg("\"%.*s\"", STR_FMT(cases[i].path));
	memset(longest, 'a', sizeof(longest));
	longest[0] = '/';
	assert_true(redirect_is_local((struct str){.p = longest, .n = 2048}));
	assert_false(redirect_is_local((struct str){.p = longest, .n = 2049}));
}

/* The Location of a redirect to that path. */
static struct str
location(struct arena *a, struct str path)
{
	struct resp rs;
	struct call c = {.arena = a, .resp = &rs};

	resp_init(&rs, a);
	redirect_to_path(&c, path);
	assert_int_equal(rs.status, 303);
	assert_int_equal(rs.header_count, 1);
	assert_string_equal(rs.headers[0].name, "Location");
	return rs.headers[0].value;
}

static void
redirects(void **state)
{
	assert_str(location(*state, STR("/mfa/challenge?next=%2Fprofile")),
	    "/mfa/challenge?next=%2Fprofile");
	assert_str(location(*state, STR("//evil")), "/");
	assert_str(location(*state, STR("https://evil")), "/");
	assert_str(location(*state, STR_ABSENT), "/");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(local_paths, setup, teardown),
	    cmocka_unit_test_setup_teardown(redirects, setup, teardown),
	};

	return cmocka_run_group_tests_name("web_redirect", tests, NULL, NULL);
}
