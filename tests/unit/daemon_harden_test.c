/* Hardening a process, and notifying the service manager. */
#include "unit.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "daemon/harden.h"
#include "daemon/notify.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* Hardens this process and checks it; returns the number of the check that fails, or 0. */
static int
failed_check(void)
{
	struct rlimit core;

	if (harden_process() != OK)
		return 1;
	if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 || core.rlim_max != 0)
		return 2;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0UL, 0UL, 0UL, 0UL) != 1)
		return 3;
	if (prctl(PR_GET_DUMPABLE) != SANITIZED)
		return 4;
	return umask(0) == 077 ? 0 : 5;
}

static void
a_process_is_hardened(void **state)
{
	int status = 0;
	pid_t child;

	(void)state;
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(failed_check());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* Asserts that READY=1 arrives at the socket, whose address is `at` and NOTIFY_SOCKET `name`. */
static void
assert_notified(const struct sockaddr_un *at, socklen_t n, const char *name)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	char got[32] = "";

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)at, n), 0);
	setenv("NOTIFY_SOCKET", name, 1);
	notify_manager("READY=1");
	assert_int_equal(recv(fd, got, sizeof(got) - 1, 0), 7);
	assert_string_equal(got, "READY=1");
	close(fd);
}

static void
the_manager_is_notified(void **state)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int n;

	(void)state;
	n = snprintf(at.sun_path, sizeof(at.sun_path), "/tmp/daemon_notify.%ld", (long)getpid());
	assert_true(n > 0);
	assert_notified(&at, sizeof(at), at.sun_path);
	unlink(at.sun_path);

	memset(at.sun_path, 0, sizeof(at.sun_path));
	n = snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1, "daemon_notify.%ld", (long)getpid());
	assert_true(n > 0);
	{
		char name[64] = "@";

		memcpy(name + 1, at.sun_path + 1, (size_t)n);
		assert_notified(&at,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n), name);
	}
}

static void
no_manager_is_not_an_error(void **state)
{
	struct unit_log log;

	(void)state;
	unit_log_begin(&log);
	unsetenv("NOTIFY_SOCKET");
	notify_manager("READY=1");
	setenv("NOTIFY_SOCKET", "", 1);
	notify_manager("READY=1");
	unit_log_end(&log);
	assert_int_equal(log.n, 0);

	unit_log_begin(&log);
	setenv("NOTIFY_SOCKET", "/nowhere/notify", 1);
	notify_manager("READY=1");
	unit_log_end(&log);
	assert_non_null(strstr(log.text, "notify.failed"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_process_is_hardened),
	    cmocka_unit_test(the_manager_is_notified),
	    cmocka_unit_test(no_manager_is_not_an_error),
	};

	return cmocka_run_group_tests_name("daemon_harden", tests, NULL, NULL);
}
