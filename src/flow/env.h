/*
 * What the use cases work with, opened once a process: configuration, keyring, hashing lanes
 * and one database connection.
 */
#ifndef FLOW_ENV_H
#define FLOW_ENV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "conf/conf.h"
#include "crypto/hash_semaphore.h"

struct flow_env;

/*
 * Loads the keyring, connects and prepares every statement. A database that cannot be reached
 * is no error here: requests are answered 503 until it is back. ERR_CONFIG with `why` when the
 * keyring, the schema version or a statement is wrong. `conf` and `lanes` stay the caller's.
 * Memory from `a`.
 */
enum err flow_env_open(struct arena *a, const struct conf *conf,
    struct hash_semaphore *hash_semaphore, struct flow_env **out, struct str *why) MUST_CHECK;

/* Closes the connection and wipes the keys; NULL is allowed. */
void flow_env_close(struct flow_env *env);

/* True when the database answers, the schema is the one we know, and the keyring is there. */
bool flow_env_ready(struct flow_env *env, struct arena *a, int64_t deadline_ms);

/*
 * Writes down which sessions were used: all of them when `idle` says that nobody waits, else
 * when the first has waited for some seconds. Call it between two requests, and once more
 * before closing.
 */
void flow_env_flush_activity(struct flow_env *env, struct arena *a, bool idle);

/*
 * One round of housekeeping: deletes, in bounded batches, sessions past their end, pending
 * factors past theirs and old mail, and gives mail up that was not sent in time. `now` in
 * microseconds since 1970.
 */
enum err flow_janitor_run(struct flow_env *env, struct arena *a, int64_t now) MUST_CHECK;

#endif
