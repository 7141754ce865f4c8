/* HMAC from contexts that are made once and duplicated for each use, and SHA-256. */
#include "crypto/hmac.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>
#include <string.h>

#include "base/log.h"

#define HASH_COUNT 3

/* fetch_all() fills this once; after that it is only read. */
static struct {
	EVP_MAC_CTX *mac[HASH_COUNT];
	EVP_MD *sha256;
} fetched;
static pthread_once_t fetched_once = PTHREAD_ONCE_INIT;

static void fetch_all(void);
static EVP_MAC_CTX *mac_for(EVP_MAC *mac, const char *digest);

size_t
hmac(enum hash h, const unsigned char *key, size_t key_n, const void *data, size_t n,
    unsigned char out[64])
{
	static const unsigned char no_key[1];
	EVP_MAC_CTX *c;
	size_t size = 0;

	if (pthread_once(&fetched_once, fetch_all) != 0)
		log_fatal("hmac.failed", "the algorithms cannot be fetched");
	c = EVP_MAC_CTX_dup(fetched.mac[h]);
	/* For OpenSSL a NULL key means the key of the previous call. */
	if (c == NULL || EVP_MAC_init(c, key_n > 0 ? key : no_key, key_n, NULL) != 1 ||
	    EVP_MAC_update(c, data, n) != 1 || EVP_MAC_final(c, out, &size, 64) != 1)
		log_fatal("hmac.failed", "OpenSSL cannot compute an HMAC");
	EVP_MAC_CTX_free(c);
	return size;
}

void
sha256(const void *data, size_t n, unsigned char out[SHA256_SIZE])
{
	if (pthread_once(&fetched_once, fetch_all) != 0 ||
	    EVP_Digest(data, n, out, NULL, fetched.sha256, NULL) != 1)
		log_fatal("sha256.failed", "OpenSSL cannot compute SHA-256");
}

static void
fetch_all(void)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	if (mac == NULL)
		log_fatal("hmac.failed", "OpenSSL has no HMAC");
	fetched.mac[HASH_SHA1] = mac_for(mac, "SHA1");
	fetched.mac[HASH_SHA256] = mac_for(mac, "SHA256");
	fetched.mac[HASH_SHA512] = mac_for(mac, "SHA512");
	EVP_MAC_free(mac);
	fetched.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (fetched.sha256 == NULL)
		log_fatal("sha256.failed", "OpenSSL has no SHA-256");
}

static EVP_MAC_CTX *
mac_for(EVP_MAC *mac, const char *digest)
{
	char name[16];
	OSSL_PARAM params[2];
	EVP_MAC_CTX *c = EVP_MAC_CTX_new(mac);

	/* The parameter needs writable memory, although OpenSSL does not write to it. */
	memcpy(name, digest, strlen(digest) + 1);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0);
	params[1] = OSSL_PARAM_construct_end();
	if (c == NULL || EVP_MAC_CTX_set_params(c, params) != 1)
		log_fatal("hmac.failed", "OpenSSL has no such digest");
	return c;
}
