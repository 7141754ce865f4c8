/* The compliance of an organization, for the operations that respond with it. */
#ifndef WEB_API_V1_COMPLIANCE_H
#define WEB_API_V1_COMPLIANCE_H

#include "domain/member.h"
#include "web/call.h"

/* Puts the number of members by compliance into an object. */
void v1_present_totals(cJSON *o, const struct member_totals *totals);

#endif
