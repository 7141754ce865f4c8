/*
 * An answer: built whole in memory with its length known, then written once; or, where it may
 * be of any length, in pieces that are made one after the other. Every answer carries the
 * security headers (resp.c), also those of errors.
 */
#ifndef HTTP_RESP_H
#define HTTP_RESP_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/secret.h"
#include "base/str.h"
#include "http/req.h"

#define RESP_HEADERS_MAX 24

/* What a source says of the piece it made. */
enum resp_chunk {
	RESP_CHUNK,
	RESP_LAST_CHUNK, /* nothing follows; the piece may be empty */
	RESP_BROKEN /* the answer is cut off, so that its reader sees that something is missing */
};

/* Makes the next piece, in `a`, which is emptied before each call. */
typedef enum resp_chunk resp_source(void *arg, struct arena *a, struct str *chunk);

struct resp {
	struct arena *arena;
	int status;
	struct str type; /* Content-Type with charset */
	struct str body;
	struct {
		const char *name;
		struct str value;
	} headers[RESP_HEADERS_MAX];
	int header_count;
	resp_source *source; /* of the body; NULL: `body` is all of it */
	void *source_arg;
};

/* An empty 200 answer. */
void resp_init(struct resp *rs, struct arena *a);

/* Adds a header; a control character in the value ends the process (a bug of ours). */
void resp_header(struct resp *rs, const char *name, struct str value);

/* Status, type and body at once. */
void resp_set(struct resp *rs, int status, struct str type, struct str body);

/* The same for a body that comes in pieces. `arg` lives in the request's arena. */
void resp_stream(struct resp *rs, int status, struct str type, resp_source *source, void *arg);

/* 303 to a path of this site; the path is checked (P12) and "/" is used when it is none. */
void resp_redirect(struct resp *rs, struct str path);

/*
 * 303 to another site, whose address the caller has held against the list of those it may be
 * (P12).
 */
void resp_redirect_external(struct resp *rs, struct str url);

/*
 * The session cookie, HttpOnly, Secure, SameSite=Lax, without a lifetime of its own: for this
 * host alone (`domain` absent or empty), else for all hosts of the domain, under another name.
 */
const char *resp_session_cookie_name(struct str domain);
void resp_session_cookie(struct resp *rs, struct str domain, struct secret token);
/* Takes it away. */
void resp_session_cookie_clear(struct resp *rs, struct str domain);

/*
 * What a browser has at a guarded site on another host: the site's own token, and before it,
 * set by the site's web server, what has to come back with the ticket.
 */
#define RESP_SITE_COOKIE "__Host-gate"
#define RESP_NONCE_COOKIE "__Host-gate-way"
/* Sets the one and takes the other away. */
void resp_site_cookies(struct resp *rs, struct secret token);

/*
 * True for a path of this site: begins with one '/', no backslash, no control character, no
 * second '/' behind the first (also not percent-encoded), at most 2 KiB.
 */
bool resp_is_local_path(struct str path);

/*
 * The complete FastCGI answer: Status, headers, blank line, body; for HEAD without the body but
 * with its length. Of a body in pieces only what is before it, without a length.
 */
struct str resp_print(struct resp *rs, const struct req *rq);

#endif
