/* The table of commands, and printing help from it. */
#include "ctl/command.h"

#include "base/array.h"
#include "base/str.h"

const struct command commands[] = {
    {{"migrate", NULL}, "[--dry-run | --status] [--migrations DIR]",
	"bring the database schema up to date",
	{ARGS_BIT(ARGS_DRY_RUN) | ARGS_BIT(ARGS_STATUS) | ARGS_BIT(ARGS_MIGRATIONS), 0, 0, 0},
	migrate_run},
    {{"key", "init"}, "", "create the keyring with its first key", {0, 0, 0, 0}, key_init},
    {{"key", "list"}, "", "list the id and state of each key in the keyring", {0, 0, 0, 0},
	key_list},
    {{"account", "create"}, "--email ADDRESS --name NAME [--verified] [--password-stdin]",
	"create an account",
	{ARGS_BIT(ARGS_EMAIL) | ARGS_BIT(ARGS_NAME) | ARGS_BIT(ARGS_VERIFIED) |
		ARGS_BIT(ARGS_PASSWORD_STDIN),
	    ARGS_BIT(ARGS_EMAIL) | ARGS_BIT(ARGS_NAME), 0, 0},
	account_create},
    {{"account", "password"}, "ADDRESS [--password-stdin]",
	"set a new password and end all sessions of an account",
	{ARGS_BIT(ARGS_PASSWORD_STDIN), 0, 1, 1}, account_password},
    {{"account", "verify-email"}, "ADDRESS", "mark the address of an account as verified",
	{0, 0, 1, 1}, account_verify_email},
    {{"account", "show"}, "ADDRESS [--json]", "show an account with its factors and sessions",
	{ARGS_BIT(ARGS_JSON), 0, 1, 1}, account_show},
    {{"account", "disable"}, "ADDRESS", "stop an account from signing in and end all its sessions",
	{0, 0, 1, 1}, account_disable},
    {{"account", "reset-mfa"}, "ADDRESS --reason TEXT",
	"remove all factors and recovery codes and end all sessions",
	{ARGS_BIT(ARGS_REASON), ARGS_BIT(ARGS_REASON), 1, 1}, account_reset_mfa},
    {{"account", "enable"}, "ADDRESS", "let a disabled account sign in again", {0, 0, 1, 1},
	account_enable},
    {{"organization", "create"}, "--slug SLUG --name NAME", "create an organization",
	{ARGS_BIT(ARGS_SLUG) | ARGS_BIT(ARGS_NAME), ARGS_BIT(ARGS_SLUG) | ARGS_BIT(ARGS_NAME), 0,
	    0},
	organization_create},
    {{"organization", "add-member"}, "SLUG ADDRESS --role owner|admin|member [--sensitive]",
	"add an account to an organization",
	{ARGS_BIT(ARGS_ROLE) | ARGS_BIT(ARGS_SENSITIVE), ARGS_BIT(ARGS_ROLE), 2, 2},
	organization_add_member},
    {{"organization", "set-role"}, "SLUG ADDRESS --role owner|admin|member [--sensitive]",
	"change the role of a member",
	{ARGS_BIT(ARGS_ROLE) | ARGS_BIT(ARGS_SENSITIVE), ARGS_BIT(ARGS_ROLE), 2, 2},
	organization_set_role},
    {{"organization", "remove-member"}, "SLUG ADDRESS", "remove an account from an organization",
	{0, 0, 2, 2}, organization_remove_member},
    {{"organization", "list"}, "", "list the organizations", {0, 0, 0, 0}, organization_list},
    {{"audit", "verify"}, "[--account ADDRESS | --file FILE] [--json]",
	"check that no audit event was changed, removed or inserted",
	{ARGS_BIT(ARGS_ACCOUNT) | ARGS_BIT(ARGS_FILE) | ARGS_BIT(ARGS_JSON), 0, 0, 0},
	audit_verify},
    {{"audit", "export"}, "[--account ADDRESS] [--since DATE] [--until DATE] [--format jsonl|csv]",
	"print audit events",
	{ARGS_BIT(ARGS_ACCOUNT) | ARGS_BIT(ARGS_SINCE) | ARGS_BIT(ARGS_UNTIL) |
		ARGS_BIT(ARGS_FORMAT),
	    0, 0, 0},
	audit_export},
    {{"audit", "prune"}, "--months N [--dry-run]",
	"drop the audit events of the months that are older than N months",
	{ARGS_BIT(ARGS_MONTHS) | ARGS_BIT(ARGS_DRY_RUN), ARGS_BIT(ARGS_MONTHS), 0, 0}, audit_prune},
    {{"session", "revoke"}, "ADDRESS {SESSION | --all}",
	"end one session of an account, or all of them", {ARGS_BIT(ARGS_ALL), 0, 1, 2},
	session_revoke},
};
const size_t command_count = ARRAY_SIZE(commands);

static bool equals(const char *a, const char *b);
static void print_words(FILE *out, const struct command *c);

const struct command *
command_find(int argc, char **argv)
{
	for (size_t i = 0; i < command_count; i++) {
		const struct command *c = &commands[i];

		if (argc >= 1 && equals(c->words[0], argv[0]) &&
		    (c->words[1] == NULL || (argc >= 2 && equals(c->words[1], argv[1]))))
			return c;
	}
	return NULL;
}

bool
command_is_group(const char *word)
{
	for (size_t i = 0; i < command_count; i++)
		if (commands[i].words[1] != NULL && equals(commands[i].words[0], word))
			return true;
	return false;
}

void
command_print_list(FILE *out, const char *group)
{
	fprintf(out, "usage: countersignctl [-c FILE] %s%s\n", group != NULL ? group : "COMMAND",
	    group != NULL ? " COMMAND ..." : " ...");
	if (group == NULL)
		fputs("       countersignctl --version | --help\n", out);
	fputs("\n", out);
	for (size_t i = 0; i < command_count; i++) {
		if (group != NULL && !equals(commands[i].words[0], group))
			continue;
		fputs("  ", out);
		print_words(out, &commands[i]);
		fprintf(out, "%s%s\n      %s\n", commands[i].usage[0] != '\0' ? " " : "",
		    commands[i].usage, commands[i].help);
	}
	if (group == NULL)
		fputs("\n  -c, --config FILE   read this configuration file instead of\n"
		      "                      " COUNTERSIGN_SYSCONFDIR "/countersign.conf\n"
		      "\nEvery command has its own --help. See countersignctl(1).\n",
		    out);
}

void
command_print_usage(FILE *out, const struct command *c)
{
	fputs("usage: countersignctl [-c FILE] ", out);
	print_words(out, c);
	fprintf(out, "%s%s\n", c->usage[0] != '\0' ? " " : "", c->usage);
}

void
command_print_help(FILE *out, const struct command *c)
{
	command_print_usage(out, c);
	fprintf(out, "\n%s\n\n", c->help);
	for (int i = 0; i < ARGS_OPTIONS; i++) {
		const struct args_option_info *o = args_option_info((enum args_option)i);
		int width;

		if (i != ARGS_HELP && !(c->accepts.options & ARGS_BIT(i)))
			continue;
		width = fprintf(out, "  --%s%s%s", o->name, o->value != NULL ? " " : "",
		    o->value != NULL ? o->value : "");
		fprintf(out, "%*s%s\n", width < 22 ? 22 - width : 1, "", o->help);
	}
}

static bool
equals(const char *a, const char *b)
{
	return str_eq(str_of(a), str_of(b));
}

static void
print_words(FILE *out, const struct command *c)
{
	fprintf(out, "%s%s%s", c->words[0], c->words[1] != NULL ? " " : "",
	    c->words[1] != NULL ? c->words[1] : "");
}
