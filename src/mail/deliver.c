/* Which way a letter goes, and how long it may take. */
#include "mail/internal.h"

#include <poll.h>

#include "base/clock.h"

enum deliver_result
deliver(struct arena *a, const struct deliver_way *way, const struct letter *l, int64_t deadline_ms, struct str *why)
{
	struct patience p = {.term_fd = way->term_fd, .deadline_ms = deadline_ms};

	if (way->url[0] != '\0')
		return smtp_deliver(a, way, l, &p, why);
	if (way->command[0] != '\0')
		return command_deliver(a, way, l, &p, why);
	return folder_deliver(a, way, l, why);
}

int64_t
patience_left(struct patience *p)
{
	struct pollfd term = {.fd = p->term_fd, .events = POLLIN};
	int64_t now = clock_mono_ms();

	if (!p->asked && p->term_fd >= 0 && poll(&term, 1, 0) > 0) {
		p->asked = true;
		if (p->deadline_ms > now + DELIVER_GRACE_MS)
			p->deadline_ms = now + DELIVER_GRACE_MS;
	}
	return now < p->deadline_ms ? p->deadline_ms - now : 0;
}
