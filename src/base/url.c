/* Parsing URLs. */
#include "base/url.h"

#include "base/codec.h"

#define HOST_MAX 253
#define PORT_MAX 65535

/* What is not encoded behind the host, besides unreserved characters (RFC 3986 section 2.2). */
#define REST_KEPT ":/?[]@!$&'()*+,;=%"

static bool authority_parse(struct arena *a, struct str text, bool tls, struct str *authority);
static bool is_loopback(struct str host);
static bool is_ipv6(struct str host);
static bool port_parse(struct str text, int64_t *port);

bool
url_parse(struct arena *a, struct str text, struct url *out)
{
	static const struct str schemes[] = {STR_INIT("https://"), STR_INIT("http://")};
	struct str authority, rest;
	size_t i = 0, n;
	bool tls;

	tls = str_eq_nocase(str_slice(text, 0, schemes[0].n), schemes[0]);
	if (!tls && !str_eq_nocase(str_slice(text, 0, schemes[1].n), schemes[1]))
		return false;
	rest = str_slice(text, schemes[!tls].n, text.n);
	for (n = 0; n < rest.n && rest.p[n] != '/'; n++)
		i += rest.p[n] == '?' || rest.p[n] == '#';
	if (i > 0 || !authority_parse(a, str_slice(rest, 0, n), tls, &authority))
		return false;
	out->origin = str_printf(a, "%s%.*s", schemes[!tls].p, STR_FMT(authority));
	out->rest =
	    n == rest.n ? STR("/") : percent_encode(a, str_slice(rest, n, rest.n), REST_KEPT);
	return true;
}

bool
url_origin_parse(struct arena *a, struct str text, struct str *origin)
{
	struct url url;

	if (text.n == 0 || text.p[text.n - 1] == '/' || !url_parse(a, text, &url) ||
	    !str_eq(url.rest, STR("/")))
		return false;
	*origin = url.origin;
	return true;
}

struct str
url_host(struct str origin)
{
	size_t i, from = str_starts(origin, STR("https")) ? 8 : 7;

	if (from < origin.n && origin.p[from] == '[')
		for (i = from; i < origin.n && origin.p[i] != ']';)
			i++;
	else
		i = from;
	while (i < origin.n && origin.p[i] != ':')
		i++;
	return str_slice(origin, from, i - from);
}

bool
url_host_within(struct str host, struct str domain)
{
	if (str_eq(host, domain))
		return true;
	return host.n > domain.n && str_ends(host, domain) && host.p[host.n - domain.n - 1] == '.';
}

bool
url_is_hostname(struct str host)
{
	size_t i;

	if (host.n == 0 || host.n > HOST_MAX)
		return false;
	for (i = 0; i < host.n; i++) {
		char before = i == 0 ? '.' : host.p[i - 1];

		if (host.p[i] == '.' ? before == '.' : !str_is_alnum(host.p[i]) && host.p[i] != '-')
			return false;
	}
	return host.p[host.n - 1] != '.' && host.p[0] != '-';
}

/* Parses host and port and puts them into their one spelling. */
static bool
authority_parse(struct arena *a, struct str text, bool tls, struct str *authority)
{
	struct str host = text, port = {0};
	int64_t number = tls ? 443 : 80;
	size_t i;

	for (i = text.n; i > 0 && text.p[i - 1] != ':' && text.p[i - 1] != ']';)
		i--;
	if (i > 0 && text.p[i - 1] == ':') {
		host = str_slice(text, 0, i - 1);
		port = str_slice(text, i, text.n);
		if (!port_parse(port, &number))
			return false;
	}
	host = str_lower(a, host);
	if ((!url_is_hostname(host) && !is_ipv6(host)) || (!tls && !is_loopback(host)))
		return false;
	*authority = host;
	if (number != (tls ? 443 : 80))
		*authority = str_printf(a, "%.*s:%d", STR_FMT(host), (int)number);
	return true;
}

/* Allows http on the host itself, for trying things out without TLS. */
static bool
is_loopback(struct str host)
{
	return url_host_within(host, STR("localhost")) || str_eq(host, STR("127.0.0.1")) ||
	       str_eq(host, STR("[::1]"));
}

static bool
is_ipv6(struct str host)
{
	size_t i;

	if (host.n < 4 || host.p[0] != '[' || host.p[host.n - 1] != ']')
		return false;
	for (i = 1; i < host.n - 1; i++)
		if (!str_has(STR("0123456789abcdef:."), host.p[i]))
			return false;
	return true;
}

static bool
port_parse(struct str text, int64_t *port)
{
	if (text.n == 0 || text.n > 5 || text.p[0] < '1' || text.p[0] > '9')
		return false;
	return str_to_int64(text, port) && *port <= PORT_MAX;
}
