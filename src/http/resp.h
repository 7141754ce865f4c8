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

/* Sets 303 and Location. The caller has checked where it leads. */
void resp_redirect(struct resp *rs, struct str location);

/* A cookie for all paths: Secure, HttpOnly, SameSite=Lax. */
struct resp_cookie {
	const char *name;
	struct str value;
	struct str domain; /* absent or empty: this host alone */
	int max_age;       /* seconds; 0: until the browser ends; negative: removes the cookie */
};

/* Sets a cookie. */
void resp_set_cookie(struct resp *rs, const struct resp_cookie *cookie);

/* The value of the Set-Cookie header. */
struct str resp_cookie_text(struct arena *a, const struct resp_cookie *cookie);

/*
 * The complete FastCGI answer: Status, headers, blank line, body; for HEAD without the body but
 * with its length. Of a body in pieces only what is before it, without a length.
 */
struct str resp_print(struct resp *rs, const struct req *rq);

#endif
