/*
 * The log: one JSON object per line on standard error, each written by one write(). Strings are
 * escaped and invalid UTF-8 is replaced. Never log a secret; struct secret deliberately has no
 * printer.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

#include "base/str.h"

enum log_level { LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

struct log_field {
	const char *key;
	struct str text;
	int64_t number; /* used when `text` is absent */
};

#define LOG_TEXT(k, v) ((struct log_field){.key = (k), .text = (v)})
#define LOG_CSTR(k, v) ((struct log_field){.key = (k), .text = str_of(v)})
#define LOG_INT(k, v) ((struct log_field){.key = (k), .number = (v)})

/*
 * Writes one line. `event` is a fixed, dotted name such as "pg.connect_failed". A line that
 * grows too long is cut and says so; one that cannot be written is dropped. Keeps errno.
 */
void log_write(enum log_level level, const char *event, const struct log_field *fields,
    size_t count);

#define log_info(event, ...) LOG_FIELDS(LOG_LEVEL_INFO, event, __VA_ARGS__)
#define log_warning(event, ...) LOG_FIELDS(LOG_LEVEL_WARNING, event, __VA_ARGS__)
#define log_error(event, ...) LOG_FIELDS(LOG_LEVEL_ERROR, event, __VA_ARGS__)
#define LOG_FIELDS(level, event, ...)                                    \
	log_write(level, event, (const struct log_field[]){__VA_ARGS__}, \
	    sizeof((const struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field))

/*
 * Logs at error level and ends the process with abort(). For states that cannot be and for lack
 * of memory.
 */
_Noreturn void log_fatal(const char *event, const char *what);

#endif
