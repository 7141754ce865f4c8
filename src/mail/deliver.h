/*
 * Delivering a message: to an SMTP server, to a program, or into a directory. No delivery waits
 * past its deadline, nor for long once the process is asked to end.
 */
#ifndef MAIL_DELIVER_H
#define MAIL_DELIVER_H

#include "mail/transport.h"

/* As smtp_setup() and smtp_cleanup(). */
bool deliver_setup(void);
void deliver_cleanup(void);

/*
 * Delivers one message by `deadline_ms` (monotonic). `why`, in `a`, explains what went wrong; it
 * holds no secret.
 */
enum deliver_result deliver(struct arena *a, const struct mail_transport *transport,
    const struct envelope *e, int64_t deadline_ms, struct str *why)
    __attribute__((warn_unused_result));

#endif
