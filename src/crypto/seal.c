/* AES-256-GCM by OpenSSL. */
#include "crypto/seal.h"

#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/rand.h"

#define SEAL_VERSION 1
#define HEADER_SIZE 3
#define NONCE_SIZE 12
#define TAG_SIZE 16
/* The associated data: version, key id, account and factor. */
#define AAD_SIZE (HEADER_SIZE + 16 + 16)

static void build_aad(unsigned char aad[AAD_SIZE], const void *header, struct uuid account,
    struct uuid factor);
static bool encrypt(const unsigned char *key, const unsigned char *aad, struct secret plain,
    unsigned char *nonce);
static bool decrypt(const unsigned char *key, const unsigned char *aad, const unsigned char *nonce,
    struct secret plain);
static enum err refuse(struct arena *a, struct uuid account, struct uuid factor,
    const char *reason);

struct str
seal_make(struct arena *a, const struct keyring *k, struct uuid account, struct uuid factor,
    struct secret plain)
{
	unsigned char *sealed = arena_alloc(a, plain.n + SEAL_OVERHEAD);
	unsigned char aad[AAD_SIZE];
	uint16_t id = keyring_active(k);

	sealed[0] = SEAL_VERSION;
	sealed[1] = (unsigned char)(id >> 8);
	sealed[2] = (unsigned char)(id & 0xff);
	rand_bytes(sealed + HEADER_SIZE, NONCE_SIZE);
	build_aad(aad, sealed, account, factor);
	if (plain.n > INT_MAX ||
	    !encrypt(keyring_key(k, id, KEY_USE_SEAL), aad, plain, sealed + HEADER_SIZE))
		log_fatal("seal.failed", "OpenSSL cannot encrypt");
	return (struct str){.p = (const char *)sealed, .n = plain.n + SEAL_OVERHEAD};
}

enum err
seal_open(struct arena *a, const struct keyring *k, struct uuid account, struct uuid factor,
    struct str sealed, struct secret *plain)
{
	const unsigned char *at = (const unsigned char *)sealed.p;
	unsigned char aad[AAD_SIZE];
	const unsigned char *key;
	struct secret opened;

	if (sealed.n < SEAL_OVERHEAD || sealed.n > INT_MAX || at[0] != SEAL_VERSION)
		return refuse(a, account, factor, "not a sealed secret");
	key = keyring_key(k, (uint16_t)(at[1] << 8 | at[2]), KEY_USE_SEAL);
	if (key == NULL)
		return refuse(a, account, factor, "the key is not in the keyring");
	build_aad(aad, at, account, factor);
	opened = secret_alloc(a, sealed.n - SEAL_OVERHEAD);
	if (!decrypt(key, aad, at + HEADER_SIZE, opened)) {
		secret_wipe(opened.p, opened.n);
		return refuse(a, account, factor,
		    "changed, or sealed for another account or factor");
	}
	*plain = opened;
	return OK;
}

static void
build_aad(unsigned char aad[AAD_SIZE], const void *header, struct uuid account, struct uuid factor)
{
	memcpy(aad, header, HEADER_SIZE);
	memcpy(aad + HEADER_SIZE, account.b, sizeof(account.b));
	memcpy(aad + HEADER_SIZE + sizeof(account.b), factor.b, sizeof(factor.b));
}

/* Encrypts with the nonce at `nonce`, and writes ciphertext and tag behind it. */
static bool
encrypt(const unsigned char *key, const unsigned char *aad, struct secret plain,
    unsigned char *nonce)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	unsigned char *out = nonce + NONCE_SIZE;
	unsigned char *tag = out + plain.n;
	int n = 0;
	bool ok = c != NULL && EVP_EncryptInit_ex2(c, EVP_aes_256_gcm(), key, nonce, NULL) == 1 &&
		  EVP_EncryptUpdate(c, NULL, &n, aad, AAD_SIZE) == 1 &&
		  (plain.n == 0 || EVP_EncryptUpdate(c, out, &n, plain.p, (int)plain.n) == 1) &&
		  EVP_EncryptFinal_ex(c, tag, &n) == 1 &&
		  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, tag) == 1;

	EVP_CIPHER_CTX_free(c);
	return ok;
}

/* Decrypts what encrypt() wrote into `plain`, which is valid only when this returns true. */
static bool
decrypt(const unsigned char *key, const unsigned char *aad, const unsigned char *nonce,
    struct secret plain)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	const unsigned char *in = nonce + NONCE_SIZE;
	unsigned char tag[TAG_SIZE];
	unsigned char rest[16];
	int n = 0;
	bool ok;

	memcpy(tag, in + plain.n, sizeof(tag));
	ok = c != NULL && EVP_DecryptInit_ex2(c, EVP_aes_256_gcm(), key, nonce, NULL) == 1 &&
	     EVP_DecryptUpdate(c, NULL, &n, aad, AAD_SIZE) == 1 &&
	     (plain.n == 0 || EVP_DecryptUpdate(c, plain.p, &n, in, (int)plain.n) == 1) &&
	     EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, TAG_SIZE, tag) == 1 &&
	     EVP_DecryptFinal_ex(c, rest, &n) == 1;
	EVP_CIPHER_CTX_free(c);
	return ok;
}

static enum err
refuse(struct arena *a, struct uuid account, struct uuid factor, const char *reason)
{
	log_error("seal.refused", LOG_CSTR("reason", reason),
	    LOG_TEXT("account", id_format(a, ID_ACCOUNT, account)),
	    LOG_TEXT("factor", id_format(a, ID_FACTOR, factor)));
	return ERR_INTERNAL;
}
