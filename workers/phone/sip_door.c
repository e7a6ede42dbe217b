/* SPDX-License-Identifier: Apache-2.0 */
#include "sip_door.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lw_log.h"
#include "phone_config.h"
#include "rate_limit.h"
#include "sip_call.h"
#include "sip_lead.h"
#include "wall_clock.h"

enum { PEERS_REMEMBERED = 1024, ARENA_KEEP = 64 * 1024, REPLY_SIZE_MAX = 256 * 1024 };

static const char allow[] = "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE\r\n";

struct sip_door {
    struct http_worker *worker;
    struct sip_transport *transport;
    struct sip_calls calls;
    struct rate_limit limit;
    struct arena arena;          /* of the request being answered */
    struct byte_buffer reply;
    bool draining;
};

/* A request, and what it came with. */
struct arrival {
    struct sip_door *door;
    const struct sip_config *config;
    const struct sip_origin *origin;
    const struct sip_request *request;
    const char *bytes;
    size_t size;
};

static const struct sip_config *config_in_force(void *context);
static void on_message(void *context, const struct sip_origin *origin, const char *bytes, size_t size);
static void on_gone(void *context, uint64_t connection);
static void on_count(void *context, enum worker_count what);
static void take_request(const struct arrival *arrival);
static void take_invite(const struct arrival *arrival);
static void take_cancel(const struct arrival *arrival);
static void take_options(const struct arrival *arrival);
static void answer(const struct arrival *arrival, int status, const char *extra);
static void answer_counted(const struct arrival *arrival, enum worker_count what, int status, const char *extra);
static const char *retry_after(const struct arrival *arrival, uint64_t after_ms);

lw_status sip_door_open(struct http_worker *worker, struct sip_door **out)
{
    struct sip_door *door = calloc(1, sizeof *door);
    const char *which = "";
    *out = door;
    if (!door)
        return LW_NO_MEMORY;
    door->worker = worker;
    arena_init(&door->arena, SIP_REQUEST_ARENA_CAP);
    byte_buffer_init(&door->reply, REPLY_SIZE_MAX);
    sip_request_library_init();
    const struct sip_transport_user user = {.context = door, .config = config_in_force, .message = on_message, .gone = on_gone,
                                            .count = on_count};
    lw_status status = rate_limit_init(&door->limit, PEERS_REMEMBERED) ? sip_calls_init(&door->calls, worker) : LW_NO_MEMORY;
    if (status == LW_OK)
        status = sip_transport_open(worker->base, &user, &door->transport, &which);
    door->calls.transport = door->transport;
    if (status == LW_IO)
        log_error("%s: %s", which, strerror(errno));
    for (size_t i = 0; status == LW_OK && i < sip_transport_listen_count(door->transport); i++) {
        char text[SIP_ADDRESS_TEXT_MAX];
        sip_transport_listen_text(door->transport, i, text);
        log_info("sip: listening on %s", text);
    }
    return status;
}

void sip_door_close(struct sip_door **door_place)
{
    struct sip_door *door = *door_place;
    *door_place = NULL;
    if (!door)
        return;
    sip_calls_fini(&door->calls);
    sip_transport_close(&door->transport);
    rate_limit_fini(&door->limit);
    arena_fini(&door->arena);
    byte_buffer_fini(&door->reply);
    free(door);
}

void sip_door_drain(struct sip_door *door)
{
    door->draining = true;
    sip_calls_drain(&door->calls);
}

uint32_t sip_door_in_flight(const struct sip_door *door)
{
    return sip_calls_in_flight(&door->calls);
}

void sip_door_health(const struct sip_door *door, struct byte_buffer *out)
{
    byte_buffer_printf(out, ", \"sip\": {\"calls\": %u, \"listen\": [", door->calls.count);
    for (size_t i = 0; i < sip_transport_listen_count(door->transport); i++) {
        char text[SIP_ADDRESS_TEXT_MAX];
        sip_transport_listen_text(door->transport, i, text);
        byte_buffer_printf(out, "%s\"%s\"", i ? ", " : "", text);
    }
    byte_buffer_printf(out, "]}");
}

static const struct sip_config *config_in_force(void *context)
{
    const struct sip_door *door = context;
    return phone_config_sip(door->worker->rules->own);
}

static void on_count(void *context, enum worker_count what)
{
    struct sip_door *door = context;
    worker_counts_add(&door->worker->counts, what);
}

static void on_gone(void *context, uint64_t connection)
{
    struct sip_door *door = context;
    sip_calls_gone(&door->calls, connection);
}

static void on_message(void *context, const struct sip_origin *origin, const char *bytes, size_t size)
{
    struct sip_door *door = context;
    struct sip_request request;
    const struct arrival arrival = {.door = door, .config = config_in_force(door), .origin = origin, .request = &request,
                                    .bytes = bytes, .size = size};
    arena_reset(&door->arena, ARENA_KEEP);
    switch (sip_request_read(&door->arena, origin->text, origin->port, bytes, size, &request)) {
    case SIP_IS_REQUEST:
        take_request(&arrival);
        return;
    case SIP_IS_GARBAGE:
        on_count(door, WORKER_COUNT_MALFORMED);
        return;
    case SIP_IS_RESPONSE:
        on_count(door, WORKER_COUNT_OTHER);
        return;
    }
}

/* A peer's new requests are bounded; what belongs to a call that is in is not. 0: go on. */
static uint32_t wait_for_turn(const struct arrival *arrival)
{
    struct address peer = address_of_client(&arrival->origin->address);
    return rate_limit_take(&arrival->door->limit, peer.bytes, sizeof peer.bytes, arrival->config->per_peer, wall_clock_monotonic_ms());
}

static void take_request(const struct arrival *arrival)
{
    const struct sip_request *request = arrival->request;
    struct sip_calls *calls = &arrival->door->calls;
    if (request->method == SIP_ACK) {
        sip_calls_ack(calls, request);
        return;
    }
    if (request->method == SIP_CANCEL && request->refusal == 0) {
        take_cancel(arrival);
        return;
    }
    if (request->method == SIP_INVITE && request->refusal == 0 && sip_calls_again(calls, request))
        return;
    uint32_t wait_ms = wait_for_turn(arrival);
    if (wait_ms > 0) {
        answer_counted(arrival, WORKER_COUNT_RATE_LIMITED, 503, retry_after(arrival, wait_ms));
    } else if (request->refusal == 0 && request->require && request->method != SIP_OTHER_METHOD) {
        answer_counted(arrival, WORKER_COUNT_MALFORMED, 420, arena_printf(&arrival->door->arena, "Unsupported: %s\r\n", request->require));
    } else if (request->refusal == 0 && request->method == SIP_INVITE) {
        take_invite(arrival);
    } else if (request->refusal == 0 && request->method == SIP_OPTIONS) {
        take_options(arrival);
    } else if (request->method == SIP_OTHER_METHOD && request->refusal != 400 && request->refusal != 505) {
        answer_counted(arrival, WORKER_COUNT_WRONG_METHOD, 405, allow);
    } else if (request->refusal != 0) {
        answer_counted(arrival, WORKER_COUNT_MALFORMED, request->refusal, NULL);
    } else {
        answer_counted(arrival, WORKER_COUNT_OTHER, 481, NULL);   /* BYE: no dialog is ever made */
    }
}

/* 0: an INVITE is welcome. */
static int no_room(const struct arrival *arrival)
{
    if (arrival->door->draining || !broker_link_connected(arrival->door->worker->link))
        return 503;
    return arrival->door->calls.count >= arrival->config->calls_max ? 486 : 0;
}

static void take_invite(const struct arrival *arrival)
{
    struct sip_door *door = arrival->door;
    const struct sip_request *request = arrival->request;
    const struct sip_source *source = sip_config_find(arrival->config, sip_lead_called(request));
    int full = no_room(arrival);
    if (request->to_tag)
        answer_counted(arrival, WORKER_COUNT_OTHER, 481, NULL);
    else if (!source)
        answer_counted(arrival, WORKER_COUNT_NOT_FOUND, 404, NULL);
    else if (sip_calls_waits(&door->calls, request))
        answer_counted(arrival, WORKER_COUNT_DUPLICATE, 482, NULL);
    else if (full)
        answer_counted(arrival, WORKER_COUNT_BUSY, full, retry_after(arrival, full == 486 ? source->retry_after_s * 1000 : 0));
    else if (!sip_calls_begin(&door->calls, door->worker->rules, source, arrival->origin, arrival->bytes, arrival->size))
        answer_counted(arrival, WORKER_COUNT_BUSY, 503, retry_after(arrival, 0));
}

static void take_cancel(const struct arrival *arrival)
{
    struct sip_door *door = arrival->door;
    if (sip_calls_knows(&door->calls, arrival->request)) {
        answer(arrival, 200, NULL);   /* before the 487 */
        sip_calls_cancel(&door->calls, arrival->request);
        return;
    }
    const struct sip_source *source = sip_config_find(arrival->config, sip_lead_called(arrival->request));
    if (source && wait_for_turn(arrival) == 0)
        sip_calls_cancel_unknown(&door->calls, source, arrival->request);
    answer_counted(arrival, WORKER_COUNT_OTHER, 481, NULL);
}

static void take_options(const struct arrival *arrival)
{
    const char *about = arena_printf(&arrival->door->arena, "%sAccept: application/sdp\r\n", allow);
    int full = no_room(arrival);
    if (full)
        answer(arrival, full, retry_after(arrival, 0));
    else
        answer(arrival, 200, about);
}

static const char *retry_after(const struct arrival *arrival, uint64_t after_ms)
{
    return arena_printf(&arrival->door->arena, "Retry-After: %u\r\n", after_ms > 1000 ? (unsigned)((after_ms + 999) / 1000) : 1);
}

static void answer_counted(const struct arrival *arrival, enum worker_count what, int status, const char *extra)
{
    on_count(arrival->door, what);
    log_debug("sip: refused with %d", status);
    answer(arrival, status, extra);
}

static void answer(const struct arrival *arrival, int status, const char *extra)
{
    struct sip_door *door = arrival->door;
    char tag[SIP_TAG_SIZE];
    sip_calls_tag(&door->calls, arrival->request, tag);
    byte_buffer_clear(&door->reply);
    sip_reply_write(&door->reply, arrival->request, status, tag, extra);
    if (!door->reply.failed)
        sip_transport_send(door->transport, arrival->origin, arrival->request->reply_to_source, arrival->request->via_port,
                           door->reply.data, door->reply.size);
}
