/* Loading the subject of a use case. */
#ifndef STORE_SUBJECT_H
#define STORE_SUBJECT_H

#include <stddef.h>

#include "base/err.h"
#include "base/uuid.h"

struct store;
struct subject;

/* Loads an account, with a session unless it is nil. ERR_NOT_FOUND without such an account. */
enum err store_subject_load(struct store *st, struct uuid account, struct uuid session,
    struct subject *s) MUST_CHECK;

#endif
