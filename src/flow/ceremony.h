/*
 * The ceremony of a factor with what only this layer has: its sealed state, the rules, and the
 * challenges that wait for a response. Private to flow/.
 */
#ifndef FLOW_CEREMONY_H
#define FLOW_CEREMONY_H

#include "flow/flow.h"

/*
 * Begins the enrolment of a new factor, whose id and kind are set; its sealed state goes into
 * `f`.
 */
struct factor_prompt ceremony_enroll(struct flow *fl, struct factor *f);

/* What to show of a factor that is still pending. ERR_INTERNAL when its state does not open. */
enum err ceremony_show(struct flow *fl, const struct factor *f,
    struct factor_prompt *prompt) MUST_CHECK;

/* Examines a response to a factor. ERR_INTERNAL when the state of the factor does not open. */
enum err ceremony_finish(struct flow *fl, const struct factor *f, enum factor_purpose purpose,
    struct secret response, struct factor_finish_result *out) MUST_CHECK;

/* The state of a factor, sealed under the active key for the account of `fl`. */
struct str ceremony_seal(struct flow *fl, struct uuid factor, struct secret state);

#endif
