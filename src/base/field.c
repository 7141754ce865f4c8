/* The check of a request's values against a route's table of fields. */
#include "base/field.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"

#define WORD_MAX 32
/* Bytes of one character in UTF-8. */
#define CHARACTER_MAX 4

/* Whether a text that is not empty fits; may replace it by its normal form. */
typedef bool field_fits(struct arena *a, struct str *text);

static field_fits fits_email;
static field_fits fits_password;
static field_fits fits_code;
static field_fits fits_label;
static field_fits fits_path;
static field_fits fits_token;
static field_fits fits_factor;
static field_fits fits_session;
static field_fits fits_organization;
static field_fits fits_account;
static field_fits fits_line;
static field_fits fits_number;
static field_fits fits_time;
static field_fits fits_boolean;
static field_fits fits_word;
static bool fits_text(struct str text, size_t max);
static size_t characters(struct str text);
static struct field_value *value_named(const struct fields *fs, struct str name);
static const struct field_value *value_known(const struct fields *fs, const char *name);

static field_fits *const fits[] = {
    [FIELD_EMAIL] = fits_email,
    [FIELD_PASSWORD] = fits_password,
    [FIELD_CODE] = fits_code,
    [FIELD_LABEL] = fits_label,
    [FIELD_PATH] = fits_path,
    [FIELD_TOKEN] = fits_token,
    [FIELD_FACTOR] = fits_factor,
    [FIELD_SESSION] = fits_session,
    [FIELD_ORGANIZATION] = fits_organization,
    [FIELD_ACCOUNT] = fits_account,
    [FIELD_TEXT] = fits_line,
    [FIELD_NUMBER] = fits_number,
    [FIELD_TIME] = fits_time,
    [FIELD_BOOLEAN] = fits_boolean,
    [FIELD_WORD] = fits_word,
};

struct fields
field_prepare(struct arena *a, const struct field *table)
{
	struct fields fs = {0};

	while (table[fs.count].name != NULL)
		fs.count++;
	fs.values = arena_array(a, fs.count, sizeof(*fs.values));
	for (size_t i = 0; i < fs.count; i++)
		fs.values[i].field = &table[i];
	return fs;
}

bool
field_offer(struct arena *a, struct fields *fs, struct str name, struct str value)
{
	struct field_value *v = value_named(fs, name);

	if (v == NULL || !str_is_absent(v->text))
		return false;
	/* Present from now on, so that a second one is seen even if this one is empty. */
	v->text = str_copy(a, str_is_absent(value) ? STR("") : value);
	return true;
}

bool
field_check(struct arena *a, struct fields *fs)
{
	bool all = true;

	for (size_t i = 0; i < fs->count; i++) {
		struct field_value *v = &fs->values[i];

		if (v->field->type == FIELD_LABEL || v->field->type == FIELD_TEXT)
			v->text = str_trim(v->text);
		if (v->text.n > 0) {
			v->valid = fits[v->field->type](a, &v->text);
		} else {
			v->valid = !v->field->required;
			if (v->valid)
				v->text = STR_ABSENT;
		}
		all = all && v->valid;
	}
	return all;
}

void
field_reject(struct fields *fs, const char *name)
{
	struct field_value *v = value_named(fs, str_of(name));

	if (v == NULL)
		log_fatal("field.unknown", name);
	v->valid = false;
}

const char *
field_rejected(const struct fields *fs)
{
	for (size_t i = 0; i < fs->count; i++)
		if (!fs->values[i].valid)
			return fs->values[i].field->name;
	return NULL;
}

bool
field_known(const struct fields *fs, struct str name)
{
	return value_named(fs, name) != NULL;
}

struct str
field_proof(const struct fields *fs, enum field_proof proof)
{
	for (size_t i = 0; i < fs->count; i++)
		if (fs->values[i].field->proof == proof)
			return fs->values[i].text;
	return STR_ABSENT;
}

void
field_refuse(struct fields *fs, enum field_proof proof)
{
	for (size_t i = 0; i < fs->count; i++)
		if (fs->values[i].field->proof == proof)
			fs->values[i].valid = false;
}

struct str
field_text(const struct fields *fs, const char *name)
{
	return value_known(fs, name)->text;
}

struct secret
field_secret(struct arena *a, const struct fields *fs, const char *name)
{
	return secret_copy(a, value_known(fs, name)->text);
}

struct uuid
field_id(const struct fields *fs, const char *name)
{
	const struct field_value *v = value_known(fs, name);
	struct uuid id = {{0}};
	const char *prefix;

	if (v->field->type == FIELD_FACTOR)
		prefix = ID_FACTOR;
	else if (v->field->type == FIELD_SESSION)
		prefix = ID_SESSION;
	else if (v->field->type == FIELD_ORGANIZATION)
		prefix = ID_ORGANIZATION;
	else if (v->field->type == FIELD_ACCOUNT)
		prefix = ID_ACCOUNT;
	else
		log_fatal("field.type", "a field that is no identifier was read as one");
	if (!id_parse(v->text, prefix, &id))
		return UUID_NIL;
	return id;
}

int64_t
field_number(const struct fields *fs, const char *name, int64_t absent)
{
	int64_t n;

	return str_to_int64(value_known(fs, name)->text, &n) ? n : absent;
}

int64_t
field_time(const struct fields *fs, const char *name)
{
	int64_t us;

	return clock_parse(value_known(fs, name)->text, &us) ? us : 0;
}

static struct field_value *
value_named(const struct fields *fs, struct str name)
{
	for (size_t i = 0; i < fs->count; i++)
		if (str_eq(str_of(fs->values[i].field->name), name))
			return &fs->values[i];
	return NULL;
}

static const struct field_value *
value_known(const struct fields *fs, const char *name)
{
	const struct field_value *v = value_named(fs, str_of(name));

	if (v == NULL)
		log_fatal("field.unknown", name);
	return v;
}

static bool
fits_email(struct arena *a, struct str *text)
{
	struct str rest = *text;
	struct str local = str_cut(&rest, '@');

	if (!fits_text(*text, FIELD_EMAIL_MAX) || str_has_control(*text) || str_has(*text, ' '))
		return false;
	if (local.n == 0 || rest.n == 0 || str_has(rest, '@'))
		return false;
	*text = str_lower(a, *text);
	return true;
}

static bool
fits_password(struct arena *a, struct str *text)
{
	(void)a;
	return fits_text(*text, FIELD_PASSWORD_MAX);
}

static bool
fits_code(struct arena *a, struct str *text)
{
	(void)a;
	return fits_text(*text, FIELD_CODE_MAX);
}

static bool
fits_label(struct arena *a, struct str *text)
{
	(void)a;
	return fits_text(*text, FIELD_LABEL_MAX) && !str_has_control(*text);
}

static bool
fits_path(struct arena *a, struct str *text)
{
	(void)a;
	return fits_text(*text, FIELD_PATH_MAX);
}

static bool
fits_token(struct arena *a, struct str *text)
{
	(void)a;
	return fits_text(*text, FIELD_TOKEN_MAX);
}

static bool
fits_factor(struct arena *a, struct str *text)
{
	struct uuid id;

	(void)a;
	return id_parse(*text, ID_FACTOR, &id);
}

static bool
fits_session(struct arena *a, struct str *text)
{
	struct uuid id;

	(void)a;
	return id_parse(*text, ID_SESSION, &id);
}

static bool
fits_organization(struct arena *a, struct str *text)
{
	struct uuid id;

	(void)a;
	return id_parse(*text, ID_ORGANIZATION, &id);
}

static bool
fits_account(struct arena *a, struct str *text)
{
	struct uuid id;

	(void)a;
	return id_parse(*text, ID_ACCOUNT, &id);
}

static bool
fits_line(struct arena *a, struct str *text)
{
	(void)a;
	return fits_text(*text, FIELD_TEXT_MAX * CHARACTER_MAX) &&
	       characters(*text) <= FIELD_TEXT_MAX && !str_has_control(*text);
}

static bool
fits_number(struct arena *a, struct str *text)
{
	int64_t n;

	(void)a;
	for (size_t i = 0; i < text->n; i++)
		if (text->p[i] < '0' || text->p[i] > '9')
			return false;
	return str_to_int64(*text, &n) && n <= FIELD_NUMBER_MAX;
}

static bool
fits_time(struct arena *a, struct str *text)
{
	int64_t us;

	(void)a;
	return clock_parse(*text, &us);
}

static bool
fits_boolean(struct arena *a, struct str *text)
{
	(void)a;
	return str_eq(*text, STR("true")) || str_eq(*text, STR("false"));
}

static bool
fits_word(struct arena *a, struct str *text)
{
	(void)a;
	if (text->n > WORD_MAX)
		return false;
	for (size_t i = 0; i < text->n; i++) {
		char c = text->p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
			return false;
	}
	return true;
}

/* Text at all: UTF-8 without NUL, which no C interface below could take. */
static bool
fits_text(struct str text, size_t max)
{
	return text.n <= max && str_is_utf8(text) && !str_has(text, '\0');
}

/* Of valid UTF-8. */
static size_t
characters(struct str text)
{
	size_t n = 0;

	for (; text.n > 0; n++)
		text = str_slice(text, str_utf8_step(text), text.n);
	return n;
}
