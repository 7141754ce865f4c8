/* What the unit tests share: cmocka, the choice of one case, aborts, and the log. */
#ifndef UNIT_UNIT_H
#define UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"

/* Compares a struct str with a string literal. */
#define assert_str(s, literal) unit_assert_str(s, STR(literal), __FILE__, __LINE__)

/* Captures standard error between unit_log_begin() and unit_log_end(). */
struct unit_log {
	FILE *file;
	int saved;
	char text[16384];
	size_t n;
};

/* Runs only the cases that match the pattern of the environment: "./check FILE:CASE". */
__attribute__((constructor)) static void
unit_choose_case(void)
{
	cmocka_set_test_filter(getenv("COUNTERSIGN_CASE"));
}

static inline void
unit_assert_str(struct str s, struct str want, const char *file, int line)
{
	if (s.n != want.n || (s.n > 0 && memcmp(s.p, want.p, s.n) != 0)) {
		print_error("%s:%d: \"%.*s\" is not \"%.*s\"\n", file, line, STR_FMT(s),
		    STR_FMT(want));
		_fail(file, line);
	}
}

/* Runs f(argument) in a child process; true when it ends by abort(). */
static inline bool
unit_aborts(void (*f)(void *argument), void *argument)
{
	const struct rlimit none = {0, 0};
	int status = 0;
	pid_t child;

	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY);

		setrlimit(RLIMIT_CORE, &none);
		signal(SIGABRT, SIG_DFL);
		if (null < 0 || dup2(null, STDERR_FILENO) < 0)
			_exit(2);
		f(argument);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static inline void
unit_log_begin(struct unit_log *l)
{
	fflush(stderr);
	l->file = tmpfile();
	assert_non_null(l->file);
	l->saved = dup(STDERR_FILENO);
	assert_true(l->saved >= 0);
	assert_true(dup2(fileno(l->file), STDERR_FILENO) >= 0);
}

/* Ends the capture; `text` holds what was written, NUL-terminated. */
static inline void
unit_log_end(struct unit_log *l)
{
	ssize_t n;

	assert_true(dup2(l->saved, STDERR_FILENO) >= 0);
	close(l->saved);
	n = pread(fileno(l->file), l->text, sizeof(l->text) - 1, 0);
	fclose(l->file);
	assert_true(n >= 0);
	l->n = (size_t)n;
	l->text[l->n] = '\0';
}

#endif
