/* SPDX-License-Identifier: Apache-2.0
 *
 * gateway_metrics - what a gateway tells of itself (health_loop.h). Threads: one owner.
 */
#ifndef GATEWAY_METRICS_H
#define GATEWAY_METRICS_H

#include "byte_buffer.h"

/* A health_writer; context: struct gateway. */
const char *gateway_metrics_write(void *context, struct byte_buffer *out);

#endif
