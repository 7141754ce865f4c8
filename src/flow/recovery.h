/* Recovery codes: new sets, and their acknowledgement. */
#ifndef FLOW_RECOVERY_H
#define FLOW_RECOVERY_H

#include "flow/flow.h"

/* Replaces the set of codes by a new one. ERR_NOT_ENABLED. */
enum err flow_recovery_replace(struct flow *fl, struct recovery_codes *out) MUST_CHECK;
/* Records that the owner has saved the codes; a second time changes nothing. */
enum err flow_recovery_acknowledge(struct flow *fl) MUST_CHECK;

#endif
