/* SPDX-License-Identifier: Apache-2.0
 *
 * web_state - what leadwire-web keeps between requests: how much of its limits each source and each client has used, fetches in progress, and the spool.
 *
 * It outlives a reading of the configuration. Threads: one owner.
 */
#ifndef WEB_STATE_H
#define WEB_STATE_H

#include "http_fetch.h"
#include "http_worker.h"
#include "rate_limit.h"
#include "web_spool.h"

enum { WEB_CLIENTS_REMEMBERED = 16384 };

struct web_state {
    struct rate_limit sources, clients;
    struct http_fetcher *fetcher;
    struct contact_spool *spool;   /* NULL: the configuration had none at the start */
};

/* The open and close functions of struct http_worker_plan; worker->own is a struct web_state. */
lw_status web_state_open(struct http_worker *worker);
void web_state_close(struct http_worker *worker);
/* The plan's health function: of the spool. */
void web_state_health(const struct http_worker *worker, struct byte_buffer *out);
/* The plan's metrics function: of the spool. */
void web_state_metrics(const struct http_worker *worker, struct byte_buffer *out);
/* 0: the source (or this client of it) is below its limit, and one more is counted; else how many seconds to wait. */
uint32_t web_state_source_wait_s(struct web_state *state, const struct web_source *source);
uint32_t web_state_client_wait_s(struct web_state *state, const struct web_source *source, const struct http_origin *origin);

#endif
