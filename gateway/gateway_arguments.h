/* SPDX-License-Identifier: Apache-2.0
 *
 * gateway_arguments - the command line of leadwire-gateway.
 *
 * Exit codes: 0 done, 1 it failed while running, 2 wrong arguments, 3 the configuration is wrong.
 */
#ifndef GATEWAY_ARGUMENTS_H
#define GATEWAY_ARGUMENTS_H

#include <stdbool.h>

#include "gateway_config.h"

enum { GATEWAY_EXIT_OK = 0, GATEWAY_EXIT_FAILED = 1, GATEWAY_EXIT_USAGE = 2, GATEWAY_EXIT_CONFIG = 3 };

struct gateway_arguments {
    const char *config_path, *port_file;
    const char *health;           /* where health.h listens; NULL: nowhere */
    bool check_only, hash_password, list_routes;
    struct gateway_overrides overrides;
};

/* True: go on. False: end with *exit_out (help, version, or a usage error is already printed). */
bool gateway_arguments_read(int argc, char **argv, struct gateway_arguments *out, int *exit_out);

#endif
