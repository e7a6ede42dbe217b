/* SPDX-License-Identifier: Apache-2.0 */
#include "web_state.h"

#include <stdlib.h>
#include <string.h>

#include "wall_clock.h"

lw_status web_state_open(struct http_worker *worker)
{
    struct web_state *state = calloc(1, sizeof *state);
    worker->own = state;
    const struct web_config *config = worker->rules->own;
    if (!state || !rate_limit_init(&state->sources, WORKER_SOURCES_MAX * RATE_WAYS) || !rate_limit_init(&state->clients, WEB_CLIENTS_REMEMBERED))
        return LW_NO_MEMORY;
    lw_status status = http_fetcher_open(worker->base, &state->fetcher);
    if (status != LW_OK)
        return status;
    return config->spool.directory ? web_spool_open(worker, &config->spool, &state->spool) : LW_OK;
}

void web_state_close(struct http_worker *worker)
{
    struct web_state *state = worker->own;
    if (!state)
        return;
    contact_spool_close(&state->spool);
    http_fetcher_close(&state->fetcher);
    rate_limit_fini(&state->sources);
    rate_limit_fini(&state->clients);
    free(state);
    worker->own = NULL;
}

void web_state_health(const struct http_worker *worker, struct byte_buffer *out)
{
    const struct web_state *state = worker->own;
    if (state->spool)
        contact_spool_health(state->spool, out);
}

void web_state_metrics(const struct http_worker *worker, struct byte_buffer *out)
{
    const struct web_state *state = worker->own;
    contact_spool_metrics(state->spool, out);
}

static uint32_t in_seconds(uint32_t wait_ms)
{
    return (wait_ms + 999) / 1000;
}

uint32_t web_state_source_wait_s(struct web_state *state, const struct web_source *source)
{
    return source->per_minute == 0 ? 0
        : in_seconds(rate_limit_take(&state->sources, source->name, strlen(source->name), source->per_minute, wall_clock_monotonic_ms()));
}

uint32_t web_state_client_wait_s(struct web_state *state, const struct web_source *source, const struct http_origin *origin)
{
    char name[ADDRESS_SIZE + LW_NAME_MAX];
    size_t name_size = strlen(source->name);
    if (source->per_minute_client == 0 || !origin->known)
        return 0;
    const struct address client = address_of_client(&origin->client);
    memcpy(name, client.bytes, ADDRESS_SIZE);
    memcpy(name + ADDRESS_SIZE, source->name, name_size);
    return in_seconds(rate_limit_take(&state->clients, name, ADDRESS_SIZE + name_size, source->per_minute_client, wall_clock_monotonic_ms()));
}
