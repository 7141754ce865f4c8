/* The family of the pages: forms in, pages out, and where a refusal leads. */
#ifndef WEB_PAGE_PAGE_H
#define WEB_PAGE_PAGE_H

#include "web/call.h"
#include "web/route.h"

extern const struct route_family page_family;

/* Adds `name=value` to the query of a URL; an empty value is left out. */
void page_add_pair(struct buf *url, const char *name, struct str value);

/* Returns the path with `next` in its query; `next` may be absent. */
struct str page_with_next(struct call *c, const char *path, struct str next);

#endif
