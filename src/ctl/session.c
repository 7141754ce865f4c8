/* The command on sessions. */
#include <stdio.h>

#include "ctl/ctl.h"
#include "flow/operator.h"

static int report_result(struct ctl *ctl, enum err e, struct str email, const char *id);

int
session_revoke(struct ctl *ctl)
{
	const char *id = ctl->args.words[1];
	struct uuid session = {{0}};
	struct str email;
	int status;

	if ((id == NULL) == (ctl->args.options[ARGS_ALL] == NULL))
		return ctl_fail(EX_USAGE, "give either a session or --all");
	status = ctl_parse_email(ctl, ctl->args.words[0], &email);
	if (status == EX_OK && id != NULL && !id_parse(str_of(id), ID_SESSION, &session))
		status = ctl_fail(EX_DATAERR, "not a session id: %s", id);
	if (status == EX_OK)
		status = ctl_open(ctl);
	if (status != EX_OK)
		return status;
	return report_result(ctl, operator_session_revoke(&ctl->flow, email, session), email, id);
}

/* Prints what came of the command; returns the exit status. */
static int
report_result(struct ctl *ctl, enum err e, struct str email, const char *id)
{
	if (e == ERR_NOT_FOUND && uuid_is_nil(ctl->flow.subject.account.id))
		return ctl_fail_no_account(email);
	if (e == ERR_NOT_FOUND)
		return ctl_fail(EX_NOINPUT, "the account has no session %s", id);
	if (e != OK)
		return ctl_fail_err(e);
	printf("ended %s of %.*s\n", id != NULL ? id : "all sessions", STR_FMT(email));
	return EX_OK;
}
