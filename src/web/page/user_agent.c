/* What a User-Agent says, as people would. */
#include "web/page/user_agent.h"

#include "base/array.h"

struct sign {
	struct str mark;
	const char *name;
};

static const char *first_of(const struct sign *signs, size_t count, struct str agent);
static bool contains(struct str s, struct str part);

/* The order matters: most browsers claim to be several others, too. */
static const struct sign browsers[] = {
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

static const struct sign systems[] = {
    {STR_INIT("iPhone"), "iPhone"},
    {STR_INIT("iPad"), "iPad"},
    {STR_INIT("Android"), "Android"},
    {STR_INIT("Windows"), "Windows"},
    {STR_INIT("Mac OS X"), "macOS"},
    {STR_INIT("CrOS"), "ChromeOS"},
    {STR_INIT("Linux"), "Linux"},
};

struct str
user_agent_text(struct arena *a, struct str agent)
{
	const char *browser = first_of(browsers, ARRAY_SIZE(browsers), agent);
	const char *system = first_of(systems, ARRAY_SIZE(systems), agent);

	if (browser != NULL && system != NULL)
		return str_printf(a, "%s on %s", browser, system);
	return browser != NULL ? str_of(browser) : agent;
}

static const char *
first_of(const struct sign *signs, size_t count, struct str agent)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (contains(agent, signs[i].mark))
			return signs[i].name;
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
