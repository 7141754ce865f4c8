/* Commands on one account. */
#include <stdio.h>

#include "ctl/ctl.h"
#include "ctl/password.h"
#include "flow/operator.h"

/* The longest reason for a reset, in bytes. */
#define REASON_MAX 500

static int open_for(struct ctl *ctl, struct str *email) MUST_CHECK;
static int outcome(enum err e, struct str email, const char *conflict, const char *done);
static int set_disabled(struct ctl *ctl, bool disabled);

int
account_create(struct ctl *ctl)
{
	bool verified = ctl->args.options[ARGS_VERIFIED] != NULL;
	struct secret password;
	struct str email, name, id;
	struct uuid account;
	enum err e;
	int status = ctl_email(ctl, ctl->args.options[ARGS_EMAIL], &email);

	if (status == EX_OK)
		status = ctl_name(ctl->args.options[ARGS_NAME], &name);
	if (status == EX_OK)
		status = ctl_open(ctl);
	if (status == EX_OK)
		status = password_read(ctl, &password);
	if (status != EX_OK)
		return status;
	ctl_deadline(ctl);
	e = operator_account_create(&ctl->flow, email, name, password, verified, &account);
	if (e == ERR_CONFLICT)
		return ctl_fail(EX_CANTCREAT, "another account has the address %.*s",
		    STR_FMT(email));
	if (e != OK)
		return ctl_failure(e);
	id = id_format(ctl->arena, ID_ACCOUNT, account);
	printf("account %.*s made for %.*s\n", STR_FMT(id), STR_FMT(email));
	return EX_OK;
}

int
account_password(struct ctl *ctl)
{
	struct secret password;
	struct str email;
	int status = open_for(ctl, &email);

	if (status == EX_OK)
		status = password_read(ctl, &password);
	if (status != EX_OK)
		return status;
	ctl_deadline(ctl);
	return outcome(operator_account_password(&ctl->flow, email, password), email, NULL,
	    "has a new password, and no sessions");
}

int
account_verify_email(struct ctl *ctl)
{
	struct str email;
	int status = open_for(ctl, &email);

	if (status != EX_OK)
		return status;
	return outcome(operator_account_verify_email(&ctl->flow, email), email,
	    "was verified before", "is verified");
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
	int status = open_for(ctl, &email);

	if (status != EX_OK)
		return status;
	if (reason.n == 0 || reason.n > REASON_MAX || !str_is_utf8(reason) ||
	    str_has_control(reason))
		return ctl_fail(EX_DATAERR, "a reason is 1 to %d bytes of text", REASON_MAX);
	return outcome(operator_account_reset_mfa(&ctl->flow, email, reason), email,
	    "has no second factor to reset", "has no second factor any more, and no sessions");
}

/* The address that all but create have as their first word. */
static int
open_for(struct ctl *ctl, struct str *email)
{
	int status = ctl_email(ctl, ctl->args.words[0], email);

	return status == EX_OK ? ctl_open(ctl) : status;
}

static int
set_disabled(struct ctl *ctl, bool disabled)
{
	struct str email;
	int status = open_for(ctl, &email);

	if (status != EX_OK)
		return status;
	return outcome(operator_account_disable(&ctl->flow, email, disabled), email,
	    disabled ? "is disabled already" : "is not disabled",
	    disabled ? "is disabled, and has no sessions" : "can sign in again");
}

static int
outcome(enum err e, struct str email, const char *conflict, const char *done)
{
	if (e == ERR_NOT_FOUND)
		return ctl_no_account(email);
	if (e == ERR_CONFLICT && conflict != NULL)
		return ctl_fail(EX_CANTCREAT, "%.*s %s", STR_FMT(email), conflict);
	if (e != OK)
		return ctl_failure(e);
	printf("%.*s %s\n", STR_FMT(email), done);
	return EX_OK;
}
