/* The check of addresses that mail is written to and from. */
#include "base/address.h"

static bool dots_fit(struct str s);
static bool is_atom(char c);
static bool is_letter_or_digit(char c);

bool
address_fits(struct str address)
{
	struct str domain = address, local = str_cut(&domain, '@');
	size_t i;

	if (address.n > ADDRESS_MAX || str_is_absent(domain) || str_starts(address, STR("-")))
		return false;
	for (i = 0; i < local.n; i++)
		if (!is_atom(local.p[i]) && local.p[i] != '.')
			return false;
	for (i = 0; i < domain.n; i++)
		if (!is_letter_or_digit(domain.p[i]) && domain.p[i] != '-' && domain.p[i] != '.')
			return false;
	return dots_fit(local) && dots_fit(domain);
}

struct str
address_domain(struct str address)
{
	(void)str_cut(&address, '@');
	return address;
}

/* Something stands between any two of them, before the first and behind the last. */
static bool
dots_fit(struct str s)
{
	do {
		if (str_cut(&s, '.').n == 0)
			return false;
	} while (!str_is_absent(s));
	return true;
}

static bool
is_atom(char c)
{
	return is_letter_or_digit(c) || (c != '\0' && str_has(STR("!#$%&'*+-/=?^_`{|}~"), c));
}

static bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
