/* Labels for the kinds of audit events. */
#include "web/page/audit_label.h"

#include "base/array.h"
#include "domain/audit.h"

static const struct {
	const char *accepted;
	const char *refused; /* NULL where it cannot be refused */
} labels[] = {
    [AUDIT_ACCOUNT_CREATED] = {"Account created", NULL},
    [AUDIT_ACCOUNT_DISABLED] = {"Account disabled", NULL},
    [AUDIT_ACCOUNT_ENABLED] = {"Account enabled", NULL},
    [AUDIT_PASSWORD_CHANGED] = {"Password changed", NULL},
    [AUDIT_EMAIL_LINK_SENT] = {"Verification email sent", NULL},
    [AUDIT_EMAIL_VERIFIED] = {"Email address verified", NULL},
    [AUDIT_MEMBERSHIP_ADDED] = {"Joined the organization", NULL},
    [AUDIT_SIGN_IN] = {"Signed in", "Tried to sign in"},
    [AUDIT_SIGN_OUT] = {"Signed out", NULL},
    [AUDIT_SESSION_REVOKED] = {"Session ended", NULL},
    [AUDIT_ORGANIZATION_SWITCHED] = {"Switched to the organization", NULL},
    [AUDIT_REAUTHENTICATION] = {"Password confirmed", "Tried to confirm the password"},
    [AUDIT_VERIFICATION] = {"Second factor verified", "Tried to verify the second factor"},
    [AUDIT_FACTOR_STARTED] = {"Method setup started", NULL},
    [AUDIT_FACTOR_CANCELLED] = {"Method setup cancelled", NULL},
    [AUDIT_FACTOR_ADDED] = {"Method added", "Tried to add a method"},
    [AUDIT_FACTOR_RENAMED] = {"Method renamed", NULL},
    [AUDIT_FACTOR_PREFERRED] = {"Preferred method changed", NULL},
    [AUDIT_FACTOR_REMOVED] = {"Method removed", NULL},
    [AUDIT_CODES_REPLACED] = {"Recovery codes replaced", NULL},
    [AUDIT_CODES_ACKNOWLEDGED] = {"Recovery codes saved", NULL},
    [AUDIT_MFA_DISABLED] = {"Two-factor authentication disabled", NULL},
    [AUDIT_MFA_RESET] = {"Two-factor authentication reset", NULL},
    [AUDIT_POLICY_CHANGED] = {"Policy changed", NULL},
    [AUDIT_EXEMPTION_GIVEN] = {"Exemption granted", NULL},
    [AUDIT_EXEMPTION_ENDED] = {"Exemption ended", NULL},
    [AUDIT_MEMBERSHIP_CHANGED] = {"Membership changed", NULL},
    [AUDIT_MEMBERSHIP_REMOVED] = {"Membership ended", NULL},
    [AUDIT_EXPORTED] = {"Audit log exported", NULL},
};

struct str
audit_label(struct str kind, bool accepted)
{
	for (size_t i = 0; i < ARRAY_SIZE(labels); i++) {
		if (labels[i].accepted == NULL ||
		    !str_eq(kind, audit_kind_name((enum audit_kind)i)))
			continue;
		if (!accepted && labels[i].refused != NULL)
			return str_of(labels[i].refused);
		return str_of(labels[i].accepted);
	}
	return kind;
}
