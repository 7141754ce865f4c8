/*
 * What the commands of countersignctl share: the configuration, the opened database and
 * keyring, messages, and exit statuses from sysexits.h.
 */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include <stdint.h>
#include <sysexits.h>

#include "base/err.h"
#include "conf/conf.h"
#include "ctl/args.h"
#include "flow/operator.h"

#ifndef COUNTERSIGN_SYSCONFDIR
#define COUNTERSIGN_SYSCONFDIR "/etc/countersign"
#endif
#ifndef COUNTERSIGN_DATADIR
#define COUNTERSIGN_DATADIR "/usr/share/countersign"
#endif
#ifndef COUNTERSIGN_VERSION
#define COUNTERSIGN_VERSION "unversioned"
#endif

/* How long the database may take for an ordinary command, in milliseconds. */
#define CTL_COMMAND_MS 10000

struct ctl {
	struct arena *arena;
	const char *conf_path;
	struct args args;
	int64_t now;      /* microseconds since 1970, read once */
	struct conf conf; /* after ctl_load(): `database` is the owner's */
	struct flow flow; /* after ctl_open() */
};

/* A command; returns the exit status. */
typedef int ctl_command(struct ctl *ctl);

ctl_command account_create;
ctl_command account_password;
ctl_command account_verify_email;
ctl_command account_show;
ctl_command account_disable;
ctl_command account_enable;
ctl_command account_reset_mfa;
ctl_command audit_verify;
ctl_command audit_export;
ctl_command audit_prune;
ctl_command key_init;
ctl_command key_list;
ctl_command migrate_run;
ctl_command organization_create;
ctl_command organization_add_member;
ctl_command organization_set_role;
ctl_command organization_remove_member;
ctl_command organization_list;
ctl_command session_revoke;

/* "countersignctl: …" on standard error; returns `status`. */
int ctl_fail(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* What a failure is to the operator, whatever the command; returns the status. */
int ctl_failure(enum err e);

/* An account was not found by its address. */
int ctl_no_account(struct str email);

/* Reads the configuration. EX_OK, or another status after its message, as all that follow. */
int ctl_load(struct ctl *ctl) MUST_CHECK;

/* The same, and opens database and keyring for a use case; closed by ctl_close(). */
int ctl_open(struct ctl *ctl) MUST_CHECK;
void ctl_close(struct ctl *ctl);

/* From now on the database has CTL_COMMAND_MS. */
void ctl_deadline(struct ctl *ctl);

/* An address as it is stored. EX_DATAERR. */
int ctl_email(struct ctl *ctl, const char *text, struct str *out) MUST_CHECK;

/* A name shown to people. EX_DATAERR. */
int ctl_name(const char *text, struct str *out) MUST_CHECK;

#endif
