/* Making identifiers, and their text form. */
#include "base/uuid.h"

#include <string.h>

#include "base/arena.h"
#include "base/rand.h"

#define ID_CHARS 26

/* Crockford's base32 has no i, l, o and u. */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

static int digit_value(char c);

struct uuid
uuid_new(int64_t now_us)
{
	uint64_t ms = (uint64_t)(now_us / 1000);
	struct uuid id;

	rand_bytes(id.b, sizeof(id.b));
	for (int i = 5; i >= 0; i--) {
		id.b[i] = (unsigned char)(ms & 0xff);
		ms >>= 8;
	}
	id.b[6] = (unsigned char)(0x70 | (id.b[6] & 0x0f));
	id.b[8] = (unsigned char)(0x80 | (id.b[8] & 0x3f));
	return id;
}

bool
uuid_eq(struct uuid a, struct uuid b)
{
	return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

int
uuid_compare(struct uuid a, struct uuid b)
{
	return memcmp(a.b, b.b, sizeof(a.b));
}

bool
uuid_is_nil(struct uuid a)
{
	return uuid_eq(a, UUID_NIL);
}

/* 26 characters hold 130 bits: the first one carries the top three bits only. */
struct str
id_format(struct arena *a, const char *prefix, struct uuid id)
{
	size_t n = strlen(prefix) + 1;
	char *p = arena_alloc(a, n + ID_CHARS + 1);
	unsigned int hold = 0;
	unsigned int bits = 2;

	memcpy(p, prefix, n - 1);
	p[n - 1] = '_';
	for (size_t i = 0; i < sizeof(id.b); i++) {
		hold = (hold << 8 | id.b[i]) & 0xffff;
		bits += 8;
		while (bits >= 5) {
			bits -= 5;
			p[n++] = alphabet[hold >> bits & 0x1f];
		}
	}
	return (struct str){.p = p, .n = n};
}

bool
id_parse(struct str text, const char *prefix, struct uuid *out)
{
	struct uuid id = {{0}};
	size_t at = strlen(prefix);
	unsigned int hold = 0;
	unsigned int bits = 0;
	size_t n = 0;

	if (text.n != at + 1 + ID_CHARS || !str_starts(text, str_of(prefix)) || text.p[at] != '_')
		return false;
	if (digit_value(text.p[at + 1]) > 7)
		return false;
	for (size_t i = 0; i < ID_CHARS; i++) {
		int value = digit_value(text.p[at + 1 + i]);

		if (value < 0)
			return false;
		hold = (hold << 5 | (unsigned int)value) & 0xffff;
		bits += i == 0 ? 3 : 5;
		if (bits >= 8) {
			bits -= 8;
			id.b[n++] = (unsigned char)(hold >> bits & 0xff);
		}
	}
	*out = id;
	return true;
}

static int
digit_value(char c)
{
	const char *at = c != '\0' ? strchr(alphabet, c) : NULL;

	return at != NULL ? (int)(at - alphabet) : -1;
}
