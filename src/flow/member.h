/* What an admin decides for one member: reset and exemption. */
#ifndef FLOW_MEMBER_H
#define FLOW_MEMBER_H

#include "domain/member.h"
#include "flow/flow.h"

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
