/* Printing what there is to know of an account. */
#ifndef CTL_SHOW_H
#define CTL_SHOW_H

#include <stdbool.h>
#include <stdio.h>

#include "flow/operator.h"

/* What is shown: the subject, the rest, and the time it is looked at. */
struct show {
	struct arena *arena;
	const struct subject *subject;
	const struct account_report *report;
	int64_t now;
};

/* For people. */
void show_text(const struct show *s, FILE *out);

/* One JSON object and a newline; times in RFC 3339, null for never. False without memory. */
bool show_json(const struct show *s, FILE *out) MUST_CHECK;

#endif
