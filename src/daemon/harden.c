/* Limits the process sets on itself. */
#include "daemon/harden.h"

#include <errno.h>
#include <malloc.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/log.h"

#define CONFINE_FILL 0x5a

/* LeakSanitizer traces the process it reports on. */
#if defined(__SANITIZE_ADDRESS__)
#define CONFINE_DUMPABLE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CONFINE_DUMPABLE 1
#endif
#endif
#ifndef CONFINE_DUMPABLE
#define CONFINE_DUMPABLE 0
#endif

static enum err
harden_failed(const char *what)
{
	log_error("confine.failed", LOG_CSTR("what", what), LOG_CSTR("error", strerror(errno)));
	return ERR_INTERNAL;
}

enum err
harden_process(void)
{
	struct rlimit none = {0, 0};

	(void)umask(077);
	(void)mallopt(M_PERTURB, CONFINE_FILL);
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return harden_failed("RLIMIT_CORE");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0)
		return harden_failed("PR_SET_NO_NEW_PRIVS");
	if (!CONFINE_DUMPABLE && prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL) != 0)
		return harden_failed("PR_SET_DUMPABLE");
	return OK;
}
