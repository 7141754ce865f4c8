/* Kinds of audit events in plain words: "Signed in". */
#ifndef WEB_PAGE_AUDIT_LABEL_H
#define WEB_PAGE_AUDIT_LABEL_H

#include <stdbool.h>

#include "base/str.h"

/* What was done, or tried; a kind without words is shown by its name. */
struct str audit_label(struct str kind, bool accepted);

#endif
