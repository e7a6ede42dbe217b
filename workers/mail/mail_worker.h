/* SPDX-License-Identifier: Apache-2.0
 *
 * mail_worker - the process that stays: Maildirs, LMTP and webhooks on one side, the broker on the other.
 */
#ifndef MAIL_WORKER_H
#define MAIL_WORKER_H

#include "worker_run.h"

/* Runs until SIGTERM or SIGINT. SIGHUP reads the configuration again (a wrong one is refused and the old one goes on) and
 * opens the decisions log anew. Gives an exit code of worker_run.h. */
int mail_worker_run(const struct worker_arguments *arguments);

#endif
