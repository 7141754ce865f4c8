/*
 * Organizations' rules on who must have a second factor, and where a member stands under one: a
 * deadline is a date, the later of "required since" and "joined", plus the grace days, unless
 * there is an exemption.
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
/* How far ahead a policy may be announced, and how long an exemption may last, in days. */
#define POLICY_AHEAD_MAX 365

enum role { ROLE_MEMBER, ROLE_ADMIN, ROLE_OWNER };

enum requirement { REQUIREMENT_OFF, REQUIREMENT_ADMINS, REQUIREMENT_EVERYONE };

struct policy {
	enum requirement requirement;
	int64_t required_since; /* for owners, admins and sensitive roles; 0 while off */
	/* for all others; 0 unless `requirement` is everyone; never before required_since */
	int64_t everyone_since;
	int32_t grace_days;
	int32_t reauthentication_age; /* seconds; 0: the service's */
	int32_t verification_age;     /* seconds; 0: the service's */
	bool admin_verification;      /* admin surfaces always need a fresh verification */
	int32_t version;              /* one more with every change */
};

struct membership {
	struct uuid organization;
	struct str slug;
	struct str name; /* of the organization */
	enum role role;
	bool sensitive;
	int64_t joined_at;
	int64_t exempt_until; /* 0: no exemption was given */
	struct policy policy;
};

/* How a member stands. */
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
	int64_t deadline; /* in grace, lapsed and exempt: when it is or was; else 0 */
};

/*
 * What the policy means for one of its two groups at one time, in the form that a query can ask
 * for: of those who are covered and have no factor and no exemption, who joined at or before
 * `overdue_joined` has lapsed (0: nobody has), the others are in grace.
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

/* Owners and admins run an organization. */
bool role_administers(enum role role);

/* Whether a policy for admins covers the member: owner, admin, or a sensitive role. */
bool membership_privileged(const struct membership *m);

/* Where the member stands at `now`; `enrolled`: the account has an active factor. */
struct compliance_status membership_compliance(const struct membership *m, bool enrolled,
    int64_t now);

/*
 * Whether the policy wants the member to have a factor at `now`, in grace or not: the last one
 * may not be removed.
 */
bool membership_requires(const struct membership *m, int64_t now);

struct policy_threshold policy_threshold(const struct policy *p, bool privileged, int64_t now);

/*
 * The policy that comes of `old` by what an admin wants. `wanted->required_since` 0: from `now`
 * on for those whom the old one did not cover, unchanged for the others; else from that time
 * on, for those newly covered or, where nobody is, for all. Widening never moves the date of
 * those who were covered.
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

/* A policy for people who audit it: a JSON object. */
struct str policy_json(struct arena *a, const struct policy *p);

#endif
