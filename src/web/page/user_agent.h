/* What a User-Agent says, as people would: "Firefox on Linux". */
#ifndef WEB_PAGE_USER_AGENT_H
#define WEB_PAGE_USER_AGENT_H

#include "base/str.h"

/* The browser and the system it names; the text as it came when it names no browser we know. */
struct str user_agent_text(struct arena *a, struct str agent);

#endif
