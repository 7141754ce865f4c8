/* Telling a service manager how we are: the protocol of sd_notify(3). */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

/*
 * Sends `state` ("READY=1") to the socket named by NOTIFY_SOCKET; without one nothing happens.
 * A manager that does not listen is logged and otherwise ignored.
 */
void notify_manager(const char *state);

#endif
