/* The table of commands is consistent, and arguments are parsed by its rows. */
#include "unit.h"

#include "base/arena.h"
#include "base/array.h"
#include "ctl/command.h"

#define WORDS_MAX 16

static int
setup(void **state)
{
	*state = arena_new(ARENA_REQUEST_MAX);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static const struct command *
find(const char *first, const char *second)
{
	char *argv[] = {strdup(first), second != NULL ? strdup(second) : NULL, NULL};
	const struct command *c = command_find(second != NULL ? 2 : 1, argv);

	free(argv[0]);
	free(argv[1]);
	return c;
}

/* Parses the arguments that follow the words of a command, given as one string. */
static bool
parse(struct arena *a, const struct command *c, const char *line, struct args *out, struct str *why)
{
	char *argv[WORDS_MAX + 1] = {arena_copy(a, "ctl", 4)};
	struct str rest = str_of(line);
	int argc = 1;

	while (!str_is_absent(rest) && line[0] != '\0') {
		struct str word = str_copy(a, str_cut(&rest, ' '));

		assert_true(argc < WORDS_MAX);
		argv[argc++] = arena_copy(a, word.p, word.n + 1);
	}
	*why = STR_ABSENT;
	return args_parse(a, &c->accepts, argc, argv, out, why);
}

/* True when a usage line has the option `name`, not only as a part of a longer one. */
static bool
has_option(const char *usage, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = strstr(usage, "--"); p != NULL; p = strstr(p + 2, "--"))
		if (strncmp(p + 2, name, n) == 0 &&
		    (p[2 + n] == '\0' || strchr(" ]}", p[2 + n]) != NULL))
			return true;
	return false;
}

static void
rows_are_consistent(void **state)
{
	(void)state;
	for (size_t i = 0; i < command_count; i++) {
		const struct command *c = &commands[i];

		assert_ptr_equal(find(c->words[0], c->words[1]), c);
		assert_int_equal(command_is_group(c->words[0]), c->words[1] != NULL);
		assert_non_null(c->run);
		assert_true(strlen(c->help) > 0);
		assert_int_equal(c->accepts.required & ~c->accepts.options, 0);
		assert_true(c->accepts.words_min >= 0 &&
			    c->accepts.words_min <= c->accepts.words_max &&
			    c->accepts.words_max <= ARGS_WORDS_MAX);
		for (int o = 0; o < ARGS_OPTIONS; o++) {
			bool named =
			    has_option(c->usage, args_option_info((enum args_option)o)->name);

			if (named != ((c->accepts.options & ARGS_BIT(o)) != 0))
				fail_msg("%s %s: --%s", c->words[0], c->words[1],
				    args_option_info((enum args_option)o)->name);
		}
	}
}

static void
options_are_consistent(void **state)
{
	(void)state;
	for (int i = 0; i < ARGS_OPTIONS; i++) {
		const struct args_option_info *o = args_option_info((enum args_option)i);

		assert_non_null(o->name);
		assert_non_null(o->help);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(o->name,
			    args_option_info((enum args_option)j)->name);
	}
}

static void
unknown_words_are_not_found(void **state)
{
	(void)state;
	assert_null(find("account", "nope"));
	assert_null(find("account", NULL));
	assert_null(find("nope", "create"));
	assert_null(find("accoun", "create"));
	assert_null(command_find(0, (char *[]){NULL}));
	assert_non_null(find("migrate", NULL));
	assert_true(command_is_group("account"));
	assert_false(command_is_group("migrate"));
	assert_false(command_is_group("create"));
}

static void
arguments_are_parsed(void **state)
{
	const struct command *c = find("account", "create");
	struct args args;
	struct str why;

	assert_true(parse(*state, c, "--verified --name Mia --email=mia@example.org", &args, &why));
	assert_string_equal(args.options[ARGS_EMAIL], "mia@example.org");
	assert_string_equal(args.options[ARGS_NAME], "Mia");
	assert_non_null(args.options[ARGS_VERIFIED]);
	assert_null(args.options[ARGS_PASSWORD_STDIN]);
	assert_int_equal(args.word_count, 0);

	c = find("organization", "add-member");
	assert_true(parse(*state, c, "acme --role owner mia@example.org", &args, &why));
	assert_string_equal(args.words[0], "acme");
	assert_string_equal(args.words[1], "mia@example.org");
	assert_string_equal(args.options[ARGS_ROLE], "owner");

	c = find("session", "revoke");
	assert_true(parse(*state, c, "mia@example.org -- --all", &args, &why));
	assert_string_equal(args.words[1], "--all");
	assert_null(args.options[ARGS_ALL]);
}

static void
help_comes_first(void **state)
{
	struct args args;
	struct str why;

	assert_true(parse(*state, find("account", "create"), "--help", &args, &why));
	assert_non_null(args.options[ARGS_HELP]);
	assert_true(parse(*state, find("account", "show"), "a b c --help", &args, &why));
	assert_non_null(args.options[ARGS_HELP]);
}

static void
wrong_arguments_are_refused(void **state)
{
	static const struct {
		const char *words[2];
		const char *line;
		const char *why;
	} rows[] = {
	    {{"account", "create"}, "--email a@b", "--name is missing"},
	    {{"account", "create"}, "--email a@b --name", "--name needs an argument"},
	    {{"account", "create"}, "--email a@b --name x --email c@d", "--email is given twice"},
	    {{"account", "create"}, "--email a@b --name x --verified=yes",
		"--verified takes no argument"},
	    {{"account", "create"}, "--email a@b --name x secret", "there are too many arguments"},
	    {{"account", "create"}, "--json", "unknown option: --json"},
	    {{"account", "create"}, "--secret=hunter2", "unknown option: --secret"},
	    {{"account", "show"}, "", "an argument is missing"},
	    {{"account", "show"}, "a@b c@d", "there are too many arguments"},
	    {{"account", "show"}, "-x", "unknown option: -x"},
	    {{"organization", "add-member"}, "acme --role owner", "an argument is missing"},
	    {{"key", "init"}, "x", "there are too many arguments"},
	};
	struct args args;
	struct str why;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (parse(*state, find(rows[i].words[0], rows[i].words[1]), rows[i].line, &args,
			&why))
			fail_msg("%s was accepted", rows[i].line);
		assert_string_equal(why.p, rows[i].why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_are_consistent),
	    cmocka_unit_test(options_are_consistent),
	    cmocka_unit_test(unknown_words_are_not_found),
	    cmocka_unit_test(arguments_are_parsed),
	    cmocka_unit_test(help_comes_first),
	    cmocka_unit_test(wrong_arguments_are_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
