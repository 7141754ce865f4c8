/* An account: a person who signs in, and what their name, address and password may be. */
#ifndef DOMAIN_ACCOUNT_H
#define DOMAIN_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/uuid.h"

struct account {
	struct uuid id;
	struct str name;
	struct str email; /* the primary one */
	bool email_verified;
	struct str password_hash;
	int64_t disabled_at; /* 0: not disabled */
};

/* What no rule looks at and an operator is shown. */
struct account_details {
	int64_t created_at;
	int64_t password_changed_at;
	int64_t last_sign_in_at; /* 0: never */
};

/* Limits in bytes. */
#define ACCOUNT_EMAIL_MAX 254
#define ACCOUNT_NAME_MAX 64
#define ACCOUNT_PASSWORD_MAX 1024

/*
 * Puts an e-mail address into lower case. False unless it is UTF-8 of at most ACCOUNT_EMAIL_MAX
 * with one '@', something on both sides of it, and no spaces or control characters.
 */
bool account_email_normalize(struct arena *a, struct str *address);

/*
 * Trims the name of an account or an organization. False unless it is UTF-8 of 1 to
 * ACCOUNT_NAME_MAX without control characters.
 */
bool account_name_normalize(struct str *name);

#endif
