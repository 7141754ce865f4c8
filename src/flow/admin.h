/*
 * What owners and admins of an organization do: its policy, its members, what becomes of a
 * member's second factor. The asker is the flow's subject; each use case sees for itself that
 * it may (ERR_FORBIDDEN; ERR_NOT_FOUND to who is no member).
 */
#ifndef FLOW_ADMIN_H
#define FLOW_ADMIN_H

#include "domain/member.h"
#include "flow/flow.h"

/* The most members that one page holds. */
#define MEMBERS_PAGE_MAX 500

/* ---- the policy (policy.c) ---- */

/*
 * What would become of the policy in force by what is wanted, and the totals under it; changes
 * nothing. ERR_FIELD.
 */
enum err flow_policy_preview(struct flow *fl, struct uuid organization, const struct policy *wanted,
    struct policy *policy, struct member_totals *totals) MUST_CHECK;

/*
 * Changes the policy (policy_change()), with an event that has it before and after; `policy` is
 * the new one. Without a difference nothing is changed. ERR_FIELD when a number is out of its
 * range or the date too far ahead.
 */
enum err flow_policy_change(struct flow *fl, struct uuid organization, const struct policy *wanted,
    struct policy *policy) MUST_CHECK;

/* ---- its members (members.c) ---- */

/* How the members stand, in numbers, under the policy in force. */
enum err flow_members_totals(struct flow *fl, struct uuid organization,
    struct member_totals *out) MUST_CHECK;

struct member_query {
	bool filtered; /* only those of one standing */
	enum compliance status;
	/* beginning of a name's word or of an address; absent: everybody */
	struct str search;
	struct str after; /* the `next` of the page before; absent: the first page */
	int limit;        /* 1 to MEMBERS_PAGE_MAX */
};

struct member_page {
	struct member *list;
	size_t count;
	/*
	 * absent: this was the last page. A page may be empty and not the last: see
	 * flow_members_list()
	 */
	struct str next;
};

/*
 * A page of members, in the order of names; those in grace and lapsed in the order of joining,
 * which is that of their deadlines; the exempt ones in that of their exemption's end; what was
 * searched for in the order of what was found. A search for one standing looks at a bounded
 * number of members a page. ERR_FIELD when `after` is none of ours.
 */
enum err flow_members_list(struct flow *fl, struct uuid organization, const struct member_query *q,
    struct member_page *out) MUST_CHECK;

/* ERR_NOT_FOUND when the account is no member. */
enum err flow_member_show(struct flow *fl, struct uuid organization, struct uuid account,
    struct member *out) MUST_CHECK;

/* ---- one member's second factor (member.c) ---- */

/*
 * These refuse with ERR_FORBIDDEN for oneself, and for an owner unless the asker is one.
 * ERR_NOT_FOUND for who is no member.
 */

/*
 * Factors and codes gone, the guessing budget whole, all sessions ended; the member and the
 * other admins are told. ERR_NOT_ENABLED when there is nothing to reset.
 */
enum err flow_member_reset(struct flow *fl, struct uuid organization, struct uuid account,
    struct str reason) MUST_CHECK;

/*
 * The policy does not hold for the member before `until`; ERR_FIELD unless that is ahead, at
 * most POLICY_AHEAD_MAX days.
 */
enum err flow_member_exempt(struct flow *fl, struct uuid organization, struct uuid account,
    int64_t until, struct str reason) MUST_CHECK;
/* The exemption ends now; none is as good. */
enum err flow_member_unexempt(struct flow *fl, struct uuid organization,
    struct uuid account) MUST_CHECK;

#endif
