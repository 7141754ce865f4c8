/* Organizations. */
#ifndef STORE_ORGANIZATION_H
#define STORE_ORGANIZATION_H

#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"

struct organization;
struct store;

/*
 * Inserts an organization with a policy that requires nothing. ERR_CONFLICT when another one has
 * the slug. Within a transaction.
 */
enum err store_organization_create(struct store *st, const struct organization *o) MUST_CHECK;
/* The organization of a slug; nil when there is none. */
enum err store_organization_find(struct store *st, struct str slug, struct uuid *id) MUST_CHECK;
/* Up to 100 organizations behind the slug `after`. */
enum err store_organizations_list(struct store *st, struct str after, struct organization **list,
    size_t *count) MUST_CHECK;

#endif
