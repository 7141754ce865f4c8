/* The socket that nginx connects to: inherited, or made here. */
#ifndef DAEMON_LISTEN_H
#define DAEMON_LISTEN_H

#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"
#include "conf/conf.h"

struct listener {
	int fd;
	const char *path; /* NULL: inherited, so that its file is not ours to remove */
	dev_t dev;
	ino_t ino;
};

/*
 * Uses the socket that a service manager passes as descriptor 3 (LISTEN_PID and LISTEN_FDS), else
 * a listening socket on descriptor 0, else makes a Unix socket at c->listen, which replaces a
 * stale one. Only Unix sockets are accepted, as their permissions are all the authentication that
 * FastCGI has. The descriptor is non-blocking. ERR_CONFLICT when another process answers on the
 * socket, ERR_CONFIG on any other failure; `why`, in `a`, explains what is wrong.
 */
enum err listen_open(struct arena *a, const struct conf *c, struct listener *l,
    struct str *why) MUST_CHECK;

/* Closes the socket, and removes its file if it is still the one that listen_open() made. */
void listen_close(struct listener *l);

#endif
