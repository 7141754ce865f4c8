/* The second factor: the one place that says verified. */
#ifndef FLOW_VERIFY_H
#define FLOW_VERIFY_H

#include "flow/flow.h"

/* One of the two. */
struct factor_response {
	struct uuid factor; /* nil: the preferred one */
	struct secret code;
	bool recovery; /* the recovery code offered to flow_authenticate() */
};

/*
 * Judges an answer and raises the session. ERR_CODE_INVALID for a wrong or used one (its slot
 * is taken; SESSION_FAILURES_MAX of them end an active session whose password is not fresh),
 * ERR_THROTTLED and ERR_LOCKED without judging, ERR_NOT_ENABLED without an active factor,
 * ERR_NOT_FOUND for a factor that is not there.
 */
enum err flow_verify(struct flow *fl, const struct factor_response *in) MUST_CHECK;

/*
 * The same for one change: the answer is judged and spent, the session and its token stay as
 * they are.
 */
enum err flow_confirm_change(struct flow *fl, const struct factor_response *in) MUST_CHECK;

/* Seconds until an answer is judged again. */
int64_t flow_wait(const struct flow *fl);

/* What a change would still have to ask of this session. */
struct stepup flow_stepup_missing(const struct flow *fl);

#endif
