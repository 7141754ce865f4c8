/* Who sends a request. */
#include "flow/authn.h"

#include "flow/internal.h"

static void hash_offered(struct flow *fl, struct secret typed);

bool
flow_is_token(struct flow *fl, struct str text)
{
	struct token token;

	return !str_is_absent(text) && token_parse(fl->arena, text, &token);
}

enum err
flow_authenticate(struct flow *fl, struct str token, struct secret offered)
{
	if (str_is_absent(token) || !token_parse(fl->arena, token, &fl->token))
		return ERR_UNAUTHENTICATED;
	if (offered.p != NULL)
		hash_offered(fl, offered);
	return flow_reload(fl);
}

/* The offered code's MAC under every key of the ring: the set may be older than the active one. */
static void
hash_offered(struct flow *fl, struct secret typed)
{
	uint16_t ids[KEYRING_KEYS_MAX];
	size_t n = keyring_ids(fl->env->keyring, ids), i;
	struct str code;

	if (!recovery_code_parse(fl->arena, secret_reveal(typed), &code))
		return;
	fl->macs = arena_array(fl->arena, n, SHA256_SIZE);
	fl->mac_count = n;
	for (i = 0; i < n; i++)
		recovery_code_mac(keyring_key(fl->env->keyring, ids[i], KEY_USE_RECOVERY),
		    fl->token.account, code, fl->macs + i * SHA256_SIZE);
}
