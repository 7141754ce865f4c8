/*
 * The configuration. Its options, with type, default and help, are in one table (conf/option.c).
 * The file has one option per line, "name = value"; '#' begins a comment; an unknown name, a
 * repeated name and a value out of range are errors.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

struct conf {
	/* files and connections */
	const char *database; /* libpq connection string of the worker role */
	/* the same of the owner role, for countersignctl only; empty: use `database` */
	const char *owner_database;
	const char *keyring;      /* path of the keyring file */
	const char *listen;       /* path of the Unix socket; unused when a socket is inherited */
	int64_t listen_mode;      /* its permissions, octal, default 0660 */
	const char *listen_group; /* group that owns it; empty: unchanged */
	const char *pid_file;     /* empty: none */
	const char *templates;    /* directory */
	const char *api_document; /* path of the OpenAPI document */
	/* the pool */
	int64_t workers;    /* 0: three per processor */
	int64_t hash_lanes; /* password hashes computed at once; 0: one per processor */
	/* identity of the service */
	const char *issuer; /* shown in authenticator apps and on pages; no ':' */
	/* https://host, for links in mail and on other sites; empty: neither is used */
	const char *base_url;
	/* protected sites */
	const char *gate_origins;  /* origins of sites on other hosts, separated by spaces */
	const char *cookie_domain; /* empty: the session cookie is for one host only */
	/* mail: one of url, command and directory, or none */
	const char *mail_from;
	const char *mail_url;
	const char *mail_command;
	const char *mail_directory;
	const char *mail_user;
	const char *mail_password_file;
	int64_t mail_tls;         /* 1: required, 0: none */
	const char *mail_ca_file; /* empty: the system's */
	int64_t mail_timeout;     /* seconds for one message */
	/* rules; times in seconds */
	int64_t totp_window;          /* steps accepted on either side: 0 or 1 */
	int64_t recovery_code_groups; /* groups of five characters: 2 or 3 */
	int64_t factors_max;          /* active factors an account may have */
	int64_t pending_lifetime;     /* of the setup of a factor */
	int64_t step_up_age;          /* how old a password or code may be for a change */
	int64_t challenge_lifetime;   /* of a session in mfa_required */
	int64_t session_idle;
	int64_t session_lifetime;
	/* password hashing */
	int64_t argon2_memory_kib;
	int64_t argon2_passes;
};

/*
 * Sets the defaults and reads the file over them; with a NULL `path` the defaults only. Strings
 * live in `a`. ERR_CONFIG, and "file:line: what" in `why`, for a file with errors.
 */
enum err conf_load(struct arena *a, const char *path, struct conf *c, struct str *why) MUST_CHECK;

/* True when a transport for mail is configured. */
bool conf_sends_mail(const struct conf *c);

/* True when an origin (base/url.h) is one of `gate_origins`. */
bool conf_is_gate_origin(struct arena *a, const struct conf *c, struct str origin);

/*
 * Lists, for the log, the options that differ between two configurations and that only a restart
 * applies; absent when there are none.
 */
struct str conf_needs_restart(struct arena *a, const struct conf *old, const struct conf *new);

/* Prints a commented sample file of all options with their defaults and help. */
void conf_print_sample(FILE *out);

/*
 * Prints the values in effect, one option per line. Connection strings are left out, as they may
 * hold a password.
 */
void conf_print(const struct conf *c, FILE *out);

#endif
