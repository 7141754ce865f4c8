/* What all children have in common. */
#include "daemon/service.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include "base/clock.h"
#include "base/log.h"

#define HEARTBEAT_MS 1000

int
service_term_fd(void)
{
	sigset_t term;

	(void)sigemptyset(&term);
	(void)sigaddset(&term, SIGTERM);
	return signalfd(-1, &term, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool
service_wait(const struct service_context *context, int term_fd, int64_t ms)
{
	struct pollfd term = {.fd = term_fd, .events = POLLIN};
	int64_t until = clock_mono_ms() + ms, now, left;

	do {
		now = clock_mono_ms();
		scoreboard_alive(context->scoreboard, now);
		left = until > now ? until - now : 0;
		if (poll(&term, 1, left < HEARTBEAT_MS ? (int)left : HEARTBEAT_MS) > 0)
			return false;
	} while (clock_mono_ms() < until);
	return true;
}

void
service_report_ready(const struct service_context *context)
{
	scoreboard_alive(context->scoreboard, clock_mono_ms());
	atomic_store(&context->scoreboard->ready, true);
	/* If this fails, the supervisor finds out at its next tick. */
	if (eventfd_write(context->ready_fd, 1) != 0)
		log_warning("service.ready", LOG_CSTR("error", strerror(errno)));
}
