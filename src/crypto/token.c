/* Issuing and parsing tokens. */
#include "crypto/token.h"

#include <string.h>

#include "base/codec.h"
#include "base/rand.h"

#define ID_SIZE 16
#define TOKEN_SIZE (2 * ID_SIZE + TOKEN_SECRET_SIZE)
#define TOKEN_CHARS 86

void
token_issue(struct arena *a, struct uuid account, struct uuid session, struct token *t,
    struct secret *text)
{
	unsigned char bytes[TOKEN_SIZE];

	memcpy(bytes, account.b, ID_SIZE);
	memcpy(bytes + ID_SIZE, session.b, ID_SIZE);
	rand_bytes(bytes + 2 * ID_SIZE, TOKEN_SECRET_SIZE);
	t->account = account;
	t->session = session;
	sha256(bytes + 2 * ID_SIZE, TOKEN_SECRET_SIZE, t->hash);
	*text = secret_copy(a, base64url_encode(a, bytes, sizeof(bytes)));
	secret_wipe(bytes, sizeof(bytes));
}

bool
token_parse(struct arena *a, struct str text, struct token *t)
{
	unsigned char *bytes;
	size_t n;

	if (text.n != TOKEN_CHARS || !base64url_decode(a, text, &bytes, &n))
		return false;
	memcpy(t->account.b, bytes, ID_SIZE);
	memcpy(t->session.b, bytes + ID_SIZE, ID_SIZE);
	sha256(bytes + 2 * ID_SIZE, TOKEN_SECRET_SIZE, t->hash);
	secret_wipe(bytes, n);
	return true;
}
