/* SPDX-License-Identifier: Apache-2.0
 *
 * What publishers say: a lead, where is it, the prospect went away, what became of dialling the rep.
 */
#include "lead_command.h"
#include "net_internal.h"

/* The idempotency window compares packed leads by this. Fixed: a repeat after a restart must be found equal. */
static const struct siphash_key CONTENT_KEY = {0x4c656164776972ull, 0x636f6e74656e74ull};

enum { LEAD_SIZE_MAX = 60 * 1024 };   /* so that its record fits one batch */

/* To net->lead. Who sends a contact again begins another trace, and it is the same contact: the trace is not compared. */
static bool pack_lead(struct net *net, Leadwire__V1__Lead *lead, uint64_t *content_hash_out)
{
    char *trace_parent = lead->trace_parent;

    lead->trace_parent = (char *)"";
    byte_buffer_clear(&net->lead);
    bool is_packed = wire_lead_pack(lead, &net->lead) == LW_OK;
    if (is_packed)
        *content_hash_out = siphash_64(CONTENT_KEY, net->lead.data, net->lead.size);
    lead->trace_parent = trace_parent;
    if (is_packed && trace_parent[0] != '\0') {
        byte_buffer_clear(&net->lead);
        is_packed = wire_lead_pack(lead, &net->lead) == LW_OK;
    }
    return is_packed && net->lead.size <= LEAD_SIZE_MAX;
}

static void handle_publish(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    const Leadwire__V1__Publish *publish = message->publish;

    if (!net->turn.takes_publishes) {
        peer->unanswered--;
        net_reply_at_once(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_BUSY, "the store is full", BUSY_RETRY_MS);
        return;
    }
    const char *why_busy = admission_refuse(&net->admission);
    if (why_busy) {
        peer->unanswered--;
        net_reply_at_once(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_BUSY, why_busy, SHUT_RETRY_MS);
        return;
    }
    uint64_t content_hash = 0;
    if (!pack_lead(net, publish->lead, &content_hash)) {
        peer->unanswered--;
        net_reply_at_once(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_TOO_LARGE, "the lead is larger than 60 KiB", 0);
        return;
    }
    struct core_command command = {.kind = COMMAND_PUBLISH, .session = peer->number, .request = request_id};
    command.publish.idempotency_id = text_of(publish->idempotency_id);
    lead_command_fill(publish->lead, &command);
    command.publish.content_hash = content_hash;
    command.publish.received_unix_ms = publish->received_unix_ms;
    command.publish.payload = net->lead.data;
    command.publish.payload_size = (uint32_t)net->lead.size;
    net_step(net, &command);
}

static void handle_query(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    const Leadwire__V1__LeadQuery *query = message->lead_query;
    struct core_command command = {.kind = COMMAND_QUERY, .session = peer->number, .request = request_id};

    if (!net_read_lead_id(query->lead_id, &command.query.lead)) {
        net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_NOT_FOUND, "this is no lead id");
        return;
    }
    command.query.source = text_of(query->source);
    command.query.idempotency_id = text_of(query->idempotency_id);
    net_step(net, &command);
}

static void handle_cancel(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    const Leadwire__V1__Cancel *cancel = message->cancel;
    struct core_command command = {.kind = COMMAND_CANCEL, .session = peer->number, .request = request_id};

    if (!net_read_lead_id(cancel->lead_id, &command.cancel.lead)) {
        net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_NOT_FOUND, "this is no lead id");
        return;
    }
    command.cancel.source = text_of(cancel->source);
    command.cancel.idempotency_id = text_of(cancel->idempotency_id);
    command.cancel.reason = text_of(cancel->reason);
    net_step(net, &command);
}

static void handle_dial_result(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    const Leadwire__V1__DialResult *result = message->dial_result;
    struct core_command command = {.kind = COMMAND_DIAL_RESULT, .session = peer->number, .request = request_id};

    if (!desk_id_parse(result->lead_id, &command.dial_result.lead)) {
        net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_NOT_FOUND, "this is no lead id");
        return;
    }
    command.dial_result.offer_number = result->offer_number;
    command.dial_result.outcome = (enum dial_outcome)result->outcome;
    command.dial_result.leg_id = text_of(result->leg_id);
    net_step(net, &command);
}

/* Edges say what happened; that they touched it is for reps to say. */
static void handle_touch(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    const Leadwire__V1__Touch *touch = message->touch;
    struct core_command command = {.kind = COMMAND_TOUCH, .session = peer->number, .request = request_id};

    if (touch->kind == LEADWIRE__V1__TOUCH_KIND__TOUCH_KIND_REP) {
        net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_REJECTED, "kind is none of call_answered, call_attempted, mail_sent");
        return;
    }
    if (!desk_id_parse(touch->lead_id, &command.touch.lead)) {
        net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_NOT_YOURS, "this is no lead id");
        return;
    }
    command.touch.offer_number = touch->offer_number;
    command.touch.kind = (enum touch_kind)touch->kind;
    net_step(net, &command);
}

static void handle_device(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    const Leadwire__V1__DeviceReport *report = message->device_report;
    const bool is_free = report->state == LEADWIRE__V1__DEVICE_STATE__DEVICE_STATE_FREE;
    const struct core_command command = {.kind = COMMAND_DEVICE, .session = peer->number, .request = request_id, .device = {
        .device = text_of(report->device), .state = is_free ? DEVICE_FREE : (enum device_state)report->state, .for_ms = report->for_ms}};
    net_step(net, &command);
}

const struct door_entry publisher_door_entries[] = {
    {WIRE_PUBLISH, handle_publish},
    {WIRE_LEAD_QUERY, handle_query},
    {WIRE_CANCEL, handle_cancel},
    {WIRE_DIAL_RESULT, handle_dial_result},
    {WIRE_TOUCH, handle_touch},
    {WIRE_DEVICE_REPORT, handle_device},
};
const size_t publisher_door_entry_count = sizeof publisher_door_entries / sizeof publisher_door_entries[0];
