/* Responses of the API families: JSON, problem documents, and the objects that families share. */
#ifndef WEB_API_RESPOND_H
#define WEB_API_RESPOND_H

#include "flow/recovery.h"
#include "web/call.h"

/* Responds with the value tree as JSON, and this status. */
enum err api_respond(struct call *c, int status) MUST_CHECK;

/* Responds with 204. */
enum err api_no_content(struct call *c) MUST_CHECK;

/* True when Accept names the media type. */
bool api_accepts(const struct call *c, struct str type);

/* Responds with the error as application/problem+json (RFC 9457). */
void api_refuse(struct call *c, enum err e);

/*
 * Puts the session into the tree: id, accountId, state, methods, times, and its new token where
 * the client keeps it.
 */
void api_present_session(struct call *c);

/* Puts `enabled`, `methods`, `backupCodesRemaining` and, where one requires a factor, `policy`. */
void api_present_mfa(struct call *c);

/* Loads the account anew and responds with its second factor (api_present_mfa()). */
enum err api_respond_mfa(struct call *c) MUST_CHECK;

/* Sets a time as a member; null for 0. */
void api_set_time(struct call *c, cJSON *o, const char *name, int64_t us);

/* Sets recovery codes as a list. */
void api_set_codes(cJSON *o, const char *name, const struct recovery_codes *codes);

#endif
