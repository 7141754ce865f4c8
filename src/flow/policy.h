/* The policy of an organization, as its admins see and change it. */
#ifndef FLOW_POLICY_H
#define FLOW_POLICY_H

#include "domain/member.h"
#include "flow/flow.h"

/*
 * Computes the policy that would follow from what is wanted, and the totals under it; changes
 * nothing. ERR_FIELD.
 */
enum err flow_policy_preview(struct flow *fl, struct uuid organization, const struct policy *wanted,
    struct policy *policy, struct member_totals *totals) MUST_CHECK;

/*
 * Changes the policy (see policy_change()), with an event that has the policy before and after.
 * `policy` gets the new one; nothing is written when nothing differs. ERR_FIELD when a number
 * is out of its range or the date is too far ahead.
 */
enum err flow_policy_change(struct flow *fl, struct uuid organization, const struct policy *wanted,
    struct policy *policy) MUST_CHECK;

#endif
