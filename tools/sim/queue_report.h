/* SPDX-License-Identifier: Apache-2.0
 *
 * queue_report - what a scenario came to, for people and for scripts.
 */
#ifndef QUEUE_REPORT_H
#define QUEUE_REPORT_H

#include <stdio.h>

#include "queue_run.h"

void queue_report_text(FILE *out, const struct queue_scenario *scenario, const struct queue_result *result);
/* One object; figures with "value" and "error" (the standard error). */
void queue_report_json(FILE *out, const struct queue_scenario *scenario, const struct queue_result *result);

#endif
