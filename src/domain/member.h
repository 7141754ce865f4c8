/*
 * The members of an organization as its admins see them: each with a standing, and all of them
 * in numbers.
 */
#ifndef DOMAIN_MEMBER_H
#define DOMAIN_MEMBER_H

#include "base/arena.h"
#include "domain/policy.h"

/*
 * Where a member is in a list that is read a page at a time: behind which one the next page
 * begins.
 */
struct member_key {
	struct str text; /* of lists by name or by what was searched for; else absent */
	int64_t time;    /* of lists by a time; else 0 */
	struct uuid account;
};

struct member {
	struct uuid account;
	struct str name;
	struct str email;
	bool email_verified;
	struct membership membership;
	struct str exempt_reason;
	struct str exempt_by; /* a name; absent without exemption */
	int64_t exempted_at;
	bool enrolled;
	int64_t disabled_at;     /* 0: not disabled */
	int64_t last_sign_in_at; /* 0: never */
	struct str kinds;        /* of active factors, with spaces between; absent without any */
	int32_t codes_left;
	struct compliance_status status;
	struct member_key key;
};

/* Numbers of one of the two groups of a policy, at one time. */
struct member_counts {
	int64_t enrolled;
	int64_t open; /* without a factor */
	/* of these who joined up to the policy_threshold's overdue_joined */
	int64_t overdue;
	int64_t exempt;         /* of the open ones */
	int64_t exempt_overdue; /* of the early ones */
};

struct member_totals {
	int64_t members;
	int64_t covered;          /* by the policy, with a factor or without */
	int64_t covered_enrolled; /* of these with one */
	int64_t status[COMPLIANCE_COUNT];
};

/*
 * The totals of both groups under a policy; `counts` is of the others [0] and of the privileged
 * [1], made with policy_threshold().
 */
struct member_totals member_totals(const struct policy *p, const struct member_counts counts[2],
    int64_t now);

/* A key as text that means nothing to others, and back; false when it is none of ours. */
struct str member_key_print(struct arena *a, const struct member_key *k);
bool member_key_parse(struct arena *a, struct str text, struct member_key *k);

/*
 * Whether somebody in the role `by` may decide on the second factor of a member with the role
 * `of`: an admin not on an owner.
 */
bool member_may_decide(enum role by, enum role of);

#endif
