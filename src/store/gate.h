/* What the gate loads. */
#ifndef STORE_GATE_H
#define STORE_GATE_H

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"

struct gate_subject;
struct store;

/*
 * Loads what the gate decides on. The session is found by its id, or with a nil `session` by the
 * token of a site at `origin`; then its hash is that of the site token, or zeros when that token
 * does not count any more. ERR_NOT_FOUND when there is no such session.
 */
enum err store_gate_load(struct store *st, struct uuid account, struct uuid session,
    struct uuid site_token, struct str origin, struct gate_subject *s) MUST_CHECK;

#endif
