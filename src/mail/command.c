/*
 * To a program such as sendmail, without a shell: its words are those of the option and then
 * the recipient, the message is its standard input, an exit status of 0 says that it has it.
 */
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
#include "mail/internal.h"

/* Words of a command, and how much of what it says is kept, in bytes. */
#define WORDS_MAX 32
#define SAID_MAX 200
/* Between two looks at whether we are to end, in milliseconds. */
#define LOOK_MS 500

/* A program under way. */
struct child {
	pid_t pid;
	int input; /* files in memory: nothing waits for a pipe */
	int output;
};

static char **words(struct arena *a, const char *command, struct str recipient);
static bool fill(int fd, struct str text);
static int start(struct child *c, char **argv);
static bool wait_for(struct child *c, struct delivery_clock *p, int *how);
static struct str said(struct arena *a, const struct child *c);
static enum deliver_result judge(struct arena *a, const struct child *c, int how, struct str *why);

enum deliver_result
command_deliver(struct arena *a, const struct mail_transport *transport, const struct envelope *l,
    struct delivery_clock *p, struct str *why)
{
	struct child c = {
	    .input = memfd_create("mail", MFD_CLOEXEC),
	    .output = memfd_create("mail-output", MFD_CLOEXEC),
	};
	enum deliver_result result = DELIVER_LATER;
	int error, how = 0;

	if (c.input < 0 || c.output < 0 || !fill(c.input, l->text)) {
		*why = str_of(strerror(errno));
	} else if ((error = start(&c, words(a, transport->command, l->to))) != 0) {
		*why = str_printf(a, "the program cannot be run: %s", strerror(error));
	} else if (!wait_for(&c, p, &how)) {
		*why = STR("the program took too long");
	} else {
		result = judge(a, &c, how, why);
	}
	if (c.input >= 0)
		(void)close(c.input);
	if (c.output >= 0)
		(void)close(c.output);
	return result;
}

static char **
words(struct arena *a, const char *command, struct str recipient)
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
fill(int fd, struct str text)
{
	size_t done = 0;

	while (done < text.n) {
		ssize_t n = write(fd, text.p + done, text.n - done);

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? (size_t)n : 0;
	}
	return lseek(fd, 0, SEEK_SET) == 0;
}

/* In a group of its own, with the signals that are blocked here open. */
static int
start(struct child *c, char **argv)
{
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char *const environment[] = {path, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none;
	int error;

	if (posix_spawn_file_actions_init(&files) != 0 || posix_spawnattr_init(&attributes) != 0)
		log_fatal("memory.exhausted", "command.start");
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

/* False when it had to be killed. */
static bool
wait_for(struct child *c, struct delivery_clock *p, int *how)
{
	struct pollfd end = {.fd = pidfd_open(c->pid, 0), .events = POLLIN};
	int64_t left;
	bool ended = false;

	while (end.fd >= 0 && !ended && (left = delivery_time_left(p)) > 0)
		ended = poll(&end, 1, left < LOOK_MS ? (int)left : LOOK_MS) > 0;
	if (!ended)
		(void)kill(-c->pid, SIGKILL);
	while (waitpid(c->pid, how, 0) < 0 && errno == EINTR)
		;
	if (end.fd >= 0)
		(void)close(end.fd);
	return ended;
}

static struct str
said(struct arena *a, const struct child *c)
{
	char *text = arena_alloc(a, SAID_MAX);
	ssize_t n = pread(c->output, text, SAID_MAX, 0);

	return str_trim((struct str){.p = text, .n = n > 0 ? (size_t)n : 0});
}

static enum deliver_result
judge(struct arena *a, const struct child *c, int how, struct str *why)
{
	struct str output;

	if (WIFEXITED(how) && WEXITSTATUS(how) == EX_OK)
		return DELIVER_ACCEPTED;
	output = said(a, c);
	*why = str_printf(a, "the program ended with %s %d: %.*s",
	    WIFEXITED(how) ? "status" : "signal", WIFEXITED(how) ? WEXITSTATUS(how) : WTERMSIG(how),
	    STR_FMT(output));
	return WIFEXITED(how) && WEXITSTATUS(how) == EX_NOUSER ? DELIVER_REFUSED : DELIVER_LATER;
}
