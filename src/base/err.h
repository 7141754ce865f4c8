/*
 * The outcomes that functions report. A refusal is a result for the client; a failure is a fault
 * of the service, is logged where it is detected, and grants nothing. HTTP status and wording
 * are in web/error.c.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))

enum err_kind { ERR_KIND_OK, ERR_KIND_REFUSAL, ERR_KIND_FAILURE };

/* X(member, stable code for API clients, kind) */
#define ERR_TABLE(X)                                                                    \
	X(OK, "ok", ERR_KIND_OK)                                                        \
	X(ERR_BAD_REQUEST, "bad_request", ERR_KIND_REFUSAL)                             \
	X(ERR_FIELD, "field_invalid", ERR_KIND_REFUSAL)                                 \
	X(ERR_NOT_FOUND, "not_found", ERR_KIND_REFUSAL)                                 \
	X(ERR_METHOD, "method_not_allowed", ERR_KIND_REFUSAL)                           \
	X(ERR_TOO_LARGE, "body_too_large", ERR_KIND_REFUSAL)                            \
	X(ERR_MEDIA_TYPE, "media_type_unsupported", ERR_KIND_REFUSAL)                   \
	X(ERR_CROSS_ORIGIN, "cross_origin", ERR_KIND_REFUSAL)                           \
	X(ERR_UNAUTHENTICATED, "unauthenticated", ERR_KIND_REFUSAL)                     \
	X(ERR_CREDENTIALS, "credentials_invalid", ERR_KIND_REFUSAL)                     \
	X(ERR_MFA_REQUIRED, "mfa_required", ERR_KIND_REFUSAL)                           \
	X(ERR_ENROLLMENT_REQUIRED, "enrollment_required", ERR_KIND_REFUSAL)             \
	X(ERR_REAUTHENTICATION_REQUIRED, "reauthentication_required", ERR_KIND_REFUSAL) \
	X(ERR_VERIFICATION_REQUIRED, "verification_required", ERR_KIND_REFUSAL)         \
	X(ERR_EMAIL_UNVERIFIED, "email_unverified", ERR_KIND_REFUSAL)                   \
	X(ERR_CODE_INVALID, "code_invalid", ERR_KIND_REFUSAL)                           \
	X(ERR_THROTTLED, "too_many_attempts", ERR_KIND_REFUSAL)                         \
	X(ERR_LOCKED, "second_factor_locked", ERR_KIND_REFUSAL)                         \
	X(ERR_NO_PENDING, "no_pending_factor", ERR_KIND_REFUSAL)                        \
	X(ERR_FACTOR_LIMIT, "too_many_factors", ERR_KIND_REFUSAL)                       \
	X(ERR_NOT_ENABLED, "mfa_not_enabled", ERR_KIND_REFUSAL)                         \
	X(ERR_CONFLICT, "conflict", ERR_KIND_REFUSAL)                                   \
	X(ERR_FORBIDDEN, "forbidden", ERR_KIND_REFUSAL)                                 \
	X(ERR_ORGANIZATION, "organization_required", ERR_KIND_REFUSAL)                  \
	X(ERR_FACTOR_REQUIRED, "factor_required", ERR_KIND_REFUSAL)                     \
	X(ERR_BUSY, "busy", ERR_KIND_FAILURE)                                           \
	X(ERR_RACE, "race_lost", ERR_KIND_FAILURE)                                      \
	X(ERR_UNAVAILABLE, "unavailable", ERR_KIND_FAILURE)                             \
	X(ERR_OUTCOME_UNKNOWN, "outcome_unknown", ERR_KIND_FAILURE)                     \
	X(ERR_CONFIG, "configuration", ERR_KIND_FAILURE)                                \
	X(ERR_INTERNAL, "internal", ERR_KIND_FAILURE)

enum err {
#define ERR_MEMBER(name, code, kind) name,
	ERR_TABLE(ERR_MEMBER)
#undef ERR_MEMBER
};

/* Returns the stable code of an outcome, such as "code_invalid". Never NULL. */
const char *err_code(enum err e);

/* Distinguishes OK, refusals (the client's doing) and failures (the service's). */
enum err_kind err_kind(enum err e);

#endif
