/* Making, parsing and hashing recovery codes. */
#include "domain/recovery.h"

#include <string.h>

#include "base/rand.h"

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

struct str
recovery_code_make(struct arena *a, int groups)
{
	struct buf b = {.arena = a};
	int i;

	for (i = 0; i < groups * RECOVERY_GROUP; i++) {
		if (i > 0 && i % RECOVERY_GROUP == 0)
			buf_addc(&b, '-');
		buf_addc(&b, alphabet[rand_below(sizeof(alphabet) - 1)]);
	}
	return buf_str(&b);
}

bool
recovery_code_parse(struct arena *a, struct str typed, struct str *code)
{
	struct str lower = str_lower(a, typed);
	struct buf b = {.arena = a};
	size_t i;

	for (i = 0; i < lower.n; i++) {
		char c = lower.p[i];

		if (c == ' ' || c == '-')
			continue;
		if (c == 'o')
			c = '0';
		else if (c == 'i' || c == 'l')
			c = '1';
		if (c == '\0' || strchr(alphabet, c) == NULL)
			return false;
		buf_addc(&b, c);
	}
	*code = buf_str(&b);
	/* Both sizes are valid, as the number of groups may change while older sets are in use. */
	return code->n == 2 * RECOVERY_GROUP || code->n == 3 * RECOVERY_GROUP;
}

void
recovery_code_mac(const unsigned char *key, struct uuid account, struct str code,
    unsigned char out[SHA256_SIZE])
{
	unsigned char text[sizeof(account.b) + RECOVERY_GROUPS_MAX * RECOVERY_GROUP] = {0}, mac[64];
	size_t n = code.n < RECOVERY_GROUPS_MAX * RECOVERY_GROUP
		       ? code.n
		       : RECOVERY_GROUPS_MAX * RECOVERY_GROUP;

	memcpy(text, account.b, sizeof(account.b));
	memcpy(text + sizeof(account.b), code.p, n);
	(void)hmac(HASH_SHA256, key, KEYRING_KEY_SIZE, text, sizeof(account.b) + n, mac);
	memcpy(out, mac, SHA256_SIZE);
	secret_wipe(text, sizeof(text));
	secret_wipe(mac, sizeof(mac));
}
