/* Printing an account. */
#ifndef CTL_SHOW_H
#define CTL_SHOW_H

#include <stdbool.h>
#include <stdio.h>

#include "flow/operator.h"

/* What to print. */
struct show {
	struct arena *arena;
	const struct subject *subject;
	const struct account_report *report;
	int64_t now; /* microseconds since 1970 */
};

/* Prints text for people. */
void show_text(const struct show *s, FILE *out);

/* Prints one JSON object; times are RFC 3339, or null for never. False without memory. */
bool show_json(const struct show *s, FILE *out) MUST_CHECK;

#endif
