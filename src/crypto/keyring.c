/*
 * In memory the keyring is a mapping of its own, which is locked, left out of core dumps and,
 * once filled, read-only.
 */
#include "crypto/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/codec.h"
#include "base/log.h"
#include "base/rand.h"
#include "base/secret.h"

#define FILE_SIZE_MAX ((size_t)16 * 1024)

struct keyring {
	size_t count;
	size_t active;
	uint16_t ids[KEYRING_KEYS_MAX];
	unsigned char keys[KEYRING_KEYS_MAX][KEY_USES][KEYRING_KEY_SIZE];
};

/* A parsed line of the file. */
struct key_line {
	int64_t id;
	bool active;
	unsigned char *key;
};

/* The HKDF info of each use. Changing one makes everything under its keys unreadable. */
static const char *const use_names[KEY_USES] = {
    [KEY_USE_SEAL] = "countersign seal",
    [KEY_USE_RECOVERY] = "countersign recovery",
    [KEY_USE_AUDIT] = "countersign audit",
};

static struct keyring *keyring_new(void);
static enum err file_read(struct arena *a, const char *path, struct secret *text, struct str *why);
static const char *file_error(const struct stat *st);
static enum err file_write(struct arena *a, const char *path, struct str text, struct str *why);
static bool write_synced(int fd, struct str text);
static bool directory_sync(struct arena *a, const char *path);
static const char *parse_keys(struct arena *a, struct keyring *k, struct str text, int *line);
static const char *parse_line(struct arena *a, struct str text, struct key_line *out);
static struct str next_word(struct str *rest);
static const char *append_key(struct keyring *k, const struct key_line *line, bool *has_active);
static void derive_key(const unsigned char *master, const char *use, unsigned char *out);
static enum err refuse(struct arena *a, struct str *why, const char *path, const char *what);

enum err
keyring_load(struct arena *a, const char *path, struct keyring **out, struct str *why)
{
	struct secret text;
	struct keyring *k;
	const char *wrong;
	int line = 0;
	enum err e = file_read(a, path, &text, why);

	if (e != OK)
		return e;
	k = keyring_new();
	wrong = parse_keys(a, k, secret_reveal(text), &line);
	secret_wipe(text.p, text.n);
	if (wrong != NULL) {
		keyring_free(k);
		*why = line > 0 ? str_printf(a, "%s, line %d: %s", path, line, wrong)
				: str_printf(a, "%s: %s", path, wrong);
		return ERR_CONFIG;
	}
	if (mprotect(k, sizeof(*k), PROT_READ) != 0)
		log_fatal("keyring.memory", "the keyring cannot be made read-only");
	*out = k;
	return OK;
}

void
keyring_free(struct keyring *k)
{
	if (k == NULL)
		return;
	if (mprotect(k, sizeof(*k), PROT_READ | PROT_WRITE) != 0)
		log_fatal("keyring.memory", "the keyring cannot be wiped");
	secret_wipe(k, sizeof(*k));
	munmap(k, sizeof(*k));
}

uint16_t
keyring_active(const struct keyring *k)
{
	return k->ids[k->active];
}

size_t
keyring_ids(const struct keyring *k, uint16_t ids[KEYRING_KEYS_MAX])
{
	memcpy(ids, k->ids, k->count * sizeof(k->ids[0]));
	return k->count;
}

const unsigned char *
keyring_key(const struct keyring *k, uint16_t id, enum key_use use)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->ids[i] == id)
			return k->keys[i][use];
	return NULL;
}

enum err
keyring_create(struct arena *a, const char *path, struct str *why)
{
	struct secret key = secret_alloc(a, KEYRING_KEY_SIZE);
	struct str text;

	rand_bytes(key.p, key.n);
	text = str_printf(a,
	    "# id, state, key. Without this file all second factors are lost.\n1 active "
	    "%.*s\n",
	    STR_FMT(base64url_encode(a, key.p, key.n)));
	return file_write(a, path, text, why);
}

static struct keyring *
keyring_new(void)
{
	struct keyring *k =
	    mmap(NULL, sizeof(*k), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (k == MAP_FAILED || madvise(k, sizeof(*k), MADV_DONTDUMP) != 0)
		log_fatal("keyring.memory", "no memory that core dumps leave out");
	if (mlock(k, sizeof(*k)) != 0)
		log_warning("keyring.not_locked", LOG_CSTR("reason", strerror(errno)));
	return k;
}

static enum err
file_read(struct arena *a, const char *path, struct secret *text, struct str *why)
{
	/* Not blocking: a named pipe at this path must not hang the start. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	const char *wrong = NULL;
	ssize_t n = 1;

	if (fd < 0)
		return refuse(a, why, path, strerror(errno));
	if (fstat(fd, &st) != 0)
		wrong = strerror(errno);
	else
		wrong = file_error(&st);
	*text = secret_alloc(a, FILE_SIZE_MAX);
	text->n = 0;
	while (wrong == NULL && n != 0) {
		n = read(fd, text->p + text->n, FILE_SIZE_MAX - text->n);
		if (n > 0)
			text->n += (size_t)n;
		else if (n < 0 && errno != EINTR)
			wrong = strerror(errno);
		if (text->n == FILE_SIZE_MAX)
			wrong = "is too large for a keyring";
	}
	close(fd);
	if (wrong == NULL)
		return OK;
	secret_wipe(text->p, text->n);
	return refuse(a, why, path, wrong);
}

static const char *
file_error(const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "is not a regular file";
	if ((st->st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return "is accessible to group or others: its mode must be 0400 or 0600";
	return NULL;
}

/* Never replaces a file, as a lost keyring cannot be recovered. */
static enum err
file_write(struct arena *a, const char *path, struct str text, struct str *why)
{
	unsigned char mark[8];
	struct stat st;
	struct str beside;
	enum err e = OK;
	int fd;

	if (lstat(path, &st) == 0)
		return ERR_CONFLICT;
	rand_bytes(mark, sizeof(mark));
	beside = str_printf(a, "%s.%.*s", path, STR_FMT(hex_encode(a, mark, sizeof(mark))));
	fd = open(beside.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400);
	if (fd < 0)
		return refuse(a, why, path, strerror(errno));
	if (!write_synced(fd, text))
		e = refuse(a, why, path, strerror(errno));
	close(fd);
	if (e == OK && renameat2(AT_FDCWD, beside.p, AT_FDCWD, path, RENAME_NOREPLACE) != 0)
		e = errno == EEXIST ? ERR_CONFLICT : refuse(a, why, path, strerror(errno));
	if (e != OK) {
		unlink(beside.p);
		return e;
	}
	return directory_sync(a, path) ? OK : refuse(a, why, path, strerror(errno));
}

static bool
write_synced(int fd, struct str text)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			text = str_slice(text, (size_t)n, SIZE_MAX);
	}
	return fsync(fd) == 0;
}

/* A new name is durable only once its directory is synced. */
static bool
directory_sync(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *directory = ".";
	bool synced;
	int fd;

	if (slash != NULL)
		directory = str_c(a,
		    str_slice(str_of(path), 0, slash == path ? 1 : (size_t)(slash - path)));
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	synced = fsync(fd) == 0;
	close(fd);
	return synced;
}

/* Returns NULL, or what is wrong, and in `line` where (0: in the file as a whole). */
static const char *
parse_keys(struct arena *a, struct keyring *k, struct str text, int *line)
{
	bool has_active = false;

	while (!str_is_absent(text)) {
		struct str content = str_cut(&text, '\n');
		struct key_line parsed = {0};
		const char *wrong;

		++*line;
		content = str_trim(str_cut(&content, '#'));
		if (content.n == 0)
			continue;
		wrong = parse_line(a, content, &parsed);
		if (wrong == NULL)
			wrong = append_key(k, &parsed, &has_active);
		if (parsed.key != NULL)
			secret_wipe(parsed.key, KEYRING_KEY_SIZE);
		if (wrong != NULL)
			return wrong;
	}
	*line = 0;
	return has_active ? NULL : "no key is active";
}

static const char *
parse_line(struct arena *a, struct str text, struct key_line *out)
{
	struct str id = next_word(&text);
	struct str state = next_word(&text);
	struct str key = next_word(&text);
	unsigned char *bytes;
	size_t n;

	if (!str_to_int64(id, &out->id) || out->id < 1 || out->id > UINT16_MAX)
		return "the id is not a number from 1 to 65535";
	out->active = str_eq(state, STR("active"));
	if (!out->active && !str_eq(state, STR("readable")))
		return "the state is neither \"active\" nor \"readable\"";
	if (!base64url_decode(a, key, &bytes, &n))
		return "the key is not base64url";
	if (n != KEYRING_KEY_SIZE) {
		secret_wipe(bytes, n);
		return "the key is not 32 bytes long";
	}
	out->key = bytes;
	return str_is_absent(text) ? NULL : "there is text after the key";
}

static struct str
next_word(struct str *rest)
{
	struct str word;

	for (size_t i = 0; i < rest->n; i++)
		if (rest->p[i] == ' ' || rest->p[i] == '\t') {
			word = str_cut(rest, rest->p[i]);
			*rest = str_trim(*rest);
			return word;
		}
	word = *rest;
	*rest = STR_ABSENT;
	return word;
}

static const char *
append_key(struct keyring *k, const struct key_line *line, bool *has_active)
{
	if (k->count == KEYRING_KEYS_MAX)
		return "there are more than 16 keys";
	if (k->count > 0 && line->id <= k->ids[k->count - 1])
		return "the ids do not ascend";
	if (line->active && *has_active)
		return "a second key is active";
	if (line->active) {
		*has_active = true;
		k->active = k->count;
	}
	k->ids[k->count] = (uint16_t)line->id;
	for (size_t use = 0; use < KEY_USES; use++)
		derive_key(line->key, use_names[use], k->keys[k->count][use]);
	k->count++;
	return NULL;
}

static void
derive_key(const unsigned char *master, const char *use, unsigned char *out)
{
	unsigned char key[KEYRING_KEY_SIZE];
	char digest[] = "SHA256";
	char info[32];
	OSSL_PARAM params[4];
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *c = kdf != NULL ? EVP_KDF_CTX_new(kdf) : NULL;

	memcpy(key, master, sizeof(key));
	memcpy(info, use, strlen(use) + 1);
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key, sizeof(key));
	params[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info, strlen(info));
	params[3] = OSSL_PARAM_construct_end();
	if (c == NULL || EVP_KDF_derive(c, out, KEYRING_KEY_SIZE, params) != 1)
		log_fatal("keyring.derive", "OpenSSL cannot derive a key");
	secret_wipe(key, sizeof(key));
	EVP_KDF_CTX_free(c);
	EVP_KDF_free(kdf);
}

static enum err
refuse(struct arena *a, struct str *why, const char *path, const char *what)
{
	*why = str_printf(a, "%s: %s", path, what);
	return ERR_CONFIG;
}
