/* SPDX-License-Identifier: Apache-2.0 */
#include <leadwire/rep.h>

#include "choices.h"
#include "day.h"
#include "held_leads.h"
#include "outcome.h"
#include "session.h"
#include "wall_clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PENDING_OF_REP = 1024, RESEND_MS = 2000, DAY_LIMIT_MS = 3000, RANDOM_SIZE = 12, MADE_ID_MAX = 64, NUMBER_DIGITS_MAX = 20 };

struct lw_rep {
    struct session session;
    struct held_leads held;
    struct lw_lead lead;                    /* of the last event */
    char made_id[MADE_ID_MAX];              /* "c-RANDOM-COUNT": unlike that of any other session */
    char *made_id_count;                    /* where the count stands in it */
    uint64_t ids_made;
};

static void list_held(void *owner, Leadwire__V1__Hello *hello, struct arena *arena);
static lw_status answer_offer(struct lw_rep *rep, const char *lead_id, uint32_t offer_number, bool accept,
                              const char *reason, uint64_t *ticket_out);
static lw_status invalid(struct lw_rep *rep, const char *reason);
static bool fill_message(struct lw_rep *rep, const struct wire_message *message, struct lw_rep_event *out);
static void read_contacts(struct lw_rep *rep, Leadwire__V1__Lead *const *contacts, size_t count, Leadwire__V1__JoinedContact *const *joined,
                          size_t joined_count, struct lw_rep_event *out);
static bool fill_offer(struct lw_rep *rep, const Leadwire__V1__Offer *offer, struct lw_rep_event *out);
static bool fill_holding(struct lw_rep *rep, const Leadwire__V1__Holding *holding, struct lw_rep_event *out);
static void fill_answer(struct lw_rep *rep, const struct session_event *event, struct lw_rep_event *out);
static const struct lw_lead *read_lead(struct lw_rep *rep, const Leadwire__V1__Lead *lead);
static void settle(struct lw_rep *rep, const struct pending_tag *tag, lw_outcome outcome);
static const char *make_id(struct lw_rep *rep);
static void copy_lead_id(struct pending_tag *tag, const char *lead_id);
static char *text(const char *value);

lw_status lw_rep_open(const struct lw_rep_options *options, struct lw_rep **out)
{
    *out = NULL;
    struct lw_rep *rep = calloc(1, sizeof *rep);
    if (!rep)
        return LW_NO_MEMORY;
    unsigned char bytes[RANDOM_SIZE];
    random_bytes(bytes, sizeof bytes);
    rep->made_id_count = rep->made_id + snprintf(rep->made_id, sizeof rep->made_id, "c-");
    for (int i = 0; i < RANDOM_SIZE; i++)
        rep->made_id_count += snprintf(rep->made_id_count, 3, "%02x", bytes[i]);
    *rep->made_id_count++ = '-';
    struct session_options session = {
        .role = LEADWIRE__V1__ROLE__ROLE_REP,
        .endpoint = options->endpoint,
        .desk = options->desk,
        .client = options->client,
        .rep = options->rep,
        .secret = options->secret,
        .key_file = options->key_file,
        .pending_max = PENDING_OF_REP,
        .resend_ms = RESEND_MS,
        .ends_when_refused = true,
        .complete_hello = list_held,
        .owner = rep,
    };
    lw_status status = session_open(&rep->session, &session);
    if (status != LW_OK)
        lw_rep_close(&rep, 0);
    *out = rep;
    return status;
}

void lw_rep_close(struct lw_rep **rep, int log_off)
{
    if (!*rep)
        return;
    session_close(&(*rep)->session, log_off ? "log off" : NULL);
    held_leads_fini(&(*rep)->held);
    free(*rep);
    *rep = NULL;
}

lw_status lw_rep_accept(struct lw_rep *rep, const char *lead_id, uint32_t offer_number, uint64_t *ticket_out)
{
    return answer_offer(rep, lead_id, offer_number, true, NULL, ticket_out);
}

lw_status lw_rep_decline(struct lw_rep *rep, const char *lead_id, uint32_t offer_number, const char *reason,
                         uint64_t *ticket_out)
{
    return answer_offer(rep, lead_id, offer_number, false, reason, ticket_out);
}

lw_status lw_rep_complete(struct lw_rep *rep, const char *lead_id, const char *disposition, const char *note,
                          const char *idempotency_id, uint64_t *ticket_out)
{
    const struct lw_completion completion = {.disposition = disposition, .note = note, .idempotency_id = idempotency_id};
    return lw_rep_complete_with(rep, lead_id, &completion, ticket_out);
}

lw_status lw_rep_complete_with(struct lw_rep *rep, const char *lead_id, const struct lw_completion *completion, uint64_t *ticket_out)
{
    const char *idempotency_id = completion->idempotency_id;
    *ticket_out = 0;
    if (!lead_id || !*lead_id)
        return invalid(rep, "lead_id is missing");
    if (!completion->disposition || !*completion->disposition)
        return invalid(rep, "disposition is missing");
    if (!idempotency_id || !*idempotency_id)
        idempotency_id = make_id(rep);
    Leadwire__V1__Complete complete = LEADWIRE__V1__COMPLETE__INIT;
    complete.lead_id = text(lead_id);
    complete.disposition = text(completion->disposition);
    complete.note = text(completion->note);
    complete.at_unix_ms = completion->at_unix_ms;
    complete.place = text(completion->place);
    complete.idempotency_id = text(idempotency_id);
    struct pending_tag tag = {0};
    copy_lead_id(&tag, lead_id);
    return session_request(&rep->session, &(struct wire_message){.type = WIRE_COMPLETE, .complete = &complete}, &tag, 0,
                           ticket_out);
}

lw_status lw_rep_transfer(struct lw_rep *rep, const char *lead_id, uint32_t offer_number, const struct lw_transfer *target, uint64_t *ticket_out)
{
    *ticket_out = 0;
    if (!lead_id || !*lead_id)
        return invalid(rep, "lead_id is missing");
    Leadwire__V1__Transfer transfer = LEADWIRE__V1__TRANSFER__INIT;
    transfer.lead_id = text(lead_id);
    transfer.offer_number = offer_number;
    transfer.rep = text(target->rep);
    transfer.team = text(target->team);
    transfer.skill = text(target->skill);
    transfer.level = target->level;
    transfer.back = target->back != 0;
    transfer.appointment_unix_ms = target->appointment_unix_ms;
    transfer.place = text(target->place);
    transfer.note = text(target->note);
    struct pending_tag tag = {.offer_number = offer_number};
    copy_lead_id(&tag, lead_id);
    return session_request(&rep->session, &(struct wire_message){.type = WIRE_TRANSFER, .transfer = &transfer}, &tag, 0, ticket_out);
}

lw_status lw_rep_touch(struct lw_rep *rep, const char *lead_id, uint32_t offer_number, uint64_t *ticket_out)
{
    *ticket_out = 0;
    if (!lead_id || !*lead_id)
        return invalid(rep, "lead_id is missing");
    Leadwire__V1__Touch touch = LEADWIRE__V1__TOUCH__INIT;
    touch.lead_id = text(lead_id);
    touch.offer_number = offer_number;
    touch.kind = LEADWIRE__V1__TOUCH_KIND__TOUCH_KIND_REP;
    struct pending_tag tag = {.offer_number = offer_number};
    copy_lead_id(&tag, lead_id);
    return session_request(&rep->session, &(struct wire_message){.type = WIRE_TOUCH, .touch = &touch}, &tag, 0, ticket_out);
}

static lw_status request_pull(struct lw_rep *rep, const char *lead_id, uint64_t *ticket_out)
{
    Leadwire__V1__Pull pull = LEADWIRE__V1__PULL__INIT;
    struct pending_tag tag = {0};
    pull.lead_id = text(lead_id);
    copy_lead_id(&tag, lead_id);
    return session_request(&rep->session, &(struct wire_message){.type = WIRE_PULL, .pull = &pull}, &tag, 0, ticket_out);
}

lw_status lw_rep_pull_list(struct lw_rep *rep, uint64_t *ticket_out)
{
    *ticket_out = 0;
    return request_pull(rep, "", ticket_out);
}

lw_status lw_rep_pull(struct lw_rep *rep, const char *lead_id, uint64_t *ticket_out)
{
    *ticket_out = 0;
    return !lead_id || !*lead_id ? invalid(rep, "lead_id is missing") : request_pull(rep, lead_id, ticket_out);
}

lw_status lw_rep_ask_choices(struct lw_rep *rep, uint64_t *ticket_out)
{
    Leadwire__V1__ChoicesRequest request = LEADWIRE__V1__CHOICES_REQUEST__INIT;
    struct pending_tag tag = {0};
    *ticket_out = 0;
    return session_request(&rep->session, &(struct wire_message){.type = WIRE_CHOICES_REQUEST, .choices_request = &request}, &tag, 0, ticket_out);
}

lw_status lw_rep_ask_day(struct lw_rep *rep, uint64_t *ticket_out)
{
    Leadwire__V1__DayRequest request = LEADWIRE__V1__DAY_REQUEST__INIT;
    struct pending_tag tag = {0};
    *ticket_out = 0;
    if (!rep->session.tells_days)   /* it would drop who goes on sending what it cannot read */
        return LW_UNSUPPORTED;
    return session_request(&rep->session, &(struct wire_message){.type = WIRE_DAY_REQUEST, .day_request = &request}, &tag, DAY_LIMIT_MS, ticket_out);
}

lw_status lw_rep_set_state(struct lw_rep *rep, lw_rep_state state, const char *reason, uint64_t *ticket_out)
{
    *ticket_out = 0;
    if (state != LW_REP_AVAILABLE && state != LW_REP_BREAK)
        return invalid(rep, "a rep sets itself available or on break");
    Leadwire__V1__SetRepState set = LEADWIRE__V1__SET_REP_STATE__INIT;
    set.state = (Leadwire__V1__RepState)state;
    set.reason = text(reason);
    struct pending_tag tag = {0};
    return session_request(&rep->session, &(struct wire_message){.type = WIRE_SET_REP_STATE, .set_rep_state = &set},
                           &tag, 0, ticket_out);
}

lw_status lw_rep_next(struct lw_rep *rep, struct lw_rep_event *out)
{
    struct session_event event;
    for (;;) {
        *out = (struct lw_rep_event){.lead_id = "", .queue = "", .why = "", .reason = "", .place = "", .set_by = "", .note = "", .note_by = "", .taken_by = "", .bought = "", .epoch = rep->session.epoch};
        switch (session_next(&rep->session, &event)) {
        case SESSION_NOTHING:
            return rep->session.state == SESSION_ENDED ? LW_CLOSED : LW_AGAIN;
        case SESSION_WELCOME:
            held_leads_begin_session(&rep->held);
            out->kind = LW_REP_WELCOME;
            out->epoch = rep->session.epoch;
            return LW_OK;
        case SESSION_LOST:
            out->kind = LW_REP_LOST;
            out->reason = event.reason;
            return LW_OK;
        case SESSION_REFUSED:
            out->kind = LW_REP_REFUSED;
            out->reason = event.reason;
            return LW_OK;
        case SESSION_ANSWER:
            fill_answer(rep, &event, out);
            return LW_OK;
        case SESSION_MESSAGE:
            if (fill_message(rep, &event.message, out))
                return LW_OK;
            break;
        case SESSION_EXPIRED:   /* only the day has a time limit, which passes at once where the next broker does not tell it */
            out->kind = LW_REP_DAY;
            out->ticket = event.ticket;
            return LW_OK;
        }
    }
}

int lw_rep_fd(const struct lw_rep *rep)
{
    return rep->session.fd;
}

int lw_rep_wait_ms(const struct lw_rep *rep)
{
    return session_wait_ms(&rep->session);
}

int lw_rep_connected(const struct lw_rep *rep)
{
    return session_is_connected(&rep->session);
}

const char *lw_rep_error(const struct lw_rep *rep)
{
    return session_error(&rep->session);
}

/* Offers are the broker's to tell again; what we were told to have, the broker may have lost. */
static void list_held(void *owner, Leadwire__V1__Hello *hello, struct arena *arena)
{
    struct lw_rep *rep = owner;
    if (rep->held.count == 0)
        return;
    hello->held = arena_calloc(arena, rep->held.count, sizeof *hello->held);
    Leadwire__V1__HeldLead *rows = arena_calloc(arena, rep->held.count, sizeof *rows);
    if (!hello->held || !rows)
        return;
    for (uint32_t i = 0; i < rep->held.count; i++) {
        struct held_lead *lead = &rep->held.items[i];
        if (lead->state == LW_LEAD_OFFERED)
            continue;
        Leadwire__V1__HeldLead *row = &rows[hello->n_held];
        leadwire__v1__held_lead__init(row);
        row->lead_id = lead->lead_id;
        row->offer_number = lead->offer_number;
        hello->held[hello->n_held++] = row;
    }
}

static lw_status answer_offer(struct lw_rep *rep, const char *lead_id, uint32_t offer_number, bool accept,
                              const char *reason, uint64_t *ticket_out)
{
    *ticket_out = 0;
    if (!lead_id || !*lead_id)
        return invalid(rep, "lead_id is missing");
    Leadwire__V1__OfferAnswer answer = LEADWIRE__V1__OFFER_ANSWER__INIT;
    answer.lead_id = text(lead_id);
    answer.offer_number = offer_number;
    answer.accept = accept;
    answer.reason = text(reason);
    struct pending_tag tag = {.offer_number = offer_number, .accept = accept};
    copy_lead_id(&tag, lead_id);
    return session_request(&rep->session, &(struct wire_message){.type = WIRE_OFFER_ANSWER, .offer_answer = &answer},
                           &tag, 0, ticket_out);
}

static lw_status invalid(struct lw_rep *rep, const char *reason)
{
    if (rep->session.state == SESSION_ENDED)
        return LW_CLOSED;
    session_set_error(&rep->session, reason);
    return LW_INVALID;
}

/* False for what the program knows already. */
static bool fill_message(struct lw_rep *rep, const struct wire_message *message, struct lw_rep_event *out)
{
    out->epoch = rep->session.epoch;
    if (message->type == WIRE_OFFER)
        return fill_offer(rep, message->offer, out);
    if (message->type == WIRE_HOLDING)
        return fill_holding(rep, message->holding, out);
    if (message->type == WIRE_WITHDRAWN) {
        held_leads_forget(&rep->held, message->withdrawn->lead_id, message->withdrawn->offer_number);
        out->kind = LW_REP_WITHDRAWN;
        out->lead_id = message->withdrawn->lead_id;
        out->offer_number = message->withdrawn->offer_number;
        out->reason = message->withdrawn->reason;
        out->taken_by = message->withdrawn->taken_by;
        return true;
    }
    if (message->type == WIRE_NUDGE) {
        out->kind = LW_REP_NUDGE;
        out->lead_id = message->nudge->lead_id;
        out->offer_number = message->nudge->offer_number;
        out->touch_by_unix_ms = message->nudge->touch_by_unix_ms;
        return true;
    }
    if (message->type == WIRE_REP_STATUS) {
        out->kind = LW_REP_STATUS;
        out->state = (lw_rep_state)message->rep_status->state;
        out->load = message->rep_status->load;
        out->capacity = message->rep_status->capacity;
        out->until_unix_ms = message->rep_status->until_unix_ms;
        out->reason = message->rep_status->reason;
        return true;
    }
    if (message->type == WIRE_SNAPSHOT_END) {
        held_leads_end_snapshot(&rep->held);
        out->kind = LW_REP_SNAPSHOT;
        return true;
    }
    return false;
}

static bool fill_offer(struct lw_rep *rep, const Leadwire__V1__Offer *offer, struct lw_rep_event *out)
{
    if (!held_leads_tell(&rep->held, offer->lead_id, offer->offer_number, LW_LEAD_OFFERED, (int)offer->n_contacts))
        return false;
    out->kind = LW_REP_OFFER;
    out->lead_id = offer->lead_id;
    out->offer_number = offer->offer_number;
    out->lead = read_lead(rep, offer->lead);
    read_contacts(rep, offer->contacts, offer->n_contacts, offer->joined, offer->n_joined, out);
    out->deadline_unix_ms = offer->deadline_unix_ms;
    out->answer_ms = offer->answer_ms;
    out->received_unix_ms = offer->received_unix_ms;
    out->weight = offer->weight;
    out->queue = offer->queue;
    out->why = offer->why;
    out->call_back = offer->call_back;
    out->appointment_unix_ms = offer->appointment_unix_ms;
    out->place = offer->place;
    out->set_by = offer->set_by;
    out->note = offer->note;
    out->note_by = offer->note_by;
    out->interrupts = offer->interrupts;
    out->bought = offer->bought;
    out->bought_unix_ms = offer->bought_unix_ms;
    out->no_customer = offer->no_customer;
    out->resumed = offer->resumed;
    return true;
}

static bool fill_holding(struct lw_rep *rep, const Leadwire__V1__Holding *holding, struct lw_rep_event *out)
{
    lw_lead_state state = (lw_lead_state)holding->state;
    int contacts = holding->lead ? (int)holding->n_contacts : HELD_CONTACTS_UNTOLD;
    if (!held_leads_tell(&rep->held, holding->lead_id, holding->offer_number, state, contacts))
        return false;
    out->kind = LW_REP_HOLDING;
    out->lead_id = holding->lead_id;
    out->offer_number = holding->offer_number;
    out->lead = read_lead(rep, holding->lead);
    read_contacts(rep, holding->contacts, holding->n_contacts, holding->joined, holding->n_joined, out);
    out->lead_state = state;
    out->touch_by_unix_ms = holding->touch_by_unix_ms;
    out->deadline_unix_ms = holding->deadline_unix_ms;
    out->received_unix_ms = holding->received_unix_ms;
    out->weight = holding->weight;
    out->queue = holding->queue;
    out->call_back = holding->call_back;
    out->appointment_unix_ms = holding->appointment_unix_ms;
    out->place = holding->place;
    out->set_by = holding->set_by;
    out->note = holding->note;
    out->note_by = holding->note_by;
    out->bought = holding->bought;
    out->bought_unix_ms = holding->bought_unix_ms;
    out->no_customer = holding->no_customer;
    out->resumed = holding->resumed;
    return true;
}

static void fill_pull_list(struct lw_rep *rep, const struct session_event *event, struct lw_rep_event *out)
{
    const Leadwire__V1__PullList *list = event->message.pull_list;
    struct lw_pullable *rows = list->n_leads > 0 ? arena_calloc(&rep->session.arena, list->n_leads, sizeof *rows) : NULL;
    out->kind = LW_REP_PULL_LIST;
    out->ticket = event->ticket;
    out->pullable = rows;
    for (size_t i = 0; rows && i < list->n_leads; i++) {
        const Leadwire__V1__PullableLead *lead = list->leads[i];
        rows[out->pullable_count++] = (struct lw_pullable){.lead_id = lead->lead_id, .queue = lead->queue, .source = lead->source,
                                                           .channel = (lw_channel)lead->channel, .priority = lead->priority,
                                                           .received_unix_ms = lead->received_unix_ms, .call_back = lead->call_back};
    }
}

static void fill_answer(struct lw_rep *rep, const struct session_event *event, struct lw_rep_event *out)
{
    if (event->message.type == WIRE_PULL_LIST) {
        fill_pull_list(rep, event, out);
        return;
    }
    if (event->message.type == WIRE_CONFIG_REPLY) {
        out->kind = LW_REP_CHOICES;
        out->ticket = event->ticket;
        out->choices = choices_of(event->message.config_reply, &rep->session.arena);
        return;
    }
    if (event->message.type == WIRE_DAY_REPLY) {
        out->kind = LW_REP_DAY;
        out->ticket = event->ticket;
        out->day = day_of(event->message.day_reply, &rep->session.arena);
        return;
    }
    const Leadwire__V1__Reply *reply = event->message.reply;
    out->kind = LW_REP_ANSWER;
    out->ticket = event->ticket;
    out->outcome = outcome_from_status(reply->status);
    out->reason = reply->reason;
    out->lead_id = reply->lead_id;
    out->offer_number = event->tag.offer_number;
    settle(rep, &event->tag, out->outcome);
    if (!*out->lead_id && *event->tag.lead_id) {
        char *lead_id = arena_strdup(&rep->session.arena, event->tag.lead_id);
        out->lead_id = lead_id ? lead_id : "";
    }
}

/* NULL when the lead is missing or the arena's cap is met; the offer can be answered all the same. */
static const struct lw_lead *read_lead(struct lw_rep *rep, const Leadwire__V1__Lead *lead)
{
    if (!lead || !wire_lead_to_public(lead, &rep->session.arena, &rep->lead))
        return NULL;
    return &rep->lead;
}

/* As many as there is memory for. */
static void read_contacts(struct lw_rep *rep, Leadwire__V1__Lead *const *contacts, size_t count, Leadwire__V1__JoinedContact *const *joined,
                          size_t joined_count, struct lw_rep_event *out)
{
    struct lw_lead *leads = count > 0 ? arena_calloc(&rep->session.arena, count, sizeof *leads) : NULL;
    int64_t *came = leads ? arena_calloc(&rep->session.arena, count, sizeof *came) : NULL;
    out->contacts = leads;
    out->contact_unix_ms = came;
    for (size_t i = 0; came && i < count && wire_lead_to_public(contacts[i], &rep->session.arena, &leads[i]); i++) {
        came[i] = i < joined_count ? joined[i]->came_unix_ms : 0;
        out->contact_count++;
    }
}

/* What an answer says about what we hold. An accepted offer stays until its Holding comes. */
static void settle(struct lw_rep *rep, const struct pending_tag *tag, lw_outcome outcome)
{
    bool done = outcome == LW_OUTCOME_ACCEPTED || outcome == LW_OUTCOME_DUPLICATE;
    if (outcome == LW_OUTCOME_NOT_YOURS)
        held_leads_forget(&rep->held, tag->lead_id, tag->offer_number);
    else if (done && (tag->type == WIRE_COMPLETE || tag->type == WIRE_TRANSFER))
        held_leads_forget(&rep->held, tag->lead_id, 0);
    else if (done && tag->type == WIRE_OFFER_ANSWER && !tag->accept)
        held_leads_forget(&rep->held, tag->lead_id, tag->offer_number);
}

/* Lives until the next call. Without printf: one is made for each lead. */
static const char *make_id(struct lw_rep *rep)
{
    char digits[NUMBER_DIGITS_MAX];
    size_t at = sizeof digits;
    uint64_t number = ++rep->ids_made;

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    memcpy(rep->made_id_count, digits + at, sizeof digits - at);
    rep->made_id_count[sizeof digits - at] = '\0';
    return rep->made_id;
}

/* What does not fit is no lead id, and is refused when the request is checked. */
static void copy_lead_id(struct pending_tag *tag, const char *lead_id)
{
    size_t size = strnlen(lead_id, sizeof tag->lead_id - 1);
    memcpy(tag->lead_id, lead_id, size);
    tag->lead_id[size] = '\0';
}

static char *text(const char *value)
{
    return (char *)(value ? value : "");
}
