/* The OpenAPI document. */
#include "web/api/v1/handlers.h"

#include "web/call.h"
#include "web/internal.h"

enum err
v1_openapi(struct call *c)
{
	resp_set(c->resp, 200, STR("application/json"), c->web->openapi);
	return OK;
}
