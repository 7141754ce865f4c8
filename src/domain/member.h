/*
 * The members of an organization as its admins see them: each with its compliance status, and
 * totals of all.
 */
#ifndef DOMAIN_MEMBER_H
#define DOMAIN_MEMBER_H

#include "base/arena.h"
#include "domain/policy.h"

/* The position of a member in a list, behind which the next page begins. */
struct member_cursor {
	struct str text; /* in lists by name or by search; else absent */
	int64_t time;    /* in lists by a time; else 0 */
	struct uuid account;
};

struct member {
	struct uuid account;
	struct str name;
	struct str email;
	bool email_verified;
	struct membership membership;
	struct str exempt_reason;
	struct str exempt_by; /* a name; absent without an exemption */
	int64_t exempted_at;
	bool enrolled;
	int64_t disabled_at;     /* 0: not disabled */
	int64_t last_sign_in_at; /* 0: never */
	struct str kinds;        /* of active factors, separated by spaces; absent: none */
	int32_t codes_left;
	struct compliance_status status;
	struct member_cursor cursor;
};

/* Counts of the members of one of the two groups of a policy. */
struct member_counts {
	int64_t enrolled;
	int64_t unenrolled;
	int64_t overdue;        /* unenrolled, who joined up to policy_threshold.overdue_joined */
	int64_t exempt;         /* unenrolled, with an exemption */
	int64_t exempt_overdue; /* both */
};

struct member_totals {
	int64_t members;
	int64_t covered;          /* by the policy, with or without a factor */
	int64_t covered_enrolled; /* of these, with a factor */
	int64_t status[COMPLIANCE_COUNT];
};

/*
 * Computes the totals under a policy from the counts of its groups, the unprivileged [0] and the
 * privileged [1], which were made with policy_threshold().
 */
struct member_totals member_totals(const struct policy *p, const struct member_counts counts[2],
    int64_t now);

/* Format and parse a cursor as opaque text. Parsing is false for any other text. */
struct str member_cursor_format(struct arena *a, const struct member_cursor *c);
bool member_cursor_parse(struct arena *a, struct str text, struct member_cursor *c);

/*
 * True when someone in the role `by` may reset or exempt a member with the role `of`: owners
 * everyone, admins everyone but owners.
 */
bool member_may_decide(enum role by, enum role of);

#endif
