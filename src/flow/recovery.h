/* Recovery codes: new sets, and their acknowledgement. */
#ifndef FLOW_RECOVERY_H
#define FLOW_RECOVERY_H

#include "flow/flow.h"

/* A new set in the place of the old one. ERR_NOT_ENABLED. */
enum err flow_recovery_replace(struct flow *fl, struct recovery_codes *out) MUST_CHECK;
/* The owner has saved the codes; a second time is as good. */
enum err flow_recovery_acknowledge(struct flow *fl) MUST_CHECK;

#endif
