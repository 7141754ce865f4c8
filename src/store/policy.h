/* The policy of an organization. */
#ifndef STORE_POLICY_H
#define STORE_POLICY_H

#include <stdint.h>

#include "base/err.h"
#include "base/uuid.h"

struct policy;
struct store;

/* Replaces the policy of version p->version - 1; ERR_RACE when another version is in force. */
enum err store_policy_update(struct store *st, struct uuid organization, const struct policy *p,
    int64_t now) MUST_CHECK;

#endif
