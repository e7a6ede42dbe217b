/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_desk_state.h"

#include <string.h>

#include "lead_json_write.h"

static void note_lead(struct rep_desk_state *state, const struct lw_rep_event *event, int64_t now_ms);
static void note_withdrawn(struct rep_desk_state *state, const struct lw_rep_event *event);
static void note_status(struct rep_desk_state *state, const struct lw_rep_event *event);
static void note_pull_list(struct rep_desk_state *state, const struct lw_rep_event *event);
static json_t *find(const struct rep_desk_state *state, const char *lead_id, size_t *index_out);
static void mark_all_stale(struct rep_desk_state *state);
static void drop_stale(struct rep_desk_state *state);

void rep_desk_state_init(struct rep_desk_state *state, const char *rep)
{
    *state = (struct rep_desk_state){.leads = json_array(), .notices = json_array(), .shared = json_null()};
    state->rep = json_pack("{s:s, s:s}", "name", rep, "state", "offline");
}

void rep_desk_state_fini(struct rep_desk_state *state)
{
    json_decref(state->leads);
    json_decref(state->notices);
    json_decref(state->shared);
    json_decref(state->rep);
    *state = (struct rep_desk_state){0};
}

void rep_desk_state_note(struct rep_desk_state *state, const struct lw_rep_event *event, int64_t now_ms)
{
    state->revision++;
    switch (event->kind) {
    case LW_REP_WELCOME:
        mark_all_stale(state);
        break;
    case LW_REP_LOST:
    case LW_REP_REFUSED:
        state->connected = false;
        break;
    case LW_REP_OFFER:
    case LW_REP_HOLDING:
        note_lead(state, event, now_ms);
        break;
    case LW_REP_WITHDRAWN:
        note_withdrawn(state, event);
        break;
    case LW_REP_NUDGE: {
        json_t *row = find(state, event->lead_id, NULL);
        json_object_set_new(row, "touch_by_unix_ms", json_integer(event->touch_by_unix_ms));
        json_object_set_new(row, "nudged", json_true());
        break;
    }
    case LW_REP_STATUS:
        note_status(state, event);
        break;
    case LW_REP_SNAPSHOT:
        drop_stale(state);
        state->connected = true;
        break;
    case LW_REP_PULL_LIST:
        note_pull_list(state, event);
        break;
    case LW_REP_ANSWER:
    case LW_REP_CHOICES:
    case LW_REP_DAY:
    case LW_REP_NONE:
        break;
    }
}

void rep_desk_state_forget(struct rep_desk_state *state, const char *lead_id, uint32_t offer_number)
{
    size_t index;
    json_t *row = find(state, lead_id, &index);
    if (!row || (offer_number != 0 && json_integer_value(json_object_get(row, "offer_number")) != offer_number))
        return;
    json_array_remove(state->leads, index);
    state->revision++;
}

void rep_desk_state_touched(struct rep_desk_state *state, const char *lead_id)
{
    json_t *row = find(state, lead_id, NULL);
    if (!row)
        return;
    json_object_del(row, "touch_by_unix_ms");
    json_object_del(row, "nudged");
    state->revision++;
}

static bool is_offer(const json_t *row)
{
    return strcmp(json_string_value(json_object_get(row, "phase")), "offered") == 0;
}

uint32_t rep_desk_state_held(const struct rep_desk_state *state)
{
    uint32_t count = 0;
    size_t index;
    json_t *row;
    json_array_foreach(state->leads, index, row)
        count += !is_offer(row);
    return count;
}

json_t *rep_desk_state_json(const struct rep_desk_state *state, int64_t now_ms, bool break_after_lead)
{
    return json_pack("{s:I, s:I, s:b, s:b, s:O, s:O, s:O, s:O}", "revision", (json_int_t)state->revision, "now_unix_ms", (json_int_t)now_ms,
                     "connected", state->connected, "break_after_lead", break_after_lead, "rep", state->rep, "leads", state->leads,
                     "shared", state->shared, "notices", state->notices);
}

static json_t *find(const struct rep_desk_state *state, const char *lead_id, size_t *index_out)
{
    size_t index;
    json_t *row;
    json_array_foreach(state->leads, index, row) {
        if (strcmp(json_string_value(json_object_get(row, "lead_id")), lead_id) != 0)
            continue;
        if (index_out)
            *index_out = index;
        return row;
    }
    return NULL;
}

static void set_text(json_t *row, const char *name, const char *value)
{
    if (value && *value)
        json_object_set_new(row, name, json_string(value));
}

static void set_time(json_t *row, const char *name, int64_t unix_ms)
{
    if (unix_ms != 0)
        json_object_set_new(row, name, json_integer(unix_ms));
    else
        json_object_del(row, name);
}

static void set_content(json_t *row, const struct lw_rep_event *event)
{
    if (!event->lead)
        return;   /* we have it already */
    json_t *contacts = json_array(), *came = json_array();
    for (uint32_t i = 0; i < event->contact_count; i++) {
        json_array_append_new(contacts, lead_json_write(&event->contacts[i]));
        json_array_append_new(came, json_integer(event->contact_unix_ms[i]));
    }
    json_object_set_new(row, "lead", lead_json_write(event->lead));
    json_object_set_new(row, "contacts", contacts);
    json_object_set_new(row, "contact_unix_ms", came);
}

static const char *phase_of(const struct lw_rep_event *event)
{
    return event->kind == LW_REP_OFFER ? "offered" : event->lead_state == LW_LEAD_CONNECTING ? "connecting" : "assigned";
}

/* An offer's deadline is told anew from the time that is left, as the broker's clock is not ours. */
static void note_lead(struct rep_desk_state *state, const struct lw_rep_event *event, int64_t now_ms)
{
    json_t *row = find(state, event->lead_id, NULL);
    if (!row) {
        row = json_pack("{s:s}", "lead_id", event->lead_id);
        json_array_append_new(state->leads, row);
    }
    json_object_del(row, "stale");
    json_object_set_new(row, "phase", json_string(phase_of(event)));
    json_object_set_new(row, "offer_number", json_integer(event->offer_number));
    json_object_set_new(row, "weight", json_integer(event->weight));
    json_object_set_new(row, "interrupts", json_boolean(event->kind == LW_REP_OFFER && event->interrupts));
    json_object_set_new(row, "call_back", json_boolean(event->call_back));
    set_text(row, "queue", event->queue);
    set_text(row, "why", event->why);
    set_text(row, "place", event->place);
    set_text(row, "set_by", event->set_by);
    set_text(row, "note", event->note);
    set_text(row, "note_by", event->note_by);
    set_text(row, "bought", event->bought);
    json_object_set_new(row, "no_customer", json_boolean(event->no_customer));
    set_time(row, "bought_unix_ms", event->bought_unix_ms);
    set_time(row, "appointment_unix_ms", event->appointment_unix_ms);
    set_time(row, "received_unix_ms", event->received_unix_ms);
    set_time(row, "touch_by_unix_ms", event->touch_by_unix_ms);
    set_time(row, "deadline_unix_ms", event->kind == LW_REP_OFFER ? now_ms + event->answer_ms : 0);
    set_content(row, event);
}

static void note_withdrawn(struct rep_desk_state *state, const struct lw_rep_event *event)
{
    size_t index;
    json_t *row = find(state, event->lead_id, &index);
    if (!row)
        return;
    json_t *notice = json_pack("{s:I, s:s, s:s, s:s, s:b}", "number", (json_int_t)++state->notices_made, "lead_id", event->lead_id,
                               "reason", event->reason, "taken_by", event->taken_by, "was_offer", is_offer(row));
    json_array_append_new(state->notices, notice);
    if (json_array_size(state->notices) > DESK_NOTICES_MAX)
        json_array_remove(state->notices, 0);
    json_array_remove(state->leads, index);
}

static void note_status(struct rep_desk_state *state, const struct lw_rep_event *event)
{
    json_object_set_new(state->rep, "state", json_string(lw_rep_state_name(event->state)));
    json_object_set_new(state->rep, "reason", json_string(event->reason));
    json_object_set_new(state->rep, "load", json_integer(event->load));
    json_object_set_new(state->rep, "capacity", json_integer(event->capacity));
    set_time(state->rep, "until_unix_ms", event->until_unix_ms);
}

static void note_pull_list(struct rep_desk_state *state, const struct lw_rep_event *event)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < event->pullable_count; i++) {
        const struct lw_pullable *lead = &event->pullable[i];
        json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:s, s:i, s:I, s:b}", "lead_id", lead->lead_id, "queue", lead->queue, "source", lead->source,
                                              "channel", lw_channel_name(lead->channel), "priority", (int)lead->priority,
                                              "received_unix_ms", (json_int_t)lead->received_unix_ms, "call_back", lead->call_back));
    }
    json_decref(state->shared);
    state->shared = rows;
}

static void mark_all_stale(struct rep_desk_state *state)
{
    size_t index;
    json_t *row;
    json_array_foreach(state->leads, index, row)
        json_object_set_new(row, "stale", json_true());
}

static void drop_stale(struct rep_desk_state *state)
{
    for (size_t i = json_array_size(state->leads); i-- > 0;)
        if (json_object_get(json_array_get(state->leads, i), "stale"))
            json_array_remove(state->leads, i);
}
