/* Organizations as pages show them: the organization context, deadlines, compliance, roles. */
#ifndef WEB_ORGANIZATION_H
#define WEB_ORGANIZATION_H

#include "web/call.h"

/*
 * What every page shows of the organization that the session works in: `organization_context`;
 * and of a policy that requires a factor which the account has not: `deadline` during the grace
 * period, `overdue` afterwards.
 */
void present_organization_context(struct call *c);

/* Shows the organization that requires a factor: `required_by`, absent when none does. */
void present_required_by(struct call *c);

/* Returns the label of a compliance, and its tone: "good", "warn", "bad" or "". */
const char *compliance_label(enum compliance status);
const char *compliance_tone(enum compliance status);

/* Returns the label of a role: "admin", "owner, sensitive role". */
struct str role_label(struct arena *a, const struct membership *m);

#endif
