/* Labels for the kinds of audit events. */
#ifndef WEB_PAGE_AUDIT_LABEL_H
#define WEB_PAGE_AUDIT_LABEL_H

#include <stdbool.h>

#include "base/str.h"

/* "Signed in" or, when the event was refused, "Tried to sign in"; an unknown kind as it is. */
struct str audit_label(struct str kind, bool accepted);

#endif
