/* Setting up a factor: begin, show, confirm, cancel. */
#ifndef FLOW_ENROLL_H
#define FLOW_ENROLL_H

#include "flow/flow.h"

struct enrolling {
	struct str label; /* absent: the kind's title */
	/* give the first factor's recovery codes out now: they count once it is confirmed */
	bool issue_codes;
	bool begun; /* out: this is a new set-up, and not a repeat from the same session */
	struct recovery_codes codes; /* out: with `issue_codes`, and new at each repeat */
};

/*
 * Begins a set-up, or goes on with the one this session has begun. A set-up of another session
 * is dead from then on. ERR_FACTOR_LIMIT.
 */
enum err flow_enroll_begin(struct flow *fl, struct enrolling *io) MUST_CHECK;

/* The pending factor and what to put into an app. ERR_NO_PENDING. */
enum err flow_enroll_offer(struct flow *fl, const struct factor **factor,
    struct factor_offer *offer) MUST_CHECK;

struct confirming {
	struct uuid factor; /* nil: whichever is pending */
	struct secret code;
	bool elevate;      /* the session is verified by it and gets a new token */
	bool adopt_issued; /* codes handed out at the begin become the set, if there are any */
	struct recovery_codes
	    codes; /* out: the first factor's new set, where none was handed out */
};

/*
 * Confirms the pending factor with its first code, which is spent by that. ERR_CODE_INVALID,
 * ERR_THROTTLED, ERR_LOCKED as flow_verify(); ERR_NO_PENDING when there is none or its time is
 * over.
 */
enum err flow_enroll_confirm(struct flow *fl, struct confirming *io) MUST_CHECK;

/* Forgets the pending factor; none is as good. */
enum err flow_enroll_cancel(struct flow *fl) MUST_CHECK;

#endif
