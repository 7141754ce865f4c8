/*
 * What the use cases work with, opened once in each process: configuration, keyring, limit of
 * password hashes, and one database connection.
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
 * is no error here: requests are answered with 503 until it is back. ERR_CONFIG with `why` when
 * the keyring, the schema version or a statement is wrong. `conf` and `hash_semaphore` stay the
 * caller's. Memory comes from `a`.
 */
enum err flow_env_open(struct arena *a, const struct conf *conf,
    struct hash_semaphore *hash_semaphore, struct flow_env **out, struct str *why) MUST_CHECK;

/* Closes the connection and wipes the keys; NULL is allowed. */
void flow_env_close(struct flow_env *env);

/* True when the database answers, the schema is the one we know, and the keyring is there. */
bool flow_env_ready(struct flow_env *env, struct arena *a, int64_t deadline_ms);

/*
 * Writes the collected uses of sessions: at once when `idle` says that no request waits, else
 * when the oldest has waited for some seconds. Call it between two requests, and once more
 * before closing.
 */
void flow_env_flush_activity(struct flow_env *env, struct arena *a, bool idle);

/*
 * Runs housekeeping once: deletes, in bounded batches, expired sessions, expired pending
 * factors and old mail, and gives up mail that was not sent in time. `now` is in microseconds
 * since 1970.
 */
enum err flow_janitor_run(struct flow_env *env, struct arena *a, int64_t now) MUST_CHECK;

#endif
