/* Delivery to an SMTP server (RFC 5321), by libcurl. */
#ifndef MAIL_SMTP_H
#define MAIL_SMTP_H

#include "mail/transport.h"

/*
 * Called once per process, before the first and after the last delivery. smtp_setup() returns
 * false when libcurl cannot be used.
 */
bool smtp_setup(void);
void smtp_cleanup(void);

/* Delivers one message to transport->url. `why`, in `a`, explains what went wrong. */
enum deliver_result smtp_deliver(struct arena *a, const struct mail_transport *transport,
    const struct envelope *e, struct deliver_deadline *deadline, struct str *why);

#endif
