/* An organization: a company or workspace. */
#ifndef DOMAIN_ORGANIZATION_H
#define DOMAIN_ORGANIZATION_H

#include <stdint.h>

#include "base/str.h"
#include "base/uuid.h"

struct organization {
	struct uuid id;
	struct str slug; /* short name for commands and addresses */
	struct str name;
	int64_t created_at;
	int64_t members; /* how many */
};

#endif
