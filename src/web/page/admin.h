/* What the pages for admins of an organization have in common. */
#ifndef WEB_PAGE_ADMIN_H
#define WEB_PAGE_ADMIN_H

#include "domain/member.h"
#include "web/call.h"

/* Shows the organization, and marks the page `current` in the navigation of admins. */
void present_admin(struct call *c, const char *current);

/* A member, as the list and the page of the member show it. */
void present_member(struct call *c, cJSON *o, const struct member *m);

#endif
