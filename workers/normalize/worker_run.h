/* SPDX-License-Identifier: Apache-2.0
 *
 * worker_run - the life of a worker process: its arguments.
 *
 *   worker --config FILE [--check] [--broker ENDPOINT] [--key-file FILE] [--desk NAME] [--listen ADDR:PORT]
 *          [--raw DIRECTORY] [--port-file FILE] [--health ADDRESS] | --help | --version | --dry-run ... (dry_run.h)
 *          | --replay ... (replay.h)
 *
 * Exit codes: 0 done, 1 it failed while running, 2 wrong arguments, 3 the configuration is wrong.
 */
#ifndef WORKER_RUN_H
#define WORKER_RUN_H

#include <stdbool.h>

#include "worker_config.h"

enum { WORKER_EXIT_OK = 0, WORKER_EXIT_FAILED = 1, WORKER_EXIT_USAGE = 2, WORKER_EXIT_CONFIG = 3 };

struct worker_arguments {
    const char *config_path;
    const char *port_file;
    const char *health;       /* where health.h listens; NULL: nowhere */
    bool check_only;
    struct worker_overrides overrides;
};

/* True: go on. False: end with *exit_out (help, version, or a usage error is already printed).
 * about: what this worker does, for --help. */
bool worker_arguments_read(int argc, char **argv, const char *program, const char *about,
                           struct worker_arguments *out, int *exit_out);

/* This option is among them, and --help is not. */
bool worker_wants(int argc, char **argv, const char *option);

#endif
