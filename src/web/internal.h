/* The state of the web layer, for the files of this layer alone. */
#ifndef WEB_INTERNAL_H
#define WEB_INTERNAL_H

#include "view/template.h"
#include "web/call.h"

struct web {
	const struct conf *conf;
	struct flow_env *env;
	struct templates *templates;
	struct str openapi; /* the OpenAPI document, as it is served */
	struct call *call;  /* the current one, until web_after() */
};

#endif
