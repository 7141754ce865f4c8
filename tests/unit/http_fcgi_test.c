/* FastCGI over a real socket: the records are made here, by hand. */
#include "unit.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/arena.h"
#include "base/clock.h"
#include "http/fcgi.h"
#include "http/req.h"

enum { BEGIN = 1, PARAMS = 4, STDIN = 5, STDOUT = 6 };

struct fixture {
	struct arena *a;
	struct fcgi *f;
	struct sockaddr_un at;
	int listen_fd;
	int peer;
};

static int
setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));
	int n;

	if (x == NULL)
		return 1;
	x->a = arena_new(ARENA_REQUEST_MAX);
	x->at.sun_family = AF_UNIX;
	n = snprintf(x->at.sun_path, sizeof(x->at.sun_path), "/tmp/http_fcgi.%ld", (long)getpid());
	x->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	unlink(x->at.sun_path);
	if (n <= 0 || bind(x->listen_fd, (const struct sockaddr *)&x->at, sizeof(x->at)) != 0 ||
	    listen(x->listen_fd, 5) != 0)
		return 1;
	x->f = fcgi_new(x->a, x->listen_fd);
	x->peer = -1;
	*state = x;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *x = *state;

	if (x->peer >= 0)
		close(x->peer);
	close(x->listen_fd);
	unlink(x->at.sun_path);
	arena_free(x->a);
	free(x);
	return 0;
}

/* A web server connects and is accepted. */
static void
connected(struct fixture *x)
{
	x->peer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(x->peer >= 0);
	assert_int_equal(connect(x->peer, (const struct sockaddr *)&x->at, sizeof(x->at)), 0);
	assert_int_equal(fcgi_accept(x->f), 1);
}

static void
record(struct fixture *x, unsigned char type, const void *content, size_t n)
{
	unsigned char head[8] = {1, type, 0, 1, (unsigned char)(n >> 8), (unsigned char)(n & 0xff),
	    0, 0};

	assert_int_equal(write(x->peer, head, sizeof(head)), sizeof(head));
	if (n > 0)
		assert_int_equal(write(x->peer, content, n), (ssize_t)n);
}

static void
begun(struct fixture *x, unsigned char flags)
{
	const unsigned char content[8] = {0, 1, flags, 0, 0, 0, 0, 0};

	record(x, BEGIN, content, sizeof(content));
}

static void
param(struct fixture *x, const char *name, const char *value)
{
	char content[256];
	size_t n = strlen(name), v = strlen(value);

	assert_true(n + v < sizeof(content) - 2);
	content[0] = (char)n;
	content[1] = (char)v;
	memcpy(content + 2, name, n);
	memcpy(content + 2 + n, value, v);
	record(x, PARAMS, content, 2 + n + v);
}

static void
post(struct fixture *x, const char *length)
{
	param(x, "REQUEST_METHOD", "POST");
	param(x, "REQUEST_URI", "/x");
	param(x, "CONTENT_LENGTH", length);
	record(x, PARAMS, "", 0);
}

static enum err
read_request(struct fixture *x, struct req *rq)
{
	*rq = (struct req){0};
	return req_read(rq, x->a, fcgi_params(x->f), fcgi_read, x->f);
}

static void
nobody_waits(void **state)
{
	struct fixture *x = *state;

	assert_int_equal(fcgi_accept(x->f), 0);
	close(x->listen_fd);
	assert_int_equal(fcgi_accept(x->f), -1);
	assert_int_equal(errno, EBADF);
}

static void
a_request_and_its_answer(void **state)
{
	struct fixture *x = *state;
	struct req rq;
	char got[256];
	ssize_t n, all = 0;

	connected(x);
	begun(x, 0);
	post(x, "6");
	record(x, STDIN, "abc", 3);
	record(x, STDIN, "def", 3);
	record(x, STDIN, "", 0);
	assert_true(fcgi_begin(x->f));
	assert_int_equal(read_request(x, &rq), OK);
	assert_str(rq.path, "/x");
	assert_str(rq.body, "abcdef");
	assert_true(fcgi_write(x->f, STR("Status: 200 OK\r\n\r\nhi")));
	assert_int_equal(shutdown(x->peer, SHUT_WR), 0);
	fcgi_finish(x->f);
	while ((n = read(x->peer, got + all, sizeof(got) - (size_t)all)) > 0)
		all += n;
	assert_int_equal(n, 0);
	assert_true(all > 28);
	assert_int_equal(got[1], STDOUT);
	assert_memory_equal(got + 8, "Status: 200 OK\r\n\r\nhi", 20);
}

static void
a_kept_connection_is_closed(void **state)
{
	struct fixture *x = *state;
	struct req rq;
	char got[256];

	connected(x);
	begun(x, 1); /* the peer wants to keep it */
	post(x, "0");
	record(x, STDIN, "", 0);
	assert_true(fcgi_begin(x->f));
	assert_int_equal(read_request(x, &rq), OK);
	assert_int_equal(shutdown(x->peer, SHUT_WR), 0);
	fcgi_finish(x->f);
	while (read(x->peer, got, sizeof(got)) > 0)
		continue;
	assert_int_equal(fcgi_accept(x->f), 0);
}

static void
broken_off_parameters(void **state)
{
	struct fixture *x = *state;

	connected(x);
	begun(x, 0);
	param(x, "REQUEST_METHOD", "GET");
	param(x, "REQUEST_URI", "/x");
	assert_int_equal(shutdown(x->peer, SHUT_WR), 0);
	assert_false(fcgi_begin(x->f));
}

static void
nothing_and_nonsense(void **state)
{
	struct fixture *x = *state;

	connected(x);
	assert_int_equal(shutdown(x->peer, SHUT_WR), 0);
	assert_false(fcgi_begin(x->f));
	close(x->peer);
	connected(x);
	assert_int_equal(write(x->peer, "GET / HTTP/1.1\r\n\r\n", 18), 18);
	assert_int_equal(shutdown(x->peer, SHUT_WR), 0);
	assert_false(fcgi_begin(x->f));
}

static void
a_short_body(void **state)
{
	struct fixture *x = *state;
	struct req rq;

	connected(x);
	begun(x, 0);
	post(x, "6");
	record(x, STDIN, "abc", 3);
	assert_int_equal(shutdown(x->peer, SHUT_WR), 0);
	assert_true(fcgi_begin(x->f));
	assert_int_equal(read_request(x, &rq), ERR_BAD_REQUEST);
	assert_int_equal(rq.body.n, 0);
	fcgi_finish(x->f);
}

static void
a_silent_peer(void **state)
{
	struct fixture *x = *state;
	int64_t start = clock_mono_ms(), took;

	connected(x);
	begun(x, 0);
	param(x, "REQUEST_METHOD", "GET");
	/* it says no more, and stays */
	assert_false(fcgi_begin(x->f));
	took = clock_mono_ms() - start;
	assert_in_range(took, FCGI_WAIT_S * 1000 - 100, FCGI_WAIT_S * 1000 + 3000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(nobody_waits, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_request_and_its_answer, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_kept_connection_is_closed, setup, teardown),
	    cmocka_unit_test_setup_teardown(broken_off_parameters, setup, teardown),
	    cmocka_unit_test_setup_teardown(nothing_and_nonsense, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_short_body, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_silent_peer, setup, teardown),
	};

	return cmocka_run_group_tests_name("http_fcgi", tests, NULL, NULL);
}
