/* Setting up a factor: begin, show, confirm, cancel. */
#ifndef FLOW_ENROLL_H
#define FLOW_ENROLL_H

#include "flow/flow.h"

struct enroll_params {
	struct str label; /* absent: the title of the kind */
	/* issue the recovery codes of the first factor now: they count once it is confirmed */
	bool issue_codes;
};

struct enroll_result {
	bool begun;                  /* a new set-up, not a repeat from the same session */
	struct recovery_codes codes; /* with `issue_codes`; a repeat issues new ones */
};

/*
 * Begins a set-up, or goes on with the one that this session has begun. It ends the set-up of
 * any other session. ERR_FACTOR_LIMIT.
 */
enum err flow_enroll_begin(struct flow *fl, const struct enroll_params *in,
    struct enroll_result *out) MUST_CHECK;

/* The pending factor of this session, and what to show of it. ERR_NO_PENDING. */
enum err flow_enroll_show(struct flow *fl, const struct factor **factor,
    struct factor_prompt *prompt) MUST_CHECK;

struct confirm_params {
	struct uuid factor; /* nil: whichever is pending */
	struct secret response;
	bool elevate;      /* the session is verified by it and gets a new token */
	bool adopt_issued; /* recovery codes issued at the begin become the set, if there are any */
};

/*
 * Confirms the pending factor with its first response, which is consumed by that. `codes` gets
 * the new set of the first factor, unless codes were adopted. ERR_CODE_INVALID, ERR_THROTTLED
 * and ERR_LOCKED as flow_verify(); ERR_NO_PENDING when no factor is pending any more.
 */
enum err flow_enroll_confirm(struct flow *fl, const struct confirm_params *in,
    struct recovery_codes *codes) MUST_CHECK;

/* Removes the pending factor; it is no error when there is none. */
enum err flow_enroll_cancel(struct flow *fl) MUST_CHECK;

#endif
