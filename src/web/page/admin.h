/* What the pages for admins of an organization have in common. */
#ifndef WEB_PAGE_ADMIN_H
#define WEB_PAGE_ADMIN_H

#include "domain/member.h"
#include "web/call.h"

/* Shows the organization, and marks the page `current` in the navigation for admins. */
void present_admin(struct call *c, const char *current);

/* Puts a member into an object, for the list of members and the page of one. */
void present_member(struct call *c, cJSON *o, const struct member *m);

#endif
