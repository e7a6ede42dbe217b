/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_desk.h"

#include <string.h>

#include "json_out.h"
#include "wall_clock.h"

static void log_begin(const struct rep_desk *desk, struct json_out *out, const char *event)
{
    const int64_t now_unix_ms = wall_clock_unix_ms();
    json_begin_line(out, desk->log);
    json_put_time(out, "time", now_unix_ms);
    json_put_number(out, "unix_ms", now_unix_ms);
    json_put_text(out, "rep", desk->name);
    json_put_text(out, "event", event);
}

static void log_lead(const struct rep_desk *desk, const char *event, const char *lead_id, uint32_t offer_number, const char *detail_name,
                     const char *detail)
{
    struct json_out out;
    if (desk->log == NULL)
        return;
    log_begin(desk, &out, event);
    json_put_text(&out, "lead_id", lead_id);
    json_put_unsigned(&out, "offer_number", offer_number);
    if (detail_name != NULL)
        json_put_text(&out, detail_name, detail);
    json_end_line(&out);
}

/* A holding need not repeat the lead that was offered: the item remembers the channel. */
static void log_offer(const struct rep_desk *desk, const struct lw_rep_event *event, struct rep_item *item)
{
    if (item != NULL)
        item->weight = event->weight;
    if (item != NULL && event->lead != NULL && event->lead->channel != LW_CHANNEL_NONE)
        item->channel = event->lead->channel;
    struct json_out out;
    if (desk->log == NULL)
        return;
    const bool is_offer = event->kind == LW_REP_OFFER;
    log_begin(desk, &out, is_offer ? "offer" : "holding");
    json_put_text(&out, "lead_id", event->lead_id);
    json_put_unsigned(&out, "offer_number", event->offer_number);
    if (!is_offer)
        json_put_text(&out, "state", lw_lead_state_name(event->lead_state));
    json_put_unsigned(&out, "weight", event->weight);
    json_put_text(&out, "queue", event->queue);
    json_put_text(&out, "channel", lw_channel_name(item != NULL ? item->channel : LW_CHANNEL_NONE));
    json_put_number(&out, "deadline_unix_ms", event->deadline_unix_ms);
    json_put_number(&out, "received_unix_ms", event->received_unix_ms);
    json_put_bool(&out, "resumed", event->resumed != 0);
    json_put_bool(&out, "call_back", event->call_back != 0);
    json_put_unsigned(&out, "contacts", event->contact_count);
    json_put_number(&out, "appointment_unix_ms", event->appointment_unix_ms);
    if (is_offer) {
        json_put_bool(&out, "interrupts", event->interrupts != 0);
        json_put_text(&out, "why", event->why);
    }
    json_put_unsigned(&out, "epoch", event->epoch);
    json_end_line(&out);
}

static void log_session(const struct rep_desk *desk, const char *name, const struct lw_rep_event *event)
{
    struct json_out out;
    if (desk->log == NULL)
        return;
    log_begin(desk, &out, name);
    json_put_unsigned(&out, "epoch", event->epoch);
    if (event->kind == LW_REP_STATUS) {
        json_put_text(&out, "state", lw_rep_state_name(event->state));
        json_put_unsigned(&out, "load", event->load);
        json_put_unsigned(&out, "capacity", event->capacity);
    }
    json_put_text(&out, "reason", event->reason != NULL ? event->reason : "");
    json_end_line(&out);
}

static struct rep_item *find_item(struct rep_desk *desk, const char *lead_id)
{
    for (size_t i = 0; i < desk->item_count; i++) {
        if (desk->items[i].state != ITEM_GONE && strcmp(desk->items[i].lead_id, lead_id) == 0)
            return &desk->items[i];
    }
    return NULL;
}

/* The smallest number that no item shows. */
static unsigned free_number(const struct rep_desk *desk)
{
    for (unsigned number = 1;; number++) {
        size_t i = 0;
        while (i < desk->item_count && desk->items[i].number != number)
            i++;
        if (i == desk->item_count)
            return number;
    }
}

/* NULL when the table is full: far above any capacity. */
static struct rep_item *find_or_add(struct rep_desk *desk, const struct lw_rep_event *event)
{
    struct rep_item *item = find_item(desk, event->lead_id);
    if (item != NULL || desk->item_count == REP_ITEMS_MAX)
        return item;
    item = &desk->items[desk->item_count];
    *item = (struct rep_item){.number = free_number(desk), .offer_number = event->offer_number, .state = ITEM_OFFERED};
    snprintf(item->lead_id, sizeof item->lead_id, "%s", event->lead_id);
    desk->item_count++;
    return item;
}

static struct rep_item *take_offer(struct rep_desk *desk, const struct lw_rep_event *event, uint64_t now_ms)
{
    struct rep_item *item = find_or_add(desk, event);
    log_offer(desk, event, item);
    if (!event->resumed)
        desk->offers++;
    if (item == NULL)
        return NULL;
    /* Told again while our answer is on its way: the answer stands. */
    if (item->offer_number != event->offer_number || (item->state != ITEM_ACCEPTING && item->state != ITEM_DECLINING)) {
        item->due_ms = item->offer_number == event->offer_number && item->is_told ? item->due_ms : 0;
        item->state = ITEM_OFFERED;
        item->offer_number = event->offer_number;
    }
    item->answer_until_ms = now_ms + event->answer_ms;
    item->is_told = true;
    return item;
}

static struct rep_item *take_holding(struct rep_desk *desk, const struct lw_rep_event *event)
{
    struct rep_item *item = find_or_add(desk, event);
    log_offer(desk, event, item);
    if (item == NULL)
        return NULL;
    const bool is_mine = item->state == ITEM_HELD || item->state == ITEM_ENDING;
    if (item->state != ITEM_COMPLETING && (!is_mine || item->offer_number != event->offer_number)) {
        item->state = ITEM_HELD;
        item->due_ms = 0;
    }
    item->offer_number = event->offer_number;
    item->lead_state = event->lead_state;
    item->touch_by_unix_ms = event->touch_by_unix_ms;
    item->is_told = true;
    return item;
}

static struct rep_item *take_withdrawn(struct rep_desk *desk, const struct lw_rep_event *event)
{
    struct rep_item *item = find_item(desk, event->lead_id);
    desk->withdrawn++;
    log_lead(desk, "withdrawn", event->lead_id, event->offer_number, "reason", event->reason);
    if (item == NULL || item->offer_number > event->offer_number)
        return NULL;   /* an older offer of a lead that came again */
    item->state = ITEM_GONE;
    return item;
}

/* After a (re)connect: what was not told again is no longer ours, unless an answer about it is still to come. */
static void take_snapshot(struct rep_desk *desk)
{
    for (size_t i = 0; i < desk->item_count; i++) {
        struct rep_item *item = &desk->items[i];
        if (item->is_told || (item->state != ITEM_OFFERED && item->state != ITEM_HELD && item->state != ITEM_ENDING))
            continue;
        log_lead(desk, "withdrawn", item->lead_id, item->offer_number, "reason", "not told again");
        item->state = ITEM_GONE;
    }
}

static bool is_yes(lw_outcome outcome)
{
    return outcome == LW_OUTCOME_ACCEPTED || outcome == LW_OUTCOME_DUPLICATE;
}

static struct rep_item *take_answer(struct rep_desk *desk, const struct lw_rep_event *event)
{
    static const char *const done[] = {"accepted", "declined", "completed", "transferred", "touched", "pulled", "state_set"};
    size_t i = 0;
    while (i < REP_TICKETS_MAX && desk->tickets[i].ticket != event->ticket)
        i++;
    if (i == REP_TICKETS_MAX)
        return NULL;
    struct rep_ticket *ticket = &desk->tickets[i];
    ticket->ticket = 0;
    if (ticket->kind == REQUEST_STATE)
        return NULL;
    struct rep_item *item = ticket->kind == REQUEST_PULL ? NULL : find_item(desk, ticket->lead_id);   /* a Holding brings what was pulled */
    if (item != NULL && item->offer_number != ticket->offer_number)
        item = NULL;
    if (!is_yes(event->outcome)) {
        char why[160];
        snprintf(why, sizeof why, "%s: %s", lw_outcome_name(event->outcome), event->reason);
        desk->refused++;
        log_lead(desk, "refused", ticket->lead_id, ticket->offer_number, done[ticket->kind], why);
        if (item != NULL && event->outcome == LW_OUTCOME_REJECTED && (ticket->kind == REQUEST_COMPLETE || ticket->kind == REQUEST_TRANSFER))
            item->state = ITEM_HELD;   /* e.g. an unknown disposition: still ours */
        else if (item != NULL && (ticket->kind != REQUEST_TOUCH || event->outcome == LW_OUTCOME_NOT_YOURS))
            item->state = ITEM_GONE;
        return item;
    }
    desk->accepted += ticket->kind == REQUEST_ACCEPT;
    desk->declined += ticket->kind == REQUEST_DECLINE;
    desk->completed += ticket->kind == REQUEST_COMPLETE;
    log_lead(desk, done[ticket->kind], ticket->lead_id, ticket->offer_number,
             ticket->kind == REQUEST_COMPLETE ? "disposition" : NULL, ticket->disposition);
    if (item != NULL && ticket->kind == REQUEST_TOUCH)
        item->touch_by_unix_ms = 0;
    else if (item != NULL && ticket->kind != REQUEST_ACCEPT)
        item->state = ITEM_GONE;
    else if (item != NULL && item->state == ITEM_ACCEPTING)
        item->state = ITEM_HELD;   /* the holding follows, or after a crash the next snapshot decides */
    return item;
}

lw_status rep_desk_take(struct rep_desk *desk, uint64_t now_ms, struct lw_rep_event *event, struct rep_item **item)
{
    *item = NULL;
    const lw_status status = lw_rep_next(desk->rep, event);
    if (status != LW_OK)
        return status;
    switch (event->kind) {
    case LW_REP_WELCOME:
        for (size_t i = 0; i < desk->item_count; i++)
            desk->items[i].is_told = false;
        desk->is_connected = desk->was_connected = true;
        log_session(desk, "welcome", event);
        break;
    case LW_REP_LOST:
        desk->is_connected = false;
        log_session(desk, "lost", event);
        break;
    case LW_REP_OFFER: *item = take_offer(desk, event, now_ms); break;
    case LW_REP_HOLDING: *item = take_holding(desk, event); break;
    case LW_REP_WITHDRAWN: *item = take_withdrawn(desk, event); break;
    case LW_REP_NUDGE:
        *item = find_item(desk, event->lead_id);
        log_lead(desk, "nudge", event->lead_id, event->offer_number, NULL, NULL);
        break;
    case LW_REP_STATUS:
        desk->state = event->state;
        desk->capacity = event->capacity;
        log_session(desk, "status", event);
        break;
    case LW_REP_SNAPSHOT:
        log_session(desk, "snapshot", event);
        take_snapshot(desk);
        break;
    case LW_REP_ANSWER: *item = take_answer(desk, event); break;
    case LW_REP_PULL_LIST:
    case LW_REP_CHOICES:
    case LW_REP_DAY: break;
    case LW_REP_REFUSED: log_session(desk, "session_refused", event); break;
    case LW_REP_NONE: break;
    }
    return LW_OK;
}

uint32_t rep_desk_load(const struct rep_desk *desk)
{
    uint32_t load = 0;
    for (size_t i = 0; i < desk->item_count; i++)
        load += desk->items[i].state != ITEM_GONE ? desk->items[i].weight : 0;
    return load;
}

unsigned rep_desk_held_count(const struct rep_desk *desk)
{
    unsigned count = 0;
    for (size_t i = 0; i < desk->item_count; i++)
        count += desk->items[i].state == ITEM_HELD || desk->items[i].state == ITEM_ENDING;
    return count;
}

bool rep_desk_is_asking(const struct rep_desk *desk)
{
    for (size_t i = 0; i < REP_TICKETS_MAX; i++) {
        if (desk->tickets[i].ticket != 0)
            return true;
    }
    return false;
}

void rep_desk_sweep(struct rep_desk *desk)
{
    size_t kept = 0;
    for (size_t i = 0; i < desk->item_count; i++) {
        if (desk->items[i].state != ITEM_GONE) {
            if (kept != i)
                desk->items[kept] = desk->items[i];
            kept++;
        }
    }
    desk->item_count = kept;
}

static struct rep_ticket *free_ticket(struct rep_desk *desk)
{
    for (size_t i = 0; i < REP_TICKETS_MAX; i++) {
        if (desk->tickets[i].ticket == 0)
            return &desk->tickets[i];
    }
    return NULL;
}

static void remember(struct rep_ticket *ticket, uint64_t number, enum request_kind kind, const struct rep_item *item, const char *disposition)
{
    *ticket = (struct rep_ticket){.ticket = number, .kind = kind, .offer_number = item != NULL ? item->offer_number : 0};
    snprintf(ticket->lead_id, sizeof ticket->lead_id, "%s", item != NULL ? item->lead_id : "");
    snprintf(ticket->disposition, sizeof ticket->disposition, "%s", disposition);
}

lw_status rep_desk_accept(struct rep_desk *desk, struct rep_item *item)
{
    struct rep_ticket *ticket = free_ticket(desk);
    uint64_t number = 0;
    if (ticket == NULL)
        return LW_FULL;
    const lw_status status = lw_rep_accept(desk->rep, item->lead_id, item->offer_number, &number);
    if (status == LW_OK) {
        remember(ticket, number, REQUEST_ACCEPT, item, "");
        item->state = ITEM_ACCEPTING;
        log_lead(desk, "accepting", item->lead_id, item->offer_number, NULL, NULL);
    }
    return status;
}

lw_status rep_desk_decline(struct rep_desk *desk, struct rep_item *item, const char *reason)
{
    struct rep_ticket *ticket = free_ticket(desk);
    uint64_t number = 0;
    if (ticket == NULL)
        return LW_FULL;
    const lw_status status = lw_rep_decline(desk->rep, item->lead_id, item->offer_number, reason, &number);
    if (status == LW_OK) {
        remember(ticket, number, REQUEST_DECLINE, item, "");
        item->state = ITEM_DECLINING;
    }
    return status;
}

lw_status rep_desk_complete(struct rep_desk *desk, struct rep_item *item, const struct lw_completion *completion)
{
    struct rep_ticket *ticket = free_ticket(desk);
    uint64_t number = 0;
    if (ticket == NULL)
        return LW_FULL;
    const lw_status status = lw_rep_complete_with(desk->rep, item->lead_id, completion, &number);
    if (status == LW_OK) {
        remember(ticket, number, REQUEST_COMPLETE, item, completion->disposition);
        item->state = ITEM_COMPLETING;
        log_lead(desk, "completing", item->lead_id, item->offer_number, "disposition", completion->disposition);
    }
    return status;
}

lw_status rep_desk_transfer(struct rep_desk *desk, struct rep_item *item, const struct lw_transfer *target)
{
    struct rep_ticket *ticket = free_ticket(desk);
    uint64_t number = 0;
    if (ticket == NULL)
        return LW_FULL;
    const lw_status status = lw_rep_transfer(desk->rep, item->lead_id, item->offer_number, target, &number);
    if (status == LW_OK) {
        remember(ticket, number, REQUEST_TRANSFER, item, "");
        item->state = ITEM_COMPLETING;
        log_lead(desk, "transferring", item->lead_id, item->offer_number, NULL, NULL);
    }
    return status;
}

lw_status rep_desk_touch(struct rep_desk *desk, const struct rep_item *item)
{
    struct rep_ticket *ticket = free_ticket(desk);
    uint64_t number = 0;
    if (ticket == NULL)
        return LW_FULL;
    const lw_status status = lw_rep_touch(desk->rep, item->lead_id, item->offer_number, &number);
    if (status == LW_OK)
        remember(ticket, number, REQUEST_TOUCH, item, "");
    return status;
}

lw_status rep_desk_pull(struct rep_desk *desk, const char *lead_id)
{
    struct rep_ticket *ticket = free_ticket(desk);
    uint64_t number = 0;
    if (ticket == NULL)
        return LW_FULL;
    const lw_status status = lw_rep_pull(desk->rep, lead_id, &number);
    if (status == LW_OK) {
        remember(ticket, number, REQUEST_PULL, NULL, "");
        snprintf(ticket->lead_id, sizeof ticket->lead_id, "%s", lead_id);
    }
    return status;
}

lw_status rep_desk_pull_list(struct rep_desk *desk)
{
    uint64_t ticket = 0;   /* its answer says all */
    return lw_rep_pull_list(desk->rep, &ticket);
}

lw_status rep_desk_ask_choices(struct rep_desk *desk)
{
    uint64_t ticket = 0;   /* the same */
    return lw_rep_ask_choices(desk->rep, &ticket);
}

lw_status rep_desk_ask_day(struct rep_desk *desk)
{
    uint64_t ticket = 0;   /* the same */
    return lw_rep_ask_day(desk->rep, &ticket);
}

lw_status rep_desk_set_state(struct rep_desk *desk, lw_rep_state state, const char *reason)
{
    struct rep_ticket *ticket = free_ticket(desk);
    uint64_t number = 0;
    if (ticket == NULL)
        return LW_FULL;
    const lw_status status = lw_rep_set_state(desk->rep, state, reason, &number);
    if (status == LW_OK)
        remember(ticket, number, REQUEST_STATE, NULL, "");
    return status;
}
