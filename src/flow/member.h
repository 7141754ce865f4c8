/* What an admin decides for one member: reset and exemption. */
#ifndef FLOW_MEMBER_H
#define FLOW_MEMBER_H

#include "domain/member.h"
#include "flow/flow.h"

/*
 * All of these refuse with ERR_FORBIDDEN a decision on one's own account, and on an owner by
 * anybody but an owner. ERR_NOT_FOUND for an account that is no member.
 */

/*
 * Resets the second factor of a member: removes factors and codes, clears the attempt limit,
 * ends all sessions, and notifies the member and the other admins. ERR_NOT_ENABLED when there
 * is nothing to reset.
 */
enum err flow_member_reset(struct flow *fl, struct uuid organization, struct uuid account,
    struct str reason) MUST_CHECK;

/*
 * Exempts a member from the policy until `until`. ERR_FIELD unless that is in the future, at
 * most POLICY_AHEAD_MAX days.
 */
enum err flow_member_exempt(struct flow *fl, struct uuid organization, struct uuid account,
    int64_t until, struct str reason) MUST_CHECK;
/* Ends the exemption of a member; it is no error when there is none. */
enum err flow_member_unexempt(struct flow *fl, struct uuid organization,
    struct uuid account) MUST_CHECK;

#endif
