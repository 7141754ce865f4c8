/* Reading a password without leaving copies of it. */
#include "ctl/password.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "base/array.h"
#include "domain/account.h"
#include "flow/operator.h"

enum line { LINE_READ, LINE_SIGNAL, LINE_FAILED };

/* The terminal during a prompt. */
struct terminal {
	int fd;
	int signals; /* signalfd: readable when one of `stops` is pending */
	sigset_t stops;
	sigset_t before;
	struct termios shown;
};

static int prompt_twice(struct ctl *ctl, struct secret *out) MUST_CHECK;
static enum line prompt(struct terminal *t, const char *text, struct secret *out);
static bool terminal_open(struct terminal *t);
static void terminal_close(struct terminal *t);
static enum line read_line(int fd, int signals, struct secret *out);
static int check_password(struct secret password);

int
password_read(struct ctl *ctl, struct secret *out)
{
	int status = EX_OK;

	*out = secret_alloc(ctl->arena, ACCOUNT_PASSWORD_MAX + 1);
	if (ctl->args.options[ARGS_PASSWORD_STDIN] == NULL)
		status = prompt_twice(ctl, out);
	else if (read_line(STDIN_FILENO, -1, out) != LINE_READ)
		status = ctl_fail(EX_DATAERR, "there is no password on standard input");
	return status == EX_OK ? check_password(*out) : status;
}

static int
prompt_twice(struct ctl *ctl, struct secret *out)
{
	struct secret repeated = secret_alloc(ctl->arena, ACCOUNT_PASSWORD_MAX + 1);
	struct terminal t;
	enum line line;

	if (!terminal_open(&t))
		return ctl_fail(EX_USAGE,
		    "cannot prompt for the password without a terminal: use --password-stdin");
	line = prompt(&t, "New password: ", out);
	if (line == LINE_READ)
		line = prompt(&t, "Repeat the password: ", &repeated);
	terminal_close(&t);
	if (line != LINE_READ)
		return ctl_fail(EX_DATAERR, "no password was given");
	if (!secret_eq(*out, repeated))
		return ctl_fail(EX_DATAERR, "the two passwords differ; nothing was changed");
	return EX_OK;
}

/*
 * Signals that end or stop the program stay pending while the echo is off, and are delivered once
 * it is on again; after a stop the prompt is repeated.
 */
static enum line
prompt(struct terminal *t, const char *text, struct secret *out)
{
	struct termios hidden = t->shown;
	enum line line;

	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	hidden.c_lflag |= ICANON | ISIG;
	do {
		if (tcsetattr(t->fd, TCSAFLUSH, &hidden) != 0 || dprintf(t->fd, "%s", text) < 0)
			line = LINE_FAILED;
		else
			line = read_line(t->fd, t->signals, out);
		(void)tcsetattr(t->fd, TCSADRAIN, &t->shown);
		(void)dprintf(t->fd, "\n");
		if (line == LINE_SIGNAL) {
			(void)sigprocmask(SIG_SETMASK, &t->before, NULL);
			(void)sigprocmask(SIG_BLOCK, &t->stops, NULL);
		}
	} while (line == LINE_SIGNAL);
	return line;
}

static bool
terminal_open(struct terminal *t)
{
	static const int stops[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGALRM};

	*t =
	    (struct terminal){.fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC), .signals = -1};
	sigemptyset(&t->stops);
	for (size_t i = 0; i < ARRAY_SIZE(stops); i++)
		sigaddset(&t->stops, stops[i]);
	if (t->fd < 0)
		return false;
	(void)sigprocmask(SIG_BLOCK, &t->stops, &t->before);
	t->signals = signalfd(-1, &t->stops, SFD_CLOEXEC | SFD_NONBLOCK);
	if (t->signals >= 0 && tcgetattr(t->fd, &t->shown) == 0)
		return true;
	terminal_close(t);
	return false;
}

static void
terminal_close(struct terminal *t)
{
	if (t->signals >= 0)
		(void)close(t->signals);
	(void)close(t->fd);
	(void)sigprocmask(SIG_SETMASK, &t->before, NULL);
}

/*
 * Reads byte by byte, so that nothing after the line is consumed and no other buffer holds it. Of
 * a line that is too long it returns one byte more than a password may have.
 */
static enum line
read_line(int fd, int signals, struct secret *out)
{
	struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
	size_t n = 0;
	unsigned char c = '\0';
	bool any = false;

	for (;;) {
		ssize_t got;

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return LINE_FAILED;
		if (fds[1].revents != 0)
			return LINE_SIGNAL;
		if (fds[0].revents == 0)
			continue;
		got = read(fd, &c, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || (got == 0 && !any))
			return LINE_FAILED;
		any = true;
		if (got == 0 || c == '\n')
			break;
		if (n <= ACCOUNT_PASSWORD_MAX)
			out->p[n++] = c;
	}
	secret_wipe(&c, 1);
	out->n = n;
	return LINE_READ;
}

static int
check_password(struct secret password)
{
	struct str text = secret_reveal(password);

	if (password.n < PASSWORD_MIN)
		return ctl_fail(EX_DATAERR, "the password is too short: at least %d characters",
		    PASSWORD_MIN);
	if (password.n > ACCOUNT_PASSWORD_MAX)
		return ctl_fail(EX_DATAERR, "the password is too long: at most %d bytes",
		    ACCOUNT_PASSWORD_MAX);
	if (!str_is_utf8(text) || str_has(text, '\0'))
		return ctl_fail(EX_DATAERR, "the password is not UTF-8 text");
	return EX_OK;
}
