/* Where a browser may be sent. */
#include "web/redirect.h"

bool
redirect_is_local(struct str path)
{
	struct str next;

	if (str_is_absent(path) || path.n == 0 || path.n > FIELD_PATH_MAX || path.p[0] != '/')
		return false;
	if (str_has_control(path) || str_has(path, '\\'))
		return false;
	/* A browser, or a proxy that decodes, would read these as "//host". */
	next = str_slice(path, 1, 3);
	return !str_starts(next, STR("/")) && !str_eq_nocase(next, STR("%2f")) &&
	       !str_eq_nocase(next, STR("%5c"));
}

struct str
redirect_local(struct str path)
{
	return redirect_is_local(path) ? path : STR_ABSENT;
}

void
redirect_to_path(struct call *c, struct str path)
{
	resp_redirect(c->resp, redirect_is_local(path) ? path : STR("/"));
}

void
redirect_to_site(struct call *c, struct str url)
{
	resp_redirect(c->resp, url);
}
