/* Building a message of headers, a text part and an HTML part (RFC 5322, 2045, 2046). */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct message {
	/* letters, digits and '_'; it makes the Message-ID with the sender's domain */
	struct str id;
	struct str from;      /* address_fits() */
	struct str from_name; /* any text */
	struct str to;        /* any text; refused unless address_fits() */
	struct str subject;   /* any text */
	struct str text;
	struct str html;
	int64_t date; /* microseconds since 1970 */
};

/*
 * Builds the whole message, with CRLF line ends, in the arena. False when mail cannot be sent to
 * or from one of the addresses.
 */
bool message_build(struct arena *a, const struct message *m, struct str *out);

#endif
