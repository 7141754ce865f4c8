/* The commands on accounts. */
#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/password.h"
#include "flow/operator.h"

/* The longest reason for a reset, in bytes. */
#define REASON_MAX 500

static int open_with_email(struct ctl *ctl, struct str *email) MUST_CHECK;
static int report_result(enum err e, struct str email, const char *conflict, const char *success);
static int set_disabled(struct ctl *ctl, bool disabled);

int
account_create(struct ctl *ctl)
{
	bool verified = ctl->args.options[ARGS_VERIFIED] != NULL;
	struct secret password;
	struct str email, name, id;
	struct uuid account;
	enum err e;
	int status = ctl_parse_email(ctl, ctl->args.options[ARGS_EMAIL], &email);

	if (status == EX_OK)
		status = ctl_parse_name(ctl->args.options[ARGS_NAME], &name);
	if (status == EX_OK)
		status = ctl_open(ctl);
	if (status == EX_OK)
		status = password_read(ctl, &password);
	if (status != EX_OK)
		return status;
	ctl_reset_deadline(ctl);
	e = operator_account_create(&ctl->flow, email, name, password, verified, &account);
	if (e == ERR_CONFLICT)
		return ctl_fail(EX_CANTCREAT, "another account has the address %.*s",
		    STR_FMT(email));
	if (e != OK)
		return ctl_fail_err(e);
	id = id_format(ctl->arena, ID_ACCOUNT, account);
	printf("created account %.*s for %.*s\n", STR_FMT(id), STR_FMT(email));
	return EX_OK;
}

int
account_password(struct ctl *ctl)
{
	struct secret password;
	struct str email;
	int status = open_with_email(ctl, &email);

	if (status == EX_OK)
		status = password_read(ctl, &password);
	if (status != EX_OK)
		return status;
	ctl_reset_deadline(ctl);
	return report_result(operator_account_password(&ctl->flow, email, password), email, NULL,
	    "has a new password; all sessions have ended");
}

int
account_verify_email(struct ctl *ctl)
{
	struct str email;
	int status = open_with_email(ctl, &email);

	if (status != EX_OK)
		return status;
	return report_result(operator_account_verify_email(&ctl->flow, email), email,
	    "is already verified", "is verified");
}

int
account_disable(struct ctl *ctl)
{
	return set_disabled(ctl, true);
}

int
account_enable(struct ctl *ctl)
{
	return set_disabled(ctl, false);
}

int
account_reset_mfa(struct ctl *ctl)
{
	struct str email, reason = str_trim(str_of(ctl->args.options[ARGS_REASON]));
	int status = open_with_email(ctl, &email);

	if (status != EX_OK)
		return status;
	if (reason.n == 0 || reason.n > REASON_MAX || !str_is_utf8(reason) ||
	    str_has_control(reason))
		return ctl_fail(EX_DATAERR, "a reason must be 1 to %d bytes of text", REASON_MAX);
	return report_result(operator_account_reset_mfa(&ctl->flow, email, reason), email,
	    "has no second factor to reset",
	    "no longer has a second factor; all sessions have ended");
}

/* Parses the address, which is the first word of all commands but create, and opens ctl. */
static int
open_with_email(struct ctl *ctl, struct str *email)
{
	int status = ctl_parse_email(ctl, ctl->args.words[0], email);

	return status == EX_OK ? ctl_open(ctl) : status;
}

static int
set_disabled(struct ctl *ctl, bool disabled)
{
	struct str email;
	int status = open_with_email(ctl, &email);

	if (status != EX_OK)
		return status;
	return report_result(operator_account_disable(&ctl->flow, email, disabled), email,
	    disabled ? "is already disabled" : "is not disabled",
	    disabled ? "is disabled; all sessions have ended" : "can sign in again");
}

/* Prints what came of a command; returns the exit status. */
static int
report_result(enum err e, struct str email, const char *conflict, const char *success)
{
	if (e == ERR_NOT_FOUND)
		return ctl_fail_no_account(email);
	if (e == ERR_CONFLICT && conflict != NULL)
		return ctl_fail(EX_CANTCREAT, "%.*s %s", STR_FMT(email), conflict);
	if (e != OK)
		return ctl_fail_err(e);
	printf("%.*s %s\n", STR_FMT(email), success);
	return EX_OK;
}
