/* Forms and queries: "name=value&name=value", decoded once and strictly. */
#include "http/form.h"

#include "base/codec.h"

static bool
form_decode(struct arena *a, struct str text, struct str *out)
{
	return percent_decode(a, text, true, out) && !str_has(*out, '\0') && str_is_utf8(*out);
}

static bool
form_offer(struct arena *a, struct str pair, struct fields *fs)
{
	struct str value = pair, name, plain_name, plain_value;

	name = str_cut(&value, '=');
	if (str_is_absent(value))
		value = STR("");
	return form_decode(a, name, &plain_name) && form_decode(a, value, &plain_value) &&
	       field_offer(a, fs, plain_name, plain_value);
}

enum err
form_parse(struct arena *a, struct str text, struct fields *fs)
{
	int pairs = 0;

	while (!str_is_absent(text)) {
		struct str pair = str_cut(&text, '&');

		if (pair.n == 0) /* "a=1&&b=2": nothing between, by the standard */
			continue;
		if (++pairs > FORM_PAIRS_MAX || !form_offer(a, pair, fs))
			return ERR_BAD_REQUEST;
	}
	return OK;
}
