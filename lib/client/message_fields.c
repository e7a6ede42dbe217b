/* SPDX-License-Identifier: Apache-2.0 */
#include "message_fields.h"

#include <stddef.h>

enum { TYPE_COUNT = 128 };

/* 0: no such field. A protobuf struct begins with its base, so no field is at 0. */
#define EPOCH(name, message) [WIRE_##name] = offsetof(Leadwire__V1__##message, epoch)
static const size_t epoch_offset[TYPE_COUNT] = {
    EPOCH(WELCOME, Welcome),           EPOCH(REPLY, Reply),
    EPOCH(PONG, Pong),                 EPOCH(LEAD_QUERY_REPLY, LeadQueryReply),
    EPOCH(REP_STATUS, RepStatus),      EPOCH(OFFER, Offer),
    EPOCH(HOLDING, Holding),           EPOCH(WITHDRAWN, Withdrawn),
    EPOCH(SNAPSHOT_END, SnapshotEnd),  EPOCH(EVENT, Event),
    EPOCH(NUDGE, Nudge),                EPOCH(PULL_LIST, PullList),
    EPOCH(STATUS_REPLY, StatusReply),  EPOCH(SNAPSHOT_REPLY, SnapshotReply),
};

#define REQUEST(name, message) [WIRE_##name] = offsetof(Leadwire__V1__##message, request_id)
static const size_t request_id_offset[TYPE_COUNT] = {
    REQUEST(PUBLISH, Publish),                   REQUEST(LEAD_QUERY, LeadQuery),
    REQUEST(CANCEL, Cancel),                     REQUEST(DIAL_RESULT, DialResult),
    REQUEST(DEVICE_REPORT, DeviceReport),
    REQUEST(SET_REP_STATE, SetRepState),         REQUEST(OFFER_ANSWER, OfferAnswer),
    REQUEST(TRANSFER, Transfer),                 REQUEST(TOUCH, Touch),
    REQUEST(PULL, Pull),
    REQUEST(COMPLETE, Complete),                 REQUEST(STATUS_REQUEST, StatusRequest),
    REQUEST(SNAPSHOT_REQUEST, SnapshotRequest),  REQUEST(APPLY_CONFIG, ApplyConfig),
    REQUEST(CONFIG_REQUEST, ConfigRequest),      REQUEST(EXPLAIN_REQUEST, ExplainRequest),
    REQUEST(LEAD_COMMAND, LeadCommand),          REQUEST(REP_COMMAND, RepCommand),
    REQUEST(CUSTOMER_COMMAND, CustomerCommand),
    REQUEST(SOURCE_COMMAND, SourceCommand),      REQUEST(LEDGER_REQUEST, LedgerRequest),
    REQUEST(CHOICES_REQUEST, ChoicesRequest),    REQUEST(DAY_REQUEST, DayRequest),
};

static const enum wire_type own_answer[TYPE_COUNT] = {
    [WIRE_LEAD_QUERY] = WIRE_LEAD_QUERY_REPLY,
    [WIRE_PULL] = WIRE_PULL_LIST,   /* of a request for the list; one for a lead gets a Reply */
    [WIRE_STATUS_REQUEST] = WIRE_STATUS_REPLY,
    [WIRE_SNAPSHOT_REQUEST] = WIRE_SNAPSHOT_REPLY,
    [WIRE_APPLY_CONFIG] = WIRE_CONFIG_REPLY,
    [WIRE_CONFIG_REQUEST] = WIRE_CONFIG_REPLY,
    [WIRE_CHOICES_REQUEST] = WIRE_CONFIG_REPLY,
    [WIRE_DAY_REQUEST] = WIRE_DAY_REPLY,
    [WIRE_EXPLAIN_REQUEST] = WIRE_EXPLAIN_REPLY,
    [WIRE_LEDGER_REQUEST] = WIRE_LEDGER_REPLY,
};

static void *field_at(const struct wire_message *message, const size_t offsets[TYPE_COUNT])
{
    if ((unsigned)message->type >= TYPE_COUNT || offsets[message->type] == 0)
        return NULL;
    return (char *)message->base + offsets[message->type];
}

uint64_t message_epoch(const struct wire_message *message)
{
    const uint64_t *epoch = field_at(message, epoch_offset);
    return epoch ? *epoch : 0;
}

uint64_t *message_request_id(const struct wire_message *message)
{
    return field_at(message, request_id_offset);
}

bool message_answers(enum wire_type answer, enum wire_type request)
{
    if (answer == WIRE_REPLY)
        return true;
    return (unsigned)request < TYPE_COUNT && own_answer[request] != WIRE_NONE && own_answer[request] == answer;
}
