/* What the pages for admins of an organization share. */
#ifndef WEB_PAGE_ADMIN_H
#define WEB_PAGE_ADMIN_H

#include "flow/admin.h"
#include "web/page/page.h"

/*
 * Begins a page for admins: c->admin, the name of the organization, and `current` marked in the navigation. A form
 * that is shown again was not let in by the guard yet: then what the guard asks is asked here. ERR_ORGANIZATION,
 * ERR_FORBIDDEN, ERR_NOT_ENABLED, ERR_VERIFICATION_REQUIRED.
 */
enum err admin_enter(struct call *c, const char *current) MUST_CHECK;

/* A member as the list and the member's own page show it. */
void admin_present_member(struct call *c, cJSON *o, const struct member *m);

/* All members that fit, as a file that is made while it is sent. */
enum err admin_members_csv(struct call *c, const struct member_query *q) MUST_CHECK;

#endif
