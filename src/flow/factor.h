/* Changing and removing factors. */
#ifndef FLOW_FACTOR_H
#define FLOW_FACTOR_H

#include "flow/flow.h"

/* ERR_NOT_FOUND when the account has no such active factor. */
enum err flow_factor_rename(struct flow *fl, struct uuid factor, struct str label) MUST_CHECK;
enum err flow_factor_prefer(struct flow *fl, struct uuid factor) MUST_CHECK;
/*
 * Removing the last one disables MFA: codes gone, other sessions ended. ERR_FACTOR_REQUIRED
 * under a policy that wants one.
 */
enum err flow_factor_remove(struct flow *fl, struct uuid factor) MUST_CHECK;
/*
 * All factors and codes gone, other sessions ended. ERR_NOT_ENABLED; ERR_FACTOR_REQUIRED as
 * above.
 */
enum err flow_mfa_disable(struct flow *fl) MUST_CHECK;

#endif
