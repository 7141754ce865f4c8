/* The second factor: the one place that says verified. */
#ifndef FLOW_VERIFY_H
#define FLOW_VERIFY_H

#include "flow/flow.h"

/* What an accepted response is to achieve. */
enum verify_effect {
	VERIFY_ELEVATE, /* the session has passed its challenge, and its token is re-issued */
	VERIFY_CHANGE   /* one change is authorized; the session and its token stay as they are */
};

/* Exactly one of response and recovery code is given. */
struct verify_params {
	struct uuid factor; /* the factor to try first; nil: the preferred one */
	struct secret response;
	struct secret recovery_code;
};

/*
 * Judges a response against the active factors of the account, within one attempt of the limit,
 * consumes it, and applies the effect. ERR_CODE_INVALID for a response that is wrong or was used
 * (the attempt is counted; SESSION_FAILURES_MAX of them end an active session whose password is
 * not fresh). ERR_THROTTLED and ERR_LOCKED come before anything is judged. ERR_NOT_ENABLED
 * without an active factor; ERR_NOT_FOUND when the account has no such factor.
 */
enum err flow_verify(struct flow *fl, const struct verify_params *in,
    enum verify_effect effect) MUST_CHECK;

/* Seconds until a response is judged again; 0 when the next one is. */
int64_t flow_wait(const struct flow *fl);

/* Which proofs the session still lacks for a change. */
struct stepup flow_stepup_missing(const struct flow *fl);

#endif
