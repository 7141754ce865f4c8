/* Forms and queries: "name=value&name=value", decoded once and strictly. */
#include "http/form.h"

#include "base/codec.h"

static bool split(struct arena *a, struct str text, struct str *name, struct str *value);
static bool decode(struct arena *a, struct str text, struct str *out);

enum err
form_parse(struct arena *a, struct str text, form_pair *pair, void *arg)
{
	int pairs = 0;

	while (!str_is_absent(text)) {
		struct str one = str_cut(&text, '&'), name, value;

		if (one.n == 0) /* the standard ignores an empty pair: "a=1&&b=2" */
			continue;
		if (++pairs > FORM_PAIRS_MAX || !split(a, one, &name, &value) ||
		    !pair(arg, name, value))
			return ERR_BAD_REQUEST;
	}
	return OK;
}

static bool
split(struct arena *a, struct str text, struct str *name, struct str *value)
{
	struct str first = str_cut(&text, '=');

	return decode(a, first, name) && decode(a, str_is_absent(text) ? STR("") : text, value);
}

static bool
decode(struct arena *a, struct str text, struct str *out)
{
	return percent_decode(a, text, true, out) && !str_has(*out, '\0') && str_is_utf8(*out);
}
