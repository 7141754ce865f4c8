/* Reading the arguments of a command by getopt_long(3). */
#include "ctl/args.h"

#include <getopt.h>

#include "ctl/command.h"

static const struct args_option_info options[ARGS_OPTIONS] = {
    [ARGS_EMAIL] = {"email", "ADDRESS", "the e-mail address"},
    [ARGS_NAME] = {"name", "NAME", "the name shown to people"},
    [ARGS_VERIFIED] = {"verified", NULL, "the address is known to be the person's own"},
    [ARGS_PASSWORD_STDIN] = {"password-stdin", NULL,
	"read the password from standard input: one line"},
    [ARGS_JSON] = {"json", NULL, "print JSON"},
    [ARGS_SLUG] = {"slug", "SLUG", "short name: lower-case letters, digits and dashes"},
    [ARGS_ROLE] = {"role", "ROLE", "owner, admin or member"},
    [ARGS_SENSITIVE] = {"sensitive", NULL,
	"mark the role sensitive: a policy for admins covers it too"},
    [ARGS_ALL] = {"all", NULL, "every session of the account"},
    [ARGS_REASON] = {"reason", "TEXT", "why, for the audit trail"},
    [ARGS_ACCOUNT] = {"account", "ADDRESS", "only the account with this e-mail address"},
    [ARGS_FILE] = {"file", "FILE",
	"an exported file instead of the database; - for standard input"},
    [ARGS_MONTHS] = {"months", "N", "how many months are kept"},
    [ARGS_SINCE] = {"since", "DATE", "from the beginning of this day on (YYYY-MM-DD, UTC)"},
    [ARGS_UNTIL] = {"until", "DATE", "up to the beginning of this day"},
    [ARGS_FORMAT] = {"format", "FORMAT", "jsonl (lines of JSON, the default) or csv"},
    [ARGS_DRY_RUN] = {"dry-run", NULL, "say what would be done, and change nothing"},
    [ARGS_STATUS] = {"status", NULL, "list applied and outstanding migrations"},
    [ARGS_MIGRATIONS] = {"migrations", "DIR", "take the migrations from this directory"},
    [ARGS_HELP] = {"help", NULL, "print this"},
};

static void long_options(const struct command *c, struct option *out);
static bool take(struct arena *a, struct args *out, int option, struct str *why);
static struct str complaint(struct arena *a, int answer, const char *argument);
static bool check(struct arena *a, const struct command *c, const struct args *args,
    struct str *why);

const struct args_option_info *
args_option_info(enum args_option option)
{
	return &options[option];
}

bool
args_parse(struct arena *a, const struct command *c, int argc, char **argv, struct args *out,
    struct str *why)
{
	struct option longs[ARGS_OPTIONS + 1];
	int option;

	*out = (struct args){0};
	long_options(c, longs);
	optind = 0; /* makes getopt begin anew */
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (option == '?' || option == ':') {
			*why = complaint(a, option, argv[optind - 1]);
			return false;
		}
		if (!take(a, out, option - 1, why))
			return false;
	}
	if (out->options[ARGS_HELP] != NULL)
		return true;
	for (; optind < argc; optind++) {
		if (out->word_count == c->words_max) {
			/* Not quoted: it may be what should have come through standard input. */
			*why = STR("there is an argument too many");
			return false;
		}
		out->words[out->word_count++] = argv[optind];
	}
	return check(a, c, out, why);
}

/*
 * The options of a command in getopt's form. Their values begin at 1: 0 means something else
 * there.
 */
static void
long_options(const struct command *c, struct option *out)
{
	for (int i = 0; i < ARGS_OPTIONS; i++) {
		if (i != ARGS_HELP && !(c->options & ARGS_BIT(i)))
			continue;
		*out++ = (struct option){
		    .name = options[i].name,
		    .has_arg = options[i].value != NULL ? required_argument : no_argument,
		    .val = i + 1,
		};
	}
	*out = (struct option){0};
}

static bool
take(struct arena *a, struct args *out, int option, struct str *why)
{
	if (out->options[option] != NULL) {
		*why = str_printf(a, "--%s is given twice", options[option].name);
		return false;
	}
	out->options[option] = options[option].value != NULL ? optarg : "";
	return true;
}

static struct str
complaint(struct arena *a, int answer, const char *argument)
{
	struct str rest = str_of(argument), name;

	if (answer == ':')
		return str_printf(a, "%s needs an argument", argument);
	if (optopt > 0 && optopt <= ARGS_OPTIONS)
		return str_printf(a, "--%s takes no argument", options[optopt - 1].name);
	/* Without the part behind '=', for the same reason. */
	name = str_cut(&rest, '=');
	return str_printf(a, "unknown option: %.*s", STR_FMT(name));
}

static bool
check(struct arena *a, const struct command *c, const struct args *args, struct str *why)
{
	for (int i = 0; i < ARGS_OPTIONS; i++)
		if ((c->required & ARGS_BIT(i)) && args->options[i] == NULL) {
			*why = str_printf(a, "--%s is missing", options[i].name);
			return false;
		}
	if (args->word_count < c->words_min) {
		*why = STR("an argument is missing");
		return false;
	}
	return true;
}
