/* Which way a letter goes, and how long it may take. */
#include "mail/internal.h"

#include <poll.h>

#include "base/clock.h"

enum deliver_result
deliver(struct arena *a, const struct mail_transport *transport, const struct envelope *l,
    int64_t deadline_ms, struct str *why)
{
	struct delivery_clock p = {.term_fd = transport->term_fd, .deadline_ms = deadline_ms};

	if (transport->url[0] != '\0')
		return smtp_deliver(a, transport, l, &p, why);
	if (transport->command[0] != '\0')
		return command_deliver(a, transport, l, &p, why);
	return folder_deliver(a, transport, l, why);
}

int64_t
delivery_time_left(struct delivery_clock *p)
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
