/* The members of an organization as a file, for the page and the API. */
#ifndef WEB_MEMBER_H
#define WEB_MEMBER_H

#include "flow/compliance.h"
#include "web/call.h"

/* Responds with all members that the query finds, whatever its limit, as CSV. */
enum err member_export(struct call *c, const struct member_query *q) MUST_CHECK;

#endif
