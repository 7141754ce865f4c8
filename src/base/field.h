/*
 * Input fields: a route names its fields in a table, and a request's values are checked against
 * it, the same for a form and for JSON. Handlers read typed values and never a raw body.
 */
#ifndef BASE_FIELD_H
#define BASE_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/secret.h"
#include "base/str.h"
#include "base/uuid.h"

/* Hard limits, in bytes. */
#define FIELD_EMAIL_MAX 254
#define FIELD_PASSWORD_MAX 1024
#define FIELD_CODE_MAX 64
#define FIELD_LABEL_MAX 64
#define FIELD_PATH_MAX 2048
#define FIELD_TOKEN_MAX 256
#define FIELD_TEXT_MAX 500

#define FIELD_NUMBER_MAX 1000000000

enum field_type {
	/* one '@', no spaces or controls, at most FIELD_EMAIL_MAX; the value is lower case */
	FIELD_EMAIL,
	FIELD_PASSWORD, /* any UTF-8 without NUL, compared exactly, at most FIELD_PASSWORD_MAX */
	/* what an app shows: any text at most FIELD_CODE_MAX; the factor kind judges it */
	FIELD_CODE,
	FIELD_LABEL, /* 1 to FIELD_LABEL_MAX bytes of UTF-8, trimmed, no controls */
	/* where to go next: any text; flow decides whether it is a path of this site */
	FIELD_PATH,
	FIELD_TOKEN,   /* of a link: any text at most FIELD_TOKEN_MAX; the use case judges it */
	FIELD_FACTOR,  /* fct_… */
	FIELD_SESSION, /* ses_… */
	FIELD_ORGANIZATION, /* org_… */
	FIELD_ACCOUNT,      /* usr_… */
	/* a line of 1 to FIELD_TEXT_MAX characters of UTF-8, trimmed, no controls */
	FIELD_TEXT,
	FIELD_NUMBER,  /* a whole number, 0 to FIELD_NUMBER_MAX, in digits */
	FIELD_TIME,    /* YYYY-MM-DD (its beginning in UTC), or a date-time by RFC 3339 */
	FIELD_BOOLEAN, /* true or false */
	FIELD_WORD     /* lower-case letters, digits, '-' and '_', at most 32 */
};

/* What a value proves, whatever a dialect calls it. */
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

/* One value of a request after the check. */
struct field_value {
	const struct field *field;
	struct str text; /* absent when not given, or given empty and not required */
	bool valid;
};

struct fields {
	struct field_value *values;
	size_t count;
};

/* Values for a table, all absent. Lives in the arena. */
struct fields field_prepare(struct arena *a, const struct field *table);

/*
 * Offers one name and value. False when the table has no such field or it was given before; the
 * value is kept even if it does not fit its type (see field_check()).
 */
bool field_offer(struct arena *a, struct fields *fs, struct str name, struct str value);

/* Validates and normalises all values; false when any does not fit. */
bool field_check(struct arena *a, struct fields *fs);

/* True when a table has a field of that name. */
bool field_known(const struct fields *fs, struct str name);

/* The value of the field that proves something; absent when there is none or it was not given. */
struct str field_proof(const struct fields *fs, enum field_proof proof);

/* Says that the field of a proof, which may be left out in general, was needed here. */
void field_refuse(struct fields *fs, enum field_proof proof);

/*
 * Says that a value that is of its type does not do all the same. An unknown name ends the
 * process.
 */
void field_reject(struct fields *fs, const char *name);

/* The first field whose value does not do; NULL when all of them do. */
const char *field_rejected(const struct fields *fs);

/* The value of a field by name; absent when it was not given. An unknown name ends the process. */
struct str field_text(const struct fields *fs, const char *name);
/* The same as a secret: password, code. p is NULL when absent. */
struct secret field_secret(struct arena *a, const struct fields *fs, const char *name);
/* The same as an identifier; nil when absent. */
struct uuid field_id(const struct fields *fs, const char *name);
/* The same as a number; `absent` when it was not given. */
int64_t field_number(const struct fields *fs, const char *name, int64_t absent);
/* The same as a time in microseconds since 1970; 0 when it was not given. */
int64_t field_time(const struct fields *fs, const char *name);

#endif
