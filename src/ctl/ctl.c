/* Opening configuration, database and keyring, and error messages. */
#include "ctl/ctl.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/clock.h"
#include "ctl/schema.h"
#include "domain/account.h"

static int check_database(struct ctl *ctl) MUST_CHECK;

int
ctl_fail(int status, const char *fmt, ...)
{
	va_list ap;

	fputs("countersignctl: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return status;
}

int
ctl_fail_err(enum err e)
{
	switch (e) {
	case ERR_UNAVAILABLE:
		return ctl_fail(EX_UNAVAILABLE,
		    "the database is not available; nothing was changed");
	case ERR_RACE:
		return ctl_fail(EX_UNAVAILABLE,
		    "other changes kept coming first; nothing was changed, try again");
	case ERR_OUTCOME_UNKNOWN:
		return ctl_fail(EX_TEMPFAIL, "the database did not confirm the commit: the change "
					     "may or may not have been made; check before "
					     "trying again");
	default:
		return ctl_fail(EX_SOFTWARE, "internal error (%s); nothing was changed",
		    err_code(e));
	}
}

int
ctl_fail_no_account(struct str email)
{
	return ctl_fail(EX_NOUSER, "no account has the address %.*s", STR_FMT(email));
}

int
ctl_load(struct ctl *ctl)
{
	struct str why = {0};

	if (conf_load(ctl->arena, ctl->conf_path, &ctl->conf, &why) != OK)
		return ctl_fail(EX_CONFIG, "%.*s", STR_FMT(why));
	if (ctl->conf.owner_database[0] != '\0')
		ctl->conf.database = ctl->conf.owner_database;
	return EX_OK;
}

int
ctl_open(struct ctl *ctl)
{
	struct str why = STR("the configuration cannot be used");
	struct flow_env *env = NULL;
	enum err e;
	int status = ctl_load(ctl);

	if (status == EX_OK)
		status = check_database(ctl);
	if (status != EX_OK)
		return status;
	/* No hash semaphore is needed, as there are no sign-ins here. */
	e = flow_env_open(ctl->arena, &ctl->conf, NULL, &env, &why);
	if (e == ERR_CONFIG)
		return ctl_fail(EX_CONFIG, "%.*s", STR_FMT(why));
	if (e != OK)
		return ctl_fail_err(e);
	ctl->flow = (struct flow){.env = env, .arena = ctl->arena, .now = ctl->now};
	ctl_reset_deadline(ctl);
	return EX_OK;
}

void
ctl_close(struct ctl *ctl)
{
	flow_env_close(ctl->flow.env);
	ctl->flow.env = NULL;
}

void
ctl_reset_deadline(struct ctl *ctl)
{
	ctl->flow.deadline_ms = clock_mono_ms() + CTL_COMMAND_MS;
}

int
ctl_parse_email(struct ctl *ctl, const char *text, struct str *out)
{
	*out = str_of(text);
	if (!account_email_normalize(ctl->arena, out))
		return ctl_fail(EX_DATAERR, "not an e-mail address: %s", text);
	return EX_OK;
}

int
ctl_parse_name(const char *text, struct str *out)
{
	*out = str_of(text);
	if (!account_name_normalize(out))
		return ctl_fail(EX_DATAERR,
		    "a name must be 1 to %d bytes of UTF-8 without control characters",
		    ACCOUNT_NAME_MAX);
	return EX_OK;
}

/*
 * Distinguishes an unreachable database from one without our schema, before statements fail
 * because a table does not exist.
 */
static int
check_database(struct ctl *ctl)
{
	bool exists;
	enum err e = schema_exists(ctl->arena, ctl->conf.database, clock_mono_ms() + CTL_COMMAND_MS,
	    &exists);

	if (e != OK)
		return ctl_fail_err(e);
	if (!exists)
		return ctl_fail(EX_CONFIG,
		    "the database has no schema yet: run countersignctl migrate");
	return EX_OK;
}
