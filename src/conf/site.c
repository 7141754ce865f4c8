/* Checking the URLs of this service and of the protected sites. */
#include "conf/option.h"

#include "base/arena.h"
#include "base/url.h"

static struct str next_origin(struct str *rest);

bool
conf_is_gate_origin(struct arena *a, const struct conf *c, struct str origin)
{
	struct str rest = str_of(c->gate_origins), text, one;

	while ((text = next_origin(&rest)).n > 0)
		if (url_origin_parse(a, text, &one) && str_eq(one, origin))
			return true;
	return false;
}

const char *
conf_check_sites(struct arena *a, const struct conf *c)
{
	struct str domain = str_of(c->cookie_domain), rest = str_of(c->gate_origins), text;
	struct str base = {0}, one;

	if (c->base_url[0] != '\0' && !url_origin_parse(a, str_of(c->base_url), &base))
		return "base_url is not https:// and a host, without a path";
	while ((text = next_origin(&rest)).n > 0)
		if (!url_origin_parse(a, text, &one))
			return str_printf(a,
			    "gate_origins: %.*s is not https:// and a host, without a path",
			    STR_FMT(text))
			    .p;
	if (c->gate_origins[0] != '\0' && str_is_absent(base))
		return "base_url is needed to protect sites on other hosts (gate_origins)";
	if (domain.n == 0)
		return NULL;
	if (!url_is_hostname(domain) || !str_has(domain, '.') ||
	    !str_eq(domain, str_lower(a, domain)))
		return "cookie_domain is not a domain in lower case, such as example.org";
	if (str_is_absent(base) || !url_host_within(url_host(base), domain))
		return "cookie_domain does not contain the host of base_url";
	return NULL;
}

/* Cuts the next origin off the list; empty at the end. */
static struct str
next_origin(struct str *rest)
{
	struct str word;

	*rest = str_trim(*rest);
	word = str_cut(rest, ' ');
	return str_trim(word);
}
