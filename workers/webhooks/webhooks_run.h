/* SPDX-License-Identifier: Apache-2.0
 *
 * webhooks_run - the process: the desk's events in, messages for the hooks out. Threads: one.
 */
#ifndef WEBHOOKS_RUN_H
#define WEBHOOKS_RUN_H

#include "webhooks_arguments.h"

/* Everything, until SIGTERM. Returns the process's exit code. */
int webhooks_run(const struct webhooks_arguments *arguments);

#endif
