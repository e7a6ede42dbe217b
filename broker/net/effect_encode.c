/* SPDX-License-Identifier: Apache-2.0
 *
 * Effects -> frames, at once: an effect's pointers live only as long as the call. What a frame says is what was
 * true when its cause happened; it leaves when that is durable.
 */
#include "lw_log.h"
#include "net_internal.h"
#include "record.h"
#include "shown_lead.h"

static void encode_reply(struct net *net, struct peer *peer, const struct core_effect *effect);
static void encode_query_reply(struct net *net, struct peer *peer, const struct core_effect *effect);
static void encode_offer(struct net *net, struct peer *peer, const struct core_effect *effect);
static void hold_hidden(struct net *net, struct peer *peer, Leadwire__V1__Offer *offer, const struct core_effect *effect);
static void encode_holding(struct net *net, struct peer *peer, const struct core_effect *effect);
static void encode_withdrawn(struct net *net, struct peer *peer, const struct core_effect *effect);
static void encode_nudge(struct net *net, struct peer *peer, const struct core_effect *effect);
static void encode_rep_status(struct net *net, struct peer *peer, const struct core_effect *effect);
static void encode_snapshot_end(struct net *net, struct peer *peer, const struct core_effect *effect);
static void encode_replaced(struct net *net, struct peer *peer, const struct core_effect *effect);
static void encode_event(struct net *net, const struct core_effect *effect);
static void refuse_log_on(struct net *net, struct peer *peer, const struct core_effect *effect);
static void hold_with_lead(struct net *net, struct peer *peer, const struct wire_message *message, const struct core_effect *effect);

void net_effect(struct net *net, const struct core_effect *effect)
{
    struct peer *peer = effect->session ? sessions_find(&net->sessions, effect->session) : NULL;
    bool is_event = effect->kind == EFFECT_LEAD_EVENT || effect->kind == EFFECT_REP_EVENT || effect->kind == EFFECT_DESK_EVENT;

    if (!peer && !is_event)
        return;                /* it has ended: on its next log-on it is told what holds then */
    switch (effect->kind) {
    case EFFECT_REPLY: encode_reply(net, peer, effect); break;
    case EFFECT_QUERY_REPLY: encode_query_reply(net, peer, effect); break;
    case EFFECT_LOGGED_ON:
        peer->state = PEER_OPEN;
        net_hold_welcome(net, peer, OUTBOX_WELCOMES);
        break;
    case EFFECT_REPLACED: encode_replaced(net, peer, effect); break;
    case EFFECT_OFFER: encode_offer(net, peer, effect); break;
    case EFFECT_HOLDING: encode_holding(net, peer, effect); break;
    case EFFECT_WITHDRAWN: encode_withdrawn(net, peer, effect); break;
    case EFFECT_REP_STATUS: encode_rep_status(net, peer, effect); break;
    case EFFECT_NUDGE: encode_nudge(net, peer, effect); break;
    case EFFECT_SNAPSHOT_END: encode_snapshot_end(net, peer, effect); break;
    case EFFECT_LEAD_EVENT:
    case EFFECT_REP_EVENT:
    case EFFECT_DESK_EVENT: encode_event(net, effect); break;
    }
}

void effect_to_lead_event(const struct core_effect *effect, struct lead_event_ids *ids, Leadwire__V1__LeadEvent *out)
{
    leadwire__v1__lead_event__init(out);
    desk_id_format(effect->lead, ids->lead);
    out->lead_id = ids->lead;
    if (effect->other.number != 0) {
        desk_id_format(effect->other, ids->other);
        out->other_lead_id = ids->other;
    }
    lead_trace_id(effect->payload, effect->payload_size, ids->trace);
    out->trace_id = ids->trace;
    out->from = (Leadwire__V1__LeadState)effect->from;
    out->to = (Leadwire__V1__LeadState)effect->to;
    out->cause = (char *)core_cause_word(effect->cause);
    out->rep = (char *)effect->rep;
    out->queue = (char *)effect->queue;
    out->channel = (Leadwire__V1__Channel)effect->channel;
    out->source = (char *)effect->source;
    out->priority = effect->priority;
    out->received_unix_ms = (int64_t)effect->received_unix_ms;
    out->disposition = (char *)effect->disposition;
    out->offer_number = effect->offer_number;
    out->reason = (char *)effect->reason;
    out->revision = effect->revision;
    out->deadline_unix_ms = (int64_t)effect->deadline_ms;
    out->preferred_rep = (char *)effect->preferred_rep;
    out->preferred_until_unix_ms = (int64_t)effect->preferred_until_ms;
    out->do_not_call = effect->do_not_call;
    out->call_back = effect->is_call_back;
    out->appointment_unix_ms = (int64_t)effect->appointment_ms;
    out->by = (char *)effect->by;
    out->set_by = (char *)effect->set_by;
    out->contacts = effect->contact_count;
    out->also_offered = (char **)(uintptr_t)effect->also_offered;
    out->n_also_offered = effect->also_offered_count;
}

/* The reasons are texts of the rules, which live as long as they are in force: the frame is made before that. */
static size_t fill_declines(const struct core_effect *effect, struct decline_counts *room)
{
    for (uint32_t i = 0; i < effect->decline_count; i++) {
        leadwire__v1__decline_count__init(&room->counts[i]);
        room->counts[i].reason = (char *)effect->declines[i].reason;
        room->counts[i].count = effect->declines[i].count;
        room->pointers[i] = &room->counts[i];
    }
    return effect->decline_count;
}

void effect_to_rep_event(const struct core_effect *effect, struct decline_counts *room, Leadwire__V1__RepEvent *out)
{
    leadwire__v1__rep_event__init(out);
    out->rep = (char *)effect->rep;
    out->state = (Leadwire__V1__RepState)effect->rep_state;
    out->load = effect->load;
    out->capacity = effect->capacity;
    out->cause = (char *)core_cause_word(effect->cause);
    out->connected = effect->connected;
    out->revision = effect->revision;
    out->by = (char *)effect->by;
    out->reason = (char *)effect->reason;
    out->device_state = (Leadwire__V1__DeviceState)effect->device_state;
    out->device_until_unix_ms = (int64_t)effect->device_until_ms;
    out->n_declines = fill_declines(effect, room);
    out->declines = room ? room->pointers : NULL;
}

static void encode_reply(struct net *net, struct peer *peer, const struct core_effect *effect)
{
    Leadwire__V1__Reply reply = LEADWIRE__V1__REPLY__INIT;
    char lead_id[DESK_ID_TEXT_MAX] = "";

    if (effect->request == LOG_ON_REQUEST) {
        refuse_log_on(net, peer, effect);
        return;
    }
    if (!desk_id_is_none(effect->lead))
        desk_id_format(effect->lead, lead_id);
    reply.request_id = effect->request;
    reply.status = (Leadwire__V1__Status)effect->status;
    reply.reason = (char *)effect->reason;
    reply.lead_id = lead_id;
    reply.retry_after_ms = effect->retry_after_ms;
    reply.epoch = net->epoch;
    reply.config_version = effect->config_version;
    reply.joined = effect->joined;
    net_count_answer(net, peer, effect->status);
    net_hold(net, peer, &(struct wire_message){.type = WIRE_REPLY, .reply = &reply}, OUTBOX_ANSWERS);
}

/* Held as everything is; the core never knew the session. */
static void refuse_log_on(struct net *net, struct peer *peer, const struct core_effect *effect)
{
    Leadwire__V1__Reply reply = LEADWIRE__V1__REPLY__INIT;

    if (peer->state != PEER_LOGGING_ON)
        return;
    reply.status = (Leadwire__V1__Status)effect->status;
    reply.reason = (char *)effect->reason;
    reply.retry_after_ms = effect->retry_after_ms;
    reply.epoch = net->epoch;
    peer->core_knows = false;
    net_hold(net, peer, &(struct wire_message){.type = WIRE_REPLY, .reply = &reply}, OUTBOX_ENDS);
}

static void encode_query_reply(struct net *net, struct peer *peer, const struct core_effect *effect)
{
    Leadwire__V1__LeadQueryReply reply = LEADWIRE__V1__LEAD_QUERY_REPLY__INIT;
    char lead_id[DESK_ID_TEXT_MAX] = "";

    reply.request_id = effect->request;
    reply.epoch = net->epoch;
    reply.found = effect->status != CORE_NOT_FOUND;
    if (reply.found) {
        desk_id_format(effect->lead, lead_id);
        reply.lead_id = lead_id;
        reply.state = (Leadwire__V1__LeadState)effect->to;
        reply.position = effect->position;
        reply.rep = (char *)effect->rep;
        reply.device = (char *)effect->device;
        reply.offer_number = effect->offer_number;
        reply.deadline_unix_ms = (int64_t)effect->deadline_ms;
        reply.queue = (char *)effect->queue;
        reply.call_back = effect->is_call_back;
        reply.say = (char *)core_nobody_word(effect->nobody);
    }
    net_hold(net, peer, &(struct wire_message){.type = WIRE_LEAD_QUERY_REPLY, .lead_query_reply = &reply}, OUTBOX_ANSWERS);
}

/* When each contact came; room for them as long as the message. */
struct joined {
    Leadwire__V1__JoinedContact contacts[CORE_CONTACTS_MAX], *list[CORE_CONTACTS_MAX];
};

static size_t joined_of(const struct core_effect *effect, struct joined *joined)
{
    const size_t count = effect->contacts ? effect->contact_count : 0;
    for (size_t i = 0; i < count; i++) {
        leadwire__v1__joined_contact__init(&joined->contacts[i]);
        joined->contacts[i].came_unix_ms = (int64_t)effect->contacts[i].at_ms;
        joined->list[i] = &joined->contacts[i];
    }
    return count;
}

static void encode_offer(struct net *net, struct peer *peer, const struct core_effect *effect)
{
    Leadwire__V1__Offer offer = LEADWIRE__V1__OFFER__INIT;
    struct joined joined;
    char lead_id[DESK_ID_TEXT_MAX], why[CORE_WHY_ROOM];
    uint64_t left_ms = effect->deadline_ms > net->turn.desk_ms ? effect->deadline_ms - net->turn.desk_ms : 0;

    desk_id_format(effect->lead, lead_id);
    offer.lead_id = lead_id;
    offer.offer_number = effect->offer_number;
    offer.deadline_unix_ms = (int64_t)effect->deadline_ms;
    offer.answer_ms = left_ms < UINT32_MAX ? (uint32_t)left_ms : UINT32_MAX;
    offer.received_unix_ms = (int64_t)effect->received_unix_ms;
    offer.weight = effect->weight;
    offer.queue = (char *)effect->queue;
    offer.why = (char *)(uintptr_t)core_why_words(effect->why, why);
    offer.resumed = effect->resumed;
    offer.epoch = net->epoch;
    offer.call_back = effect->is_call_back;
    offer.appointment_unix_ms = (int64_t)effect->appointment_ms;
    offer.place = (char *)effect->place;
    offer.set_by = (char *)effect->set_by;
    offer.interrupts = effect->interrupts;
    offer.note = (char *)effect->note;
    offer.note_by = (char *)effect->note_by;
    offer.bought = (char *)effect->bought;
    offer.bought_unix_ms = (int64_t)effect->bought_ms;
    offer.no_customer = effect->is_no_customer;
    offer.n_joined = joined_of(effect, &joined);
    offer.joined = joined.list;
    if (effect->hides_person) {
        hold_hidden(net, peer, &offer, effect);
        return;
    }
    hold_with_lead(net, peer, &(struct wire_message){.type = WIRE_OFFER, .offer = &offer}, effect);
}

/* Before it is accepted, an outsourced team sees what the lead is, not whom it is about. */
static void hold_hidden(struct net *net, struct peer *peer, Leadwire__V1__Offer *offer, const struct core_effect *effect)
{
    struct shown_lead shown[1 + CORE_CONTACTS_MAX];
    Leadwire__V1__Lead *contacts[CORE_CONTACTS_MAX];
    uint32_t count = effect->contacts ? effect->contact_count : 0;

    shown_lead_init(&shown[0], effect->payload, effect->payload_size);
    offer->lead = &shown[0].lead;
    offer->contacts = contacts;
    for (uint32_t i = 0; i < count; i++) {
        shown_lead_init(&shown[1 + i], effect->contacts[i].data, effect->contacts[i].size);
        contacts[offer->n_contacts++] = &shown[1 + i].lead;
    }
    net_hold(net, peer, &(struct wire_message){.type = WIRE_OFFER, .offer = offer}, 0);
    for (uint32_t i = 0; i <= count; i++)
        shown_lead_fini(&shown[i]);
}

static void encode_holding(struct net *net, struct peer *peer, const struct core_effect *effect)
{
    Leadwire__V1__Holding holding = LEADWIRE__V1__HOLDING__INIT;
    struct joined joined;
    char lead_id[DESK_ID_TEXT_MAX];

    desk_id_format(effect->lead, lead_id);
    holding.lead_id = lead_id;
    holding.offer_number = effect->offer_number;
    holding.state = (Leadwire__V1__LeadState)effect->to;
    holding.deadline_unix_ms = (int64_t)effect->deadline_ms;
    holding.received_unix_ms = (int64_t)effect->received_unix_ms;
    holding.weight = effect->weight;
    holding.queue = (char *)effect->queue;
    holding.resumed = effect->resumed;
    holding.epoch = net->epoch;
    holding.call_back = effect->is_call_back;
    holding.appointment_unix_ms = (int64_t)effect->appointment_ms;
    holding.place = (char *)effect->place;
    holding.set_by = (char *)effect->set_by;
    holding.touch_by_unix_ms = (int64_t)effect->touch_ms;
    holding.note = (char *)effect->note;
    holding.note_by = (char *)effect->note_by;
    holding.bought = (char *)effect->bought;
    holding.bought_unix_ms = (int64_t)effect->bought_ms;
    holding.no_customer = effect->is_no_customer;
    holding.n_joined = joined_of(effect, &joined);
    holding.joined = joined.list;
    hold_with_lead(net, peer, &(struct wire_message){.type = WIRE_HOLDING, .holding = &holding}, effect);
}

/* The lead's stored bytes go as they are. */
static void hold_with_lead(struct net *net, struct peer *peer, const struct wire_message *message, const struct core_effect *effect)
{
    byte_buffer_clear(&net->frame);
    struct wire_bytes leads[1 + CORE_CONTACTS_MAX] = {{effect->payload, effect->payload_size}};
    size_t count = 1;
    for (uint32_t i = 0; effect->contacts && i < effect->contact_count; i++)
        leads[count++] = (struct wire_bytes){effect->contacts[i].data, effect->contacts[i].size};
    lw_status status = effect->payload ? wire_encode_with_leads(message, leads, count, &net->frame)
                                       : wire_encode(message, &net->frame);   /* the client has the lead from the offer */
    if (status == LW_OK)
        net_hold_bytes(net, peer, net->frame.data, net->frame.size, 0);
}

static void encode_withdrawn(struct net *net, struct peer *peer, const struct core_effect *effect)
{
    Leadwire__V1__Withdrawn withdrawn = LEADWIRE__V1__WITHDRAWN__INIT;
    char lead_id[DESK_ID_TEXT_MAX];

    desk_id_format(effect->lead, lead_id);
    withdrawn.lead_id = lead_id;
    withdrawn.offer_number = effect->offer_number;
    withdrawn.reason = (char *)effect->reason;
    withdrawn.epoch = net->epoch;
    withdrawn.taken_by = (char *)effect->by;
    net_hold(net, peer, &(struct wire_message){.type = WIRE_WITHDRAWN, .withdrawn = &withdrawn}, 0);
}

static void encode_nudge(struct net *net, struct peer *peer, const struct core_effect *effect)
{
    Leadwire__V1__Nudge nudge = LEADWIRE__V1__NUDGE__INIT;
    char lead_id[DESK_ID_TEXT_MAX];

    desk_id_format(effect->lead, lead_id);
    nudge.lead_id = lead_id;
    nudge.offer_number = effect->offer_number;
    nudge.touch_by_unix_ms = (int64_t)effect->touch_ms;
    nudge.epoch = net->epoch;
    net_hold(net, peer, &(struct wire_message){.type = WIRE_NUDGE, .nudge = &nudge}, 0);
}

static void encode_rep_status(struct net *net, struct peer *peer, const struct core_effect *effect)
{
    Leadwire__V1__RepStatus status = LEADWIRE__V1__REP_STATUS__INIT;
    struct decline_counts declines;

    status.state = (Leadwire__V1__RepState)effect->rep_state;
    status.load = effect->load;
    status.capacity = effect->capacity;
    status.until_unix_ms = (int64_t)effect->until_ms;
    status.reason = (char *)effect->reason;
    status.epoch = net->epoch;
    status.device_state = (Leadwire__V1__DeviceState)effect->device_state;
    status.device_until_unix_ms = (int64_t)effect->device_until_ms;
    status.n_declines = fill_declines(effect, &declines);
    status.declines = declines.pointers;
    net_hold(net, peer, &(struct wire_message){.type = WIRE_REP_STATUS, .rep_status = &status}, 0);
}

static void encode_snapshot_end(struct net *net, struct peer *peer, const struct core_effect *effect)
{
    Leadwire__V1__SnapshotEnd end = LEADWIRE__V1__SNAPSHOT_END__INIT;

    end.offers = effect->count_offers;
    end.holdings = effect->count_holdings;
    end.epoch = net->epoch;
    net_hold(net, peer, &(struct wire_message){.type = WIRE_SNAPSHOT_END, .snapshot_end = &end}, 0);
}

/* The core has forgotten this session already. */
static void encode_replaced(struct net *net, struct peer *peer, const struct core_effect *effect)
{
    Leadwire__V1__Bye bye = LEADWIRE__V1__BYE__INIT;

    bye.reason = (char *)effect->reason;
    peer->core_knows = false;
    net_hold(net, peer, &(struct wire_message){.type = WIRE_BYE, .bye = &bye}, OUTBOX_ENDS);
}

/* By ids alone: a lead's way can be read from the log, by its trace from where it came in. */
static void log_lead_event(const struct core_effect *effect)
{
    char lead[DESK_ID_TEXT_MAX], trace[TRACE_ID_SIZE];

    if (effect->kind != EFFECT_LEAD_EVENT || !lw_log_shows(LW_LOG_DEBUG))
        return;
    desk_id_format(effect->lead, lead);
    lead_trace_id(effect->payload, effect->payload_size, trace);
    log_debug("lead=%s trace=%s state=%s cause=%s", lead, trace, lead_state_word(effect->to), core_cause_word(effect->cause));
}

/* Numbers are given to every event, bytes only when somebody listens. */
static void encode_event(struct net *net, const struct core_effect *effect)
{
    Leadwire__V1__Event event = LEADWIRE__V1__EVENT__INIT;
    Leadwire__V1__LeadEvent lead;
    Leadwire__V1__RepEvent rep;
    struct decline_counts declines;
    Leadwire__V1__DeskEvent desk = LEADWIRE__V1__DESK_EVENT__INIT;
    struct lead_event_ids ids;

    if (effect->nobody != NOBODY_NONE)   /* without the addresses: they are people's */
        log_warning("nobody is there: %s; %llu leads wait; told to %u", core_nobody_word(effect->nobody), (unsigned long long)effect->waiting,
                    effect->tell_count);
    log_lead_event(effect);
    events_feed_number(&net->events, &event, (int64_t)net->turn.desk_ms);
    if (!events_feed_has_listeners(&net->events))
        return;
    if (effect->kind == EFFECT_LEAD_EVENT) {
        effect_to_lead_event(effect, &ids, &lead);
        event.lead = &lead;
    } else if (effect->kind == EFFECT_REP_EVENT) {
        effect_to_rep_event(effect, &declines, &rep);
        event.rep = &rep;
    } else {
        desk.cause = (char *)core_cause_word(effect->cause);
        desk.config_version = effect->config_version;
        desk.nobody = (char *)core_nobody_word(effect->nobody);
        desk.waiting = effect->waiting;
        desk.tell = (char **)effect->tell;
        desk.n_tell = effect->tell_count;
        event.desk = &desk;
    }
    byte_buffer_clear(&net->frame);
    if (wire_encode(&(struct wire_message){.type = WIRE_EVENT, .event = &event}, &net->frame) != LW_OK)
        return;
    /* Without room the event is left out: its number is missed, and listeners take a new snapshot. */
    struct outbox_frame frame = {.size = (uint32_t)net->frame.size, .flags = OUTBOX_EVENT, .bytes = net->frame.data};
    (void)outbox_put(&net->outbox, &frame);
}
