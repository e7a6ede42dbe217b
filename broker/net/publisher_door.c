/* SPDX-License-Identifier: Apache-2.0
 *
 * What publishers say: a lead, where is it, the prospect went away, what became of dialling the rep.
 */
#include "net_internal.h"

/* The idempotency window compares packed leads by this. Fixed: a repeat after a restart must be found equal. */
static const struct siphash_key CONTENT_KEY = {0x4c656164776972ull, 0x636f6e74656e74ull};

enum { LEAD_SIZE_MAX = 60 * 1024 };   /* so that its record fits one batch */

static const char *read_field(const void *lead, const char *field);
static uint32_t read_person(const void *lead, struct core_person_key out[CORE_PERSON_KEYS_MAX]);

static void handle_publish(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    const Leadwire__V1__Publish *publish = message->publish;

    if (!net->turn.takes_publishes) {
        peer->unanswered--;
        net_reply_at_once(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_BUSY, "the store is full", BUSY_RETRY_MS);
        return;
    }
    byte_buffer_clear(&net->lead);
    if (wire_lead_pack(publish->lead, &net->lead) != LW_OK || net->lead.size > LEAD_SIZE_MAX) {
        peer->unanswered--;
        net_reply_at_once(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_TOO_LARGE, "the lead is larger than 60 KiB", 0);
        return;
    }
    struct core_command command = {.kind = COMMAND_PUBLISH, .session = peer->number, .request = request_id};
    command.publish.idempotency_id = text_of(publish->idempotency_id);
    command.publish.source = text_of(publish->lead->source);
    command.publish.content_hash = siphash_64(CONTENT_KEY, net->lead.data, net->lead.size);
    command.publish.channel = (uint8_t)publish->lead->channel;
    command.publish.received_unix_ms = publish->received_unix_ms;
    command.publish.is_test = publish->lead->is_test;
    command.publish.payload = net->lead.data;
    command.publish.payload_size = (uint32_t)net->lead.size;
    command.publish.fields = publish->lead;
    command.publish.read_field = read_field;
    command.publish.read_person = read_person;
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

const struct door_entry publisher_door_entries[] = {
    {WIRE_PUBLISH, handle_publish},
    {WIRE_LEAD_QUERY, handle_query},
    {WIRE_CANCEL, handle_cancel},
    {WIRE_DIAL_RESULT, handle_dial_result},
    {WIRE_TOUCH, handle_touch},
};
const size_t publisher_door_entry_count = sizeof publisher_door_entries / sizeof publisher_door_entries[0];

static const char *read_field(const void *lead, const char *field)
{
    bool known;

    return wire_lead_field(lead, field, &known);
}

static uint32_t add_key(struct core_person_key *out, uint32_t count, enum core_person_key_kind kind, const char *value)
{
    if (count == CORE_PERSON_KEYS_MAX || !*value)
        return count;
    out[count] = (struct core_person_key){kind, text_of(value)};
    return count + 1;
}

/* What workers gave in its normal form; a phone or an address that could not be read is nobody's key. */
static uint32_t read_person(const void *lead, struct core_person_key out[CORE_PERSON_KEYS_MAX])
{
    const Leadwire__V1__Lead *from = lead;
    uint32_t count = 0;

    count = add_key(out, count, PERSON_KEY_VENDOR, from->vendor_id);
    count = add_key(out, count, PERSON_KEY_MESSAGE, from->message_id);
    for (size_t i = 0; i < from->n_phones; i++)
        count = add_key(out, count, PERSON_KEY_PHONE, from->phones[i]->e164);
    for (size_t i = 0; i < from->n_emails; i++)
        count = add_key(out, count, PERSON_KEY_EMAIL, from->emails[i]->key);
    for (size_t i = 0; i < from->n_references; i++)   /* a reply belongs to what it answers */
        count = add_key(out, count, PERSON_KEY_MESSAGE, from->references[i]);
    return count;
}
