#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "http/req.h"

#define PARAMS_MAX 200

/* A request that a test builds: its parameters, and a body that is read in chunks. */
struct fixture {
	struct arena *a;
	char *params[PARAMS_MAX + 1];
	size_t count;
	const char *body;
	size_t body_n;
	size_t chunk;
	struct req rq;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return 1;
	f->a = arena_new(ARENA_REQUEST_MAX);
	f->chunk = 5;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(f->a);
	free(f);
	return 0;
}

static void
param(struct fixture *f, const char *name, const char *value)
{
	struct str s = str_printf(f->a, "%s=%s", name, value);

	assert_true(f->count < PARAMS_MAX);
	f->params[f->count] = arena_copy(f->a, s.p, s.n + 1);
	f->params[++f->count] = NULL;
}

/* A new request with that method and path. */
static void
begin(struct fixture *f, const char *method, const char *uri)
{
	arena_reset(f->a);
	f->count = 0;
	f->params[0] = NULL;
	f->body = "";
	f->body_n = 0;
	f->rq = (struct req){.now = 17, .deadline_ms = 42};
	param(f, "REQUEST_METHOD", method);
	param(f, "REQUEST_URI", uri);
}

static size_t
give(void *from, char *into, size_t n)
{
	struct fixture *f = from;

	if (n > f->chunk)
		n = f->chunk;
	if (n > f->body_n)
		n = f->body_n;
	memcpy(into, f->body, n);
	f->body += n;
	f->body_n -= n;
	return n;
}

static enum err
finish(struct fixture *f)
{
	return req_read(&f->rq, f->a, f->params, give, f);
}

static void
body(struct fixture *f, const char *text, const char *length)
{
	f->body = text;
	f->body_n = strlen(text);
	if (length != NULL)
		param(f, "CONTENT_LENGTH", length);
}

static void
a_request(void **state)
{
	struct fixture *f = *state;

	begin(f, "POST", "/mfa/challenge?next=%2Fa%20b&x=1?2");
	param(f, "REMOTE_ADDR", "192.0.2.1");
	param(f, "REQUEST_ID", "00112233445566778899aabbccddeeff");
	param(f, "CONTENT_TYPE", " Application/JSON ; charset=utf-8");
	body(f, "code=123456", "11");
	assert_int_equal(finish(f), OK);
	assert_int_equal(f->rq.method, METHOD_POST);
	assert_str(f->rq.path, "/mfa/challenge");
	assert_str(f->rq.query, "next=%2Fa%20b&x=1?2");
	assert_str(f->rq.body, "code=123456");
	assert_str(f->rq.address, "192.0.2.1");
	assert_str(f->rq.id, "00112233445566778899aabbccddeeff");
	assert_str(req_media_type(&f->rq), "application/json");
	assert_int_equal(f->rq.now, 17);
	assert_int_equal(f->rq.deadline_ms, 42);
}

static void
without_query_or_type(void **state)
{
	struct fixture *f = *state;

	begin(f, "GET", "/");
	param(f, "CONTENT_LENGTH", "");
	param(f, "CONTENT_TYPE", "");
	assert_int_equal(finish(f), OK);
	assert_true(str_is_absent(f->rq.query));
	assert_int_equal(f->rq.body.n, 0);
	assert_true(str_is_absent(req_media_type(&f->rq)));
	assert_true(str_is_absent(req_param(&f->rq, "HTTP_ORIGIN")));
	assert_true(str_is_absent(req_param(&f->rq, "REQUEST")));

	begin(f, "GET", "/?");
	assert_int_equal(finish(f), OK);
	assert_false(str_is_absent(f->rq.query));
	assert_int_equal(f->rq.query.n, 0);
}

static void
methods(void **state)
{
	static const struct {
		const char *name;
		enum method method;
	} all[] = {
	    {"GET", METHOD_GET},
	    {"HEAD", METHOD_HEAD},
	    {"POST", METHOD_POST},
	    {"PUT", METHOD_PUT},
	    {"PATCH", METHOD_PATCH},
	    {"DELETE", METHOD_DELETE},
	    {"OPTIONS", METHOD_OPTIONS},
	    {"get", METHOD_OTHER},
	    {"TRACE", METHOD_OTHER},
	    {"", METHOD_OTHER},
	    {"POSTS", METHOD_OTHER},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		begin(f, all[i].name, "/");
		param(f, "CONTENT_LENGTH", "0");
		assert_int_equal(finish(f), OK);
		assert_int_equal(f->rq.method, all[i].method);
	}
}

static void
ids_are_made_when_none_comes(void **state)
{
	static const char *const bad[] = {NULL, "", "0011", "00112233445566778899aabbccddeefg",
	    "00112233445566778899aabbccddeeff0", "00112233445566778899aabbccddee\"<"};
	struct fixture *f = *state;
	char last[33] = "";

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		begin(f, "GET", "/");
		if (bad[i] != NULL)
			param(f, "REQUEST_ID", bad[i]);
		assert_int_equal(finish(f), OK);
		assert_int_equal(f->rq.id.n, 32);
		assert_int_equal(strspn(str_c(f->a, f->rq.id), "0123456789abcdef"), 32);
		assert_memory_not_equal(f->rq.id.p, last, 32);
		memcpy(last, f->rq.id.p, 32);
	}
}

static void
lengths(void **state)
{
	static const struct {
		const char *method, *body, *length;
		enum err want;
	} cases[] = {
	    {"POST", "abc", "3", OK},
	    {"POST", "", "0", OK},
	    {"POST", "abc", "003", OK},
	    {"POST", "", NULL, OK},
	    {"PUT", "", "", OK},
	    {"PATCH", "", NULL, OK},
	    {"POST", "x", NULL, ERR_BAD_REQUEST},
	    {"PUT", "x", "", ERR_BAD_REQUEST},
	    {"DELETE", "", NULL, OK},
	    {"GET", "", NULL, OK},
	    {"GET", "x", NULL, ERR_BAD_REQUEST},
	    {"POST", "abc", "4", ERR_BAD_REQUEST},
	    {"POST", "abc", "2", ERR_BAD_REQUEST},
	    {"POST", "abc", "-3", ERR_BAD_REQUEST},
	    {"POST", "abc", "+3", ERR_BAD_REQUEST},
	    {"POST", "abc", " 3", ERR_BAD_REQUEST},
	    {"POST", "abc", "0x3", ERR_BAD_REQUEST},
	    {"POST", "abc", "3,3", ERR_BAD_REQUEST},
	    {"POST", "abc", "16385", ERR_TOO_LARGE},
	    {"POST", "abc", "18446744073709551619", ERR_TOO_LARGE},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		begin(f, cases[i].method, "/x");
		body(f, cases[i].body, cases[i].length);
		assert_int_equal(finish(f), cases[i].want);
		/* an answer can be made in any case */
		assert_int_equal(f->rq.id.n, 32);
		assert_str(f->rq.path, "/x");
		if (cases[i].want != OK)
			assert_int_equal(f->rq.body.n, 0);
	}
}

static void
the_largest_body(void **state)
{
	struct fixture *f = *state;
	char *text = malloc(REQ_BODY_MAX + 2);

	assert_non_null(text);
	memset(text, 'x', REQ_BODY_MAX + 1);
	text[REQ_BODY_MAX + 1] = '\0';
	f->chunk = 8192;
	begin(f, "POST", "/");
	body(f, text + 1, "16384");
	assert_int_equal(finish(f), OK);
	assert_int_equal(f->rq.body.n, REQ_BODY_MAX);
	begin(f, "POST", "/");
	body(f, text, "16384");
	assert_int_equal(finish(f), ERR_BAD_REQUEST);
	free(text);
}

static void
paths(void **state)
{
	static const char *const bad[] = {"", "*", "x", "http://a/", "?a=b", " /"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		begin(f, "GET", bad[i]);
		assert_int_equal(finish(f), ERR_BAD_REQUEST);
	}
	begin(f, "GET", "/");
	f->params[1] = NULL; /* no REQUEST_URI at all */
	assert_int_equal(finish(f), ERR_BAD_REQUEST);
	assert_true(str_is_absent(f->rq.path));
}

static void
parameter_limits(void **state)
{
	struct fixture *f = *state;
	char large[REQ_HEADER_MAX + 2];

	memset(large, 'v', sizeof(large));
	large[REQ_HEADER_MAX] = '\0';
	begin(f, "GET", "/");
	param(f, "HTTP_COOKIE", large);
	assert_int_equal(finish(f), OK);
	large[REQ_HEADER_MAX] = 'v';
	large[REQ_HEADER_MAX + 1] = '\0';
	begin(f, "GET", "/");
	param(f, "HTTP_COOKIE", large);
	assert_int_equal(finish(f), ERR_BAD_REQUEST);

	begin(f, "GET", "/");
	while (f->count < 128)
		param(f, "HTTP_X", "1");
	assert_int_equal(finish(f), OK);
	param(f, "HTTP_X", "1");
	assert_int_equal(finish(f), ERR_BAD_REQUEST);

	large[REQ_HEADER_MAX - 8] = '\0';
	begin(f, "GET", "/");
	for (int i = 0; i < 9; i++)
		param(f, "HTTP_X", large);
	assert_int_equal(finish(f), ERR_BAD_REQUEST);
}

static void
control_characters(void **state)
{
	static const char *const bad[] = {"a\tb", "a\rb", "a\nb", "\x01", "\x1b[2J", "\x7f"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		begin(f, "GET", "/");
		param(f, "HTTP_USER_AGENT", bad[i]);
		assert_int_equal(finish(f), ERR_BAD_REQUEST);
		begin(f, "GET", "/");
		param(f, "HTTP_ACCEPT", "*/*");
		f->params[1] = arena_copy(f->a, "REQUEST_URI=/????????", 22);
		memcpy(f->params[1] + 13, bad[i], strlen(bad[i]));
		assert_int_equal(finish(f), ERR_BAD_REQUEST);
	}
	begin(f, "GET", "/\xc3\xa4");
	param(f, "HTTP_USER_AGENT", "caf\xe9");
	assert_int_equal(finish(f), OK);
}

static void
repeated_parameters(void **state)
{
	static const char *const once[] = {"REQUEST_METHOD", "REQUEST_URI", "REQUEST_SCHEME",
	    "REQUEST_ID", "REMOTE_ADDR", "CONTENT_LENGTH", "CONTENT_TYPE", "HTTP_HOST",
	    "HTTP_ORIGIN", "HTTP_REFERER", "HTTP_SEC_FETCH_SITE", "HTTP_AUTHORIZATION"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(once); i++) {
		begin(f, "GET", "/");
		param(f, once[i], "");
		param(f, once[i], "");
		assert_int_equal(finish(f), ERR_BAD_REQUEST);
	}
	begin(f, "GET", "/");
	param(f, "HTTP_ACCEPT", "a");
	param(f, "HTTP_ACCEPT", "b");
	assert_int_equal(finish(f), OK);
	assert_true(req_is_repeated(&f->rq, "HTTP_ACCEPT"));
	assert_false(req_is_repeated(&f->rq, "REQUEST_URI"));
	assert_false(req_is_repeated(&f->rq, "HTTP_ORIGIN"));
}

static void
cookies(void **state)
{
	static const struct {
		const char *header, *want;
	} cases[] = {
	    {"__Host-session=abc", "abc"},
	    {"a=1; __Host-session=abc; b=2", "abc"},
	    {"a=1;__Host-session=abc ;b=2", "abc"},
	    {"a=1;   \t__Host-session=abc", "abc"},
	    {"__Host-session=a=b==", "a=b=="},
	    {"__Host-session=\"abc\"", "\"abc\""},
	    {"__Host-session=", ""},
	    {"", NULL},
	    {"__Host-session", NULL},
	    {"x__Host-session=abc", NULL},
	    {"__Host-sessionx=abc", NULL},
	    {"__host-session=abc", NULL},
	    {"__Host-session =abc", NULL},
	    {"\xc2\xa0__Host-session=abc", NULL},
	    {"x=__Host-session=abc", NULL},
	    {"x=\"; __Host-session=abc", "abc"},
	    {"$Version=1; __Host-session=abc", "abc"},
	    {"__Host-session=abc; __Host-session=abc", NULL},
	    {"__Host-session=abc; x=1; __Host-session=", NULL},
	    {";;; =; ;__Host-session=abc;", "abc"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str got;

		begin(f, "GET", "/");
		param(f, "HTTP_COOKIE", cases[i].header);
		(void)finish(f);
		got = req_cookie(&f->rq, "__Host-session");
		assert_int_equal(str_is_absent(got), cases[i].want == NULL);
		if (!str_eq(got, str_of(cases[i].want)))
			fail_msg("\"%s\" gives \"%.*s\"", cases[i].header, STR_FMT(got));
	}
}

static void
cookies_in_two_headers(void **state)
{
	struct fixture *f = *state;

	begin(f, "GET", "/");
	param(f, "HTTP_COOKIE", "a=1");
	param(f, "HTTP_COOKIE", "b=2; c=3");
	assert_int_equal(finish(f), OK);
	assert_str(req_cookie(&f->rq, "a"), "1");
	assert_str(req_cookie(&f->rq, "c"), "3");
	param(f, "HTTP_COOKIE", "a=1");
	assert_true(str_is_absent(req_cookie(&f->rq, "a")));
	assert_true(str_is_absent(req_cookie(&f->rq, "")));
}

static void
schemes(void **state)
{
	struct fixture *f = *state;

	begin(f, "GET", "/");
	assert_int_equal(finish(f), OK);
	assert_str(req_scheme(&f->rq), "http");
	assert_true(str_is_absent(req_host(&f->rq)));
	param(f, "REQUEST_SCHEME", "https");
	param(f, "HTTP_HOST", "mfa.example.org:8443");
	assert_str(req_scheme(&f->rq), "https");
	assert_str(req_host(&f->rq), "mfa.example.org:8443");
	begin(f, "GET", "/");
	param(f, "REQUEST_SCHEME", "HTTPS");
	assert_int_equal(finish(f), OK);
	assert_str(req_scheme(&f->rq), "http");
}

static void
same_origin(void **state)
{
	static const struct {
		const char *site, *origin, *referer;
		bool want;
	} cases[] = {
	    /* Sec-Fetch-Site decides alone */
	    {"same-origin", NULL, NULL, true},
	    {"same-origin", "null", NULL, true},
	    {"same-site", "https://mfa.example", "https://mfa.example/", false},
	    {"cross-site", "https://mfa.example", NULL, false},
	    {"none", "https://mfa.example", NULL, false},
	    {"", "https://mfa.example", NULL, false},
	    {"Same-Origin", NULL, NULL, false},
	    /* then Origin */
	    {NULL, "https://mfa.example", NULL, true},
	    {NULL, "https://MFA.Example", NULL, true},
	    {NULL, "http://mfa.example", NULL, false},
	    {NULL, "HTTPS://mfa.example", NULL, false},
	    {NULL, "https://mfa.example/", NULL, false},
	    {NULL, "https://mfa.example:443", NULL, false},
	    {NULL, "https://mfa.example.evil", NULL, false},
	    {NULL, "https://mfa.exampl", NULL, false},
	    {NULL, "https://evil", "https://mfa.example/", false},
	    {NULL, "null", "https://mfa.example/", false},
	    {NULL, "", "https://mfa.example/", false},
	    /* then Referer */
	    {NULL, NULL, "https://mfa.example/profile?x", true},
	    {NULL, NULL, "https://mfa.example", true},
	    {NULL, NULL, "https://mfa.example.evil/", false},
	    {NULL, NULL, "https://mfa.example@evil/", false},
	    {NULL, NULL, "https://mfa.example:8443/", false},
	    {NULL, NULL, "https://evil/https://mfa.example/", false},
	    {NULL, NULL, "http://mfa.example/", false},
	    {NULL, NULL, "//mfa.example/", false},
	    {NULL, NULL, "", false},
	    {NULL, NULL, NULL, false},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		begin(f, "POST", "/");
		param(f, "REQUEST_SCHEME", "https");
		param(f, "HTTP_HOST", "mfa.example");
		if (cases[i].site != NULL)
			param(f, "HTTP_SEC_FETCH_SITE", cases[i].site);
		if (cases[i].origin != NULL)
			param(f, "HTTP_ORIGIN", cases[i].origin);
		if (cases[i].referer != NULL)
			param(f, "HTTP_REFERER", cases[i].referer);
		param(f, "CONTENT_LENGTH", "0");
		assert_int_equal(finish(f), OK);
		if (req_same_origin(&f->rq) != cases[i].want)
			fail_msg("case %zu", i);
	}
}

static void
no_host_is_no_origin(void **state)
{
	struct fixture *f = *state;

	begin(f, "GET", "/");
	param(f, "HTTP_ORIGIN", "http://");
	assert_int_equal(finish(f), OK);
	assert_false(req_same_origin(&f->rq));
	param(f, "HTTP_HOST", "");
	assert_false(req_same_origin(&f->rq));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_request, setup, teardown),
	    cmocka_unit_test_setup_teardown(without_query_or_type, setup, teardown),
	    cmocka_unit_test_setup_teardown(methods, setup, teardown),
	    cmocka_unit_test_setup_teardown(ids_are_made_when_none_comes, setup, teardown),
	    cmocka_unit_test_setup_teardown(lengths, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_largest_body, setup, teardown),
	    cmocka_unit_test_setup_teardown(paths, setup, teardown),
	    cmocka_unit_test_setup_teardown(parameter_limits, setup, teardown),
	    cmocka_unit_test_setup_teardown(control_characters, setup, teardown),
	    cmocka_unit_test_setup_teardown(repeated_parameters, setup, teardown),
	    cmocka_unit_test_setup_teardown(cookies, setup, teardown),
	    cmocka_unit_test_setup_teardown(cookies_in_two_headers, setup, teardown),
	    cmocka_unit_test_setup_teardown(schemes, setup, teardown),
	    cmocka_unit_test_setup_teardown(same_origin, setup, teardown),
	    cmocka_unit_test_setup_teardown(no_host_is_no_origin, setup, teardown),
	};

	return cmocka_run_group_tests_name("http_req", tests, NULL, NULL);
}
