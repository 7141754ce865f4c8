/* What a process of the pool gives up before it works. */
#ifndef DAEMON_CONFINE_H
#define DAEMON_CONFINE_H

#include "base/err.h"

/*
 * No core dumps, no tracing by others, no privileges by exec, files for nobody
 * else, and heap memory overwritten when it is freed: the buffers of libraries
 * held passwords and tokens. Children inherit it. ERR_INTERNAL, logged.
 */
enum err confine_process(void) MUST_CHECK;

#endif
