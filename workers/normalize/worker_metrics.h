/* SPDX-License-Identifier: Apache-2.0
 *
 * worker_metrics - the metrics that all workers have. Threads: one owner.
 */
#ifndef WORKER_METRICS_H
#define WORKER_METRICS_H

#include "broker_link.h"
#include "byte_buffer.h"
#include "raw_store.h"
#include "worker_counts.h"

/* The link to the broker, and the raw store (NULL: there is none). */
void worker_metrics_write(const struct broker_link *link, const struct raw_store *raw, struct byte_buffer *out);
/* Requests over HTTP. */
void worker_metrics_write_requests(const struct worker_counts *counts, uint32_t in_flight, struct byte_buffer *out);
/* Why the worker is not ready; NULL when it is. */
const char *worker_not_ready(const struct broker_link *link);

#endif
