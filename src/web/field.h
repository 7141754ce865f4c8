/*
 * Input fields: a route names its fields in a table, and the values of a request are checked
 * against it, the same for a form and for JSON. Handlers read typed values, never a raw body.
 */
#ifndef WEB_FIELD_H
#define WEB_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"
#include "base/uuid.h"

/* Limits in bytes; FIELD_TEXT_MAX is in characters. */
#define FIELD_CODE_MAX 64
#define FIELD_LABEL_MAX 64
#define FIELD_PATH_MAX 2048
#define FIELD_TOKEN_MAX 256
#define FIELD_TEXT_MAX 500

#define FIELD_NUMBER_MAX 1000000000

enum field_type {
	FIELD_EMAIL,    /* an e-mail address, in lower case after the check (domain/account.h) */
	FIELD_PASSWORD, /* any UTF-8 without NUL, kept exactly as it was sent */
	/* text of at most FIELD_CODE_MAX; the kind of factor verifies it */
	FIELD_CODE,
	FIELD_LABEL, /* 1 to FIELD_LABEL_MAX bytes of UTF-8, trimmed, no control characters */
	/* text of at most FIELD_PATH_MAX; redirect.h decides whether it is a path of this site */
	FIELD_PATH,
	FIELD_TOKEN,        /* text of at most FIELD_TOKEN_MAX; the use case verifies it */
	FIELD_FACTOR,       /* fct_… */
	FIELD_SESSION,      /* ses_… */
	FIELD_ORGANIZATION, /* org_… */
	FIELD_ACCOUNT,      /* usr_… */
	/* a line of 1 to FIELD_TEXT_MAX characters of UTF-8, trimmed, no control characters */
	FIELD_TEXT,
	FIELD_NUMBER,  /* a whole number, 0 to FIELD_NUMBER_MAX, in digits */
	FIELD_TIME,    /* YYYY-MM-DD (its beginning in UTC), or a date-time by RFC 3339 */
	FIELD_BOOLEAN, /* true or false */
	FIELD_WORD     /* lower-case letters, digits, '-' and '_', at most 32 */
};

/* Which proof a value is, whatever an API family calls the field. */
enum field_proof {
	PROOF_NONE,
	PROOF_PASSWORD,
	PROOF_CODE,
	PROOF_RECOVERY,
	PROOF_FACTOR,
	PROOF_EMAIL
};

struct field {
	const char *name; /* NULL ends a table */
	enum field_type type;
	bool required;
	enum field_proof proof;
};

/* Rows of a table. */
#define FIELD(name_, type_, required_)                                    \
	{                                                                 \
		.name = (name_), .type = (type_), .required = (required_) \
	}
#define FIELD_PROOF(name_, type_, required_, proof_)                                         \
	{                                                                                    \
		.name = (name_), .type = (type_), .required = (required_), .proof = (proof_) \
	}
#define FIELD_END            \
	{                    \
		.name = NULL \
	}

/* One value of a request. */
struct field_value {
	const struct field *field;
	struct str text; /* absent when not sent, or sent empty and not required */
	bool valid;
};

struct fields {
	struct field_value *values;
	size_t count;
};

/* Makes the values for a table, all absent, in the arena. */
struct fields field_prepare(struct arena *a, const struct field *table);

/*
 * Sets the value of one field. False when the table has no such field or it is set already. The
 * value need not fit its type (see field_check()).
 */
bool field_set(struct arena *a, struct fields *fs, struct str name, struct str value);

/*
 * Sets the values of a form or a query (http/form.h). ERR_BAD_REQUEST when it is malformed, or a
 * name is unknown or repeated.
 */
enum err field_set_form(struct arena *a, struct fields *fs, struct str text) MUST_CHECK;

/* Checks and normalizes all values; false when one of them does not fit its type. */
bool field_check(struct arena *a, struct fields *fs);

/* True when the table has a field of that name. */
bool field_known(const struct fields *fs, struct str name);

/* The value of the field with that proof; absent when there is none or it was not sent. */
struct str field_proof(const struct fields *fs, enum field_proof proof);

/* Marks the field with that proof as invalid: it is optional, but this request needed it. */
void field_reject_proof(struct fields *fs, enum field_proof proof);

/* Marks a value that fits its type as invalid. An unknown name ends the process. */
void field_reject(struct fields *fs, const char *name);

/* The name of the first field with an invalid value; NULL when all are valid. */
const char *field_rejected(const struct fields *fs);

/* The value of a field by name; absent when it was not sent. An unknown name ends the process. */
struct str field_text(const struct fields *fs, const char *name);
/* The same as a secret: password, code. p is NULL when absent. */
struct secret field_secret(struct arena *a, const struct fields *fs, const char *name);
/* The same as an id; nil when absent. */
struct uuid field_id(const struct fields *fs, const char *name);
/* The same as a number; `absent` when it was not sent. */
int64_t field_number(const struct fields *fs, const char *name, int64_t absent);
/* The same as a time in microseconds since 1970; 0 when it was not sent. */
int64_t field_time(const struct fields *fs, const char *name);
/* Whether the value is "true". */
bool field_is_true(const struct fields *fs, const char *name);

#endif
