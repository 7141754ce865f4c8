/*
 * What the dialects of the JSON API share: bodies in, answers and problems out. A dialect is a
 * folder with a route array of its own.
 */
#ifndef WEB_API_API_H
#define WEB_API_API_H

#include "flow/recovery.h"
#include "web/call.h"

extern const struct route_set api_v1_routes;
extern const struct route_set api_public_routes;

/* ---- body.c ---- */

/*
 * Takes a JSON object into the fields. ERR_MEDIA_TYPE when the body is said to be something
 * else, ERR_BAD_REQUEST with c->detail when it is no strict JSON object. Unknown members and
 * members of another type go to c->faults. No body is an empty object.
 */
enum err api_read(struct call *c) MUST_CHECK;

/* Says what is wrong with one member; more than CALL_FAULTS_MAX are not kept. */
void api_fault(struct call *c, struct str name, const char *what);

/* ---- answer.c ---- */

/* The answer is the value tree, with this status. */
enum err api_respond(struct call *c, int status) MUST_CHECK;

/* Whether the client asks for that media type by its name. */
bool api_accepts(const struct call *c, struct str type);

/* Nothing to tell: 204. */
enum err api_no_content(struct call *c) MUST_CHECK;

/* The refusal or failure as application/problem+json (RFC 9457). */
void api_refuse(struct call *c, enum err e);

/*
 * The session as the tree: id, accountId, state, methods, times, and its new token where the
 * client keeps it.
 */
void api_session(struct call *c);

/* `enabled`, `methods`, `backupCodesRemaining`, and `policy` where a deadline runs or has run. */
void api_mfa(struct call *c);

/* A time as a member: null for 0. */
void api_time(struct call *c, cJSON *o, const char *name, int64_t us);

/* Codes as a list. */
void api_codes(cJSON *o, const char *name, const struct recovery_codes *codes);

#endif
