/* SPDX-License-Identifier: Apache-2.0
 *
 * What reps say. Whose rep it is, the session tells; the message cannot.
 */
#include "net_internal.h"

static void handle_set_state(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    struct core_command command = {.kind = COMMAND_SET_REP_STATE, .session = peer->number, .request = request_id};

    command.set_rep_state.state = (enum rep_state)message->set_rep_state->state;
    command.set_rep_state.reason = text_of(message->set_rep_state->reason);
    net_step(net, &command);
}

static void handle_answer(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    const Leadwire__V1__OfferAnswer *answer = message->offer_answer;
    struct core_command command = {.kind = COMMAND_ANSWER_OFFER, .session = peer->number, .request = request_id};

    if (!desk_id_parse(answer->lead_id, &command.answer_offer.lead)) {
        net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_NOT_YOURS, "this is no lead id");
        return;
    }
    command.answer_offer.offer_number = answer->offer_number;
    command.answer_offer.accept = answer->accept;
    command.answer_offer.reason = text_of(answer->reason);
    net_step(net, &command);
}

static void handle_complete(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    const Leadwire__V1__Complete *complete = message->complete;
    struct core_command command = {.kind = COMMAND_COMPLETE, .session = peer->number, .request = request_id};

    if (!desk_id_parse(complete->lead_id, &command.complete.lead)) {
        net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_NOT_YOURS, "this is no lead id");
        return;
    }
    command.complete.idempotency_id = text_of(complete->idempotency_id);
    command.complete.disposition = text_of(complete->disposition);
    command.complete.note = text_of(complete->note);
    command.complete.at_unix_ms = complete->at_unix_ms;
    command.complete.place = text_of(complete->place);
    net_step(net, &command);
}

static void handle_transfer(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    const Leadwire__V1__Transfer *transfer = message->transfer;
    struct core_command command = {.kind = COMMAND_TRANSFER, .session = peer->number, .request = request_id};

    if (!desk_id_parse(transfer->lead_id, &command.transfer.lead)) {
        net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_NOT_YOURS, "this is no lead id");
        return;
    }
    command.transfer.offer_number = transfer->offer_number;
    command.transfer.rep = text_of(transfer->rep);
    command.transfer.team = text_of(transfer->team);
    command.transfer.skill = text_of(transfer->skill);
    command.transfer.level = transfer->level;
    command.transfer.back = transfer->back;
    command.transfer.appointment_unix_ms = transfer->appointment_unix_ms;
    command.transfer.place = text_of(transfer->place);
    net_step(net, &command);
}

static void handle_touch(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    struct core_command command = {.kind = COMMAND_TOUCH, .session = peer->number, .request = request_id};

    if (!desk_id_parse(message->touch->lead_id, &command.touch.lead)) {
        net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_NOT_YOURS, "this is no lead id");
        return;
    }
    command.touch.offer_number = message->touch->offer_number;
    command.touch.kind = TOUCH_REP;
    net_step(net, &command);
}

const struct door_entry rep_door_entries[] = {
    {WIRE_SET_REP_STATE, handle_set_state},
    {WIRE_OFFER_ANSWER, handle_answer},
    {WIRE_COMPLETE, handle_complete},
    {WIRE_TRANSFER, handle_transfer},
    {WIRE_TOUCH, handle_touch},
};
const size_t rep_door_entry_count = sizeof rep_door_entries / sizeof rep_door_entries[0];
