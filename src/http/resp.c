/* Building and printing a response, with the headers that every response carries. */
#include "http/resp.h"

#include "base/array.h"
#include "base/log.h"

/* A response that sets one of these headers itself replaces it. */
static const struct {
	const char *name;
	struct str value;
} resp_always[] = {
    {"Content-Security-Policy",
	STR_INIT("default-src 'none'; style-src 'self'; script-src 'self'; "
		 "img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; "
		 "frame-ancestors 'none'; base-uri 'none'")},
    {"X-Content-Type-Options", STR_INIT("nosniff")},
    /* not no-referrer: browsers then send "Origin: null" with our own forms */
    {"Referrer-Policy", STR_INIT("same-origin")},
    {"Cross-Origin-Opener-Policy", STR_INIT("same-origin")},
    {"Cross-Origin-Resource-Policy", STR_INIT("same-origin")},
    {"Permissions-Policy",
	STR_INIT("camera=(), geolocation=(), microphone=(), payment=(), usb=()")},
    {"Cache-Control", STR_INIT("no-store")},
};

static const struct {
	int status;
	const char *phrase;
} resp_phrases[] = {
    {200, "OK"},
    {201, "Created"},
    {204, "No Content"},
    {303, "See Other"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {410, "Gone"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
};

static void resp_line(struct buf *b, const char *name, struct str value);
static bool resp_sets(const struct resp *rs, const char *name);
static void resp_print_status(struct buf *b, int status);
static void resp_print_always(struct buf *b, const struct resp *rs, const struct req *rq);

void
resp_init(struct resp *rs, struct arena *a)
{
	*rs = (struct resp){.arena = a, .status = 200};
}

void
resp_header(struct resp *rs, const char *name, struct str value)
{
	if (rs->header_count >= RESP_HEADERS_MAX)
		log_fatal("resp.headers_full", name);
	if (str_is_absent(value) || str_has_control(value))
		log_fatal("resp.header_malformed", name);
	rs->headers[rs->header_count].name = name;
	rs->headers[rs->header_count].value = value;
	rs->header_count++;
}

void
resp_set(struct resp *rs, int status, struct str type, struct str body)
{
	rs->status = status;
	rs->type = type;
	rs->body = body;
	rs->source = NULL;
}

void
resp_stream(struct resp *rs, int status, struct str type, resp_source *source, void *arg)
{
	resp_set(rs, status, type, STR_ABSENT);
	rs->source = source;
	rs->source_arg = arg;
}

void
resp_redirect(struct resp *rs, struct str location)
{
	resp_set(rs, 303, STR_ABSENT, STR_ABSENT);
	resp_header(rs, "Location", location);
}

struct str
resp_cookie_text(struct arena *a, const struct resp_cookie *cookie)
{
	struct buf b = {.arena = a};

	buf_printf(&b, "%s=%.*s", cookie->name, STR_FMT(cookie->value));
	if (cookie->domain.n > 0)
		buf_printf(&b, "; Domain=%.*s", STR_FMT(cookie->domain));
	buf_add(&b, STR("; Path=/; Secure; HttpOnly; SameSite=Lax"));
	if (cookie->max_age != 0)
		buf_printf(&b, "; Max-Age=%d", cookie->max_age > 0 ? cookie->max_age : 0);
	return buf_str(&b);
}

void
resp_set_cookie(struct resp *rs, const struct resp_cookie *cookie)
{
	resp_header(rs, "Set-Cookie", resp_cookie_text(rs->arena, cookie));
}

struct str
resp_print(struct resp *rs, const struct req *rq)
{
	struct buf b = {.arena = rs->arena};

	resp_print_status(&b, rs->status);
	if (!str_is_absent(rs->type))
		resp_line(&b, "Content-Type", rs->type);
	if (rs->status != 204 && rs->status != 304 && rs->source == NULL)
		buf_printf(&b, "Content-Length: %zu\r\n", rs->body.n);
	resp_print_always(&b, rs, rq);
	for (int i = 0; i < rs->header_count; i++)
		resp_line(&b, rs->headers[i].name, rs->headers[i].value);
	buf_add(&b, STR("\r\n"));
	if (rq->method != METHOD_HEAD && rs->body.n > 0)
		buf_add(&b, rs->body);
	return buf_str(&b);
}

static void
resp_line(struct buf *b, const char *name, struct str value)
{
	buf_add(b, str_of(name));
	buf_add(b, STR(": "));
	buf_add(b, value);
	buf_add(b, STR("\r\n"));
}

static bool
resp_sets(const struct resp *rs, const char *name)
{
	for (int i = 0; i < rs->header_count; i++)
		if (str_eq_nocase(str_of(rs->headers[i].name), str_of(name)))
			return true;
	return false;
}

static void
resp_print_status(struct buf *b, int status)
{
	const char *phrase = "";

	for (size_t i = 0; i < ARRAY_SIZE(resp_phrases); i++)
		if (resp_phrases[i].status == status)
			phrase = resp_phrases[i].phrase;
	buf_printf(b, "Status: %d %s\r\n", status, phrase);
}

static void
resp_print_always(struct buf *b, const struct resp *rs, const struct req *rq)
{
	for (size_t i = 0; i < ARRAY_SIZE(resp_always); i++)
		if (!resp_sets(rs, resp_always[i].name))
			resp_line(b, resp_always[i].name, resp_always[i].value);
	if (str_eq(req_scheme(rq), STR("https")))
		resp_line(b, "Strict-Transport-Security",
		    STR("max-age=31536000; includeSubDomains"));
	if (!str_is_absent(rq->id))
		resp_line(b, "X-Request-Id", rq->id);
}
