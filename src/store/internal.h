/* What the files of the store share. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include "crypto/hmac.h"
#include "store/queries.h"
#include "store/store.h"

struct audit_row;
struct member;
struct membership;
struct session;

/* ---- parameters ---- */

/* Returns the parameters of the fragment `event`; they point into the event. */
struct q_event_args store_event_args(const struct audit_event *ev);

/* Returns a view of a hash or a MAC, for a parameter. */
struct str store_hash(const unsigned char hash[SHA256_SIZE]);

/* ---- columns ---- */

/* Copies a hash or a MAC. Returns false, and zeros, for a value that has not the length of one. */
bool store_read_hash(struct str bytes, unsigned char out[SHA256_SIZE]);

/* Reads the columns of the fragment `session`, and leaves other members alone. */
void store_read_session(const struct q_session_row *row, struct session *s);
/* Reads the columns of the fragment `audit_event`. */
void store_read_audit_event(const struct q_audit_event_row *row, struct audit_row *r);
/* Reads the columns of the fragment `membership`. Returns false for a row without one. */
bool store_read_membership(const struct q_membership_row *row, struct membership *m);

/* Limits the number of an event so that one can add to it; a limited number fits no MAC. */
int64_t store_read_seq(int64_t seq);

/* Runs a statement that returns the fragment `member_page`. */
enum err store_members(struct store *st, const struct pg_query *q, struct member **list,
    size_t *count) MUST_CHECK;

/* ---- statements ---- */

/* pg_read() and pg_write() for this use of the database. */
enum err store_read(struct store *st, const struct pg_query *q, struct pg_rows *rows) MUST_CHECK;
enum err store_write(struct store *st, const struct pg_query *q, struct pg_rows *rows) MUST_CHECK;

/* Runs a change whose rows do not matter. */
enum err store_run(struct store *st, const struct pg_query *q) MUST_CHECK;

/* Runs a change that returns a row for each row it changes; ERR_NOT_FOUND when it returns none. */
enum err store_one(struct store *st, const struct pg_query *q) MUST_CHECK;

/* Runs a change that returns the fragment `event_moved`. ERR_RACE when the chain has grown. */
enum err store_with_event(struct store *st, const struct pg_query *q) MUST_CHECK;

/*
 * Runs a change that returns the fragment `event_granted`. ERR_RACE as above; ERR_UNAUTHENTICATED
 * when the session or the factor is gone.
 */
enum err store_with_grant(struct store *st, const struct pg_query *q) MUST_CHECK;

#endif
