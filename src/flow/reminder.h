/* Reminders to the members of an organization that requires a second factor. */
#ifndef FLOW_REMINDER_H
#define FLOW_REMINDER_H

#include "flow/flow.h"

/*
 * Runs one bounded batch: scans members whose policy has changed, and writes a message to each
 * member who is due. Sets `written` to the number of messages, and `more` when there may be more
 * to do at once. Several nodes may run it at the same time.
 */
enum err flow_reminders_run(struct flow *fl, int *written, bool *more) MUST_CHECK;

#endif
