/* countersignctl: finds the command and runs it. */
#include <getopt.h>
#include <stdio.h>

#include "base/clock.h"
#include "ctl/command.h"
#include "ctl/ctl.h"

/* Enough for all migrations. */
#define MAIN_ARENA_MAX ((size_t)64 * 1024 * 1024)

static int run(struct ctl *ctl, int argc, char **argv);
static int run_command(struct ctl *ctl, int argc, char **argv);
static int report_no_command(int argc, char **argv);
static int print_version(void);

int
main(int argc, char **argv)
{
	struct ctl ctl = {
	    .arena = arena_new(MAIN_ARENA_MAX),
	    .conf_path = COUNTERSIGN_SYSCONFDIR "/countersign.conf",
	    .now = clock_now(),
	};
	int status = run(&ctl, argc, argv);

	ctl_close(&ctl);
	arena_free(ctl.arena);
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == EX_OK)
		status = ctl_fail(EX_IOERR, "cannot write to standard output");
	return status;
}

/* Parses the options before the command, which the first word ends, and runs the command. */
static int
run(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
	    {"config", required_argument, NULL, 'c'},
	    {"version", no_argument, NULL, 'v'},
	    {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0},
	};
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, "+c:", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			ctl->conf_path = optarg;
			break;
		case 'v':
			return print_version();
		case 'h':
			command_print_list(stdout, NULL);
			return EX_OK;
		default:
			(void)ctl_fail(EX_USAGE, "unknown option, or missing argument: %s",
			    argv[optind - 1]);
			command_print_list(stderr, NULL);
			return EX_USAGE;
		}
	}
	return run_command(ctl, argc - optind, argv + optind);
}

static int
run_command(struct ctl *ctl, int argc, char **argv)
{
	const struct command *c = command_find(argc, argv);
	struct str why = {0};
	int words;

	if (c == NULL)
		return report_no_command(argc, argv);
	words = c->words[1] != NULL ? 2 : 1;
	if (!args_parse(ctl->arena, &c->accepts, argc - words + 1, argv + words - 1, &ctl->args,
		&why)) {
		(void)ctl_fail(EX_USAGE, "%.*s", STR_FMT(why));
		command_print_usage(stderr, c);
		return EX_USAGE;
	}
	if (ctl->args.options[ARGS_HELP] != NULL) {
		command_print_help(stdout, c);
		return EX_OK;
	}
	return c->run(ctl);
}

static int
report_no_command(int argc, char **argv)
{
	const char *group = argc > 0 && command_is_group(argv[0]) ? argv[0] : NULL;
	int known = group != NULL ? 1 : 0;

	if (group != NULL && argc > 1 && str_eq(str_of(argv[1]), STR("--help"))) {
		command_print_list(stdout, group);
		return EX_OK;
	}
	if (argc > known)
		(void)ctl_fail(EX_USAGE, "unknown command: %s%s%s", group != NULL ? group : "",
		    group != NULL ? " " : "", argv[known]);
	else
		(void)ctl_fail(EX_USAGE, "a command is missing");
	command_print_list(stderr, group);
	return EX_USAGE;
}

static int
print_version(void)
{
	puts("countersignctl " COUNTERSIGN_VERSION);
	if (clock_is_movable())
		puts("test clock: yes");
	return EX_OK;
}
