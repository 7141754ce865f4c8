/*
 * The memberships of one account, and which of their policies count for a session: those of the
 * organization that the session works in, or all of them where it works in none.
 */
#ifndef DOMAIN_MEMBERSHIP_H
#define DOMAIN_MEMBERSHIP_H

#include <stddef.h>

#include "domain/policy.h"
#include "domain/session.h"

struct memberships {
	const struct membership *list; /* in the order of slugs */
	size_t count;
	struct uuid chosen; /* the organization that the session has chosen; nil: none */
};

/* The membership in an organization; NULL when there is none. */
const struct membership *memberships_find(const struct memberships *ms, struct uuid organization);
/* The membership in the organization of that slug; NULL when there is none. */
const struct membership *memberships_find_slug(const struct memberships *ms, struct str slug);

/*
 * The organization that the session works in: the chosen one while the account is a member
 * there, else its only one; nil when that is open.
 */
struct uuid memberships_current(const struct memberships *ms);

/*
 * The membership whose policy counts at `now`, and the compliance of the account under it: that
 * of the current organization, or where there is none the strictest. NULL when no policy asks
 * for anything. `enrolled`: the account has an active factor.
 */
const struct membership *memberships_policy(const struct memberships *ms, bool enrolled,
    int64_t now, struct compliance_status *status);

/*
 * What the session may do at `now`: its stored state, or SESSION_ENROLLMENT_REQUIRED when the
 * deadline of the policy that counts has passed.
 */
enum session_state memberships_session_state(const struct memberships *ms,
    enum session_state stored, bool enrolled, int64_t now);

/* Whether any policy wants the account to keep a factor at `now`, in the grace period or not. */
bool memberships_require_factor(const struct memberships *ms, int64_t now);

/* `age` seconds for both proofs, or less where a policy that counts wants that. */
struct proof_ages memberships_proof_ages(const struct memberships *ms, int64_t age);

#endif
