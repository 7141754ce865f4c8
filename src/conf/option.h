/* The table of options, for the files of this folder. */
#ifndef CONF_OPTION_H
#define CONF_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "conf/conf.h"

enum conf_kind {
	CONF_TEXT,        /* `min` and `max` are lengths in bytes */
	CONF_SECRET_TEXT, /* the same, never printed: it may hold a password */
	CONF_ISSUER,      /* text without ':' */
	CONF_NUMBER,
	CONF_SWITCH, /* yes or no; a number, 1 or 0 */
	CONF_OCTAL
};

struct conf_option {
	const char *name; /* NULL ends the table */
	enum conf_kind kind;
	size_t offset; /* in struct conf */
	int64_t min, max;
	const char *initial; /* the default, as it would stand in the file */
	bool reloads;        /* taken up by a reload; else it needs a restart */
	const char *help;
};

extern const struct conf_option conf_options[];

/* Whether the option is text (const char *) or a number (int64_t) in struct conf. */
bool conf_is_text(const struct conf_option *o);
const char *const *conf_text_at(const struct conf *c, const struct conf_option *o);
const int64_t *conf_number_at(const struct conf *c, const struct conf_option *o);

/* What is wrong with the options of addresses and sites, or NULL. */
const char *conf_check_sites(struct arena *a, const struct conf *c);

#endif
