/* The statements of a verification. Each commits by itself. */
#ifndef STORE_VERIFICATION_H
#define STORE_VERIFICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"

struct audit_event;
struct code_macs;
struct factor_use;
struct mail_code;
struct session_elevation;
struct store;
struct throttle;

/*
 * Verifies the event's session by the event's factor, or by the recovery code of these MACs.
 * ERR_RACE when the chain has grown; ERR_CODE_INVALID when no such code is unused, and then nothing
 * is changed; ERR_UNAUTHENTICATED when the session is gone.
 */
enum err store_verify_by_factor(struct store *st, const struct audit_event *ev,
    const struct session_elevation *elevation, const struct factor_use *use) MUST_CHECK;
enum err store_verify_by_code(struct store *st, const struct audit_event *ev,
    const struct session_elevation *elevation, const struct code_macs *macs,
    const struct mail_code *mail) MUST_CHECK;
/* The same for one change, which leaves the session as it is. */
enum err store_consume_response(struct store *st, const struct audit_event *ev,
    const struct factor_use *use) MUST_CHECK;
enum err store_consume_code(struct store *st, const struct audit_event *ev,
    const struct code_macs *macs, const struct mail_code *mail) MUST_CHECK;
/*
 * A wrong code: the throttle becomes `after`, and the session's failures become `failures` or the
 * session ends. ERR_RACE when the chain has grown.
 */
enum err store_verification_refused(struct store *st, const struct audit_event *ev,
    const struct throttle *after, int failures, bool ends) MUST_CHECK;

/* The account's wrong codes are forgotten. */
enum err store_throttle_clear(struct store *st, struct uuid account) MUST_CHECK;

#endif
