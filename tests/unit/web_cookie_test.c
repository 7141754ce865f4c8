/* The cookies of this service, with and without a cookie domain. */
#include "unit.h"

#include "base/arena.h"
#include "conf/conf.h"
#include "web/cookie.h"

struct fixture {
	struct arena *arena;
	struct conf conf;
	struct req req;
	struct resp resp;
	struct call call;
};

static int
setup(void **state)
{
	struct arena *a = arena_new(ARENA_REQUEST_MAX);
	struct fixture *f = arena_alloc(a, sizeof(*f));

	f->arena = a;
	f->conf.cookie_domain = "";
	f->req.arena = a;
	resp_init(&f->resp, a);
	f->call = (struct call){
	    .conf = &f->conf,
	    .req = &f->req,
	    .resp = &f->resp,
	    .arena = a,
	};
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	return 0;
}

static void
session_cookie_of_this_host(void **state)
{
	char sent[] = "HTTP_COOKIE=__Secure-session=other; __Host-session=to-ken_1";
	char *params[] = {sent, NULL};
	struct fixture *f = *state;

	f->req.params = params;
	assert_str(cookie_session(&f->call), "to-ken_1");
	cookie_set_session(&f->call, secret_copy(f->arena, STR("to-ken_2")));
	assert_string_equal(f->resp.headers[0].name, "Set-Cookie");
	assert_str(f->resp.headers[0].value,
	    "__Host-session=to-ken_2; Path=/; Secure; HttpOnly; SameSite=Lax");
	cookie_clear_session(&f->call);
	assert_str(f->resp.headers[1].value,
	    "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
}

static void
session_cookie_of_a_domain(void **state)
{
	char sent[] = "HTTP_COOKIE=__Secure-session=to-ken_1; __Host-session=other";
	char *params[] = {sent, NULL};
	struct fixture *f = *state;

	f->conf.cookie_domain = "example.org";
	f->req.params = params;
	assert_str(cookie_session(&f->call), "to-ken_1");
	cookie_set_session(&f->call, secret_copy(f->arena, STR("to-ken_2")));
	assert_str(f->resp.headers[0].value, "__Secure-session=to-ken_2; Domain=example.org; "
					     "Path=/; Secure; HttpOnly; SameSite=Lax");
	cookie_clear_session(&f->call);
	assert_str(f->resp.headers[1].value,
	    "__Secure-session=; Domain=example.org; Path=/; Secure; HttpOnly; SameSite=Lax; "
	    "Max-Age=0");
}

static void
site_cookies(void **state)
{
	char sent[] = "HTTP_COOKIE=__Host-gate=to-ken_1; __Host-gate-way=0123";
	char *params[] = {sent, NULL};
	struct fixture *f = *state;

	f->conf.cookie_domain = "example.org";
	f->req.params = params;
	assert_str(cookie_site(&f->call), "to-ken_1");
	assert_str(cookie_nonce(&f->call), "0123");
	cookie_set_site(&f->call, secret_copy(f->arena, STR("to-ken_2")));
	assert_str(f->resp.headers[0].value,
	    "__Host-gate=to-ken_2; Path=/; Secure; HttpOnly; SameSite=Lax");
	assert_str(f->resp.headers[1].value,
	    "__Host-gate-way=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
	assert_str(cookie_nonce_header(&f->call, STR("4567")),
	    "__Host-gate-way=4567; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=3600");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(session_cookie_of_this_host, setup, teardown),
	    cmocka_unit_test_setup_teardown(session_cookie_of_a_domain, setup, teardown),
	    cmocka_unit_test_setup_teardown(site_cookies, setup, teardown),
	};

	return cmocka_run_group_tests_name("web_cookie", tests, NULL, NULL);
}
