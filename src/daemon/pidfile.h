/* The pid file: names the running process, which holds a lock on it. */
#ifndef DAEMON_PIDFILE_H
#define DAEMON_PIDFILE_H

#include "base/err.h"
#include "base/str.h"

struct pidfile {
	const char *path; /* NULL: none */
	int fd;
};

/*
 * Locks the file, which may be left over from a dead process, and writes our pid to it. With an
 * empty path there is no pid file. The caller owns `path`. ERR_CONFLICT when another process
 * holds the lock, ERR_INTERNAL when the file cannot be written, both with `why`.
 */
enum err pidfile_open(struct arena *a, const char *path, struct pidfile *p,
    struct str *why) MUST_CHECK;

/* Closes the file in a child, which leaves the lock to the parent. */
void pidfile_forget(struct pidfile *p);

/* Removes the file and releases the lock. */
void pidfile_close(struct pidfile *p);

#endif
