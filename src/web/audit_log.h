/* The audit log of an organization, for the page and the API. */
#ifndef WEB_AUDIT_LOG_H
#define WEB_AUDIT_LOG_H

#include "domain/audit_log.h"
#include "web/call.h"

enum audit_log_format { AUDIT_LOG_JSON_LINES, AUDIT_LOG_CSV };

/*
 * Reads the filter from the fields actor, member, kind, result, since, until, and from after where
 * the route has it. ERR_FIELD, with an error for each field that is wrong.
 */
enum err audit_log_filter(struct call *c, struct audit_filter *f) MUST_CHECK;

/*
 * Responds with all events that the filter finds as a file. The export is recorded as an event
 * before the first line is sent; HEAD records and sends nothing.
 */
enum err audit_log_export(struct call *c, const struct audit_filter *f,
    enum audit_log_format format) MUST_CHECK;

#endif
