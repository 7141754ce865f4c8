/*
 * The policy of an organization: which members must have a second factor, and the compliance of a
 * member with it. Their deadline is a date: the later of "required since" and "joined", plus the
 * grace days, unless they are exempt.
 */
#ifndef DOMAIN_POLICY_H
#define DOMAIN_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/uuid.h"

#define POLICY_GRACE_MAX 365 /* days */
#define POLICY_AGE_MIN 60    /* seconds */
#define POLICY_AGE_MAX 86400
/* How far ahead a policy may take effect, and how long an exemption may last, in days. */
#define POLICY_AHEAD_MAX 365

enum role { ROLE_MEMBER, ROLE_ADMIN, ROLE_OWNER };

enum requirement { REQUIREMENT_OFF, REQUIREMENT_ADMINS, REQUIREMENT_EVERYONE };

struct policy {
	enum requirement requirement;
	int64_t required_since; /* for owners, admins and sensitive roles; 0 while off */
	/* for all others; 0 unless `requirement` is everyone; never before required_since */
	int64_t everyone_since;
	int32_t grace_days;
	int32_t reauthentication_age; /* seconds; 0: the default of the service */
	int32_t verification_age;     /* seconds; 0: the default of the service */
	bool admin_verification;      /* admin pages and APIs always need a fresh verification */
	int32_t version;              /* grows by one with every change */
};

struct membership {
	struct uuid organization;
	struct str slug;
	struct str name; /* of the organization */
	enum role role;
	bool sensitive;
	int64_t joined_at;
	int64_t exempt_until; /* 0: no exemption */
	struct policy policy;
};

enum compliance {
	COMPLIANCE_ENROLLED,
	COMPLIANCE_GRACE,
	COMPLIANCE_OVERDUE,
	COMPLIANCE_EXEMPT,
	COMPLIANCE_NOT_REQUIRED,
	COMPLIANCE_COUNT
};

struct compliance_status {
	enum compliance compliance;
	int64_t deadline; /* when in grace, overdue or exempt; else 0 */
};

/*
 * What a policy means for one of its two groups at a given time, in a form that a query can use:
 * of the covered members without a factor and an exemption, those who joined at or before
 * `overdue_joined` are overdue (0: none is), and the others are in grace.
 */
struct policy_threshold {
	bool covered;
	int64_t overdue_joined;
};

/* Names in the database and the API. */
struct str role_name(enum role role);
bool role_parse(struct str name, enum role *role);
struct str requirement_name(enum requirement r);
bool requirement_parse(struct str name, enum requirement *r);
struct str compliance_name(enum compliance c);
bool compliance_parse(struct str name, enum compliance *c);

/* True for owners and admins. */
bool role_administers(enum role role);

/* True for the group that a policy for admins covers: owners, admins and sensitive roles. */
bool membership_privileged(const struct membership *m);

/* The compliance of a member at `now`; `enrolled`: they have an active factor. */
struct compliance_status membership_compliance(const struct membership *m, bool enrolled,
    int64_t now);

/*
 * True when the policy requires a factor of the member at `now`, in grace or not, so that they may
 * not remove their last one.
 */
bool membership_requires(const struct membership *m, int64_t now);

/* The threshold of the privileged or the other group at `now`. */
struct policy_threshold policy_threshold(const struct policy *p, bool privileged, int64_t now);

/*
 * The policy that an admin's change makes of `old`. With wanted->required_since 0 it applies from
 * `now` on to those who are newly covered, and is unchanged for the others. Else it applies from
 * that time on to those who are newly covered or, if there are none, to all. Widening a policy
 * never moves the date of those who were covered before.
 */
struct policy policy_change(const struct policy *old, const struct policy *wanted, int64_t now);

/* The fields of a policy that have limits. */
enum policy_field {
	POLICY_GRACE_DAYS = 1 << 0,
	POLICY_REQUIRED_SINCE = 1 << 1,
	POLICY_REAUTHENTICATION_AGE = 1 << 2,
	POLICY_VERIFICATION_AGE = 1 << 3
};

/* The fields of a wanted policy that exceed their limits at `now`, as bits; 0 when none does. */
unsigned int policy_exceeds(const struct policy *wanted, int64_t now);

/* True when an exemption may end at `until`: after `now`, and at most POLICY_AHEAD_MAX days. */
bool policy_allows_exemption(int64_t until, int64_t now);

/* Formats a policy as a JSON object for the audit event. */
struct str policy_json(struct arena *a, const struct policy *p);

#endif
