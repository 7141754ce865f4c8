/* What every child does in the same way. */
#include "daemon/service.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include "base/clock.h"
#include "base/log.h"

int
service_term_fd(void)
{
	sigset_t term;

	(void)sigemptyset(&term);
	(void)sigaddset(&term, SIGTERM);
	return signalfd(-1, &term, SFD_CLOEXEC | SFD_NONBLOCK);
}

void
service_ready(const struct post *post)
{
	score_alive(post->score, clock_mono_ms());
	atomic_store(&post->score->ready, true);
	/* Unheard, the supervisor finds out at its next look round. */
	if (eventfd_write(post->ready_fd, 1) != 0)
		log_warning("service.ready", LOG_CSTR("error", strerror(errno)));
}
