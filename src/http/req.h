/*
 * A request as it came through FastCGI: views into the parameters and the body, valid until the
 * request is finished.
 */
#ifndef HTTP_REQ_H
#define HTTP_REQ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define REQ_BODY_MAX ((size_t)16 * 1024)
#define REQ_HEADER_MAX ((size_t)8 * 1024)

enum method {
	METHOD_GET = 1,
	METHOD_HEAD,
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_OPTIONS,
	METHOD_OTHER
};

struct req {
	struct arena *arena;
	char **params; /* "NAME=value", NULL-terminated: FastCGI parameters */
	enum method method;
	struct str path;    /* as sent, not decoded, without the query */
	struct str query;   /* after the '?', not decoded; absent without one */
	struct str body;    /* complete: its length is Content-Length */
	struct str address; /* of the client, from nginx (REMOTE_ADDR) */
	/* 32 hex digits: from nginx (REQUEST_ID), or made here */
	struct str id;
	int64_t now; /* in microseconds since 1970: the clock is read once per request */
	/* on the monotonic clock: until when the response must be ready */
	int64_t deadline_ms;
};

/*
 * Reads a request from FastCGI parameters and a body reader. `read` returns up to `n` bytes of the
 * body, 0 at its end. ERR_TOO_LARGE above REQ_BODY_MAX; ERR_BAD_REQUEST when the length is wrong
 * (none means no body), the path does not begin with '/', or a parameter has a control character.
 * Method, path, id and address are set even on error, for the response.
 */
enum err req_read(struct req *rq, struct arena *a, char **params,
    size_t (*read)(void *from, char *into, size_t n), void *from) MUST_CHECK;

/* Returns "GET" for METHOD_GET; absent for METHOD_OTHER. */
struct str req_method_name(enum method m);

/* Returns a FastCGI parameter ("CONTENT_TYPE", "HTTP_ORIGIN"); absent when not sent. */
struct str req_param(const struct req *rq, const char *name);

/* True when a parameter was sent more than once. */
bool req_is_repeated(const struct req *rq, const char *name);

/* Returns the value of a cookie; absent when it was not sent, or more than once. */
struct str req_cookie(const struct req *rq, const char *name);

/* Returns the media type of the body, lower case, without parameters; absent when not sent. */
struct str req_media_type(const struct req *rq);

/* Returns the token after "Bearer" (RFC 6750 section 2.1); absent with another scheme. */
struct str req_bearer(const struct req *rq);

/* Returns "http" or "https"; and the host with its port as the client sent it (HTTP_HOST). */
struct str req_scheme(const struct req *rq);
struct str req_host(const struct req *rq);

/*
 * True when a browser says that a page of this origin sent the request: Sec-Fetch-Site is
 * `same-origin`; without that header, Origin is this origin; without both, Referer is a URL of it.
 */
bool req_same_origin(const struct req *rq);

#endif
