/* Replacing the recovery codes. */
#include "web/api/v1/handlers.h"

#include "flow/recovery.h"
#include "web/api/respond.h"

enum err
v1_recovery_replace(struct call *c)
{
	struct recovery_codes codes;
	enum err e = flow_recovery_replace(&c->flow, &codes);

	if (e != OK)
		return e;
	api_set_codes(c->model, "recoveryCodes", &codes);
	return api_respond(c, 200);
}
