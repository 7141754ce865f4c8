/* Locking by flock(), which the kernel releases when the process dies. */
#include "daemon/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static enum err fail(struct arena *a, struct pidfile *p, struct str *why) MUST_CHECK;
static enum err fail_locked(struct arena *a, struct pidfile *p, struct str *why) MUST_CHECK;
static bool is_current_file(const struct pidfile *p);

enum err
pidfile_open(struct arena *a, const char *path, struct pidfile *p, struct str *why)
{
	*p = (struct pidfile){.path = path[0] != '\0' ? path : NULL, .fd = -1};
	if (p->path == NULL)
		return OK;
	do {
		pidfile_forget(p);
		p->path = path;
		p->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (p->fd < 0)
			return fail(a, p, why);
		if (flock(p->fd, LOCK_EX | LOCK_NB) != 0)
			return errno == EWOULDBLOCK ? fail_locked(a, p, why) : fail(a, p, why);
	} while (!is_current_file(p));
	if (ftruncate(p->fd, 0) != 0 || dprintf(p->fd, "%ld\n", (long)getpid()) < 0)
		return fail(a, p, why);
	return OK;
}

void
pidfile_forget(struct pidfile *p)
{
	if (p->fd >= 0)
		(void)close(p->fd);
	p->fd = -1;
	p->path = NULL;
}

void
pidfile_close(struct pidfile *p)
{
	if (p->path != NULL)
		(void)unlink(p->path);
	pidfile_forget(p);
}

static enum err
fail(struct arena *a, struct pidfile *p, struct str *why)
{
	*why = str_printf(a, "pid file %s: %s", p->path, strerror(errno));
	pidfile_forget(p);
	return ERR_INTERNAL;
}

/* Reports that another process holds the lock, with its pid as far as the file has one. */
static enum err
fail_locked(struct arena *a, struct pidfile *p, struct str *why)
{
	char text[24];
	ssize_t n = pread(p->fd, text, sizeof(text), 0);
	struct str pid = str_trim((struct str){.p = text, .n = n > 0 ? (size_t)n : 0});
	int64_t number;

	if (str_to_int64(pid, &number))
		*why = str_printf(a, "already running as process %lld (pid file %s)",
		    (long long)number, p->path);
	else
		*why = str_printf(a, "already running (pid file %s)", p->path);
	pidfile_forget(p);
	return ERR_CONFLICT;
}

/* False when the file was removed between opening and locking it. */
static bool
is_current_file(const struct pidfile *p)
{
	struct stat here, there;

	return fstat(p->fd, &here) == 0 && stat(p->path, &there) == 0 &&
	       here.st_dev == there.st_dev && here.st_ino == there.st_ino;
}
