/* Getting a listening socket, and leaving nothing behind. */
#include "daemon/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/arena.h"

#define LISTEN_BACKLOG 1024
#define LISTEN_MANAGER_FD 3
#define LISTEN_SPAWN_FD 0

static enum err
listen_failed(struct arena *a, const char *path, const char *what, struct str *why)
{
	*why = str_printf(a, "listen %s: %s", path, what);
	return ERR_CONFIG;
}

static bool
listen_is_listening(int fd)
{
	int yes = 0;
	socklen_t n = sizeof(yes);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &n) == 0 && yes != 0;
}

/* True when a service manager hands over sockets and means us. */
static bool
listen_is_managed(int64_t *count)
{
	int64_t pid = 0;

	return str_to_int64(str_of(getenv("LISTEN_PID")), &pid) && pid == getpid() &&
	       str_to_int64(str_of(getenv("LISTEN_FDS")), count) && *count > 0;
}

static enum err
listen_inherit(struct arena *a, int fd, struct listener *l, struct str *why)
{
	const char *name = str_printf(a, "descriptor %d", fd).p;
	int domain = 0, flags = fcntl(fd, F_GETFL);
	socklen_t n = sizeof(domain);

	if (!listen_is_listening(fd))
		return listen_failed(a, name, "is not a listening socket", why);
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) != 0 || domain != AF_UNIX)
		return listen_failed(a, name, "is not a Unix socket", why);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return listen_failed(a, name, strerror(errno), why);
	l->fd = fd;
	return OK;
}

/* Makes way for our socket: a stale one is removed, anything else stays. */
static enum err
listen_clear(struct arena *a, const struct sockaddr_un *at, struct str *why)
{
	struct stat st;
	int fd, error;

	if (lstat(at->sun_path, &st) != 0)
		return errno == ENOENT ? OK : listen_failed(a, at->sun_path, strerror(errno), why);
	if (!S_ISSOCK(st.st_mode))
		return listen_failed(a, at->sun_path, "is there and is not a socket", why);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return listen_failed(a, at->sun_path, strerror(errno), why);
	error = connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0 ? 0 : errno;
	(void)close(fd);
	if (error == 0 || error == EAGAIN) {
		(void)listen_failed(a, at->sun_path, "another process answers on this socket", why);
		return ERR_CONFLICT;
	}
	if (error != ECONNREFUSED || unlink(at->sun_path) != 0)
		return listen_failed(a, at->sun_path,
		    strerror(error != ECONNREFUSED ? error : errno), why);
	return OK;
}

/* Until the mode is set last, only we can connect. */
static const char *
listen_permit(const char *path, const struct conf *c)
{
	if (c->listen_group[0] != '\0') {
		struct group *g = getgrnam(c->listen_group);

		if (g == NULL)
			return "listen_group is not a group of this system";
		if (chown(path, (uid_t)-1, g->gr_gid) != 0)
			return strerror(errno);
	}
	return chmod(path, (mode_t)c->listen_mode) == 0 ? NULL : strerror(errno);
}

static const char *
listen_bind(const struct sockaddr_un *at, const struct conf *c, struct listener *l)
{
	mode_t mask = umask(0177);
	int bound = bind(l->fd, (const struct sockaddr *)at, sizeof(*at));
	int error = errno;
	struct stat st;
	const char *wrong;

	(void)umask(mask);
	if (bound != 0)
		return strerror(error);
	l->path = c->listen;
	if (lstat(l->path, &st) != 0)
		return strerror(errno);
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	wrong = listen_permit(l->path, c);
	if (wrong != NULL)
		return wrong;
	return listen(l->fd, LISTEN_BACKLOG) == 0 ? NULL : strerror(errno);
}

static enum err
listen_make(struct arena *a, const struct conf *c, struct listener *l, struct str *why)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	size_t n = strlen(c->listen);
	const char *wrong;
	enum err e;

	if (n >= sizeof(at.sun_path))
		return listen_failed(a, c->listen, "the path of a socket has at most 107 bytes",
		    why);
	memcpy(at.sun_path, c->listen, n);
	e = listen_clear(a, &at, why);
	if (e != OK)
		return e;
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	wrong = l->fd < 0 ? strerror(errno) : listen_bind(&at, c, l);
	if (wrong == NULL)
		return OK;
	e = listen_failed(a, c->listen, wrong, why);
	listen_close(l);
	return e;
}

enum err
listen_open(struct arena *a, const struct conf *c, struct listener *l, struct str *why)
{
	int64_t count = 0;

	*l = (struct listener){.fd = -1};
	if (listen_is_managed(&count)) {
		if (count != 1)
			return listen_failed(a, "LISTEN_FDS", "exactly one socket is expected",
			    why);
		return listen_inherit(a, LISTEN_MANAGER_FD, l, why);
	}
	if (listen_is_listening(LISTEN_SPAWN_FD))
		return listen_inherit(a, LISTEN_SPAWN_FD, l, why);
	return listen_make(a, c, l, why);
}

void
listen_close(struct listener *l)
{
	struct stat st;

	if (l->path != NULL && lstat(l->path, &st) == 0 && st.st_dev == l->dev &&
	    st.st_ino == l->ino)
		(void)unlink(l->path);
	if (l->fd >= 0)
		(void)close(l->fd);
	*l = (struct listener){.fd = -1};
}
