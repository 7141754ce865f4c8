/* The policy of an organization, as its admins see and change it. */
#ifndef FLOW_POLICY_H
#define FLOW_POLICY_H

#include "domain/member.h"
#include "flow/flow.h"

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

#endif
