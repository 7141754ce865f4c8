/*
 * The use cases of the mailer. The flow needs env, arena, now and deadline_ms only. A message
 * is claimed before it is sent and marked afterwards: when a mailer dies between the acceptance
 * by the server and the mark, the message is sent once more.
 */
#ifndef FLOW_OUTBOX_H
#define FLOW_OUTBOX_H

#include "domain/mail.h"
#include "flow/flow.h"

/*
 * Claims up to `batch` messages that are due. A message that is not marked by `lost_at` is
 * claimed again.
 */
enum err flow_outbox_claim(struct flow *fl, int64_t lost_at, int batch, struct mail **list,
    size_t *count) MUST_CHECK;

/*
 * Opens the token of a message's link; p is NULL for a message without one. ERR_INTERNAL when
 * it does not open.
 */
enum err flow_outbox_token(struct flow *fl, const struct mail *m, struct secret *token) MUST_CHECK;

/* Marks a message as sent. */
enum err flow_outbox_sent(struct flow *fl, const struct mail *m) MUST_CHECK;

/*
 * Records a failed attempt with its reason `why` (cut to what can be kept); `final` when
 * another attempt is useless. Sets `given_up` when there will be no other attempt.
 */
enum err flow_outbox_failed(struct flow *fl, const struct mail *m, bool final, struct str why,
    bool *given_up) MUST_CHECK;

#endif
