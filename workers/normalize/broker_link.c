/* SPDX-License-Identifier: Apache-2.0 */
#include "broker_link.h"

#include <assert.h>
#include <stdlib.h>

#include "lw_log.h"
#include "trace_context.h"
#include "wall_clock.h"

enum { BUCKET_COUNT = 256, ANSWERS_PER_TURN_MAX = 256, REFUSED_LOG_EVERY_MS = 30000 };

struct waiter {
    struct waiter *next;
    uint64_t ticket;
    broker_link_done *done;
    void *context;
};

struct broker_link {
    struct lw_publisher *publisher;
    struct event *readable;   /* the publisher's descriptor */
    struct event *pump;       /* made active after each call; also the timer of what is due */
    struct waiter *buckets[BUCKET_COUNT];
    uint64_t refused_log_ms;  /* when the last refusal was logged */
    bool was_connected;
};

static void on_event(evutil_socket_t fd, short what, void *context);
static void drain(struct broker_link *link);
static lw_status prepare(const struct broker_link_call *call, struct waiter **out);
static lw_status settle(struct broker_link *link, lw_status status, struct waiter *waiter, uint64_t ticket,
                        uint64_t *ticket_out);
static struct waiter *take_waiter(struct broker_link *link, uint64_t ticket);

lw_status broker_link_open(struct event_base *base, const struct lw_publisher_options *options,
                           struct broker_link **out)
{
    *out = NULL;
    struct broker_link *link = calloc(1, sizeof *link);
    if (!link)
        return LW_NO_MEMORY;
    lw_status status = lw_publisher_open(options, &link->publisher);
    if (status != LW_OK)
        goto fail;

    status = LW_NO_MEMORY;
    link->readable = event_new(base, lw_publisher_fd(link->publisher), EV_READ | EV_PERSIST, on_event, link);
    link->pump = event_new(base, -1, 0, on_event, link);
    if (!link->readable || !link->pump || event_add(link->readable, NULL) != 0)
        goto fail;
    event_active(link->pump, EV_TIMEOUT, 0);
    *out = link;
    return LW_OK;

fail:
    broker_link_close(&link);
    return status;
}

void broker_link_close(struct broker_link **link_place)
{
    struct broker_link *link = *link_place;
    *link_place = NULL;
    if (!link)
        return;
    if (link->readable)
        event_free(link->readable);
    if (link->pump)
        event_free(link->pump);
    for (size_t i = 0; i < BUCKET_COUNT; i++) {
        while (link->buckets[i]) {
            struct waiter *waiter = link->buckets[i];
            link->buckets[i] = waiter->next;
            free(waiter);
        }
    }
    lw_publisher_close(&link->publisher);
    free(link);
}

lw_status broker_link_publish(struct broker_link *link, const char *idempotency_id, int64_t received_unix_ms,
                              const struct lw_lead *lead, const struct broker_link_call *call, uint64_t *ticket_out)
{
    struct waiter *waiter = NULL;
    uint64_t ticket = 0;
    struct lw_lead traced = *lead;
    char trace_parent[TRACE_PARENT_SIZE], trace_id[TRACE_ID_SIZE];
    trace_parent_continue(lead->trace_parent, trace_parent);
    trace_id_read(trace_parent, trace_id);
    traced.trace_parent = trace_parent;
    lw_status status = prepare(call, &waiter);
    if (status == LW_OK)
        status = lw_publisher_publish(link->publisher, idempotency_id, received_unix_ms, &traced, call->time_limit_ms, &ticket);
    log_debug("publish source=%s trace=%s", lead->source, trace_id);
    return settle(link, status, waiter, ticket, ticket_out);
}

lw_status broker_link_query(struct broker_link *link, const struct lw_lead_name *name,
                            const struct broker_link_call *call, uint64_t *ticket_out)
{
    struct waiter *waiter = NULL;
    uint64_t ticket = 0;
    lw_status status = prepare(call, &waiter);
    if (status == LW_OK)
        status = lw_publisher_query(link->publisher, name, call->time_limit_ms, &ticket);
    return settle(link, status, waiter, ticket, ticket_out);
}

lw_status broker_link_cancel(struct broker_link *link, const struct lw_lead_name *name, const char *reason,
                             const struct broker_link_call *call, uint64_t *ticket_out)
{
    struct waiter *waiter = NULL;
    uint64_t ticket = 0;
    lw_status status = prepare(call, &waiter);
    if (status == LW_OK)
        status = lw_publisher_cancel(link->publisher, name, reason, call->time_limit_ms, &ticket);
    return settle(link, status, waiter, ticket, ticket_out);
}

lw_status broker_link_dial_result(struct broker_link *link, const char *lead_id, uint32_t offer_number,
                                  lw_dial_outcome outcome, const char *leg_id,
                                  const struct broker_link_call *call, uint64_t *ticket_out)
{
    struct waiter *waiter = NULL;
    uint64_t ticket = 0;
    lw_status status = prepare(call, &waiter);
    if (status == LW_OK)
        status = lw_publisher_dial_result(link->publisher, lead_id, offer_number, outcome, leg_id, call->time_limit_ms, &ticket);
    return settle(link, status, waiter, ticket, ticket_out);
}

void broker_link_forget(struct broker_link *link, uint64_t ticket)
{
    free(take_waiter(link, ticket));
}

bool broker_link_connected(const struct broker_link *link)
{
    return lw_publisher_connected(link->publisher) != 0;
}

uint32_t broker_link_pending(const struct broker_link *link)
{
    return lw_publisher_pending(link->publisher);
}

const char *broker_link_error(const struct broker_link *link)
{
    return lw_publisher_error(link->publisher);
}

static lw_status prepare(const struct broker_link_call *call, struct waiter **out)
{
    *out = malloc(sizeof **out);
    if (!*out)
        return LW_NO_MEMORY;
    **out = (struct waiter){.done = call->done, .context = call->context};
    return LW_OK;
}

/* The second half of every call: files the waiter under its ticket, and has the loop drain the publisher. */
static lw_status settle(struct broker_link *link, lw_status status, struct waiter *waiter, uint64_t ticket,
                        uint64_t *ticket_out)
{
    event_active(link->pump, EV_TIMEOUT, 0);
    if (status != LW_OK) {
        free(waiter);
        return status;
    }
    assert(ticket != 0);
    waiter->ticket = ticket;
    waiter->next = link->buckets[ticket % BUCKET_COUNT];
    link->buckets[ticket % BUCKET_COUNT] = waiter;
    if (ticket_out)
        *ticket_out = ticket;
    return LW_OK;
}

static struct waiter *take_waiter(struct broker_link *link, uint64_t ticket)
{
    for (struct waiter **place = &link->buckets[ticket % BUCKET_COUNT]; *place; place = &(*place)->next) {
        struct waiter *waiter = *place;
        if (waiter->ticket == ticket) {
            *place = waiter->next;
            return waiter;
        }
    }
    return NULL;
}

static void on_event(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct broker_link *link = context;
    drain(link);

    bool connected = broker_link_connected(link);
    if (connected != link->was_connected)
        log_info("broker %s", connected ? "connected" : "away");
    link->was_connected = connected;
}

/* Until LW_AGAIN, because the descriptor tells of news only once; then sleeps as long as the publisher allows. */
static void drain(struct broker_link *link)
{
    lw_status status = LW_OK;
    for (int turn = 0; turn < ANSWERS_PER_TURN_MAX && status == LW_OK; turn++) {
        struct lw_publisher_answer answer;
        status = lw_publisher_next(link->publisher, &answer);
        struct waiter *waiter = status == LW_OK ? take_waiter(link, answer.ticket) : NULL;
        if (waiter && waiter->done)
            waiter->done(waiter->context, &answer);
        free(waiter);
    }
    if (status == LW_REFUSED && wall_clock_monotonic_ms() >= link->refused_log_ms) {
        log_error("broker refuses this worker: %s", lw_publisher_error(link->publisher));
        link->refused_log_ms = wall_clock_monotonic_ms() + REFUSED_LOG_EVERY_MS;
    }
    if (status == LW_OK) {
        event_active(link->pump, EV_TIMEOUT, 0);   /* there may be more: let others have a turn first */
        return;
    }
    int wait_ms = lw_publisher_wait_ms(link->publisher);
    if (status == LW_REFUSED && wait_ms < 100)
        wait_ms = 100;
    struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = (wait_ms % 1000) * 1000};
    event_add(link->pump, &wait);
}
