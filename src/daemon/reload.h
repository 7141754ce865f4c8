/* Reloading the configuration. Times are milliseconds of the monotonic clock. */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

#include "daemon/pool.h"

/* Reads the configuration and begins to replace the children. A broken file changes nothing. */
void reload_start(struct pool *p, int64_t now);

/* Takes the next step of the current reload, if it can go on. */
void reload_step(struct pool *p, int64_t now);

/* Gives the current reload up and returns to the old configuration. */
void reload_abandon(struct pool *p, const char *why);

#endif
