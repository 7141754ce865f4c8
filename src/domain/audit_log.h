/*
 * The audit log of an organization: what its admins see of the events, the last ones first, and
 * where a page of it ends.
 */
#ifndef DOMAIN_AUDIT_LOG_H
#define DOMAIN_AUDIT_LOG_H

#include "domain/audit.h"

/*
 * A place in the log: behind the event with this time, account and number. All zero: the
 * beginning.
 */
struct audit_cursor {
	int64_t at;
	struct uuid account;
	int64_t seq;
};

/* Which events. */
struct audit_filter {
	struct uuid organization;
	/* nil: of all; else also what it did in no organization since it joined */
	struct uuid member;
	struct uuid actor; /* nil: by anybody */
	struct str kind;   /* absent: of any */
	struct str result; /* absent: with any */
	int64_t since;     /* 0: from the first */
	int64_t until;     /* 0: to the last; else before this */
	struct audit_cursor after;
	bool matches_nothing; /* it asks for somebody who is nowhere */
};

/* Somebody in the log. Name and address are absent when the account is gone. */
struct audit_person {
	struct str name;
	struct str email;
};

struct audit_log_row {
	struct audit_row row;
	unsigned char previous[SHA256_SIZE]; /* the MAC of the event before it in its chain */
	struct audit_person member;          /* whom it is about */
	struct audit_person actor;           /* who did it, when an account did */
};

/* A place as clients carry it from page to page, and back. False for anything else. */
struct str audit_cursor_format(struct arena *a, const struct audit_cursor *cursor);
bool audit_cursor_parse(struct str text, struct audit_cursor *cursor);

#endif
