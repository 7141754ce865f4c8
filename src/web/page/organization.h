/* Switching the organization, for the pages that a switch leads to. */
#ifndef WEB_PAGE_ORGANIZATION_H
#define WEB_PAGE_ORGANIZATION_H

#include "web/call.h"

/* Shows what the switch has done, where the query says that one was made. */
void present_switched(struct call *c);

#endif
