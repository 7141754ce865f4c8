/* The routes below /v1/public/accounts: methods, paths, guards, fields, handlers. */
#include "web/api/public/routes.h"

#include "base/array.h"
#include "web/api/body.h"
#include "web/api/public/handlers.h"
#include "web/api/respond.h"

#define G_WRITE (G_SESSION | G_ACTIVE | G_SAME_ORIGIN)

static const struct field enable_fields[] = {FIELD("mfa_code", FIELD_CODE, true), FIELD_END};
static const struct field disable_fields[] = {
    FIELD_PROOF("email", FIELD_EMAIL, true, PROOF_EMAIL),
    FIELD_PROOF("password", FIELD_PASSWORD, true, PROOF_PASSWORD),
    FIELD_PROOF("mfa_code", FIELD_CODE, false, PROOF_CODE),
    FIELD_PROOF("recovery_code", FIELD_CODE, false, PROOF_RECOVERY),
    FIELD_END,
};
static const struct field regenerate_fields[] = {
    FIELD_PROOF("mfa_code", FIELD_CODE, true, PROOF_CODE),
    FIELD_END,
};

static const struct route routes[] = {
    ROUTE(POST, "/v1/public/accounts/mfa/setup",
	G_WRITE | G_ENROLLING | G_EMAIL_VERIFIED | G_FRESH_PASSWORD | G_FRESH_VERIFICATION, NULL,
	.run = public_setup),
    ROUTE(POST, "/v1/public/accounts/mfa/enable", G_WRITE | G_ENROLLING | G_EMAIL_VERIFIED,
	enable_fields, .run = public_enable),
    ROUTE(POST, "/v1/public/accounts/mfa/disable", G_WRITE | G_PASSWORD_NOW | G_CODE_NOW,
	disable_fields, .run = public_disable),
    ROUTE(POST, "/v1/public/accounts/mfa/recovery-codes/regenerate", G_WRITE | G_APP_CODE_NOW,
	regenerate_fields, .run = public_regenerate),
};

static const struct route_family public_family = {
    .name = "public",
    .token_in_header = true,
    .read = api_read,
    .refuse = api_refuse,
};

const struct route_set api_public_routes = {
    .family = &public_family,
    .routes = routes,
    .count = ARRAY_SIZE(routes),
};
