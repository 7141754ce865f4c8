/* Hardening the processes of the pool. */
#ifndef DAEMON_HARDEN_H
#define DAEMON_HARDEN_H

#include "base/err.h"

/*
 * Hardens this process and the children it forks: no core dumps, no tracing by others, no new
 * privileges by exec, new files only for its user, and heap memory overwritten when it is freed,
 * as buffers of libraries hold passwords and tokens. ERR_INTERNAL, which is logged.
 */
enum err harden_process(void) MUST_CHECK;

#endif
