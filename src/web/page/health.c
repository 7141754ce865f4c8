/* Health checks for operators: whether the process runs, and whether it can do its work. */
#include "web/page/handlers.h"

#include "web/call.h"
#include "web/internal.h"

enum err
page_healthz(struct call *c)
{
	resp_set(c->resp, 200, STR("text/plain; charset=utf-8"), STR("ok\n"));
	return OK;
}

enum err
page_readyz(struct call *c)
{
	bool ready = flow_env_ready(c->web->env, c->arena, c->req->deadline_ms);

	resp_set(c->resp, ready ? 200 : 503, STR("text/plain; charset=utf-8"),
	    ready ? STR("ready\n") : STR("not ready\n"));
	return OK;
}
