/*
 * The web floor as the daemon sees it: one request in, one answer out. It always answers;
 * whatever fails becomes an error answer that grants nothing.
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
 * Loads the templates and checks the route table. `env` and `conf` stay the caller's and
 * outlive the web. All memory comes from `a`, the process's arena. ERR_CONFIG with `why`.
 */
enum err web_open(struct arena *a, const struct conf *conf, struct flow_env *env, struct web **out,
    struct str *why) MUST_CHECK;

/*
 * Answers one request. `read` is what req_read() returned: a request that could not be read
 * gets its error answer here too.
 */
void web_handle(struct web *w, struct req *rq, enum err read, struct resp *rs);

/*
 * What may be done once the answer has left: call it after every answer, before the arena is
 * reset.
 */
void web_after(struct web *w, struct req *rq);

#endif
