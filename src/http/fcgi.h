/*
 * FastCGI connections by libfcgi, one at a time. Connections are accepted here and not by the
 * library, so that time limits are on them before a byte is read: the library alone would wait
 * for a silent peer without end.
 */
#ifndef HTTP_FCGI_H
#define HTTP_FCGI_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* The longest wait for one read from, or write to, the web server. */
#define FCGI_WAIT_S 3

struct fcgi;

/*
 * For a listening socket, which must not block. Sets SIGPIPE and SIGUSR1 to ignored, once the
 * library has installed handlers of its own. Lives in `a`, which must outlive it. A failure of
 * the library ends the process.
 */
struct fcgi *fcgi_new(struct arena *a, int listen_fd);

/* Takes a waiting connection: 1 taken, 0 none waits, -1 with errno. */
int fcgi_accept(struct fcgi *f);

/*
 * Reads the parameters of the request. False when the peer did not send a whole set: it is gone
 * then.
 */
bool fcgi_begin(struct fcgi *f);

/* "NAME=value", NULL-terminated; valid until fcgi_finish(). */
char **fcgi_params(struct fcgi *f);

/*
 * Up to `n` bytes of the body; 0 at its end, also when the peer broke off. `fcgi` is a struct
 * fcgi.
 */
size_t fcgi_read(void *fcgi, char *into, size_t n);

/*
 * Writes an answer or a piece of it. False when the peer does not take it, which is no error of
 * ours.
 */
bool fcgi_write(struct fcgi *f, struct str response);

/* Breaks the connection off in the middle of an answer; fcgi_finish() is still owed. */
void fcgi_abort(struct fcgi *f);

/*
 * Ends the request and closes the connection, also one the peer wants to keep: a kept one would
 * hold the worker.
 */
void fcgi_finish(struct fcgi *f);

#endif
