/*
 * The table of commands. A new command is a row in command.c and a function in the file of its
 * first word.
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
	struct args_spec accepts;
	ctl_command *run;
};

extern const struct command commands[];
extern const size_t command_count;

/* Finds the command that `argv` begins with; NULL when there is none. */
const struct command *command_find(int argc, char **argv);

/* True for the first word of commands of two words. */
bool command_is_group(const char *word);

/* Prints all commands or, unless `group` is NULL, those of the group. */
void command_print_list(FILE *out, const char *group);

/* Prints the usage line of a command. */
void command_print_usage(FILE *out, const struct command *c);

/* Prints usage, purpose and options of a command. */
void command_print_help(FILE *out, const struct command *c);

#endif
