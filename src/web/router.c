/* Matches method and path of a request with the rows of the route tables. */
#include "web/router.h"

#include "base/array.h"
#include "web/api/public/routes.h"
#include "web/api/v1/routes.h"
#include "web/gate/routes.h"
#include "web/page/page.h"
#include "web/page/routes.h"

static const struct route_set *const sets[] = {
    &page_routes,
    &gate_page_routes,
    &gate_routes,
    &api_v1_routes,
    &api_public_routes,
};

static bool find(struct call *c, bool exact, struct buf *allow);
static bool path_matches(struct call *c, const char *pattern, bool exact);
static bool segment_matches(struct call *c, struct str wanted, struct str found);
static void add_method(struct buf *allow, enum method m);

enum err
router_find(struct call *c, struct str *allow)
{
	struct buf found = {.arena = c->arena};

	c->family = str_starts(c->req->path, STR("/v1/")) ? api_v1_routes.family : &page_family;
	/* A path that a row names exactly is not taken for one with variable segments. */
	if (find(c, true, &found) || (found.n == 0 && find(c, false, &found)))
		return OK;
	c->segment_count = 0;
	*allow = buf_str(&found);
	return found.n > 0 ? ERR_METHOD : ERR_NOT_FOUND;
}

const struct route_set *
router_set_at(size_t i)
{
	return i < ARRAY_SIZE(sets) ? sets[i] : NULL;
}

static bool
find(struct call *c, bool exact, struct buf *allow)
{
	enum method wanted = c->req->method == METHOD_HEAD ? METHOD_GET : c->req->method;

	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		for (size_t k = 0; k < sets[i]->count; k++) {
			const struct route *r = &sets[i]->routes[k];

			if (!path_matches(c, r->path, exact))
				continue;
			c->family = sets[i]->family;
			if (r->method == wanted) {
				c->route = r;
				return true;
			}
			add_method(allow, r->method);
		}
	}
	return false;
}

/* Paths are compared as they were sent, never decoded: no other spelling reaches a handler. */
static bool
path_matches(struct call *c, const char *pattern, bool exact)
{
	struct str wanted = str_of(pattern), found = c->req->path;

	if (exact)
		return !str_has(wanted, '{') && str_eq(wanted, found);
	if (!str_has(wanted, '{'))
		return false;
	c->segment_count = 0;
	while (!str_is_absent(wanted) && !str_is_absent(found))
		if (!segment_matches(c, str_cut(&wanted, '/'), str_cut(&found, '/')))
			return false;
	return str_is_absent(wanted) && str_is_absent(found);
}

/* Keeps the value of a variable segment. */
static bool
segment_matches(struct call *c, struct str wanted, struct str found)
{
	if (wanted.n <= 2 || wanted.p[0] != '{')
		return str_eq(wanted, found);
	if (found.n == 0 || c->segment_count == CALL_SEGMENTS_MAX)
		return false;
	c->segments[c->segment_count++] =
	    (struct segment){.name = str_slice(wanted, 1, wanted.n - 2), .value = found};
	return true;
}

static void
add_method(struct buf *allow, enum method m)
{
	if (allow->n > 0)
		buf_add(allow, STR(", "));
	buf_add(allow, req_method_name(m));
	if (m == METHOD_GET)
		buf_add(allow, STR(", HEAD"));
}
