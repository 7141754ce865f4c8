/* URLs are parsed to one spelling, or refused where it is not certain where they lead. */
#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "base/url.h"

static int
setup(void **state)
{
	*state = arena_new((size_t)1024 * 1024);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void
urls_have_one_spelling(void **state)
{
	static const struct {
		const char *text, *origin, *rest;
	} good[] = {
	    {"https://app.example.org", "https://app.example.org", "/"},
	    {"https://app.example.org/", "https://app.example.org", "/"},
	    {"HTTPS://App.Example.ORG:443/A/b?c=D&e=%2F", "https://app.example.org",
		"/A/b?c=D&e=%2F"},
	    {"https://app.example.org:8443/x", "https://app.example.org:8443", "/x"},
	    {"https://app.example.org:80/x", "https://app.example.org:80", "/x"},
	    {"http://localhost:8080/x?", "http://localhost:8080", "/x?"},
	    {"http://app.localhost:80/", "http://app.localhost", "/"},
	    {"http://127.0.0.1:3000//evil.example", "http://127.0.0.1:3000", "//evil.example"},
	    {"http://[::1]:3000/", "http://[::1]:3000", "/"},
	    {"https://[2001:DB8::1]/", "https://[2001:db8::1]", "/"},
	    {"https://a/b#c", "https://a", "/b%23c"},
	    {"https://a/\\b c\"<>\x7f\xc3\xa9\n", "https://a", "/%5Cb%20c%22%3C%3E%7F%C3%A9%0A"},
	    {"https://a/@b:c", "https://a", "/@b:c"},
	};
	struct arena *a = *state;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct url url = {0};

		print_message("%s\n", good[i].text);
		assert_true(url_parse(a, str_of(good[i].text), &url));
		unit_assert_str(url.origin, str_of(good[i].origin), __FILE__, __LINE__);
		unit_assert_str(url.rest, str_of(good[i].rest), __FILE__, __LINE__);
	}
}

static void
uncertain_urls_are_refused(void **state)
{
	static const char *const bad[] = {
	    "",
	    "/",
	    "//app.example.org/",
	    "app.example.org",
	    "https:",
	    "https://",
	    "https:///x",
	    "https:/a/",
	    "https:\\\\a/",
	    "http://app.example.org/",
	    "http://localhost.example.org/",
	    "http://notlocalhost/",
	    "http://127.0.0.1.example.org/",
	    "ftp://a/",
	    "javascript:alert(1)",
	    "javascript://a/%0aalert(1)",
	    "data:text/html,x",
	    " https://a/",
	    "https://a /",
	    "https://user@a/",
	    "https://user:pass@a/",
	    "https://a@b/",
	    "https://a:443@b/",
	    "https://a\\@b/",
	    "https://a?@b/",
	    "https://a#@b/",
	    "https://a?b",
	    "https://a#b",
	    "https://a:/",
	    "https://a:0/",
	    "https://a:00443/",
	    "https://a:65536/",
	    "https://a:+1/",
	    "https://a:1x/",
	    "https://a:1:2/",
	    "https://.a/",
	    "https://a./",
	    "https://a..b/",
	    "https://-a/",
	    "https://a_b/",
	    "https://%61/",
	    "https://\xc3\xa9/",
	    "https://[::1/",
	    "https://::1/",
	    "https://[]/",
	    "https://[g::1]/",
	    "https://[::1]x/",
	    "https://a\t/",
	    "https://a\n/",
	    "https://a%2f/",
	};
	struct arena *a = *state;
	struct url url = {0};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		print_message("%s\n", bad[i]);
		assert_false(url_parse(a, str_of(bad[i]), &url));
	}
	assert_false(url_parse(a, STR_ABSENT, &url));
	assert_false(url_parse(a, (struct str){.p = "https://a\0b/", .n = 12}, &url));
	assert_true(str_is_absent(url.origin));
}

static void
an_origin_has_no_path(void **state)
{
	struct arena *a = *state;
	struct str origin = {0};

	assert_false(url_origin_parse(a, STR("https://a/"), &origin));
	assert_false(url_origin_parse(a, STR("https://a/b"), &origin));
	assert_false(url_origin_parse(a, STR_ABSENT, &origin));
	assert_true(str_is_absent(origin));
	assert_true(url_origin_parse(a, STR("https://A:443"), &origin));
	assert_str(origin, "https://a");
}

static void
hosts_and_domains_are_compared(void **state)
{
	(void)state;
	assert_str(url_host(STR("https://a.example.org:8443")), "a.example.org");
	assert_str(url_host(STR("http://localhost")), "localhost");
	assert_str(url_host(STR("https://[2001:db8::1]:8443")), "[2001:db8::1]");
	assert_true(url_host_within(STR("example.org"), STR("example.org")));
	assert_true(url_host_within(STR("a.b.example.org"), STR("example.org")));
	assert_false(url_host_within(STR("anexample.org"), STR("example.org")));
	assert_false(url_host_within(STR("example.org"), STR("a.example.org")));
	assert_false(url_host_within(STR(".example.org.evil"), STR("example.org")));
	assert_true(url_is_hostname(STR("a-1.example")));
	assert_false(url_is_hostname(STR("")));
	assert_false(url_is_hostname(STR("a:1")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(urls_have_one_spelling, setup, teardown),
	    cmocka_unit_test_setup_teardown(uncertain_urls_are_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(an_origin_has_no_path, setup, teardown),
	    cmocka_unit_test(hosts_and_domains_are_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
