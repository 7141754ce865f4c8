/* Switching the organization, for the pages that a switch leads to. */
#ifndef WEB_PAGE_ORGANIZATION_H
#define WEB_PAGE_ORGANIZATION_H

#include "web/call.h"

/* Shows a flash message about the switch, where the request names it. */
void present_switched(struct call *c);

#endif
