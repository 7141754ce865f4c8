/* The commands on organizations. */
#include <stdio.h>

#include "ctl/ctl.h"
#include "flow/operator.h"

/* Adds a member or changes their role. */
typedef enum err change_role_fn(struct flow *fl, struct str slug, struct str email, struct str role,
    bool sensitive);

static int change_role(struct ctl *ctl, change_role_fn *apply);
static int report_failure(struct ctl *ctl, enum err e, struct str slug, struct str email);

int
organization_create(struct ctl *ctl)
{
	struct str slug = str_of(ctl->args.options[ARGS_SLUG]), name, id;
	struct uuid organization;
	enum err e;
	int status = ctl_parse_name(ctl->args.options[ARGS_NAME], &name);

	if (status == EX_OK)
		status = ctl_open(ctl);
	if (status != EX_OK)
		return status;
	e = operator_organization_create(&ctl->flow, slug, name, &organization);
	if (e == ERR_FIELD)
		return ctl_fail(EX_DATAERR,
		    "a slug must be 1 to 63 lower-case letters, digits and dashes: %.*s",
		    STR_FMT(slug));
	if (e == ERR_CONFLICT)
		return ctl_fail(EX_CANTCREAT, "an organization %.*s already exists", STR_FMT(slug));
	if (e != OK)
		return ctl_fail_err(e);
	id = id_format(ctl->arena, ID_ORGANIZATION, organization);
	printf("created organization %.*s: %.*s\n", STR_FMT(id), STR_FMT(slug));
	return EX_OK;
}

int
organization_add_member(struct ctl *ctl)
{
	return change_role(ctl, operator_organization_add_member);
}

int
organization_set_role(struct ctl *ctl)
{
	return change_role(ctl, operator_organization_set_role);
}

int
organization_remove_member(struct ctl *ctl)
{
	struct str slug = str_of(ctl->args.words[0]), email;
	enum err e;
	int status = ctl_parse_email(ctl, ctl->args.words[1], &email);

	if (status == EX_OK)
		status = ctl_open(ctl);
	if (status != EX_OK)
		return status;
	e = operator_organization_remove_member(&ctl->flow, slug, email);
	if (e != OK)
		return report_failure(ctl, e, slug, email);
	printf("%.*s is no longer a member of %.*s\n", STR_FMT(email), STR_FMT(slug));
	return EX_OK;
}

int
organization_list(struct ctl *ctl)
{
	struct organization *list;
	struct str after = STR("");
	size_t count;
	int status = ctl_open(ctl);

	if (status != EX_OK)
		return status;
	do {
		enum err e = operator_organizations_list(&ctl->flow, after, &list, &count);

		if (e != OK)
			return ctl_fail_err(e);
		for (size_t i = 0; i < count; i++) {
			struct str id = id_format(ctl->arena, ID_ORGANIZATION, list[i].id);

			printf("%.*s  %-20.*s  %5lld %-7s  %.*s\n", STR_FMT(id),
			    STR_FMT(list[i].slug), (long long)list[i].members,
			    list[i].members == 1 ? "member" : "members", STR_FMT(list[i].name));
			after = list[i].slug;
		}
	} while (count > 0);
	return EX_OK;
}

static int
change_role(struct ctl *ctl, change_role_fn *apply)
{
	struct str slug = str_of(ctl->args.words[0]), role = str_of(ctl->args.options[ARGS_ROLE]),
		   email;
	bool sensitive = ctl->args.options[ARGS_SENSITIVE] != NULL;
	enum err e;
	int status = ctl_parse_email(ctl, ctl->args.words[1], &email);

	if (status == EX_OK)
		status = ctl_open(ctl);
	if (status != EX_OK)
		return status;
	e = apply(&ctl->flow, slug, email, role, sensitive);
	if (e != OK)
		return report_failure(ctl, e, slug, email);
	printf("%.*s is %.*s of %.*s\n", STR_FMT(email), STR_FMT(role), STR_FMT(slug));
	return EX_OK;
}

/* Prints why a command on a member failed; returns the exit status. */
static int
report_failure(struct ctl *ctl, enum err e, struct str slug, struct str email)
{
	struct account_report report;

	switch (e) {
	case ERR_FIELD:
		return ctl_fail(EX_DATAERR, "a role must be owner, admin or member");
	case ERR_CONFLICT:
		return ctl_fail(EX_CANTCREAT, "%.*s is already a member of %.*s", STR_FMT(email),
		    STR_FMT(slug));
	case ERR_NOT_FOUND:
		break;
	default:
		return ctl_fail_err(e);
	}
	/* Finds out which was not found: the account, the organization, or the membership. */
	e = operator_account_show(&ctl->flow, email, &report);
	if (e == ERR_NOT_FOUND)
		return ctl_fail_no_account(email);
	if (e != OK)
		return ctl_fail_err(e);
	if (!uuid_is_nil(ctl->flow.organization))
		return ctl_fail(EX_NOINPUT, "%.*s is not a member of %.*s", STR_FMT(email),
		    STR_FMT(slug));
	return ctl_fail(EX_NOINPUT, "there is no organization %.*s", STR_FMT(slug));
}
