/*
 * What the transports of mail have in common: where and how to deliver, what is delivered, with
 * which result, and by when.
 */
#ifndef MAIL_TRANSPORT_H
#define MAIL_TRANSPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/secret.h"
#include "base/str.h"

/* How long a delivery may continue once the process is asked to end. */
#define DELIVER_GRACE_MS 5000

/* The first of url, command and directory that is not empty is used. */
struct mail_transport {
	const char *url;     /* smtp:// or smtps:// */
	const char *command; /* a program and its arguments, separated by spaces */
	const char *directory;
	const char *user; /* empty: do not authenticate */
	struct secret password;
	bool tls;            /* required; else not used */
	const char *ca_file; /* empty: the system's */
	int term_fd;         /* readable once the process is asked to end; -1: never */
};

struct envelope {
	struct str id; /* letters, digits and '_' */
	struct str from;
	struct str to;
	struct str text; /* the whole message */
};

enum deliver_result {
	DELIVER_ACCEPTED, /* the next server or program is responsible for it now */
	DELIVER_DEFERRED, /* it may succeed later */
	DELIVER_REJECTED  /* it will never succeed, because of the recipient or the message */
};

/* When a delivery must end. */
struct deliver_deadline {
	int term_fd;
	int64_t at_ms; /* monotonic */
	bool shortened;
};

/*
 * The milliseconds that are left; 0: give up. When the process is asked to end, the deadline
 * moves to DELIVER_GRACE_MS from then, if it is later.
 */
int64_t deliver_ms_left(struct deliver_deadline *d);

#endif
