/*
 * The arguments of one command: options in any place, and words. What a command takes is in its
 * row of the table (ctl/command.h).
 */
#ifndef CTL_ARGS_H
#define CTL_ARGS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

struct command;

/* Every option there is; a command takes those whose bits are in its row. */
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
	ARGS_HELP, /* every command takes it */
	ARGS_OPTIONS
};

#define ARGS_BIT(option) (1U << (option))
#define ARGS_WORDS_MAX 2

struct args_option_info {
	const char *name;
	const char *value; /* what its argument is called; NULL: it takes none */
	const char *help;
};

struct args {
	const char *options[ARGS_OPTIONS]; /* NULL: not given; of one without argument "" */
	const char *words[ARGS_WORDS_MAX];
	int word_count;
};

const struct args_option_info *args_option_info(enum args_option option);

/*
 * Reads what follows the command's words; argv[0] is not looked at. Keeps pointers into `argv`,
 * which it may reorder. False with `why` when the command does not take them so. With --help
 * nothing else is checked.
 */
bool args_parse(struct arena *a, const struct command *c, int argc, char **argv, struct args *out,
    struct str *why) __attribute__((warn_unused_result));

#endif
