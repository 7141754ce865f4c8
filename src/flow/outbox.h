/*
 * The use cases of the mailer. The flow needs env, arena, now and deadline_ms only. A message
 * is taken before it is sent and marked after: who dies between the server's word and the mark
 * leaves it to be sent once more.
 */
#ifndef FLOW_OUTBOX_H
#define FLOW_OUTBOX_H

#include "domain/mail.h"
#include "flow/flow.h"

/*
 * Takes up to `batch` messages that are due; they count as lost at `lost_at` and are taken
 * again then.
 */
enum err flow_outbox_claim(struct flow *fl, int64_t lost_at, int batch, struct mail **list,
    size_t *count) MUST_CHECK;

/*
 * The token of a message's link; p is NULL for a message without one. ERR_INTERNAL when it does
 * not open.
 */
enum err flow_outbox_token(struct flow *fl, const struct mail *m, struct secret *token) MUST_CHECK;

/* It was handed over. */
enum err flow_outbox_sent(struct flow *fl, const struct mail *m) MUST_CHECK;

/*
 * It was not, for the reason `why` (cut to what can be kept); `final` when trying again is of
 * no use. Says in `given_up` whether that was the last attempt.
 */
enum err flow_outbox_failed(struct flow *fl, const struct mail *m, bool final, struct str why,
    bool *given_up) MUST_CHECK;

#endif
