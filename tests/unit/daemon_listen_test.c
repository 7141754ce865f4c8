/* The listening socket, made or inherited. */
#include "unit.h"

#include <arpa/inet.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/arena.h"
#include "daemon/listen.h"

struct fixture {
	struct arena *a;
	struct conf conf;
	struct str why;
	struct listener l;
	char dir[32];
	char path[64];
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return 1;
	f->a = arena_new((size_t)1024 * 1024);
	memcpy(f->dir, "/tmp/daemon_listen.XXXXXX", sizeof("/tmp/daemon_listen.XXXXXX"));
	if (mkdtemp(f->dir) == NULL || snprintf(f->path, sizeof(f->path), "%s/socket", f->dir) < 0)
		return 1;
	f->conf = (struct conf){.listen = f->path, .listen_mode = 0660, .listen_group = ""};
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	unlink(f->path);
	rmdir(f->dir);
	arena_free(f->a);
	free(f);
	return 0;
}

static enum err
open_listener(struct fixture *f)
{
	f->why = STR_ABSENT;
	return listen_open(f->a, &f->conf, &f->l, &f->why);
}

/* Binds a Unix socket to `path`; it listens if `backlog` is not negative. */
static int
bind_socket(const char *path, int backlog)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	memcpy(at.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	if (backlog >= 0)
		assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

static bool
can_connect(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes;

	memcpy(at.sun_path, path, strlen(path));
	yes = connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0;
	close(fd);
	return yes;
}

static void
a_socket_is_made_and_removed(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	mode_t mask = umask(0);

	umask(mask);
	f->conf.listen_mode = 0606;
	assert_int_equal(open_listener(f), OK);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0606);
	assert_true(can_connect(f->path));
	assert_true(fcntl(f->l.fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(f->l.fd, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(umask(mask), mask);
	listen_close(&f->l);
	assert_int_not_equal(stat(f->path, &st), 0);
}

static void
the_group_is_set(void **state)
{
	struct fixture *f = *state;
	const struct group *g = getgrgid(getgid());
	struct stat st;

	assert_non_null(g);
	f->conf.listen_group = str_c(f->a, str_of(g->gr_name));
	assert_int_equal(open_listener(f), OK);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_gid, getgid());
	listen_close(&f->l);
	f->conf.listen_group = "no-such-group";
	assert_int_equal(open_listener(f), ERR_CONFIG);
	assert_true(str_ends(f->why, STR("listen_group is not a group of this system")));
	assert_int_not_equal(stat(f->path, &st), 0);
}

static void
a_stale_socket_is_replaced(void **state)
{
	struct fixture *f = *state;

	close(bind_socket(f->path, 5));
	assert_false(can_connect(f->path));
	assert_int_equal(open_listener(f), OK);
	assert_true(can_connect(f->path));
	listen_close(&f->l);
}

static void
a_live_socket_is_kept(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int live = bind_socket(f->path, 0), fill = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(open_listener(f), ERR_CONFLICT);
	assert_true(str_ends(f->why, STR("another process answers on this socket")));
	assert_true(str_starts(f->why, str_printf(f->a, "listen %s: ", f->path)));
	/* Also when its queue is full, in which the attempt above still is. */
	memcpy(at.sun_path, f->path, strlen(f->path));
	assert_int_equal(fcntl(fill, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(connect(fill, (const struct sockaddr *)&at, sizeof(at)), -1);
	assert_int_equal(open_listener(f), ERR_CONFLICT);
	assert_int_equal(access(f->path, F_OK), 0);
	close(fill);
	close(live);
}

static void
other_files_are_kept(void **state)
{
	struct fixture *f = *state;
	int fd = open(f->path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(open_listener(f), ERR_CONFIG);
	assert_true(str_ends(f->why, STR("exists and is not a socket")));
	assert_int_equal(access(f->path, F_OK), 0);
}

static void
impossible_paths_are_refused(void **state)
{
	struct fixture *f = *state;
	char longest[109];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[108] = '\0';
	longest[0] = '/';
	f->conf.listen = longest;
	assert_int_equal(open_listener(f), ERR_CONFIG);
	assert_true(str_ends(f->why, STR("the path of a socket has at most 107 bytes")));
	longest[107] = '\0';
	memcpy(longest, f->dir, strlen(f->dir));
	longest[strlen(f->dir)] = '/';
	assert_int_equal(open_listener(f), OK);
	listen_close(&f->l);
	assert_int_not_equal(access(longest, F_OK), 0);
	f->conf.listen = "/nowhere/at/all";
	assert_int_equal(open_listener(f), ERR_CONFIG);
	assert_str(f->why, "listen /nowhere/at/all: No such file or directory");
}

static void
a_successors_file_is_kept(void **state)
{
	struct fixture *f = *state;
	int other;

	assert_int_equal(open_listener(f), OK);
	unlink(f->path);
	other = bind_socket(f->path, 5);
	listen_close(&f->l);
	assert_int_equal(access(f->path, F_OK), 0);
	close(other);
}

/* Runs listen_open() in a child that has `fd` as descriptor `as`, and returns its result. */
static enum err
open_inherited(struct fixture *f, int fd, int as, const char *count)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct listener l;
		enum err e;

		if (dup2(fd, as) != as)
			_exit(100);
		if (count != NULL) {
			setenv("LISTEN_PID", str_printf(f->a, "%ld", (long)getpid()).p, 1);
			setenv("LISTEN_FDS", count, 1);
		}
		e = listen_open(f->a, &f->conf, &l, &f->why);
		if (e == OK &&
		    (l.fd != as || l.path != NULL || !(fcntl(l.fd, F_GETFL) & O_NONBLOCK)))
			_exit(101);
		listen_close(&l);
		_exit((int)e);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return (enum err)WEXITSTATUS(status);
}

static void
sockets_are_inherited(void **state)
{
	struct fixture *f = *state;
	int live = bind_socket(f->path, 5);

	assert_int_equal(open_inherited(f, live, 0, NULL), OK);
	assert_int_equal(open_inherited(f, live, 3, "1"), OK);
	/* The file of the socket is not removed. */
	assert_true(can_connect(f->path));
	assert_int_equal(open_inherited(f, live, 3, "2"), ERR_CONFIG);
	close(live);
}

static void
other_descriptors_are_refused(void **state)
{
	struct fixture *f = *state;
	struct sockaddr_in any = {.sin_family = AF_INET,
	    .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
	int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
	    null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int quiet = bind_socket(f->path, -1);

	assert_int_equal(bind(tcp, (const struct sockaddr *)&any, sizeof(any)), 0);
	assert_int_equal(listen(tcp, 5), 0);
	assert_int_equal(open_inherited(f, tcp, 0, NULL), ERR_CONFIG);
	assert_int_equal(open_inherited(f, tcp, 3, "1"), ERR_CONFIG);
	assert_int_equal(open_inherited(f, null, 3, "1"), ERR_CONFIG);
	assert_int_equal(open_inherited(f, quiet, 3, "1"), ERR_CONFIG);
	close(tcp);
	close(null);
	close(quiet);
}

static void
sockets_for_another_process_are_ignored(void **state)
{
	struct fixture *f = *state;

	setenv("LISTEN_PID", "1", 1);
	setenv("LISTEN_FDS", "1", 1);
	assert_int_equal(open_listener(f), OK);
	assert_non_null(f->l.path);
	listen_close(&f->l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_socket_is_made_and_removed, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_group_is_set, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_stale_socket_is_replaced, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_live_socket_is_kept, setup, teardown),
	    cmocka_unit_test_setup_teardown(other_files_are_kept, setup, teardown),
	    cmocka_unit_test_setup_teardown(impossible_paths_are_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(a_successors_file_is_kept, setup, teardown),
	    cmocka_unit_test_setup_teardown(sockets_are_inherited, setup, teardown),
	    cmocka_unit_test_setup_teardown(other_descriptors_are_refused, setup, teardown),
	    cmocka_unit_test_setup_teardown(sockets_for_another_process_are_ignored, setup,
		teardown),
	};

	return cmocka_run_group_tests_name("daemon_listen", tests, NULL, NULL);
}
