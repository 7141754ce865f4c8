#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "http/resp.h"

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

/* How often `line` stands in the head of an answer, as a whole line. */
static int
lines(struct str answer, const char *line)
{
	int n = 0;

	while (!str_is_absent(answer)) {
		struct str got = str_cut(&answer, '\n');

		if (str_eq(got, STR("\r")))
			break;
		assert_true(str_ends(got, STR("\r")));
		n += str_eq(str_slice(got, 0, got.n - 1), str_of(line));
	}
	return n;
}

/* What follows the blank line. */
static struct str
body_of(struct str answer)
{
	const char *at = memmem(answer.p, answer.n, "\r\n\r\n", 4);

	assert_non_null(at);
	at += 4;
	return (struct str){.p = at, .n = answer.n - (size_t)(at - answer.p)};
}

static void
a_page(void **state)
{
	struct arena *a = *state;
	char scheme[] = "REQUEST_SCHEME=https";
	char *params[] = {scheme, NULL};
	struct req rq = {.arena = a, .params = params, .method = METHOD_GET, .id = STR("0123")};
	struct resp rs;
	struct str out;

	resp_init(&rs, a);
	assert_int_equal(rs.status, 200);
	resp_set(&rs, 200, STR("text/html; charset=utf-8"), STR("<p>\r\n\r\nhi"));
	out = resp_print(&rs, &rq);
	assert_true(str_starts(out, STR("Status: 200 OK\r\n")));
	assert_int_equal(lines(out, "Content-Type: text/html; charset=utf-8"), 1);
	assert_int_equal(lines(out, "Content-Length: 9"), 1);
	assert_int_equal(lines(out, "X-Request-Id: 0123"), 1);
	assert_int_equal(lines(out,
			     "Strict-Transport-Security: max-age=31536000; includeSubDomains"),
	    1);
	assert_str(body_of(out), "<p>\r\n\r\nhi");
}

static void
every_answer_is_guarded(void **state)
{
	static const int statuses[] = {200, 204, 303, 400, 401, 404, 418, 422, 500, 503};
	static const char *const guards[] = {
	    ("Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; "
	     "img-src 'self'; "
	     "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
	     "base-uri 'none'"),
	    "X-Content-Type-Options: nosniff",
	    "Referrer-Policy: same-origin",
	    "Cross-Origin-Opener-Policy: same-origin",
	    "Cross-Origin-Resource-Policy: same-origin",
	    "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()",
	    "Cache-Control: no-store",
	};
	struct arena *a = *state;
	struct req rq = {.arena = a}; /* as after a request that could not be read */
	struct resp rs;

	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		struct str out;

		resp_init(&rs, a);
		rs.status = statuses[i];
		out = resp_print(&rs, &rq);
		for (size_t k = 0; k < ARRAY_SIZE(guards); k++)
			assert_int_equal(lines(out, guards[k]), 1);
		assert_null(memmem(out.p, out.n, "Strict-Transport", 16));
		assert_null(memmem(out.p, out.n, "X-Request-Id", 12));
		assert_int_equal(lines(out, "Content-Length: 0"), statuses[i] == 204 ? 0 : 1);
	}
}

static void
own_headers_win(void **state)
{
	struct arena *a = *state;
	struct req rq = {.arena = a, .method = METHOD_GET};
	struct resp rs;
	struct str out;

	resp_init(&rs, a);
	resp_header(&rs, "cache-control", STR("max-age=60"));
	resp_header(&rs, "Retry-After", STR("30"));
	out = resp_print(&rs, &rq);
	assert_int_equal(lines(out, "Cache-Control: no-store"), 0);
	assert_int_equal(lines(out, "cache-control: max-age=60"), 1);
	assert_int_equal(lines(out, "Retry-After: 30"), 1);
}

static void
head_has_the_length_alone(void **state)
{
	struct arena *a = *state;
	struct req rq = {.arena = a, .method = METHOD_HEAD};
	struct resp rs;
	struct str out;

	resp_init(&rs, a);
	resp_set(&rs, 404, STR("text/plain; charset=utf-8"), STR("not here"));
	out = resp_print(&rs, &rq);
	assert_true(str_starts(out, STR("Status: 404 Not Found\r\n")));
	assert_int_equal(lines(out, "Content-Length: 8"), 1);
	assert_int_equal(body_of(out).n, 0);
}

static void
redirects(void **state)
{
	struct arena *a = *state;
	struct req rq = {.arena = a, .method = METHOD_POST};
	struct resp rs;
	struct str out;

	resp_init(&rs, a);
	resp_redirect(&rs, STR("https://site.example/a?b=%2Fc"));
	out = resp_print(&rs, &rq);
	assert_true(str_starts(out, STR("Status: 303 See Other\r\n")));
	assert_int_equal(lines(out, "Location: https://site.example/a?b=%2Fc"), 1);
}

static void
cookies(void **state)
{
	static const struct {
		struct resp_cookie cookie;
		const char *line;
	} cases[] = {
	    {{.name = "__Host-a", .value = STR_INIT("to-ken_1")},
		"Set-Cookie: __Host-a=to-ken_1; Path=/; Secure; HttpOnly; SameSite=Lax"},
	    {{.name = "__Host-a", .max_age = -1},
		"Set-Cookie: __Host-a=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"},
	    {{.name = "b", .value = STR_INIT("1"), .max_age = 3600},
		"Set-Cookie: b=1; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=3600"},
	    {{.name = "b", .value = STR_INIT("1"), .domain = STR_INIT("example.org")},
		"Set-Cookie: b=1; Domain=example.org; Path=/; Secure; HttpOnly; SameSite=Lax"},
	};
	struct arena *a = *state;
	struct req rq = {.arena = a, .method = METHOD_POST};
	struct resp rs;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		resp_init(&rs, a);
		resp_set_cookie(&rs, &cases[i].cookie);
		assert_int_equal(lines(resp_print(&rs, &rq), cases[i].line), 1);
	}
}

static void
split_header(void *argument)
{
	struct resp rs;

	resp_init(&rs, argument);
	resp_header(&rs, "X-Split", STR("a\r\nSet-Cookie: b=c"));
}

static void
absent_header(void *argument)
{
	struct resp rs;

	resp_init(&rs, argument);
	resp_header(&rs, "X-Absent", STR_ABSENT);
}

static void
one_header_too_many(void *argument)
{
	struct resp rs;

	resp_init(&rs, argument);
	for (int i = 0; i < RESP_HEADERS_MAX + 1; i++)
		resp_header(&rs, "X-Many", STR("1"));
}

static enum resp_chunk
no_chunk(void *arg, struct arena *a, struct str *chunk)
{
	(void)arg;
	(void)a;
	(void)chunk;
	return RESP_LAST_CHUNK;
}

static void
a_streamed_body_has_no_length(void **state)
{
	struct req rq = {.arena = *state, .method = METHOD_GET};
	struct resp rs;
	struct str text;

	resp_init(&rs, *state);
	resp_stream(&rs, 200, STR("text/csv; charset=utf-8"), no_chunk, NULL);
	text = resp_print(&rs, &rq);
	assert_true(str_ends(text, STR("\r\n\r\n")));
	assert_null(strstr(str_c(*state, text), "Content-Length"));
	/* A refusal that comes in its place is whole again. */
	resp_set(&rs, 503, STR("text/html"), STR("no"));
	text = resp_print(&rs, &rq);
	assert_non_null(strstr(str_c(*state, text), "Content-Length: 2\r\n"));
	assert_null(rs.source);
}

static void
bugs_of_ours_end_the_process(void **state)
{
	struct resp rs;

	assert_true(unit_aborts(split_header, *state));
	assert_true(unit_aborts(absent_header, *state));
	assert_true(unit_aborts(one_header_too_many, *state));
	resp_init(&rs, *state);
	for (int i = 0; i < RESP_HEADERS_MAX; i++)
		resp_header(&rs, "X-Many", STR("1"));
	assert_int_equal(rs.header_count, RESP_HEADERS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_page, setup, teardown),
	    cmocka_unit_test_setup_teardown(every_answer_is_guarded, setup, teardown),
	    cmocka_unit_test_setup_teardown(own_headers_win, setup, teardown),
	    cmocka_unit_test_setup_teardown(head_has_the_length_alone, setup, teardown),
	    cmocka_unit_test_setup_teardown(redirects, setup, teardown),
	    cmocka_unit_test_setup_teardown(cookies, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_streamed_body_has_no_length, setup, teardown),
	    cmocka_unit_test_setup_teardown(bugs_of_ours_end_the_process, setup, teardown),
	};

	return cmocka_run_group_tests_name("http_resp", tests, NULL, NULL);
}
