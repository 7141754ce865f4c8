/* What the page and the API have in common about the audit log of an organization. */
#ifndef WEB_AUDIT_LOG_H
#define WEB_AUDIT_LOG_H

#include "domain/audit_log.h"
#include "web/call.h"

enum audit_form { AUDIT_JSON_LINES, AUDIT_CSV };

/*
 * The filter of the fields actor, member, kind, result, since, until, and where the route has
 * it after. ERR_FIELD, with what is wrong noted in the call.
 */
enum err audit_log_filter(struct call *c, struct audit_filter *f) MUST_CHECK;

/*
 * Answers with all events of a filter as a file, in pages however many they are; the export is
 * an event before its first line leaves.
 */
enum err audit_log_export(struct call *c, const struct audit_filter *f,
    enum audit_form form) MUST_CHECK;

#endif
