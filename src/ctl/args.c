/* Parsing arguments by getopt_long(3). */
#include "ctl/args.h"

#include <getopt.h>

static const struct args_option_info options[ARGS_OPTIONS] = {
    [ARGS_EMAIL] = {"email", "ADDRESS", "the e-mail address"},
    [ARGS_NAME] = {"name", "NAME", "the name shown to people"},
    [ARGS_VERIFIED] = {"verified", NULL, "the address is known to belong to this person"},
    [ARGS_PASSWORD_STDIN] = {"password-stdin", NULL,
	"read the password from standard input (one line)"},
    [ARGS_JSON] = {"json", NULL, "print JSON"},
    [ARGS_SLUG] = {"slug", "SLUG", "short name: lower-case letters, digits and dashes"},
    [ARGS_ROLE] = {"role", "ROLE", "owner, admin or member"},
    [ARGS_SENSITIVE] = {"sensitive", NULL,
	"mark the role as sensitive: a policy for admins covers it too"},
    [ARGS_ALL] = {"all", NULL, "every session of the account"},
    [ARGS_REASON] = {"reason", "TEXT", "the reason, for the audit log"},
    [ARGS_ACCOUNT] = {"account", "ADDRESS", "only the account with this e-mail address"},
    [ARGS_FILE] = {"file", "FILE",
	"verify an exported file instead of the database; - is standard input"},
    [ARGS_MONTHS] = {"months", "N", "how many months to keep"},
    [ARGS_SINCE] = {"since", "DATE", "from the start of this day (YYYY-MM-DD, UTC)"},
    [ARGS_UNTIL] = {"until", "DATE", "up to the start of this day (YYYY-MM-DD, UTC)"},
    [ARGS_FORMAT] = {"format", "FORMAT", "jsonl (one JSON object per line, the default) or csv"},
    [ARGS_DRY_RUN] = {"dry-run", NULL, "show what would be done and change nothing"},
    [ARGS_STATUS] = {"status", NULL, "list applied and outstanding migrations"},
    [ARGS_MIGRATIONS] = {"migrations", "DIR", "read the migrations from this directory"},
    [ARGS_HELP] = {"help", NULL, "print this help"},
};

static void getopt_options(const struct args_spec *spec, struct option *out);
static bool record_option(struct arena *a, struct args *out, int option, struct str *why);
static struct str parse_error(struct arena *a, int result, const char *argument);
static bool check_args(struct arena *a, const struct args_spec *spec, const struct args *args,
    struct str *why);

const struct args_option_info *
args_option_info(enum args_option option)
{
	return &options[option];
}

bool
args_parse(struct arena *a, const struct args_spec *spec, int argc, char **argv, struct args *out,
    struct str *why)
{
	struct option longs[ARGS_OPTIONS + 1];
	int option;

	*out = (struct args){0};
	getopt_options(spec, longs);
	optind = 0; /* restarts getopt */
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", longs, NULL)) != -1) {
		if (option == '?' || option == ':') {
			*why = parse_error(a, option, argv[optind - 1]);
			return false;
		}
		if (!record_option(a, out, option - 1, why))
			return false;
	}
	if (out->options[ARGS_HELP] != NULL)
		return true;
	for (; optind < argc; optind++) {
		if (out->word_count == spec->words_max) {
			/* Not quoted: it may be a password. */
			*why = STR("there are too many arguments");
			return false;
		}
		out->words[out->word_count++] = argv[optind];
	}
	return check_args(a, spec, out, why);
}

/* Converts options to the form of getopt; their values begin at 1, as 0 has a meaning there. */
static void
getopt_options(const struct args_spec *spec, struct option *out)
{
	for (int i = 0; i < ARGS_OPTIONS; i++) {
		if (i != ARGS_HELP && !(spec->options & ARGS_BIT(i)))
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
record_option(struct arena *a, struct args *out, int option, struct str *why)
{
	if (out->options[option] != NULL) {
		*why = str_printf(a, "--%s is given twice", options[option].name);
		return false;
	}
	out->options[option] = options[option].value != NULL ? optarg : "";
	return true;
}

static struct str
parse_error(struct arena *a, int result, const char *argument)
{
	struct str rest = str_of(argument), name;

	if (result == ':')
		return str_printf(a, "%s needs an argument", argument);
	if (optopt > 0 && optopt <= ARGS_OPTIONS)
		return str_printf(a, "--%s takes no argument", options[optopt - 1].name);
	/* Without the part after '=', for the same reason. */
	name = str_cut(&rest, '=');
	return str_printf(a, "unknown option: %.*s", STR_FMT(name));
}

static bool
check_args(struct arena *a, const struct args_spec *spec, const struct args *args, struct str *why)
{
	for (int i = 0; i < ARGS_OPTIONS; i++)
		if ((spec->required & ARGS_BIT(i)) && args->options[i] == NULL) {
			*why = str_printf(a, "--%s is missing", options[i].name);
			return false;
		}
	if (args->word_count < spec->words_min) {
		*why = STR("an argument is missing");
		return false;
	}
	return true;
}
