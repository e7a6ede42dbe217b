/* SPDX-License-Identifier: Apache-2.0
 *
 * webhooks_arguments - the command line of leadwire-webhooks. Threads: one.
 */
#ifndef WEBHOOKS_ARGUMENTS_H
#define WEBHOOKS_ARGUMENTS_H

#include <stdbool.h>

struct webhooks_arguments {
    const char *config_path, *health;
    const char *resend;        /* a hook; NULL: none is asked for */
    bool check_only, list_dead;
};

/* True: go on. False: end with *exit_out (help, version, or a usage error is already printed). */
bool webhooks_arguments_read(int argc, char **argv, struct webhooks_arguments *out, int *exit_out);

#endif
