/*
 * What the commands of countersignctl have in common: configuration, database, keyring, and error
 * messages. Exit statuses are those of sysexits.h.
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

/* How long the database may take for a command, in milliseconds. */
#define CTL_COMMAND_MS 10000

struct ctl {
	struct arena *arena;
	const char *conf_path;
	struct args args;
	int64_t now;      /* microseconds since 1970, read once */
	struct conf conf; /* set by ctl_load(); `database` is that of the owner role */
	struct flow flow; /* set by ctl_open() */
};

/* Runs a command; returns the exit status. */
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

/* Prints "countersignctl: …" to standard error and returns `status`. */
int ctl_fail(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Prints the message of a failure that any command can have, and returns its status. */
int ctl_fail_err(enum err e);

/* Prints that no account has this address, and returns the status. */
int ctl_fail_no_account(struct str email);

/* Loads the configuration. EX_OK, or another status after printing its message, as below. */
int ctl_load(struct ctl *ctl) MUST_CHECK;

/* Loads the configuration and opens database and keyring. Close them with ctl_close(). */
int ctl_open(struct ctl *ctl) MUST_CHECK;
void ctl_close(struct ctl *ctl);

/* Sets the deadline of the database to CTL_COMMAND_MS from now. */
void ctl_reset_deadline(struct ctl *ctl);

/* Parses an e-mail address to its stored form. EX_DATAERR when it is malformed. */
int ctl_parse_email(struct ctl *ctl, const char *text, struct str *out) MUST_CHECK;

/* Normalizes a name that people see. EX_DATAERR when it is malformed. */
int ctl_parse_name(const char *text, struct str *out) MUST_CHECK;

#endif
