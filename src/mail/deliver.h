/*
 * Handing a message over: to an SMTP server (libcurl), to a program, or into a folder. Nothing
 * here waits for longer than the deadline, nor for long when the process is asked to end.
 */
#ifndef MAIL_DELIVER_H
#define MAIL_DELIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/secret.h"
#include "base/str.h"

/* How long goes on what is under way when the process is asked to end. */
#define DELIVER_GRACE_MS 5000

/* Which way: the first that is not empty. */
struct mail_transport {
	const char *url;     /* smtp:// or smtps:// */
	const char *command; /* a program and its arguments, divided by blanks */
	const char *directory;
	const char *user; /* empty: no sign-in */
	struct secret password;
	bool tls;            /* required; else not used */
	const char *ca_file; /* empty: the system's */
	int term_fd;         /* readable when the process is asked to end; -1: none */
};

struct envelope {
	struct str id; /* letters, digits and '_' */
	struct str from;
	struct str to;
	struct str text; /* the whole message */
};

enum deliver_result {
	DELIVER_ACCEPTED, /* whoever took it is responsible for it now */
	DELIVER_LATER,    /* it may be taken another time */
	DELIVER_REFUSED   /* it will not be taken: the recipient or the message is the reason */
};

/*
 * Once a process, before the first and after the last delivery. False when libcurl cannot be
 * used.
 */
bool deliver_setup(void);
void deliver_cleanup(void);

/*
 * Hands one letter over by `deadline_ms` (monotonic). `why` says what went wrong, in `a`; it
 * holds no secret.
 */
enum deliver_result deliver(struct arena *a, const struct mail_transport *transport,
    const struct envelope *l, int64_t deadline_ms, struct str *why)
    __attribute__((warn_unused_result));

#endif
