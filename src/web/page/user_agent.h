/* A User-Agent header in the words of people: "Firefox on Linux". */
#ifndef WEB_PAGE_USER_AGENT_H
#define WEB_PAGE_USER_AGENT_H

#include "base/str.h"

/* Returns browser and system; the header as it is when it names no known browser. */
struct str user_agent_text(struct arena *a, struct str user_agent);

#endif
