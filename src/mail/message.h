/* A message as it travels: headers and a text and an HTML part (RFC 5322, 2045, 2046). */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"

struct message {
	/* letters, digits and '_'; with the sender's domain it is the Message-ID */
	struct str id;
	struct str from;      /* address_fits() */
	struct str from_name; /* any text */
	struct str to;        /* any text: what does not fit is refused */
	struct str subject;   /* any text */
	struct str text;
	struct str html;
	int64_t date; /* microseconds since 1970 */
};

/*
 * The whole message with CRLF line ends, in the arena. False when the recipient's address does
 * not fit.
 */
bool message_build(struct arena *a, const struct message *m, struct str *out);

#endif
