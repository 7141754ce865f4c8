/* What the gate loads. */
#ifndef STORE_GATE_H
#define STORE_GATE_H

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"

struct store;
struct gate_subject;

/*
 * Loads what the gate decides on: name and address, the session without what a
 * page shows, memberships, and the number of active factors. The session is found by its
 * id, or with a nil `session` by the token of a site at `origin`; then its hash is that of the site
 * token, zeros when that token counts no more. ERR_NOT_FOUND when there is no such session.
 */
enum err store_gate_load(struct store *st, struct uuid account, struct uuid session,
    struct uuid site_token, struct str origin, struct gate_subject *s) MUST_CHECK;

#endif
