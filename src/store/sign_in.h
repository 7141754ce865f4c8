/* Signing in, and the password in a session. Each function is one statement that commits. */
#ifndef STORE_SIGN_IN_H
#define STORE_SIGN_IN_H

#include "base/err.h"
#include "base/str.h"
#include "crypto/hmac.h"

struct audit_event;
struct session;
struct store;

/*
 * Inserts the session of the event, and replaces the password hash by `password_hash` unless that
 * is absent. ERR_RACE.
 */
enum err store_sign_in(struct store *st, const struct audit_event *ev, const struct session *s,
    struct str password_hash) MUST_CHECK;
/* Gives the session of the event a new token. ERR_RACE; ERR_UNAUTHENTICATED when it is gone. */
enum err store_reauthenticate(struct store *st, const struct audit_event *ev,
    const unsigned char token_hash[SHA256_SIZE]) MUST_CHECK;
/* The session of the event has seen `failures` wrong passwords in a row. ERR_RACE. */
enum err store_password_wrong(struct store *st, const struct audit_event *ev,
    int failures) MUST_CHECK;

#endif
