/* The profile, for the changes that are made on it. */
#ifndef WEB_PAGE_PROFILE_H
#define WEB_PAGE_PROFILE_H

#include "web/call.h"

/* Redirects to the profile, which shows the flash message of that name (profile.c). */
void profile_redirect(struct call *c, const char *flash);

#endif
