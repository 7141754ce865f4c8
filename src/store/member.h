/* Memberships: one of them, the role, and exemptions. */
#ifndef STORE_MEMBER_H
#define STORE_MEMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"
#include "domain/policy.h"

struct member;
struct store;

/* A member as the pages of store/compliance.h have it. ERR_NOT_FOUND. */
enum err store_member_find(struct store *st, struct uuid organization, struct uuid account,
    struct member *m) MUST_CHECK;

/*
 * Reads the role of an admin and locks it until the end of the transaction. ERR_NOT_FOUND when the
 * account is not a member. Within a transaction.
 */
enum err store_admin_hold(struct store *st, struct uuid account, struct uuid organization,
    enum role *role) MUST_CHECK;

/* ERR_CONFLICT when the account is a member already. */
enum err store_membership_create(struct store *st, struct uuid account, struct uuid organization,
    struct str role, bool sensitive, int64_t now) MUST_CHECK;

/* The next three: ERR_NOT_FOUND when the account is not a member. */
enum err store_membership_role(struct store *st, struct uuid account, struct uuid organization,
    struct str role, bool sensitive, int64_t now) MUST_CHECK;
/* Also takes the account's sessions out of the organization. Within a transaction. */
enum err store_membership_delete(struct store *st, struct uuid account,
    struct uuid organization) MUST_CHECK;
enum err store_membership_exempt(struct store *st, struct uuid account, struct uuid organization,
    int64_t until, struct str reason, struct uuid by, int64_t now) MUST_CHECK;

/* Ends an exemption. ERR_NOT_FOUND when there is none. */
enum err store_membership_unexempt(struct store *st, struct uuid account, struct uuid organization,
    int64_t now) MUST_CHECK;

#endif
