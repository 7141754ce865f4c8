/* Where a password comes from: a prompt, or standard input; never an argument. */
#ifndef CTL_PASSWORD_H
#define CTL_PASSWORD_H

#include "ctl/ctl.h"

/*
 * With --password-stdin one line of standard input, else what is typed twice at the terminal,
 * without echo. The result is in the arena and long enough. EX_OK; EX_DATAERR, EX_USAGE or
 * EX_OSERR after a message.
 */
int password_read(struct ctl *ctl, struct secret *out) MUST_CHECK;

#endif
