/* Accounts: the one that has an address, and what countersignctl changes in one. */
#ifndef STORE_ACCOUNT_H
#define STORE_ACCOUNT_H

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"

struct account;
struct account_details;
struct store;

/* The account that has an e-mail address; nil when no account has it. */
enum err store_account_find(struct store *st, struct str address, struct uuid *account) MUST_CHECK;

/*
 * Inserts an account with one address, its throttle and its empty audit chain. ERR_CONFLICT when
 * another account has the address. Within a transaction.
 */
enum err store_account_create(struct store *st, const struct account *account,
    int64_t now) MUST_CHECK;

enum err store_account_password(struct store *st, struct uuid account, struct str hash,
    int64_t now) MUST_CHECK;
/* Disables the account; a `disabled_at` of 0 enables it again. */
enum err store_account_disable(struct store *st, struct uuid account,
    int64_t disabled_at) MUST_CHECK;

/* ERR_NOT_FOUND when there is no such account. */
enum err store_account_details(struct store *st, struct uuid account,
    struct account_details *d) MUST_CHECK;

#endif
