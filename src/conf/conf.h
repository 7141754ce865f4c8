/*
 * The configuration: one table of options in conf.c (name, type, default, whether a reload
 * takes it up, help). The file has a line an option, "name = value"; '#' begins a comment; an
 * unknown name, a repeated name and a value out of its range are errors.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

struct conf {
	/* where things are */
	const char *database; /* libpq connection string of the worker role */
	/* of the owner role, for countersignctl only; empty: use `database` */
	const char *owner_database;
	const char *keyring;      /* path of the keyring file */
	const char *listen;       /* path of the Unix socket; unused when a socket is inherited */
	int64_t listen_mode;      /* its permissions, octal, default 0660 */
	const char *listen_group; /* group that owns it; empty: unchanged */
	const char *pid_file;     /* empty: none */
	const char *templates;    /* directory */
	const char *api_document; /* path of the OpenAPI document */
	/* the pool */
	int64_t workers;    /* 0: three a processor */
	int64_t hash_lanes; /* password hashes at the same time; 0: one a processor */
	/* who we are */
	const char *issuer; /* shown in authenticator apps and on pages; no ':' */
	/* https://host, for links in mail and from other sites; empty: neither */
	const char *base_url;
	/* sites: who may be returned to, and how far the session's cookie reaches */
	const char *gate_origins;  /* origins of guarded sites on other hosts, divided by blanks */
	const char *cookie_domain; /* empty: the session's cookie is for one host alone */
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
	/* rules, times in seconds */
	int64_t totp_window;          /* steps accepted either side: 0 or 1 */
	int64_t recovery_code_groups; /* groups of five characters: 2 or 3 */
	int64_t factors_max;          /* active factors an account may have */
	int64_t pending_lifetime;     /* how long a set-up stays open: 600 */
	int64_t step_up_age;          /* how old a confirmation may be for a change: 600 */
	int64_t challenge_lifetime;   /* a session in mfa_required: 900 */
	int64_t session_idle;         /* 3600 */
	int64_t session_lifetime;     /* 86400 */
	/* password hashing */
	int64_t argon2_memory_kib; /* 19456 */
	int64_t argon2_passes;     /* 2 */
};

/*
 * Defaults, then the file. `path` NULL gives the defaults alone. Strings live in `a`. On
 * ERR_CONFIG `why` says "file:line: what".
 */
enum err conf_load(struct arena *a, const char *path, struct conf *c, struct str *why) MUST_CHECK;

/* Whether there is a way for mail to leave. */
bool conf_sends_mail(const struct conf *c);

/* Whether an origin (url.h) is one of `gate_origins`. */
bool conf_guards(struct arena *a, const struct conf *c, struct str origin);

/*
 * Names of options that differ between two and need a restart, in a list for the log; absent
 * when none.
 */
struct str conf_needs_restart(struct arena *a, const struct conf *old, const struct conf *new);

/* A commented sample file of all options with their defaults and help. */
void conf_print_sample(FILE *out);

/*
 * Prints the effective values, a line an option. Connection strings may hold a password: it is
 * left out.
 */
void conf_print(const struct conf *c, FILE *out);

#endif
