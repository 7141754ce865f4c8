/* HTTP status and wording of every error. */
#ifndef WEB_ERROR_H
#define WEB_ERROR_H

#include "web/call.h"

/* Returns the HTTP status of an error. */
int error_status(enum err e);

/* Returns the title of an error, for people. */
const char *error_title(enum err e);

/* Returns a sentence about an error, for people. */
const char *error_detail(enum err e);

/* Returns the sentence for this request: it may say how long the client has to wait. */
struct str error_detail_for(struct call *c, enum err e);

/* Sets Retry-After where waiting helps; returns its seconds, 0 where it does not. */
int64_t error_retry_after(struct call *c, enum err e);

/* Adds an error of one member; more than CALL_ERRORS_MAX are not kept. */
void error_add_field(struct call *c, struct str name, const char *detail);

#endif
