/* Who sends a request. */
#include "flow/authn.h"

#include "base/array.h"
#include "flow/internal.h"

enum err
authn_single(const struct authn_sources *sources, struct authn_token *out)
{
	const struct str given[] = {sources->cookie, sources->bearer, sources->header};

	*out = (struct authn_token){0};
	for (size_t i = 0; i < ARRAY_SIZE(given); i++) {
		if (given[i].n == 0)
			continue;
		if (out->text.n > 0 && !str_eq(out->text, given[i]))
			return ERR_BAD_REQUEST;
		*out = (struct authn_token){.text = given[i], .in_header = i > 0};
	}
	return OK;
}

struct str
authn_first(struct arena *a, const struct authn_sources *sources)
{
	const struct str given[] = {sources->cookie, sources->bearer, sources->header};
	struct token token;

	for (size_t i = 0; i < ARRAY_SIZE(given); i++)
		if (!str_is_absent(given[i]) && token_parse(a, given[i], &token))
			return given[i];
	return STR_ABSENT;
}

enum err
flow_authenticate(struct flow *fl, struct str token)
{
	if (str_is_absent(token) || !token_parse(fl->arena, token, &fl->token))
		return ERR_UNAUTHENTICATED;
	return flow_reload(fl);
}
