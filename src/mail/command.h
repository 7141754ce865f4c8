/* Delivery to a program such as sendmail, without a shell. */
#ifndef MAIL_COMMAND_H
#define MAIL_COMMAND_H

#include "mail/transport.h"

/*
 * Runs transport->command with the recipient as its last argument and the message on standard
 * input. Exit status 0 means accepted. `why`, in `a`, explains what went wrong.
 */
enum deliver_result command_deliver(struct arena *a, const struct mail_transport *transport,
    const struct envelope *e, struct deliver_deadline *deadline, struct str *why);

#endif
