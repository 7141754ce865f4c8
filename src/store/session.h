/* Sessions. */
#ifndef STORE_SESSION_H
#define STORE_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"
#include "crypto/hmac.h"

struct activity_list;
struct session;
struct store;

/* ERR_NOT_FOUND when there is no such session. */
enum err store_session_end(struct store *st, struct uuid account, struct uuid session) MUST_CHECK;
/* Ends all sessions but one; a nil `keep` keeps none. */
enum err store_sessions_end_others(struct store *st, struct uuid account,
    struct uuid keep) MUST_CHECK;
/* All sessions but one have to pass their challenge again. */
enum err store_sessions_unverify_others(struct store *st, struct uuid account,
    struct uuid keep) MUST_CHECK;
/* The session is verified by the factor kind `by`. ERR_UNAUTHENTICATED when it is gone. */
enum err store_session_verified(struct store *st, struct uuid account, struct uuid session,
    const unsigned char token_hash[SHA256_SIZE], struct str by, int64_t now) MUST_CHECK;
enum err store_session_unverify(struct store *st, struct uuid account,
    struct uuid session) MUST_CHECK;
/* Records when sessions were last used; a session is in the list once at most. */
enum err store_sessions_touch(struct store *st, const struct activity_list *activity) MUST_CHECK;
enum err store_session_return_to(struct store *st, struct uuid account, struct uuid session,
    struct str path) MUST_CHECK;
/*
 * Moves the session to another organization and clears its verification. ERR_UNAUTHENTICATED when
 * it is gone.
 */
enum err store_session_organization(struct store *st, struct uuid account, struct uuid session,
    struct uuid organization) MUST_CHECK;
/* The sessions alive at `now` and used after `active_after`, the last used first, at most 100. */
enum err store_sessions_list(struct store *st, struct uuid account, int64_t now,
    int64_t active_after, struct session **list, size_t *count) MUST_CHECK;

#endif
