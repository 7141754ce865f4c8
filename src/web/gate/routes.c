/* The routes of the gate: authorization requests, and the pages for browsers. */
#include "web/gate/routes.h"

#include "base/array.h"
#include "web/gate/gate.h"
#include "web/gate/handlers.h"
#include "web/page/page.h"

static const struct field http_fields[] = {
    FIELD("level", FIELD_WORD, false),
    FIELD("max_age", FIELD_WORD, false),
    FIELD("organization", FIELD_LABEL, false),
    FIELD_END,
};
static const struct field return_fields[] = {
    FIELD("to", FIELD_PATH, true),
    FIELD("way", FIELD_WORD, false),
    FIELD_END,
};
static const struct field callback_fields[] = {
    FIELD("ticket", FIELD_TOKEN, true),
    FIELD("to", FIELD_PATH, true),
    FIELD_END,
};
static const struct field organization_fields[] = {
    FIELD("organization", FIELD_LABEL, true),
    FIELD("next", FIELD_PATH, false),
    FIELD_END,
};

static const struct route requests[] = {
    ROUTE(GET, "/gate", G_PUBLIC, NULL, .run = gate_fastcgi),
    ROUTE(GET, "/api/authz/auth-request", G_PUBLIC, http_fields, .run = gate_http),
};

static const struct route pages[] = {
    ROUTE(GET, "/gate/return", G_SESSION, return_fields, .run = gate_return),
    ROUTE(GET, "/gate/callback", G_PUBLIC, callback_fields, .run = gate_callback),
    ROUTE(GET, "/gate/organization", G_SESSION | G_ACTIVE, organization_fields,
	.run = gate_organization),
};

const struct route_set gate_routes = {
    .family = &gate_family,
    .routes = requests,
    .count = ARRAY_SIZE(requests),
};

const struct route_set gate_page_routes = {
    .family = &page_family,
    .routes = pages,
    .count = ARRAY_SIZE(pages),
};
