/* Notifying the service manager, by the protocol of sd_notify(3). */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

/*
 * Sends `state`, such as "READY=1", to the socket that NOTIFY_SOCKET names; does nothing when it
 * is not set. A failure is logged and otherwise ignored.
 */
void notify_manager(const char *state);

#endif
