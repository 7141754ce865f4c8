/* Inheriting or making the listening socket. */
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

#define BACKLOG 1024
#define MANAGER_FD 3
#define SPAWN_FD 0

static bool is_socket_passed(int64_t *count);
static enum err fail(struct arena *a, const char *path, const char *what, struct str *why);
static enum err inherit_socket(struct arena *a, int fd, struct listener *l,
    struct str *why) MUST_CHECK;
static bool is_listening(int fd);
static enum err make_socket(struct arena *a, const struct conf *c, struct listener *l,
    struct str *why) MUST_CHECK;
static enum err remove_stale_socket(struct arena *a, const struct sockaddr_un *at,
    struct str *why) MUST_CHECK;
static const char *bind_and_listen(const struct sockaddr_un *at, const struct conf *c,
    struct listener *l);
static const char *set_permissions(const char *path, const struct conf *c);

enum err
listen_open(struct arena *a, const struct conf *c, struct listener *l, struct str *why)
{
	int64_t count = 0;

	*l = (struct listener){.fd = -1};
	if (is_socket_passed(&count)) {
		if (count != 1)
			return fail(a, "LISTEN_FDS", "exactly one socket is expected", why);
		return inherit_socket(a, MANAGER_FD, l, why);
	}
	if (is_listening(SPAWN_FD))
		return inherit_socket(a, SPAWN_FD, l, why);
	return make_socket(a, c, l, why);
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

/* True when a service manager passes sockets to this process. */
static bool
is_socket_passed(int64_t *count)
{
	int64_t pid = 0;

	return str_to_int64(str_of(getenv("LISTEN_PID")), &pid) && pid == getpid() &&
	       str_to_int64(str_of(getenv("LISTEN_FDS")), count) && *count > 0;
}

static enum err
fail(struct arena *a, const char *path, const char *what, struct str *why)
{
	*why = str_printf(a, "listen %s: %s", path, what);
	return ERR_CONFIG;
}

static enum err
inherit_socket(struct arena *a, int fd, struct listener *l, struct str *why)
{
	const char *name = str_printf(a, "descriptor %d", fd).p;
	int domain = 0, flags = fcntl(fd, F_GETFL);
	socklen_t n = sizeof(domain);

	if (!is_listening(fd))
		return fail(a, name, "is not a listening socket", why);
	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) != 0 || domain != AF_UNIX)
		return fail(a, name, "is not a Unix socket", why);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return fail(a, name, strerror(errno), why);
	l->fd = fd;
	return OK;
}

static bool
is_listening(int fd)
{
	int yes = 0;
	socklen_t n = sizeof(yes);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &n) == 0 && yes != 0;
}

static enum err
make_socket(struct arena *a, const struct conf *c, struct listener *l, struct str *why)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	size_t n = strlen(c->listen);
	const char *wrong;
	enum err e;

	if (n >= sizeof(at.sun_path))
		return fail(a, c->listen, "the path of a socket has at most 107 bytes", why);
	memcpy(at.sun_path, c->listen, n);
	e = remove_stale_socket(a, &at, why);
	if (e != OK)
		return e;
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	wrong = l->fd < 0 ? strerror(errno) : bind_and_listen(&at, c, l);
	if (wrong == NULL)
		return OK;
	e = fail(a, c->listen, wrong, why);
	listen_close(l);
	return e;
}

/* Removes a stale socket at the path of ours; anything else is left alone and refused. */
static enum err
remove_stale_socket(struct arena *a, const struct sockaddr_un *at, struct str *why)
{
	struct stat st;
	int fd, error;

	if (lstat(at->sun_path, &st) != 0)
		return errno == ENOENT ? OK : fail(a, at->sun_path, strerror(errno), why);
	if (!S_ISSOCK(st.st_mode))
		return fail(a, at->sun_path, "exists and is not a socket", why);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail(a, at->sun_path, strerror(errno), why);
	error = connect(fd, (const struct sockaddr *)at, sizeof(*at)) == 0 ? 0 : errno;
	(void)close(fd);
	if (error == 0 || error == EAGAIN) {
		(void)fail(a, at->sun_path, "another process answers on this socket", why);
		return ERR_CONFLICT;
	}
	if (error != ECONNREFUSED || unlink(at->sun_path) != 0)
		return fail(a, at->sun_path, strerror(error != ECONNREFUSED ? error : errno), why);
	return OK;
}

static const char *
bind_and_listen(const struct sockaddr_un *at, const struct conf *c, struct listener *l)
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
	wrong = set_permissions(l->path, c);
	if (wrong != NULL)
		return wrong;
	return listen(l->fd, BACKLOG) == 0 ? NULL : strerror(errno);
}

/* Sets group and mode; the mode comes last, as until then only our own user can connect. */
static const char *
set_permissions(const char *path, const struct conf *c)
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
