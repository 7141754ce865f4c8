/*
 * The table of commands. A new command is a row here and a function in the file of its first
 * word.
 */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "ctl/args.h"
#include "ctl/ctl.h"

struct command {
	const char *words[2]; /* "account", "create"; the second may be NULL */
	const char *usage;    /* what follows the words */
	const char *help;     /* one line */
	unsigned options;     /* ARGS_BIT()s it takes */
	unsigned required;    /* those it cannot do without */
	int words_min;        /* arguments that are no options */
	int words_max;
	ctl_command *run;
};

extern const struct command commands[];
extern const size_t command_count;

/* The command that `argv` begins with, NULL when there is none. */
const struct command *command_find(int argc, char **argv);

/* True when it is the first word of commands of two words. */
bool command_is_group(const char *word);

/* The commands there are; with a group only those of it. */
void command_print_list(FILE *out, const char *group);

/* How one command is called: a line. */
void command_print_usage(FILE *out, const struct command *c);

/* Usage, purpose and options of one command. */
void command_print_help(FILE *out, const struct command *c);

#endif
