/*
 * The interface of the web layer for the daemon: one request in, one response out. Every failure
 * becomes an error response that grants nothing.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "base/arena.h"
#include "base/err.h"
#include "conf/conf.h"
#include "http/req.h"
#include "http/resp.h"

struct flow_env;
struct web;

/*
 * Loads the templates and the OpenAPI document. `env` and `conf` belong to the caller and outlive
 * the result. All memory comes from `a`, the arena of the process. ERR_CONFIG with `why`.
 */
enum err web_open(struct arena *a, const struct conf *conf, struct flow_env *env, struct web **out,
    struct str *why) MUST_CHECK;

/*
 * Responds to one request. `read` is what req_read() returned: a request that could not be read
 * gets an error response.
 */
void web_handle(struct web *w, struct req *rq, enum err read, struct resp *rs);

/*
 * Does what can wait until the response was written. The caller calls it after every response,
 * before the arena is reset.
 */
void web_after(struct web *w, struct req *rq);

#endif
