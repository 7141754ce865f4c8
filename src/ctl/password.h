/* Reading a password from a prompt or standard input, never from an argument. */
#ifndef CTL_PASSWORD_H
#define CTL_PASSWORD_H

#include "ctl/ctl.h"

/*
 * Reads one line of standard input with --password-stdin, else prompts twice on the terminal
 * without echo. The password, in the arena, is checked for its length. EX_OK, or EX_DATAERR or
 * EX_USAGE after printing a message.
 */
int password_read(struct ctl *ctl, struct secret *out) MUST_CHECK;

#endif
