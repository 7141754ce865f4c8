/* Checks the values of a request against the fields of a route. */
#include "web/field.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "domain/account.h"
#include "http/form.h"

#define WORD_MAX 32
/* The most bytes of one character in UTF-8. */
#define CHARACTER_MAX 4

/* Checks a text that is not empty; may replace it by its normal form. */
typedef bool field_fits(struct arena *a, struct str *text);

struct form_target {
	struct arena *arena;
	struct fields *fields;
};

static form_pair set_pair;
static bool value_fits(struct arena *a, enum field_type type, struct str *text);
static field_fits fits_email;
static field_fits fits_password;
static field_fits fits_code;
static field_fits fits_label;
static field_fits fits_path;
static field_fits fits_token;
static field_fits fits_line;
static field_fits fits_number;
static field_fits fits_time;
static field_fits fits_boolean;
static field_fits fits_word;
static size_t characters(struct str text);
static struct field_value *find_value(const struct fields *fs, struct str name);
static const struct field_value *get_value(const struct fields *fs, const char *name);

/* NULL where the type is an id. */
static field_fits *const fits[] = {
    [FIELD_EMAIL] = fits_email,
    [FIELD_PASSWORD] = fits_password,
    [FIELD_CODE] = fits_code,
    [FIELD_LABEL] = fits_label,
    [FIELD_PATH] = fits_path,
    [FIELD_TOKEN] = fits_token,
    [FIELD_FACTOR] = NULL,
    [FIELD_SESSION] = NULL,
    [FIELD_ORGANIZATION] = NULL,
    [FIELD_ACCOUNT] = NULL,
    [FIELD_TEXT] = fits_line,
    [FIELD_NUMBER] = fits_number,
    [FIELD_TIME] = fits_time,
    [FIELD_BOOLEAN] = fits_boolean,
    [FIELD_WORD] = fits_word,
};

static const char *const id_prefixes[] = {
    [FIELD_FACTOR] = ID_FACTOR,
    [FIELD_SESSION] = ID_SESSION,
    [FIELD_ORGANIZATION] = ID_ORGANIZATION,
    [FIELD_ACCOUNT] = ID_ACCOUNT,
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
field_set(struct arena *a, struct fields *fs, struct str name, struct str value)
{
	struct field_value *v = find_value(fs, name);

	if (v == NULL || !str_is_absent(v->text))
		return false;
	/* An empty value is kept as present, so that a second value is noticed. */
	v->text = str_copy(a, str_is_absent(value) ? STR("") : value);
	return true;
}

enum err
field_set_form(struct arena *a, struct fields *fs, struct str text)
{
	struct form_target target = {.arena = a, .fields = fs};

	return form_parse(a, text, set_pair, &target);
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
			v->valid = value_fits(a, v->field->type, &v->text);
		} else {
			v->valid = !v->field->required;
			if (v->valid)
				v->text = STR_ABSENT;
		}
		all = all && v->valid;
	}
	return all;
}

bool
field_known(const struct fields *fs, struct str name)
{
	return find_value(fs, name) != NULL;
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
field_reject_proof(struct fields *fs, enum field_proof proof)
{
	for (size_t i = 0; i < fs->count; i++)
		if (fs->values[i].field->proof == proof)
			fs->values[i].valid = false;
}

void
field_reject(struct fields *fs, const char *name)
{
	struct field_value *v = find_value(fs, str_of(name));

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

struct str
field_text(const struct fields *fs, const char *name)
{
	return get_value(fs, name)->text;
}

struct secret
field_secret(struct arena *a, const struct fields *fs, const char *name)
{
	return secret_copy(a, get_value(fs, name)->text);
}

struct uuid
field_id(const struct fields *fs, const char *name)
{
	const struct field_value *v = get_value(fs, name);
	struct uuid id;

	if (fits[v->field->type] != NULL)
		log_fatal("field.type", "a field that is no id was read as one");
	return id_parse(v->text, id_prefixes[v->field->type], &id) ? id : UUID_NIL;
}

int64_t
field_number(const struct fields *fs, const char *name, int64_t absent)
{
	int64_t n;

	return str_to_int64(get_value(fs, name)->text, &n) ? n : absent;
}

int64_t
field_time(const struct fields *fs, const char *name)
{
	int64_t us;

	return clock_parse(get_value(fs, name)->text, &us) ? us : 0;
}

bool
field_is_true(const struct fields *fs, const char *name)
{
	return str_eq(get_value(fs, name)->text, STR("true"));
}

static bool
set_pair(void *arg, struct str name, struct str value)
{
	const struct form_target *target = arg;

	return field_set(target->arena, target->fields, name, value);
}

static struct field_value *
find_value(const struct fields *fs, struct str name)
{
	for (size_t i = 0; i < fs->count; i++)
		if (str_eq(str_of(fs->values[i].field->name), name))
			return &fs->values[i];
	return NULL;
}

static const struct field_value *
get_value(const struct fields *fs, const char *name)
{
	const struct field_value *v = find_value(fs, str_of(name));

	if (v == NULL)
		log_fatal("field.unknown", name);
	return v;
}

static bool
value_fits(struct arena *a, enum field_type type, struct str *text)
{
	struct uuid id;

	return fits[type] != NULL ? fits[type](a, text) : id_parse(*text, id_prefixes[type], &id);
}

static bool
fits_email(struct arena *a, struct str *text)
{
	return account_email_normalize(a, text);
}

static bool
fits_password(struct arena *a, struct str *text)
{
	(void)a;
	return str_is_text(*text, ACCOUNT_PASSWORD_MAX);
}

static bool
fits_code(struct arena *a, struct str *text)
{
	(void)a;
	return str_is_text(*text, FIELD_CODE_MAX);
}

static bool
fits_label(struct arena *a, struct str *text)
{
	(void)a;
	return str_is_text(*text, FIELD_LABEL_MAX) && !str_has_control(*text);
}

static bool
fits_path(struct arena *a, struct str *text)
{
	(void)a;
	return str_is_text(*text, FIELD_PATH_MAX);
}

static bool
fits_token(struct arena *a, struct str *text)
{
	(void)a;
	return str_is_text(*text, FIELD_TOKEN_MAX);
}

static bool
fits_line(struct arena *a, struct str *text)
{
	(void)a;
	return str_is_text(*text, FIELD_TEXT_MAX * CHARACTER_MAX) &&
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

/* Counts the characters of a text that is valid UTF-8. */
static size_t
characters(struct str text)
{
	size_t n = 0;

	for (; text.n > 0; n++)
		text = str_slice(text, str_utf8_step(text), text.n);
	return n;
}
