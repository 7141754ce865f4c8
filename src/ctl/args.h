/* Parsing the arguments of one command: options, in any position, and words. */
#ifndef CTL_ARGS_H
#define CTL_ARGS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* All options; struct args_spec has those that a command accepts. */
enum args_option {
	ARGS_EMAIL,
	ARGS_NAME,
	ARGS_VERIFIED,
	ARGS_PASSWORD_STDIN,
	ARGS_JSON,
	ARGS_SLUG,
	ARGS_ROLE,
	ARGS_SENSITIVE,
	ARGS_ALL,
	ARGS_REASON,
	ARGS_ACCOUNT,
	ARGS_FILE,
	ARGS_MONTHS,
	ARGS_SINCE,
	ARGS_UNTIL,
	ARGS_FORMAT,
	ARGS_DRY_RUN,
	ARGS_STATUS,
	ARGS_MIGRATIONS,
	ARGS_HELP, /* accepted by every command */
	ARGS_OPTIONS
};

#define ARGS_BIT(option) (1U << (option))
#define ARGS_WORDS_MAX 2

struct args_option_info {
	const char *name;
	const char *value; /* the name of its argument; NULL: it takes none */
	const char *help;
};

/* What a command accepts. */
struct args_spec {
	unsigned options;  /* ARGS_BIT()s */
	unsigned required; /* of these */
	int words_min;
	int words_max;
};

struct args {
	const char *options[ARGS_OPTIONS]; /* NULL: not given; without an argument: "" */
	const char *words[ARGS_WORDS_MAX];
	int word_count;
};

/* Name and help of an option. */
const struct args_option_info *args_option_info(enum args_option option);

/*
 * Parses what follows the words of a command; argv[0] is ignored. Keeps pointers into `argv`,
 * which it may reorder. False with `why` when the command does not accept them. With --help
 * nothing else is checked.
 */
bool args_parse(struct arena *a, const struct args_spec *spec, int argc, char **argv,
    struct args *out, struct str *why) __attribute__((warn_unused_result));

#endif
