/* JSON bodies of API requests. */
#ifndef WEB_API_BODY_H
#define WEB_API_BODY_H

#include "web/call.h"

/*
 * Reads a JSON object into the fields. ERR_MEDIA_TYPE when the body is of another type,
 * ERR_BAD_REQUEST with c->detail when it is no strict JSON object. Unknown members and members of
 * another type go to c->errors. No body is an empty object.
 */
enum err api_read(struct call *c) MUST_CHECK;

#endif
