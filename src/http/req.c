/*
 * Reading a request. nginx sends the FastCGI parameters, but clients choose most of their contents:
 * this file checks sizes, repetition and characters once for all layers above.
 */
#include "http/req.h"

#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/rand.h"

#define REQ_PARAMS_MAX 128
#define REQ_PARAMS_SIZE_MAX ((size_t)64 * 1024)
#define REQ_ID_BYTES 16

/*
 * Parameters that must not be repeated, since it would be open which of them counts. A list such as
 * HTTP_ACCEPT may be; req_cookie() checks the names of cookies.
 */
static const char *const req_single[] = {
    "REQUEST_METHOD",
    "REQUEST_URI",
    "REQUEST_SCHEME",
    "REQUEST_ID",
    "REMOTE_ADDR",
    "CONTENT_LENGTH",
    "CONTENT_TYPE",
    "HTTP_HOST",
    "HTTP_ORIGIN",
    "HTTP_REFERER",
    "HTTP_SEC_FETCH_SITE",
    "HTTP_AUTHORIZATION",
};

static const struct {
	struct str name;
	enum method method;
} req_methods[] = {
    {STR_INIT("GET"), METHOD_GET},
    {STR_INIT("HEAD"), METHOD_HEAD},
    {STR_INIT("POST"), METHOD_POST},
    {STR_INIT("PUT"), METHOD_PUT},
    {STR_INIT("PATCH"), METHOD_PATCH},
    {STR_INIT("DELETE"), METHOD_DELETE},
    {STR_INIT("OPTIONS"), METHOD_OPTIONS},
};

#define REQ_METHODS (ARRAY_SIZE(req_methods))

static struct str req_value(const char *param, const char *name);
static struct str req_nth(const struct req *rq, const char *name, size_t which);
static struct str req_copy(const struct req *rq, const char *name);
static void req_set_method(struct req *rq);
static void req_set_id(struct req *rq);
static void req_set_known(struct req *rq);
static bool req_params_fit(const struct req *rq);
static enum err req_length(const struct req *rq, size_t *out) MUST_CHECK;
static enum err req_read_body(struct req *rq, size_t (*read)(void *from, char *into, size_t n),
    void *from) MUST_CHECK;
static void req_scan_cookies(struct str header, struct str name, struct str *found, int *count);
static bool req_is_ours(const struct req *rq, struct str url, bool path_too);

struct str
req_param(const struct req *rq, const char *name)
{
	return req_nth(rq, name, 0);
}

bool
req_is_repeated(const struct req *rq, const char *name)
{
	return !str_is_absent(req_nth(rq, name, 1));
}

struct str
req_method_name(enum method m)
{
	for (size_t i = 0; i < REQ_METHODS; i++)
		if (req_methods[i].method == m)
			return req_methods[i].name;
	return STR_ABSENT;
}

enum err
req_read(struct req *rq, struct arena *a, char **params,
    size_t (*read)(void *from, char *into, size_t n), void *from)
{
	rq->arena = a;
	rq->params = params;
	req_set_known(rq);
	if (!req_params_fit(rq) || str_is_absent(rq->path) || !str_starts(rq->path, STR("/")))
		return ERR_BAD_REQUEST;
	return req_read_body(rq, read, from);
}

struct str
req_cookie(const struct req *rq, const char *name)
{
	struct str header, found = {0};
	int count = 0;

	for (size_t i = 0; !str_is_absent(header = req_nth(rq, "HTTP_COOKIE", i)); i++)
		req_scan_cookies(header, str_of(name), &found, &count);
	return count == 1 ? found : STR_ABSENT;
}

struct str
req_media_type(const struct req *rq)
{
	struct str type = req_param(rq, "CONTENT_TYPE");

	if (str_is_absent(type))
		return type;
	type = str_trim(str_cut(&type, ';'));
	return type.n > 0 ? str_lower(rq->arena, type) : STR_ABSENT;
}

struct str
req_bearer(const struct req *rq)
{
	struct str rest = req_param(rq, "HTTP_AUTHORIZATION");
	struct str scheme = str_cut(&rest, ' ');

	return str_eq_nocase(scheme, STR("Bearer")) ? str_trim(rest) : STR_ABSENT;
}

struct str
req_scheme(const struct req *rq)
{
	return str_eq(req_param(rq, "REQUEST_SCHEME"), STR("https")) ? STR("https") : STR("http");
}

struct str
req_host(const struct req *rq)
{
	return req_param(rq, "HTTP_HOST");
}

bool
req_same_origin(const struct req *rq)
{
	struct str site = req_param(rq, "HTTP_SEC_FETCH_SITE");
	struct str origin = req_param(rq, "HTTP_ORIGIN");
	struct str referer = req_param(rq, "HTTP_REFERER");

	if (!str_is_absent(site))
		return str_eq(site, STR("same-origin"));
	if (!str_is_absent(origin))
		return req_is_ours(rq, origin, false);
	return !str_is_absent(referer) && req_is_ours(rq, referer, true);
}

/* Returns the value of `param` when its name is `name`, else the absent string. */
static struct str
req_value(const char *param, const char *name)
{
	size_t n = strlen(name);

	if (strncmp(param, name, n) != 0 || param[n] != '=')
		return STR_ABSENT;
	return str_of(param + n + 1);
}

/* Returns the `which`-th parameter of that name, counted from 0. */
static struct str
req_nth(const struct req *rq, const char *name, size_t which)
{
	if (rq->params == NULL)
		return STR_ABSENT;
	for (char **p = rq->params; *p != NULL; p++) {
		struct str v = req_value(*p, name);

		if (!str_is_absent(v) && which-- == 0)
			return v;
	}
	return STR_ABSENT;
}

static struct str
req_copy(const struct req *rq, const char *name)
{
	struct str v = req_param(rq, name);

	return str_is_absent(v) || v.n > REQ_HEADER_MAX ? STR_ABSENT : str_copy(rq->arena, v);
}

static void
req_set_method(struct req *rq)
{
	struct str name = req_param(rq, "REQUEST_METHOD");

	rq->method = METHOD_OTHER;
	for (size_t i = 0; i < REQ_METHODS; i++)
		if (str_eq(name, req_methods[i].name))
			rq->method = req_methods[i].method;
}

/* Takes the id from nginx when it is well-formed, else makes one. Log and response carry it. */
static void
req_set_id(struct req *rq)
{
	unsigned char fresh[REQ_ID_BYTES], *bytes;
	size_t n;

	rq->id = req_copy(rq, "REQUEST_ID");
	if (!str_is_absent(rq->id) && rq->id.n == (size_t)2 * REQ_ID_BYTES &&
	    hex_decode(rq->arena, rq->id, &bytes, &n))
		return;
	rand_bytes(fresh, sizeof(fresh));
	rq->id = hex_encode(rq->arena, fresh, sizeof(fresh));
}

/*
 * Sets what a response needs, whatever is wrong with the rest of the request. These are copies: the
 * log line is written after the parameters are freed.
 */
static void
req_set_known(struct req *rq)
{
	struct str uri = req_copy(rq, "REQUEST_URI");

	req_set_method(rq);
	req_set_id(rq);
	rq->address = req_copy(rq, "REMOTE_ADDR");
	rq->query = STR_ABSENT;
	rq->body = STR_ABSENT;
	rq->path = uri;
	if (!str_is_absent(uri)) {
		rq->path = str_cut(&uri, '?');
		rq->query = uri;
	}
}

static bool
req_params_fit(const struct req *rq)
{
	size_t count = 0, size = 0;

	for (char **p = rq->params; *p != NULL; p++) {
		struct str all = str_of(*p), value = all;

		(void)str_cut(&value, '=');
		size += all.n;
		if (++count > REQ_PARAMS_MAX || size > REQ_PARAMS_SIZE_MAX ||
		    value.n > REQ_HEADER_MAX || str_has_control(all))
			return false;
	}
	for (size_t i = 0; i < ARRAY_SIZE(req_single); i++)
		if (req_is_repeated(rq, req_single[i]))
			return false;
	return true;
}

/* Reads the length of the body; none, or an empty one from nginx, is 0 (RFC 9112 section 6.3). */
static enum err
req_length(const struct req *rq, size_t *out)
{
	struct str text = req_param(rq, "CONTENT_LENGTH");
	int64_t n = 0;

	*out = 0;
	if (str_is_absent(text) || text.n == 0)
		return OK;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < '0' || text.p[i] > '9')
			return ERR_BAD_REQUEST;
	if (!str_to_int64(text, &n) || (uint64_t)n > REQ_BODY_MAX)
		return ERR_TOO_LARGE;
	*out = (size_t)n;
	return OK;
}

static enum err
req_read_body(struct req *rq, size_t (*read)(void *from, char *into, size_t n), void *from)
{
	size_t length, have = 0, got;
	char *body;
	enum err e = req_length(rq, &length);

	if (e != OK)
		return e;
	/* Reads one byte more than announced, to detect a longer body. */
	body = arena_alloc(rq->arena, length + 1);
	while (have <= length && (got = read(from, body + have, length + 1 - have)) > 0)
		have += got;
	if (have != length)
		return ERR_BAD_REQUEST;
	rq->body = (struct str){.p = body, .n = length};
	return OK;
}

/*
 * Compares names exactly, skipping only the blanks before them: a name that a lenient parser would
 * read as the same is that of another cookie.
 */
static void
req_scan_cookies(struct str header, struct str name, struct str *found, int *count)
{
	while (!str_is_absent(header)) {
		struct str value = str_cut(&header, ';'), key;

		while (value.n > 0 && (value.p[0] == ' ' || value.p[0] == '\t'))
			value = str_slice(value, 1, value.n - 1);
		key = str_cut(&value, '=');
		if (str_is_absent(value) || !str_eq(key, name))
			continue;
		*found = str_trim(value);
		(*count)++;
	}
}

/* True when `url` is the origin of this request, or with `path_too` a URL of that origin. */
static bool
req_is_ours(const struct req *rq, struct str url, bool path_too)
{
	struct str host = req_host(rq), scheme = req_scheme(rq), rest;

	if (str_is_absent(host) || host.n == 0 || !str_starts(url, scheme))
		return false;
	rest = str_slice(url, scheme.n, url.n - scheme.n);
	if (!str_starts(rest, STR("://")))
		return false;
	rest = str_slice(rest, 3, rest.n - 3);
	if (!str_eq_nocase(str_slice(rest, 0, host.n), host))
		return false;
	rest = str_slice(rest, host.n, rest.n - host.n);
	return rest.n == 0 || (path_too && rest.p[0] == '/');
}
