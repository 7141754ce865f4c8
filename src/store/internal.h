/* What the files of the store share. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include "crypto/hmac.h"
#include "pg/pg.h"
#include "store/queries.h"
#include "store/store.h"

struct audit_row;
struct member;
struct membership;

/* Binds the parameters of the fragment `event`, in its order. */
void store_bind_event(struct pg_args *args, const struct audit_event *ev);

/* Reads an event: account, number, whether it is malformed, the rest as in the fragment `event`. */
void store_read_audit_row(struct pg_rows *rows, struct audit_row *r);

/* Reads a MAC. False, and zeros, for a value that has not the length of one. */
bool store_read_mac(struct pg_rows *rows, unsigned char out[SHA256_SIZE]);

/* The id that a statement returns for a text; nil when it returns no row. */
enum err store_find_id(struct store *st, enum query q, struct str text, struct uuid *id) MUST_CHECK;

/*
 * Reads a membership with its organization and policy, in the order of subject_load. False for a
 * row without one.
 */
bool store_read_membership(struct pg_rows *rows, struct membership *m);

/* Runs a statement that ends with the fragment `member_page`. */
enum err store_read_members(struct store *st, enum query q, const struct pg_args *args,
    struct member **list, size_t *count) MUST_CHECK;

/* Runs a change and counts the rows it returns; ERR_NOT_FOUND when it returns none. */
enum err store_one(struct store *st, enum query q, const struct pg_args *args) MUST_CHECK;

/* Runs a change whose rows do not matter. */
enum err store_run(struct store *st, enum query q, const struct pg_args *args) MUST_CHECK;

/*
 * Runs a change that begins with its event and returns `moved`, and `granted` when it elevates a
 * session: ERR_RACE, ERR_UNAUTHENTICATED.
 */
enum err store_with_event(struct store *st, enum query q, const struct pg_args *args) MUST_CHECK;

#endif
