/* What a process of the pool gives up before it works. */
#ifndef DAEMON_HARDEN_H
#define DAEMON_HARDEN_H

#include "base/err.h"

/*
 * No core dumps, no tracing by others, no privileges by exec, files for nobody else, and heap
 * memory overwritten when it is freed: the buffers of libraries held passwords and tokens.
 * Children inherit it. ERR_INTERNAL, logged.
 */
enum err harden_process(void) MUST_CHECK;

#endif
