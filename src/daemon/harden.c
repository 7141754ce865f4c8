/* The limits that a process sets on itself. */
#include "daemon/harden.h"

#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/log.h"

/* Overwrites freed heap memory. */
#define HARDEN_FILL 0x5a

/* LeakSanitizer has to trace the process that it reports on. */
#if defined(__SANITIZE_ADDRESS__)
#define HARDEN_DUMPABLE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HARDEN_DUMPABLE 1
#endif
#endif
#ifndef HARDEN_DUMPABLE
#define HARDEN_DUMPABLE 0
#endif

static enum err log_failure(const char *what) MUST_CHECK;

enum err
harden_process(void)
{
	struct rlimit none = {0, 0};

	(void)umask(077);
	(void)mallopt(M_PERTURB, HARDEN_FILL);
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return log_failure("RLIMIT_CORE");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0)
		return log_failure("PR_SET_NO_NEW_PRIVS");
	if (!HARDEN_DUMPABLE && prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL) != 0)
		return log_failure("PR_SET_DUMPABLE");
	return OK;
}

static enum err
log_failure(const char *what)
{
	log_error("harden.failed", LOG_CSTR("what", what), LOG_CSTR("error", strerror(errno)));
	return ERR_INTERNAL;
}
