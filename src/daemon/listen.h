/* The socket nginx connects to: inherited, or made here. */
#ifndef DAEMON_LISTEN_H
#define DAEMON_LISTEN_H

#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"
#include "conf/conf.h"

struct listener {
	int fd;
	const char *path; /* NULL: inherited, and not ours to remove */
	dev_t dev;
	ino_t ino;
};

/*
 * The socket handed over by a service manager as descriptor 3 (LISTEN_PID and LISTEN_FDS), else
 * a listening socket on descriptor 0, else a new Unix socket at `listen` with its mode and
 * group. A socket file that nobody answers on is replaced. The descriptor does not block. Only
 * Unix sockets are taken: FastCGI has no authentication but the permissions of its socket. On
 * ERR_CONFIG or ERR_CONFLICT (somebody answers there) `why` says what is wrong, in `a`.
 */
enum err listen_open(struct arena *a, const struct conf *c, struct listener *l,
    struct str *why) MUST_CHECK;

/* Closes it, and removes the file if we made it and it is still that one. */
void listen_close(struct listener *l);

#endif
