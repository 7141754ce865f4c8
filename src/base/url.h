/*
 * Addresses of web pages, taken apart so that it is certain where they lead. An origin is
 * scheme, host and port in one spelling: lower case, without the scheme's own port.
 */
#ifndef BASE_URL_H
#define BASE_URL_H

#include <stdbool.h>

#include "base/str.h"

struct arena;

struct url {
	struct str origin; /* "https://app.example.org:8443" */
	struct str rest;   /* path and query; begins with '/', printable ASCII only */
};

/*
 * Strict: https, or http on the host itself (localhost, names below it, 127.0.0.1, [::1]); a
 * host of letters, digits, '-' and '.', or an IPv6 address; nothing but a port behind it. What
 * a URI may not hold becomes %XX in `rest`; a fragment does not exist here. False leaves `out`
 * alone.
 */
bool url_parse(struct arena *a, struct str text, struct url *out);

/* The same for an origin alone, without a path. */
bool url_origin_parse(struct arena *a, struct str text, struct str *origin);

/* The host of an origin, without scheme and port. */
struct str url_host(struct str origin);

/* True when `host` is `domain` or below it. */
bool url_host_within(struct str host, struct str domain);

/*
 * True for a name that can be looked up: labels of letters, digits and '-', divided by single
 * dots.
 */
bool url_is_name(struct str host);

#endif
