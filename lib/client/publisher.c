/* SPDX-License-Identifier: Apache-2.0 */
#include <leadwire/publisher.h>

#include "outcome.h"
#include "session.h"
#include "wall_clock.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>

enum { PENDING_DEFAULT = 1024, RESEND_DEFAULT_MS = 2000, SCRATCH_KEEP = 16 * 1024 };

struct lw_publisher {
    struct session session;
    struct arena scratch;    /* a lead on its way to bytes */
};

static lw_status request(struct lw_publisher *publisher, enum wire_type type, ProtobufCMessage *base,
                         uint32_t time_limit_ms, uint64_t *ticket_out);
static lw_status invalid(struct lw_publisher *publisher, const char *reason);
static bool has_name(const struct lw_lead_name *name);
static void fill_answer(const struct session_event *event, struct lw_publisher_answer *out);
static char *text(const char *value);

lw_status lw_publisher_open(const struct lw_publisher_options *options, struct lw_publisher **out)
{
    *out = NULL;
    struct lw_publisher *publisher = calloc(1, sizeof *publisher);
    if (!publisher)
        return LW_NO_MEMORY;
    arena_init(&publisher->scratch, WIRE_ARENA_CAP);
    struct session_options session = {
        .role = LEADWIRE__V1__ROLE__ROLE_PUBLISHER,
        .endpoint = options->endpoint,
        .desk = options->desk,
        .client = options->client,
        .key_file = options->key_file,
        .pending_max = options->pending_max ? options->pending_max : PENDING_DEFAULT,
        .resend_ms = options->resend_ms ? options->resend_ms : RESEND_DEFAULT_MS,
    };
    lw_status status = session_open(&publisher->session, &session);
    if (status != LW_OK)
        lw_publisher_close(&publisher);
    *out = publisher;
    return status;
}

void lw_publisher_close(struct lw_publisher **publisher)
{
    if (!*publisher)
        return;
    session_close(&(*publisher)->session, "closed");
    arena_fini(&(*publisher)->scratch);
    free(*publisher);
    *publisher = NULL;
}

lw_status lw_publisher_publish(struct lw_publisher *publisher, const char *idempotency_id, int64_t received_unix_ms,
                               const struct lw_lead *lead, uint32_t time_limit_ms, uint64_t *ticket_out)
{
    *ticket_out = 0;
    if (!idempotency_id || !*idempotency_id)
        return invalid(publisher, "idempotency_id is missing");
    if (!lead)
        return invalid(publisher, "lead is missing");
    arena_reset(&publisher->scratch, SCRATCH_KEEP);
    Leadwire__V1__Publish publish = LEADWIRE__V1__PUBLISH__INIT;
    publish.idempotency_id = text(idempotency_id);
    publish.received_unix_ms = received_unix_ms;
    publish.lead = wire_lead_from_public(lead, &publisher->scratch);
    if (!publish.lead) {
        session_set_error(&publisher->session, "lead has too many items");
        return LW_TOO_LARGE;
    }
    return request(publisher, WIRE_PUBLISH, &publish.base, time_limit_ms, ticket_out);
}

lw_status lw_publisher_query(struct lw_publisher *publisher, const struct lw_lead_name *name, uint32_t time_limit_ms,
                             uint64_t *ticket_out)
{
    *ticket_out = 0;
    if (!has_name(name))
        return invalid(publisher, "name the lead by its id, or by source and idempotency id");
    Leadwire__V1__LeadQuery query = LEADWIRE__V1__LEAD_QUERY__INIT;
    query.lead_id = text(name->lead_id);
    query.source = text(name->source);
    query.idempotency_id = text(name->idempotency_id);
    return request(publisher, WIRE_LEAD_QUERY, &query.base, time_limit_ms, ticket_out);
}

lw_status lw_publisher_cancel(struct lw_publisher *publisher, const struct lw_lead_name *name, const char *reason,
                              uint32_t time_limit_ms, uint64_t *ticket_out)
{
    *ticket_out = 0;
    if (!has_name(name))
        return invalid(publisher, "name the lead by its id, or by source and idempotency id");
    Leadwire__V1__Cancel cancel = LEADWIRE__V1__CANCEL__INIT;
    cancel.lead_id = text(name->lead_id);
    cancel.source = text(name->source);
    cancel.idempotency_id = text(name->idempotency_id);
    cancel.reason = text(reason);
    return request(publisher, WIRE_CANCEL, &cancel.base, time_limit_ms, ticket_out);
}

lw_status lw_publisher_dial_result(struct lw_publisher *publisher, const char *lead_id, uint32_t offer_number,
                                   lw_dial_outcome outcome, const char *leg_id, uint32_t time_limit_ms,
                                   uint64_t *ticket_out)
{
    *ticket_out = 0;
    if (!lead_id || !*lead_id)
        return invalid(publisher, "lead_id is missing");
    if (outcome <= LW_DIAL_NONE || outcome > LW_DIAL_FAILED)
        return invalid(publisher, "outcome has a value that does not exist");
    Leadwire__V1__DialResult result = LEADWIRE__V1__DIAL_RESULT__INIT;
    result.lead_id = text(lead_id);
    result.offer_number = offer_number;
    result.outcome = (Leadwire__V1__DialOutcome)outcome;
    result.leg_id = text(leg_id);
    return request(publisher, WIRE_DIAL_RESULT, &result.base, time_limit_ms, ticket_out);
}

lw_status lw_publisher_touch(struct lw_publisher *publisher, const char *lead_id, uint32_t offer_number, lw_touch_kind kind,
                             uint32_t time_limit_ms, uint64_t *ticket_out)
{
    *ticket_out = 0;
    if (!lead_id || !*lead_id)
        return invalid(publisher, "lead_id is missing");
    if (kind < LW_TOUCH_CALL_ANSWERED || kind > LW_TOUCH_MAIL_SENT)
        return invalid(publisher, "kind has a value that does not exist");
    Leadwire__V1__Touch touch = LEADWIRE__V1__TOUCH__INIT;
    touch.lead_id = text(lead_id);
    touch.offer_number = offer_number;
    touch.kind = (Leadwire__V1__TouchKind)kind;
    return request(publisher, WIRE_TOUCH, &touch.base, time_limit_ms, ticket_out);
}

lw_status lw_publisher_device(struct lw_publisher *publisher, const char *device, lw_device_state state, uint32_t for_ms,
                              uint32_t time_limit_ms, uint64_t *ticket_out)
{
    *ticket_out = 0;
    if (!device || !*device)
        return invalid(publisher, "device is missing");
    if (state <= LW_DEVICE_NONE || state > LW_DEVICE_FREE)
        return invalid(publisher, "state has a value that does not exist");
    Leadwire__V1__DeviceReport report = LEADWIRE__V1__DEVICE_REPORT__INIT;
    report.device = text(device);
    report.state = (Leadwire__V1__DeviceState)state;
    report.for_ms = for_ms;
    return request(publisher, WIRE_DEVICE_REPORT, &report.base, time_limit_ms, ticket_out);
}

lw_status lw_publisher_next(struct lw_publisher *publisher, struct lw_publisher_answer *out)
{
    struct session_event event;
    *out = (struct lw_publisher_answer){.reason = "", .lead_id = "", .rep = "", .device = "", .queue = "", .say = ""};
    for (;;) {
        switch (session_next(&publisher->session, &event)) {
        case SESSION_NOTHING:
            return LW_AGAIN;
        case SESSION_REFUSED:
            return LW_REFUSED;
        case SESSION_ANSWER:
            fill_answer(&event, out);
            return LW_OK;
        case SESSION_EXPIRED:
            out->ticket = event.ticket;
            out->outcome = LW_OUTCOME_BUSY;
            out->reason = *event.reason ? event.reason : "no answer in time";
            out->retry_after_ms = event.retry_after_ms;
            return LW_OK;
        case SESSION_WELCOME:
        case SESSION_LOST:
        case SESSION_MESSAGE:
            break;
        }
    }
}

int lw_publisher_fd(const struct lw_publisher *publisher)
{
    return publisher->session.fd;
}

int lw_publisher_wait_ms(const struct lw_publisher *publisher)
{
    return session_wait_ms(&publisher->session);
}

int lw_publisher_connected(const struct lw_publisher *publisher)
{
    return session_is_connected(&publisher->session);
}

uint32_t lw_publisher_pending(const struct lw_publisher *publisher)
{
    return publisher->session.pending.count;
}

const char *lw_publisher_error(const struct lw_publisher *publisher)
{
    return session_error(&publisher->session);
}

lw_status lw_publisher_await(struct lw_publisher *publisher, uint64_t ticket, int timeout_ms,
                             struct lw_publisher_answer *out)
{
    uint64_t now_ms = wall_clock_monotonic_ms();
    uint64_t deadline_ms = now_ms + (uint64_t)(timeout_ms > 0 ? timeout_ms : 0);
    for (;;) {
        lw_status status = lw_publisher_next(publisher, out);
        if (status == LW_REFUSED || (status == LW_OK && out->ticket == ticket))
            return status;
        now_ms = wall_clock_monotonic_ms();
        if (now_ms >= deadline_ms)
            return LW_TIMEOUT;
        if (status == LW_OK)
            continue;
        uint64_t wait_ms = (uint64_t)lw_publisher_wait_ms(publisher);
        if (wait_ms > deadline_ms - now_ms)
            wait_ms = deadline_ms - now_ms;
        poll(&(struct pollfd){.fd = publisher->session.fd, .events = POLLIN}, 1, (int)wait_ms);
    }
}

static lw_status request(struct lw_publisher *publisher, enum wire_type type, ProtobufCMessage *base,
                         uint32_t time_limit_ms, uint64_t *ticket_out)
{
    struct wire_message message = {.type = type, .base = base};
    struct pending_tag tag = {0};
    return session_request(&publisher->session, &message, &tag, time_limit_ms, ticket_out);
}

static lw_status invalid(struct lw_publisher *publisher, const char *reason)
{
    session_set_error(&publisher->session, reason);
    return LW_INVALID;
}

static bool has_name(const struct lw_lead_name *name)
{
    if (!name)
        return false;
    return *text(name->lead_id) || (*text(name->source) && *text(name->idempotency_id));
}

static void fill_answer(const struct session_event *event, struct lw_publisher_answer *out)
{
    out->ticket = event->ticket;
    if (event->message.type == WIRE_REPLY) {
        const Leadwire__V1__Reply *reply = event->message.reply;
        out->outcome = outcome_from_status(reply->status);
        out->reason = reply->reason;
        out->lead_id = reply->lead_id;
        out->retry_after_ms = reply->retry_after_ms;
        out->joined = reply->joined;
        return;
    }
    assert(event->message.type == WIRE_LEAD_QUERY_REPLY);
    const Leadwire__V1__LeadQueryReply *reply = event->message.lead_query_reply;
    out->outcome = reply->found ? LW_OUTCOME_ACCEPTED : LW_OUTCOME_NOT_FOUND;
    out->lead_id = reply->lead_id;
    out->state = (lw_lead_state)reply->state;
    out->position = reply->position;
    out->rep = reply->rep;
    out->device = reply->device;
    out->queue = reply->queue;
    out->offer_number = reply->offer_number;
    out->deadline_unix_ms = reply->deadline_unix_ms;
    out->call_back = reply->call_back;
    out->say = reply->say;
}

/* protobuf-c's strings are not const, though packing only reads them. */
static char *text(const char *value)
{
    return (char *)(value ? value : "");
}
