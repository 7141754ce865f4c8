/*
 * The supervisor keeps every service at its number of children. It parses no input from outside
 * and holds no key and no database connection.
 *
 * On SIGTERM and SIGINT the pool ends once the current requests are answered. On SIGHUP the
 * configuration is read again, and the children of rolling services are replaced one by one,
 * each only once its successor is ready.
 */
#ifndef DAEMON_SUPERVISOR_H
#define DAEMON_SUPERVISOR_H

#include "daemon/supervisor_params.h"

/*
 * Runs until it is asked to end. Returns the exit status: 0, or SERVICE_EXIT_CONFIG when every
 * child of the rolling services found the configuration wrong before any was ready.
 */
int supervisor_run(const struct supervisor_params *params);

#endif
