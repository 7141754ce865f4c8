/*
 * A response: built whole in memory with its length known, then written once; or, where it may be
 * of any length, made chunk by chunk. Every response carries the security headers (resp.c), those
 * of errors too.
 */
#ifndef HTTP_RESP_H
#define HTTP_RESP_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/secret.h"
#include "base/str.h"
#include "http/req.h"

#define RESP_HEADERS_MAX 24

/* What a source reports about the chunk it made. */
enum resp_chunk {
	RESP_CHUNK,      /* others follow */
	RESP_LAST_CHUNK, /* none follows; the chunk may be empty */
	RESP_BROKEN      /* it failed: the response is cut off, which the client can detect */
};

/* Makes the next chunk, in `a`, which is emptied before each call. */
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
	resp_source *source; /* makes the body; NULL: `body` is all of it */
	void *source_arg;
};

/* Initializes an empty response with status 200. */
void resp_init(struct resp *rs, struct arena *a);

/* Adds a header. A control character in the value is a bug and ends the process. */
void resp_header(struct resp *rs, const char *name, struct str value);

/* Sets status, type and body. */
void resp_set(struct resp *rs, int status, struct str type, struct str body);

/* Sets status, type and the source of the body. `arg` lives in the request's arena. */
void resp_stream(struct resp *rs, int status, struct str type, resp_source *source, void *arg);

/* Sets 303 and Location. The caller has checked where Location leads. */
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

/* Returns the value of the Set-Cookie header. */
struct str resp_cookie_text(struct arena *a, const struct resp_cookie *cookie);

/*
 * Returns the complete FastCGI response: Status, headers, blank line, body. For HEAD the body is
 * left out, but not its length. For a body in chunks it ends with the blank line, without a length.
 */
struct str resp_print(struct resp *rs, const struct req *rq);

#endif
