/* SPDX-License-Identifier: Apache-2.0
 *
 * broker_metrics - the metrics of a broker as text. Threads: the broker's.
 */
#ifndef BROKER_METRICS_H
#define BROKER_METRICS_H

#include "broker_watch.h"

/* now_us: monotonic. */
void broker_metrics_write(struct broker_watch *watch, uint64_t now_us, struct byte_buffer *out);

#endif
