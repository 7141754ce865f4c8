/*
 * FastCGI connections by libfcgi, one at a time. This file accepts them, not the library, to set
 * time limits before a byte is read: the library would wait for a silent peer without end.
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
 * Prepares a listening socket, which must not block. Ignores SIGPIPE and SIGUSR1 after the library
 * has installed handlers of its own. Lives in `a`. A failure of the library ends the process.
 */
struct fcgi *fcgi_new(struct arena *a, int listen_fd);

/* Accepts a connection. Returns 1, 0 when none waits, or -1 with errno. */
int fcgi_accept(struct fcgi *f);

/* Reads the parameters of the request. False when the peer broke off; the connection is closed. */
bool fcgi_begin(struct fcgi *f);

/* Returns the parameters, "NAME=value", NULL-terminated; valid until fcgi_finish(). */
char **fcgi_params(struct fcgi *f);

/* Reads up to `n` bytes of the body; 0 at its end, or when the peer broke off. For req_read(). */
size_t fcgi_read(void *fcgi, char *into, size_t n);

/* Writes a response or a chunk of it. False when the peer does not accept it. */
bool fcgi_write(struct fcgi *f, struct str response);

/* Breaks the connection off in the middle of a response. fcgi_finish() must still be called. */
void fcgi_abort(struct fcgi *f);

/* Ends the request and closes the connection: one that the peer keeps would block the worker. */
void fcgi_finish(struct fcgi *f);

#endif
