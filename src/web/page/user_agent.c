/* Browser and system in the words of people, from a User-Agent header. */
#include "web/page/user_agent.h"

#include "base/array.h"

struct product {
	struct str token; /* the part of the header that names it */
	const char *name;
};

static const char *find_product(const struct product *products, size_t count,
    struct str user_agent);
static bool contains(struct str s, struct str part);

/* In this order, since most browsers also name others. */
static const struct product browsers[] = {
    {STR_INIT("Edg/"), "Edge"},
    {STR_INIT("EdgA/"), "Edge"},
    {STR_INIT("OPR/"), "Opera"},
    {STR_INIT("SamsungBrowser/"), "Samsung Internet"},
    {STR_INIT("Firefox/"), "Firefox"},
    {STR_INIT("FxiOS/"), "Firefox"},
    {STR_INIT("CriOS/"), "Chrome"},
    {STR_INIT("Chrome/"), "Chrome"},
    {STR_INIT("Safari/"), "Safari"},
};

static const struct product systems[] = {
    {STR_INIT("iPhone"), "iPhone"},
    {STR_INIT("iPad"), "iPad"},
    {STR_INIT("Android"), "Android"},
    {STR_INIT("Windows"), "Windows"},
    {STR_INIT("Mac OS X"), "macOS"},
    {STR_INIT("CrOS"), "ChromeOS"},
    {STR_INIT("Linux"), "Linux"},
};

struct str
user_agent_text(struct arena *a, struct str user_agent)
{
	const char *browser = find_product(browsers, ARRAY_SIZE(browsers), user_agent);
	const char *system = find_product(systems, ARRAY_SIZE(systems), user_agent);

	if (browser != NULL && system != NULL)
		return str_printf(a, "%s on %s", browser, system);
	return browser != NULL ? str_of(browser) : user_agent;
}

static const char *
find_product(const struct product *products, size_t count, struct str user_agent)
{
	for (size_t i = 0; i < count; i++)
		if (contains(user_agent, products[i].token))
			return products[i].name;
	return NULL;
}

static bool
contains(struct str s, struct str part)
{
	for (; s.n >= part.n; s = str_slice(s, 1, s.n))
		if (str_starts(s, part))
			return true;
	return false;
}
