/*
 * The audit log of an organization: the events that its admins can see, newest first, in pages.
 */
#ifndef DOMAIN_AUDIT_LOG_H
#define DOMAIN_AUDIT_LOG_H

#include "domain/audit.h"

/* A position in the log, behind the event with this time, account and number. Zero: the start. */
struct audit_cursor {
	int64_t at;
	struct uuid account;
	int64_t seq;
};

/* Which events to list. */
struct audit_filter {
	struct uuid organization;
	/* nil: all; else also the account-wide events of this member since it joined */
	struct uuid member;
	struct uuid actor; /* nil: any */
	struct str kind;   /* absent: any */
	struct str result; /* absent: any */
	int64_t since;     /* 0: no limit */
	int64_t until;     /* 0: no limit; else the events before this time */
	struct audit_cursor after;
	bool matches_nothing; /* the member or actor does not exist */
};

/* A person in the log. Name and address are absent when the account no longer exists. */
struct audit_person {
	struct str name;
	struct str email;
};

struct audit_log_row {
	struct audit_row row;
	unsigned char previous[SHA256_SIZE]; /* the MAC of the previous event of its chain */
	struct audit_person member;          /* whose account it is about */
	struct audit_person actor;           /* who did it, if an account did */
};

/* Format and parse a cursor for clients. Parsing is false for any other text. */
struct str audit_cursor_format(struct arena *a, const struct audit_cursor *cursor);
bool audit_cursor_parse(struct str text, struct audit_cursor *cursor);

#endif
