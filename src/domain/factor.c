/* The list of factor kinds. */
#include "domain/factor.h"

#include "base/array.h"

#include "domain/factor_totp.h"

static const struct factor_kind *const kinds[] = {
    &factor_totp,
};

const struct factor_kind *
factor_kind_find(struct str name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (str_eq(str_of(kinds[i]->name), name))
			return kinds[i];
	return NULL;
}

const struct factor_kind *
factor_kind_default(void)
{
	return kinds[0];
}

struct str
factor_purpose_name(enum factor_purpose purpose)
{
	return purpose == FACTOR_ENROLL ? STR("enroll") : STR("verify");
}
