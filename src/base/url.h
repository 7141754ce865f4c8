/*
 * Parsing URLs so strictly that it is certain where they lead. An origin is scheme, host and
 * port in one spelling: lower case, without the scheme's default port.
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
 * Parses a URL into the arena: https, or http on a loopback host (localhost, names below it,
 * 127.0.0.1, [::1]); the host a hostname or an IPv6 address, followed by a port at most.
 * Characters that a URI cannot contain, '#' included, become %XX in `rest`. False, and `out` is
 * left alone, for anything else.
 */
bool url_parse(struct arena *a, struct str text, struct url *out);

/* Parses an origin alone, without a path, in the same way. */
bool url_origin_parse(struct arena *a, struct str text, struct str *origin);

/* The host of an origin that was parsed, without scheme and port. */
struct str url_host(struct str origin);

/* True when `host` is `domain` or a name below it. */
bool url_host_within(struct str host, struct str domain);

/* True for labels of letters, digits and '-', separated by single dots; at most 253 bytes. */
bool url_is_hostname(struct str host);

#endif
