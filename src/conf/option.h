/* The table of options, private to conf/. */
#ifndef CONF_OPTION_H
#define CONF_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"

enum conf_kind {
	CONF_TEXT,        /* `min` and `max` are lengths in bytes */
	CONF_SECRET_TEXT, /* text that is never printed: it may hold a password */
	CONF_ISSUER,      /* text without ':' */
	CONF_NUMBER,
	CONF_SWITCH, /* yes or no in the file, 1 or 0 in struct conf */
	CONF_OCTAL
};

struct conf_option {
	const char *name; /* NULL ends the table */
	enum conf_kind kind;
	size_t offset; /* in struct conf */
	int64_t min, max;
	const char *initial; /* the default, as written in the file */
	bool reloads;        /* applied by a reload; else only by a restart */
	const char *help;
};

extern const struct conf_option conf_options[];
extern const size_t conf_option_count; /* without the end of the table */

/* True when the option is text (const char *) in struct conf, false for a number (int64_t). */
bool conf_is_text(const struct conf_option *o);
/* The member of `c` that an option sets. */
const char *const *conf_text_at(const struct conf *c, const struct conf_option *o);
const int64_t *conf_number_at(const struct conf *c, const struct conf_option *o);

/* Each checks the options of its file; returns what is wrong, or NULL. */
const char *conf_check_mail(const struct conf *c);
const char *conf_check_sites(struct arena *a, const struct conf *c);

#endif
