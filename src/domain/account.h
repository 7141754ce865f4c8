/* An account: a person who signs in. */
#ifndef DOMAIN_ACCOUNT_H
#define DOMAIN_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

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

#endif
