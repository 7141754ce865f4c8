/* The members of an organization and their compliance, for its admins. */
#ifndef FLOW_COMPLIANCE_H
#define FLOW_COMPLIANCE_H

#include "domain/member.h"
#include "flow/flow.h"

/* The most members that one page holds. */
#define MEMBERS_PAGE_MAX 500

/* The totals of the members under a policy. */
enum err flow_members_count(struct flow *fl, struct uuid organization, const struct policy *p,
    struct member_totals *out) MUST_CHECK;

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

#endif
