/* What the files of this floor share. */
#ifndef MAIL_INTERNAL_H
#define MAIL_INTERNAL_H

#include "mail/deliver.h"

/* The time left, and how it shrinks when the process is asked to end. */
struct delivery_clock {
	int term_fd;
	int64_t deadline_ms;
	bool asked;
};

/* Milliseconds left; 0: give up. */
int64_t delivery_time_left(struct delivery_clock *p);

enum deliver_result smtp_deliver(struct arena *a, const struct mail_transport *transport,
    const struct envelope *l, struct delivery_clock *p, struct str *why);
enum deliver_result command_deliver(struct arena *a, const struct mail_transport *transport,
    const struct envelope *l, struct delivery_clock *p, struct str *why);
enum deliver_result folder_deliver(struct arena *a, const struct mail_transport *transport,
    const struct envelope *l, struct str *why);

#endif
