/*
 * The subject of a use case: one account with all that a rule may look at, loaded by one
 * statement at one moment. What is decided on it is written only while its audit chain has not
 * moved.
 */
#ifndef DOMAIN_SUBJECT_H
#define DOMAIN_SUBJECT_H

#include "domain/account.h"
#include "domain/audit.h"
#include "domain/factor.h"
#include "domain/policy.h"
#include "domain/recovery.h"
#include "domain/session.h"
#include "domain/throttle.h"

struct subject {
	struct account account;
	struct session session; /* nil id when none was asked for or it is gone */
	struct throttle throttle;
	struct audit_chain chain;
	struct recovery_set recovery;
	struct factor *factors; /* the preferred one first, then by age; pending ones too */
	size_t factor_count;
	struct membership *memberships; /* by slug */
	size_t membership_count;
};

/* How many active factors it has. */
size_t subject_active(const struct subject *s);

/* The active factor of that id; with a nil id the preferred one. NULL when there is none. */
const struct factor *subject_factor(const struct subject *s, struct uuid id);

/*
 * The pending factor that this subject's session set up and that has not expired at `now`; or
 * NULL.
 */
const struct factor *subject_pending(const struct subject *s, int64_t now);

/* Its membership in an organization; NULL when it is no member. */
const struct membership *subject_membership(const struct subject *s, struct uuid organization);

/* Its membership in the organization of that slug; NULL when it is no member. */
const struct membership *subject_membership_of_slug(const struct subject *s, struct str slug);

/*
 * The organization it works in: the session's while it is a member there, else its only one;
 * nil when that is open.
 */
struct uuid subject_organization(const struct subject *s);

/*
 * The membership whose policy counts for what the session does at `now`, and where the account
 * stands under it: that in the session's organization, or for a session in none the strictest.
 * NULL when no policy wants anything.
 */
const struct membership *subject_policy(const struct subject *s, int64_t now,
    struct compliance_status *status);

/*
 * What the session may do at `now`: as stored, or `enrollment_required` when the deadline of
 * the policy that counts has passed.
 */
enum session_state subject_state(const struct subject *s, int64_t now);

/* Whether any policy wants the account to keep its last factor at `now`. */
bool subject_requires_factor(const struct subject *s, int64_t now);

/*
 * How old proofs may be: `age` seconds, or less where a policy that counts for the session says
 * so.
 */
struct proof_ages subject_ages(const struct subject *s, int64_t age);

#endif
