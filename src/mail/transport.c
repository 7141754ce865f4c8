/* The deadline of a delivery. */
#include "mail/transport.h"

#include <poll.h>

#include "base/clock.h"

int64_t
deliver_ms_left(struct deliver_deadline *d)
{
	struct pollfd term = {.fd = d->term_fd, .events = POLLIN};
	int64_t now = clock_mono_ms();

	if (!d->shortened && d->term_fd >= 0 && poll(&term, 1, 0) > 0) {
		d->shortened = true;
		if (d->at_ms > now + DELIVER_GRACE_MS)
			d->at_ms = now + DELIVER_GRACE_MS;
	}
	return now < d->at_ms ? d->at_ms - now : 0;
}
