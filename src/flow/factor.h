/* Changing and removing factors. */
#ifndef FLOW_FACTOR_H
#define FLOW_FACTOR_H

#include "flow/flow.h"

/*
 * Rename a factor, and make it the preferred one. ERR_NOT_FOUND when the account has no such
 * active factor.
 */
enum err flow_factor_rename(struct flow *fl, struct uuid factor, struct str label) MUST_CHECK;
enum err flow_factor_prefer(struct flow *fl, struct uuid factor) MUST_CHECK;
/*
 * Removes a factor. Removing the last one disables MFA: its recovery codes are deleted and
 * other sessions end. ERR_FACTOR_REQUIRED under a policy that wants a factor.
 */
enum err flow_factor_remove(struct flow *fl, struct uuid factor) MUST_CHECK;
/*
 * Removes all factors and codes and ends other sessions. ERR_NOT_ENABLED without a factor;
 * ERR_FACTOR_REQUIRED as above.
 */
enum err flow_mfa_disable(struct flow *fl) MUST_CHECK;

#endif
