/* E-mail addresses as they may stand in a header and an envelope. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include <stdbool.h>

#include "base/str.h"

/* The longest one, in bytes (RFC 5321 section 4.5.3.1.3, without its brackets). */
#define ADDRESS_MAX 254

/*
 * True for local@domain of ASCII letters, digits and the marks of an atom (RFC 5322 section
 * 3.2.3), without quoting, comments or a beginning that a program would take for an option.
 * Stricter than what people may register: what does not fit gets no mail.
 */
bool address_fits(struct str address);

/* What is behind the '@'. */
struct str address_domain(struct str address);

#endif
