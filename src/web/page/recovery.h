/* Recovery codes as a page, for the features that issue them. */
#ifndef WEB_PAGE_RECOVERY_H
#define WEB_PAGE_RECOVERY_H

#include "flow/recovery.h"
#include "web/call.h"

/* Responds with the new codes; `first`: they were issued with the first factor. */
enum err page_show_codes(struct call *c, const struct recovery_codes *codes, bool first) MUST_CHECK;

#endif
