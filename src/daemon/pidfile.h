/* The pid file: a lock that says who runs, gone when nobody does. */
#ifndef DAEMON_PIDFILE_H
#define DAEMON_PIDFILE_H

#include "base/err.h"
#include "base/str.h"

struct pidfile {
	const char *path; /* NULL: none */
	int fd;
};

/*
 * Locks the file and writes our pid; one left behind by a dead process is taken over. An empty
 * path gives no pid file. ERR_CONFLICT when another process holds it, ERR_INTERNAL when it
 * cannot be written; `why` says so. `path` stays the caller's.
 */
enum err pidfile_open(struct arena *a, const char *path, struct pidfile *p,
    struct str *why) MUST_CHECK;

/* In a child: lets go of the lock without ending it. */
void pidfile_forget(struct pidfile *p);

/* Removes the file and ends the lock. */
void pidfile_close(struct pidfile *p);

#endif
