/* What the files of this floor share and nobody else sees. */
#ifndef WEB_INTERNAL_H
#define WEB_INTERNAL_H

#include "view/template.h"
#include "web/call.h"

struct web {
	const struct conf *conf;
	struct flow_env *env;
	struct templates *templates;
	struct str openapi; /* the OpenAPI document, as it is served */
	struct call *call;  /* the one being answered, until web_after() */
};

#endif
