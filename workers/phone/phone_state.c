/* SPDX-License-Identifier: Apache-2.0 */
#include "phone_state.h"

#include <stdlib.h>

#include "phone_config.h"
#include "voice_spool.h"

lw_status phone_state_open(struct http_worker *worker)
{
    struct phone_state *state = calloc(1, sizeof *state);
    const struct phone_config *config = worker->rules->own;
    worker->own = state;
    if (!state)
        return LW_NO_MEMORY;
    lw_status status = config->spool.directory ? voice_spool_open(worker, &config->spool, &state->spool) : LW_OK;
    return status == LW_OK && config->sip ? sip_door_open(worker, &state->sip) : status;
}

void phone_state_close(struct http_worker *worker)
{
    struct phone_state *state = worker->own;
    worker->own = NULL;
    if (!state)
        return;
    sip_door_close(&state->sip);
    contact_spool_close(&state->spool);
    free(state);
}

void phone_state_health(const struct http_worker *worker, struct byte_buffer *out)
{
    const struct phone_state *state = worker->own;
    if (state->spool)
        contact_spool_health(state->spool, out);
    if (state->sip)
        sip_door_health(state->sip, out);
}

void phone_state_metrics(const struct http_worker *worker, struct byte_buffer *out)
{
    const struct phone_state *state = worker->own;
    contact_spool_metrics(state->spool, out);
}

void phone_state_drain(struct http_worker *worker)
{
    struct phone_state *state = worker->own;
    if (state->sip)
        sip_door_drain(state->sip);
}

uint32_t phone_state_in_flight(const struct http_worker *worker)
{
    const struct phone_state *state = worker->own;
    return state->sip ? sip_door_in_flight(state->sip) : 0;
}

struct contact_spool *phone_state_spool(const struct http_worker *worker)
{
    const struct phone_state *state = worker->own;
    return state->spool;
}
