/* What the name and the address of an account may be. */
#include "domain/account.h"

bool
account_email_normalize(struct arena *a, struct str *address)
{
	struct str domain = *address, local = str_cut(&domain, '@');

	if (!str_is_text(*address, ACCOUNT_EMAIL_MAX) || str_has_control(*address) ||
	    str_has(*address, ' '))
		return false;
	if (local.n == 0 || domain.n == 0 || str_has(domain, '@'))
		return false;
	*address = str_lower(a, *address);
	return true;
}

bool
account_name_normalize(struct str *name)
{
	*name = str_trim(*name);
	return name->n > 0 && str_is_text(*name, ACCOUNT_NAME_MAX) && !str_has_control(*name);
}
