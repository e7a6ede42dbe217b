/* SPDX-License-Identifier: Apache-2.0
 *
 * process_metrics - what every process tells of itself beside its own metrics: version, readiness, and what the kernel knows.
 * Names from process_ on are those of Prometheus' own libraries. Threads: any, one at a time.
 */
#ifndef PROCESS_METRICS_H
#define PROCESS_METRICS_H

#include <stdbool.h>

#include "byte_buffer.h"

enum { PROCESS_METRICS_SIZE_MAX = 8 * 1024 };

/* What the kernel does not tell now is left out. */
void process_metrics_write(struct byte_buffer *out, bool is_ready);

#endif
