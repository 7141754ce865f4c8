/* What the pages for admins of an organization share. */
#ifndef WEB_PAGE_ADMIN_H
#define WEB_PAGE_ADMIN_H

#include "domain/member.h"
#include "web/call.h"

/*
 * Begins a page for admins: the name of the organization, and `current` marked in the
 * navigation.
 */
void admin_enter(struct call *c, const char *current);

/* A member as the list and the member's own page show it. */
void admin_present_member(struct call *c, cJSON *o, const struct member *m);

#endif
