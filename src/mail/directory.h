/* Delivery into a directory. */
#ifndef MAIL_DIRECTORY_H
#define MAIL_DIRECTORY_H

#include "mail/transport.h"

/*
 * Writes the message to transport->directory as "<id>.eml", so that a repeated delivery leaves
 * one file. `why`, in `a`, explains what went wrong.
 */
enum deliver_result directory_deliver(struct arena *a, const struct mail_transport *transport,
    const struct envelope *e, struct str *why);

#endif
