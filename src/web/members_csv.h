/* The members of an organization as a file, for the page and the API. */
#ifndef WEB_MEMBERS_CSV_H
#define WEB_MEMBERS_CSV_H

#include "flow/compliance.h"
#include "web/call.h"

/*
 * Answers with all members that fit, whatever the query's limit, as a file that is made while
 * it is sent.
 */
enum err members_csv_export(struct call *c, const struct member_query *q) MUST_CHECK;

#endif
