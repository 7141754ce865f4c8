/* A member of an organization, for the operations that respond with one. */
#ifndef WEB_API_V1_MEMBER_H
#define WEB_API_V1_MEMBER_H

#include "domain/member.h"
#include "web/call.h"

/* Puts a member into an object: account, role, compliance, methods, exemption, times. */
void v1_present_member(struct call *c, cJSON *o, const struct member *m);

#endif
