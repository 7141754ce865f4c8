/* Delivery to a program. */
#include "mail/command.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"

#define WORDS_MAX 32
/* How much of its output is reported, in bytes. */
#define OUTPUT_MAX 200
/* Between two checks of the deadline, in milliseconds. */
#define TICK_MS 500

/* The running program. */
struct child {
	pid_t pid;
	int input; /* both are files in memory, so that neither side waits for a pipe */
	int output;
};

static char **split_command(struct arena *a, const char *command, struct str recipient);
static bool write_input(int fd, struct str text);
static int spawn_program(struct child *c, char **argv);
static bool wait_for_exit(struct child *c, struct deliver_deadline *deadline, int *status);
static struct str read_output(struct arena *a, const struct child *c);
static enum deliver_result result_of(struct arena *a, const struct child *c, int status,
    struct str *why);

enum deliver_result
command_deliver(struct arena *a, const struct mail_transport *transport, const struct envelope *e,
    struct deliver_deadline *deadline, struct str *why)
{
	struct child c = {
	    .input = memfd_create("mail", MFD_CLOEXEC),
	    .output = memfd_create("mail-output", MFD_CLOEXEC),
	};
	enum deliver_result result = DELIVER_DEFERRED;
	int error, status = 0;

	if (c.input < 0 || c.output < 0 || !write_input(c.input, e->text)) {
		*why = str_of(strerror(errno));
	} else if ((error = spawn_program(&c, split_command(a, transport->command, e->to))) != 0) {
		*why = str_printf(a, "the program cannot be run: %s", strerror(error));
	} else if (!wait_for_exit(&c, deadline, &status)) {
		*why = STR("the program took too long");
	} else {
		result = result_of(a, &c, status, why);
	}
	if (c.input >= 0)
		(void)close(c.input);
	if (c.output >= 0)
		(void)close(c.output);
	return result;
}

static char **
split_command(struct arena *a, const char *command, struct str recipient)
{
	char **argv = arena_array(a, WORDS_MAX + 2, sizeof(*argv));
	struct str rest = str_of(command);
	size_t n = 0;

	while (!str_is_absent(rest) && n < WORDS_MAX) {
		struct str word = str_cut(&rest, ' ');

		if (word.n > 0)
			argv[n++] = arena_copy(a, str_c(a, word), word.n + 1);
	}
	argv[n] = arena_copy(a, str_c(a, recipient), recipient.n + 1);
	return argv;
}

static bool
write_input(int fd, struct str text)
{
	size_t written = 0;

	while (written < text.n) {
		ssize_t n = write(fd, text.p + written, text.n - written);

		if (n < 0 && errno != EINTR)
			return false;
		written += n > 0 ? (size_t)n : 0;
	}
	return lseek(fd, 0, SEEK_SET) == 0;
}

/* Starts the program in a process group of its own, with no signals blocked; 0 or an errno. */
static int
spawn_program(struct child *c, char **argv)
{
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char *const environment[] = {path, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none;
	int error;

	if (posix_spawn_file_actions_init(&files) != 0 || posix_spawnattr_init(&attributes) != 0)
		log_fatal("memory.exhausted", "command.spawn");
	(void)sigemptyset(&none);
	error = posix_spawn_file_actions_adddup2(&files, c->input, STDIN_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&files, c->output, STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&files, c->output, STDERR_FILENO);
	if (error == 0)
		error = posix_spawnattr_setsigmask(&attributes, &none);
	if (error == 0)
		error = posix_spawnattr_setpgroup(&attributes, 0);
	if (error == 0)
		error = posix_spawnattr_setflags(&attributes,
		    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
	if (error == 0)
		error = posix_spawn(&c->pid, argv[0], &files, &attributes, argv, environment);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&files);
	return error;
}

/* Waits for the program to end; false when it had to be killed at the deadline. */
static bool
wait_for_exit(struct child *c, struct deliver_deadline *deadline, int *status)
{
	struct pollfd end = {.fd = pidfd_open(c->pid, 0), .events = POLLIN};
	int64_t left;
	bool ended = false;

	while (end.fd >= 0 && !ended && (left = deliver_ms_left(deadline)) > 0)
		ended = poll(&end, 1, left < TICK_MS ? (int)left : TICK_MS) > 0;
	if (!ended)
		(void)kill(-c->pid, SIGKILL);
	while (waitpid(c->pid, status, 0) < 0 && errno == EINTR)
		;
	if (end.fd >= 0)
		(void)close(end.fd);
	return ended;
}

static struct str
read_output(struct arena *a, const struct child *c)
{
	char *text = arena_alloc(a, OUTPUT_MAX);
	ssize_t n = pread(c->output, text, OUTPUT_MAX, 0);

	return str_trim((struct str){.p = text, .n = n > 0 ? (size_t)n : 0});
}

static enum deliver_result
result_of(struct arena *a, const struct child *c, int status, struct str *why)
{
	struct str output;

	if (WIFEXITED(status) && WEXITSTATUS(status) == EX_OK)
		return DELIVER_ACCEPTED;
	output = read_output(a, c);
	*why = str_printf(a, "the program ended with %s %d: %.*s",
	    WIFEXITED(status) ? "status" : "signal",
	    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), STR_FMT(output));
	return WIFEXITED(status) && WEXITSTATUS(status) == EX_NOUSER ? DELIVER_REJECTED
								     : DELIVER_DEFERRED;
}
