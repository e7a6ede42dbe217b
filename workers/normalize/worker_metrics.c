/* SPDX-License-Identifier: Apache-2.0 */
#include "worker_metrics.h"

#include "metrics.h"

static const struct metric connected = {"leadwire_broker_connected", METRIC_GAUGE, "1 while the broker is connected, else 0.", NULL};
static const struct metric pending = {"leadwire_broker_pending_requests", METRIC_GAUGE, "Requests to the broker that are not answered yet.", NULL};
static const struct metric raw_bytes = {"leadwire_raw_store_bytes", METRIC_GAUGE, "Bytes of contacts as they came, kept on disk.", NULL};
static const struct metric requests = {"leadwire_requests_total", METRIC_COUNTER, "Contacts and other requests, by how they ended.", "outcome"};
static const struct metric under_way = {"leadwire_requests_in_flight", METRIC_GAUGE, "Requests over HTTP that are being answered.", NULL};

void worker_metrics_write(const struct broker_link *link, const struct raw_store *raw, struct byte_buffer *out)
{
    metrics_put_only(out, &connected, broker_link_connected(link));
    metrics_put_only(out, &pending, broker_link_pending(link));
    metrics_put_only(out, &raw_bytes, raw ? (double)raw_store_size_bytes(raw) : 0);
}

void worker_metrics_write_requests(const struct worker_counts *counts, uint32_t in_flight, struct byte_buffer *out)
{
    metrics_begin(out, &requests);
    for (int i = 0; i < WORKER_COUNT_COUNT; i++)
        metrics_put(out, &requests, worker_count_name((enum worker_count)i), (double)counts->since_start[i]);
    metrics_put_only(out, &under_way, in_flight);
}

const char *worker_not_ready(const struct broker_link *link)
{
    return broker_link_connected(link) ? NULL : "the broker is away";
}
