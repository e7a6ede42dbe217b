/* SPDX-License-Identifier: Apache-2.0
 *
 * What reps say. Whose rep it is, the session tells; the message cannot.
 */
#include "net_internal.h"
#include "rep_choices.h"
#include "rep_day.h"

enum { DAY_EVERY_MS = 20, DAY_RETRY_MS = 100 };   /* of the whole desk: a long look at a time */

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
    command.transfer.note = text_of(transfer->note);
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

struct pull_page { struct arena *arena; Leadwire__V1__PullList *list; };

static void add_pullable(void *context, const struct core_effect *row)
{
    struct pull_page *page = context;
    struct pull_row { Leadwire__V1__PullableLead lead; char id[DESK_ID_TEXT_MAX]; } *out = arena_alloc(page->arena, sizeof *out);

    if (!out)
        return;
    leadwire__v1__pullable_lead__init(&out->lead);
    desk_id_format(row->lead, out->id);
    out->lead.lead_id = out->id;
    out->lead.queue = (char *)row->queue;   /* configured names, that live as long as the core */
    out->lead.source = (char *)row->source;
    out->lead.channel = (Leadwire__V1__Channel)row->channel;
    out->lead.priority = row->priority;
    out->lead.received_unix_ms = (int64_t)row->received_unix_ms;
    out->lead.call_back = row->is_call_back;
    page->list->leads[page->list->n_leads++] = &out->lead;
}

static void list_pullable(struct net *net, struct peer *peer, uint64_t request_id)
{
    Leadwire__V1__PullList list = LEADWIRE__V1__PULL_LIST__INIT;
    struct pull_page page = {.arena = &net->doors[SESSION_ROLE_REP].arena, .list = &list};

    list.request_id = request_id;
    list.epoch = net->epoch;
    list.leads = arena_calloc(page.arena, CORE_PULL_LIST_MAX, sizeof *list.leads);
    if (list.leads)
        core_pull_list(net->core, peer->number, add_pullable, &page);
    net_hold(net, peer, &(struct wire_message){.type = WIRE_PULL_LIST, .pull_list = &list}, OUTBOX_ANSWERS);
}

static void handle_pull(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    struct core_command command = {.kind = COMMAND_PULL, .session = peer->number, .request = request_id};

    if (message->pull->lead_id[0] == '\0') {
        list_pullable(net, peer, request_id);
        return;
    }
    if (!desk_id_parse(message->pull->lead_id, &command.pull.lead)) {
        net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_NOT_YOURS, "this is no lead id");
        return;
    }
    net_step(net, &command);
}

/* A rep's client takes no larger frame: where colleagues are too many, they are left out. */
static void hold_choices(struct net *net, struct peer *peer, Leadwire__V1__ConfigReply *reply)
{
    const struct wire_message answer = {.type = WIRE_CONFIG_REPLY, .config_reply = reply};
    for (int tries = 0; tries < 2; tries++) {
        byte_buffer_clear(&net->frame);
        if (wire_encode(&answer, &net->frame) == LW_OK && net->frame.size <= WIRE_FRAME_SIZE_MAX) {
            net_hold_bytes(net, peer, net->frame.data, net->frame.size, OUTBOX_ANSWERS);
            return;
        }
        if (reply->config)
            reply->config->n_reps = 0;
    }
    net_hold_reply(net, peer, reply->request_id, LEADWIRE__V1__STATUS__STATUS_TOO_LARGE, "the answer does not fit a frame");
}

/* What there is to choose from, of the rules in force. */
static void handle_choices(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    Leadwire__V1__ConfigReply reply = LEADWIRE__V1__CONFIG_REPLY__INIT;
    Leadwire__V1__DeskConfig choices, *whole = NULL;
    const void *source = NULL;
    uint32_t source_size = 0;
    uint64_t applied_ms = 0;
    struct core_text by = {NULL, 0};

    (void)message;
    reply.request_id = request_id;
    if (core_config_read(net->core, &reply.version, &source, &source_size, &applied_ms, &by))
        whole = leadwire__v1__desk_config__unpack(NULL, source_size, source);
    if (whole) {
        reply.applied_unix_ms = (int64_t)applied_ms;
        rep_choices_fill(whole, core_session_rep(net->core, peer->number), &net->doors[SESSION_ROLE_REP].arena, &choices);
        reply.config = &choices;
    }
    hold_choices(net, peer, &reply);
    if (whole)
        leadwire__v1__desk_config__free_unpacked(whole, NULL);
}

static void hold_busy(struct net *net, struct peer *peer, uint64_t request_id)
{
    Leadwire__V1__Reply reply = LEADWIRE__V1__REPLY__INIT;

    reply.request_id = request_id;
    reply.epoch = net->epoch;
    reply.status = LEADWIRE__V1__STATUS__STATUS_BUSY;
    reply.reason = (char *)"days are told one after the other";
    reply.retry_after_ms = DAY_RETRY_MS;
    net_count_answer(net, peer, reply.status);
    net_hold(net, peer, &(struct wire_message){.type = WIRE_REPLY, .reply = &reply}, OUTBOX_ANSWERS);
}

/* Of the rep of the session: the message names nobody. Looking back takes long, so one is told, then all others are served. */
static void handle_day(struct net *net, struct peer *peer, const struct wire_message *message, uint64_t request_id)
{
    Leadwire__V1__DayReply reply = LEADWIRE__V1__DAY_REPLY__INIT;
    const char *rep = core_session_rep(net->core, peer->number);

    (void)message;
    if (net->turn.monotonic_ms < net->day_told_ms + DAY_EVERY_MS) {
        hold_busy(net, peer, request_id);
        return;
    }
    net->day_told_ms = net->turn.monotonic_ms;
    if (!rep_day_fill(net->core, rep, net->turn.desk_ms, &net->doors[SESSION_ROLE_REP].arena, &reply)) {
        net_hold_reply(net, peer, request_id, LEADWIRE__V1__STATUS__STATUS_NOT_FOUND, "the rules have no such rep");
        return;
    }
    reply.request_id = request_id;
    net_hold(net, peer, &(struct wire_message){.type = WIRE_DAY_REPLY, .day_reply = &reply}, OUTBOX_ANSWERS);
}

const struct door_entry rep_door_entries[] = {
    {WIRE_SET_REP_STATE, handle_set_state},
    {WIRE_OFFER_ANSWER, handle_answer},
    {WIRE_COMPLETE, handle_complete},
    {WIRE_TRANSFER, handle_transfer},
    {WIRE_TOUCH, handle_touch},
    {WIRE_PULL, handle_pull},
    {WIRE_CHOICES_REQUEST, handle_choices},
    {WIRE_DAY_REQUEST, handle_day},
};
const size_t rep_door_entry_count = sizeof rep_door_entries / sizeof rep_door_entries[0];
