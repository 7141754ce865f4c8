/* The members of an organization and their compliance, for its admins. */
#ifndef FLOW_COMPLIANCE_H
#define FLOW_COMPLIANCE_H

#include "domain/member.h"
#include "flow/flow.h"

/* The most members on one page. */
#define MEMBERS_PAGE_MAX 500

/* The totals of the members under a policy. */
enum err flow_members_count(struct flow *fl, struct uuid organization, const struct policy *p,
    struct member_totals *out) MUST_CHECK;

/* The totals of the members under the policy in force. */
enum err flow_members_totals(struct flow *fl, struct uuid organization,
    struct member_totals *out) MUST_CHECK;

struct member_query {
	bool filtered; /* only members with this compliance status */
	enum compliance status;
	/* the beginning of a word of the name, or of the address; absent: everybody */
	struct str search;
	struct str after; /* `next` of the page before; absent: the first page */
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
 * Reads a page of members in the order of names; those in the grace period and overdue ones in
 * the order of joining, which is the order of deadlines; exempt ones in the order in which the
 * exemptions end; search results in the order of what matched. A search for one status reads a
 * bounded number of members a page. ERR_FIELD when `after` is no cursor of ours.
 */
enum err flow_members_list(struct flow *fl, struct uuid organization, const struct member_query *q,
    struct member_page *out) MUST_CHECK;

/* Reads one member. ERR_NOT_FOUND when the account is no member. */
enum err flow_member_show(struct flow *fl, struct uuid organization, struct uuid account,
    struct member *out) MUST_CHECK;

#endif
