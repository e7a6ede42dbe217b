/* SPDX-License-Identifier: Apache-2.0 */
#include "top_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall_clock.h"

/* What a rep did last, by the cause of an event. Other causes are acts of the desk or of managers. */
struct act { const char *cause, *act; };
static const struct act lead_acts[] = {
    {"accepted", "accepted"}, {"declined", "declined"}, {"expired", "missed an offer"}, {"completed", "completed"},
    {"call_back", "will call back"}, {"appointment", "made an appointment"}, {"set_aside", "set aside"}, {"transferred", "handed on"},
    {"pulled", "pulled a lead"}, {"touched", "touched a lead"}, {"answered", "picked up"}, {"no_answer", "did not pick up"}, {NULL, NULL},
};
static const struct act rep_acts[] = {
    {"logged_on", "logged on"}, {"logged_off", "logged off"}, {"connection_lost", "lost the connection"}, {"state_set", "changed state"},
    {"another_device", "changed device"}, {NULL, NULL},
};

bool top_model_init(struct top_model *model)
{
    *model = (struct top_model){.needs_rules = true};
    for (int i = 0; i < LW_CHANNEL_COUNT; i++)
        model->channels[i].weight = 1;
    return top_leads_init(&model->leads);
}

void top_model_fini(struct top_model *model)
{
    top_names_fini(&model->queue_names);
    top_names_fini(&model->rep_names);
    top_leads_fini(&model->leads);
    free(model->queues);
    free(model->reps);
}

/* Room for index, zeroed. *room is kept with it. */
static bool make_room(void **rows, uint32_t *room, uint32_t index, size_t row_size)
{
    if (index < *room)
        return true;
    uint32_t wanted = *room == 0 ? 16 : *room;
    while (wanted <= index)
        wanted *= 2;
    char *grown = realloc(*rows, wanted * row_size);
    if (grown == NULL)
        return false;
    memset(grown + *room * row_size, 0, (wanted - *room) * row_size);
    *rows = grown;
    *room = wanted;
    return true;
}

/* One that is new has the service level that only the rules tell. */
static uint32_t queue_of(struct top_model *model, const char *name)
{
    const uint32_t known = model->queue_names.count;
    const uint32_t index = name[0] != '\0' ? top_names_put(&model->queue_names, name, TOP_QUEUES_MAX) : TOP_NAME_NONE;
    void *rows = model->queues;
    if (index == TOP_NAME_NONE || !make_room(&rows, &model->queue_room, index, sizeof *model->queues))
        return TOP_NAME_NONE;
    model->queues = rows;
    model->needs_rules = model->needs_rules || index == known;
    return index;
}

static uint32_t rep_of(struct top_model *model, const char *name)
{
    const uint32_t index = name[0] != '\0' ? top_names_put(&model->rep_names, name, TOP_REPS_MAX) : TOP_NAME_NONE;
    void *rows = model->reps;
    if (index == TOP_NAME_NONE || !make_room(&rows, &model->rep_room, index, sizeof *model->reps))
        return TOP_NAME_NONE;
    model->reps = rows;
    return index;
}

static void note_act(struct top_model *model, uint32_t rep, const struct act *acts, const char *cause, int64_t at_unix_ms)
{
    for (; rep != TOP_NAME_NONE && acts->cause != NULL; acts++) {
        if (strcmp(acts->cause, cause) == 0) {
            model->reps[rep].last_act = acts->act;
            model->reps[rep].last_act_unix_ms = at_unix_ms;
        }
    }
}

static void count_arrival(struct top_channel *channel, int64_t at_unix_ms)
{
    const int64_t slot = at_unix_ms / TOP_SLOT_MS;
    if (slot - channel->last_slot >= TOP_SLOTS)
        memset(channel->arrived, 0, sizeof channel->arrived);
    for (int64_t at = channel->last_slot + 1; at <= slot && slot - channel->last_slot < TOP_SLOTS; at++)
        channel->arrived[at % TOP_SLOTS] = 0;
    if (slot > channel->last_slot)
        channel->last_slot = slot;
    if (slot > channel->last_slot - TOP_SLOTS)
        channel->arrived[slot % TOP_SLOTS]++;
}

static bool is_open(lw_lead_state state)
{
    return state == LW_LEAD_WAITING || state == LW_LEAD_OFFERED || state == LW_LEAD_CONNECTING || state == LW_LEAD_ASSIGNED ||
           state == LW_LEAD_PARKED || state == LW_LEAD_SCHEDULED;
}

static void add_holder(struct top_model *model, struct top_lead *lead, const char *name)
{
    const uint32_t rep = rep_of(model, name);
    if (rep != TOP_NAME_NONE && lead->holder_count < TOP_HOLDERS_MAX)
        lead->holders[lead->holder_count++] = (uint16_t)rep;
}

/* Of several who are offered a lead, one may leave: the event names them, but they have it no more. */
static bool is_leave(const struct lw_event *event)
{
    return event->from == LW_LEAD_OFFERED && event->to == LW_LEAD_OFFERED && event->also_offered_count > 0 &&
           (strcmp(event->cause, "declined") == 0 || strcmp(event->cause, "expired") == 0 || strcmp(event->cause, "rep_gone") == 0 ||
            strcmp(event->cause, "rep_removed") == 0 || strcmp(event->cause, "configured") == 0);
}

/* Whose act it was: the rep whom the event names, else who had the lead before it. */
static void note_lead_act(struct top_model *model, const struct lw_event *event, struct desk_id id, int64_t at_unix_ms)
{
    const struct top_lead *lead = top_leads_find(&model->leads, id);
    uint32_t rep = rep_of(model, event->rep);
    if (rep == TOP_NAME_NONE && lead != NULL && lead->holder_count == 1)
        rep = lead->holders[0];
    note_act(model, rep, lead_acts, event->cause, at_unix_ms);
}

static void take_open_lead(struct top_model *model, const struct lw_event *event, struct desk_id id, lw_channel channel)
{
    struct top_lead *lead = top_leads_put(&model->leads, id);
    if (lead == NULL)
        return;
    lead->received_unix_ms = event->received_unix_ms > 0 ? event->received_unix_ms : 0;
    lead->queue = queue_of(model, event->queue);
    lead->channel = (uint8_t)channel;
    lead->state = (uint8_t)event->to;
    lead->holder_count = 0;
    if (!is_leave(event))
        add_holder(model, lead, event->rep);
    for (size_t i = 0; i < event->also_offered_count; i++)
        add_holder(model, lead, event->also_offered[i]);
}

static void take_lead(struct top_model *model, const struct lw_event *event, int64_t at_unix_ms)
{
    struct desk_id id;
    const bool is_channel = event->channel > LW_CHANNEL_NONE && (int)event->channel < LW_CHANNEL_COUNT;
    if (!desk_id_parse(event->lead_id, &id))
        return;
    if (!event->is_snapshot)
        note_lead_act(model, event, id, at_unix_ms);
    if (!event->is_snapshot && event->from == LW_LEAD_NONE && is_channel)
        count_arrival(&model->channels[event->channel], at_unix_ms);
    if (is_open(event->to))
        take_open_lead(model, event, id, is_channel ? event->channel : LW_CHANNEL_NONE);
    else
        top_leads_remove(&model->leads, id);
}

static void take_rep(struct top_model *model, const struct lw_event *event, int64_t at_unix_ms)
{
    const uint32_t index = rep_of(model, event->rep);
    if (index == TOP_NAME_NONE)
        return;
    struct top_rep *rep = &model->reps[index];
    rep->is_known = strcmp(event->cause, "rep_removed") != 0;
    rep->state = event->rep_state;
    rep->connected = event->connected != 0;
    rep->capacity = event->capacity;
    if (!event->is_snapshot)
        note_act(model, index, rep_acts, event->cause, at_unix_ms);
}

/* All that a snapshot tells is forgotten; arrivals and acts stay. */
static void forget(struct top_model *model)
{
    model->is_live = false;
    top_leads_clear(&model->leads);
    for (uint32_t i = 0; i < model->rep_names.count && i < model->rep_room; i++)
        model->reps[i].is_known = false;
}

void top_model_take_event(struct top_model *model, const struct lw_event *event, int64_t wall_unix_ms)
{
    const int64_t at_unix_ms = event->at_unix_ms > 0 ? event->at_unix_ms : wall_unix_ms;
    switch (event->kind) {
    case LW_EVENTS_RESET: forget(model); break;
    case LW_EVENTS_LEAD: take_lead(model, event, at_unix_ms); break;
    case LW_EVENTS_REP: take_rep(model, event, at_unix_ms); break;
    case LW_EVENTS_DESK: model->needs_rules = model->needs_rules || strcmp(event->cause, "configured") == 0; break;
    case LW_EVENTS_LIVE:
        model->is_live = model->needs_rules = true;   /* rules may have changed unseen */
        if (model->watched_since_unix_ms == 0)
            model->watched_since_unix_ms = at_unix_ms;
        break;
    case LW_EVENTS_NONE: break;
    }
}

void top_model_take_status(struct top_model *model, const Leadwire__V1__StatusReply *status, uint64_t now_ms)
{
    struct top_broker *broker = &model->broker;
    *broker = (struct top_broker){
        .is_known = true, .config_version = status->config_version, .epoch = status->epoch, .uptime_ms = status->uptime_ms,
        .memory_bytes = status->memory_bytes, .journal_entries = status->journal_entries, .checkpoint_age_ms = status->checkpoint_age_ms,
        .publishers = status->publishers, .reps_on = status->reps_on, .reps_available = status->reps_available, .waiting = status->waiting,
        .offered = status->offered, .connecting = status->connecting, .assigned = status->assigned, .parked = status->parked,
        .scheduled = status->scheduled, .published_total = status->published_total, .completed_total = status->completed_total,
        .now_unix_ms = status->now_unix_ms > 0 ? status->now_unix_ms : 0, .read_at_ms = now_ms,
    };
    snprintf(broker->desk, sizeof broker->desk, "%s", status->desk);
    snprintf(broker->version, sizeof broker->version, "%s", status->version);
    snprintf(broker->store_state, sizeof broker->store_state, "%s", status->store_state);
    snprintf(broker->durability, sizeof broker->durability, "%s", status->durability);
    for (size_t i = 0; i < status->n_store_warnings && broker->warning_count < TOP_WARNINGS_MAX; i++)
        snprintf(broker->warnings[broker->warning_count++], TOP_WARNING_SIZE, "%s", status->store_warnings[i]);
    for (size_t i = 0; i < status->n_queues; i++)
        (void)queue_of(model, status->queues[i]->queue);
}

void top_model_take_rules(struct top_model *model, const Leadwire__V1__ConfigReply *rules)
{
    const Leadwire__V1__DeskConfig *config = rules->config;
    for (size_t i = 0; config != NULL && i < config->n_queues; i++)
        (void)queue_of(model, config->queues[i]->name);
    for (uint32_t i = 0; i < model->queue_names.count && i < model->queue_room; i++) {
        const Leadwire__V1__OrderConfig *order = config != NULL ? config->order : NULL;
        for (size_t q = 0; config != NULL && q < config->n_queues; q++) {
            if (strcmp(config->queues[q]->name, model->queue_names.names[i]) == 0 && config->queues[q]->order != NULL)
                order = config->queues[q]->order;
        }
        model->queues[i].service_level_ms = order != NULL && order->hours_of[0] == '\0' ? order->service_level_ms : 0;
    }
    for (size_t i = 0; config != NULL && i < config->n_channels; i++) {
        const int channel = (int)config->channels[i]->channel;
        if (channel > LW_CHANNEL_NONE && channel < LW_CHANNEL_COUNT)
            model->channels[channel].weight = config->channels[i]->weight;
    }
    model->needs_rules = false;
}

int64_t top_model_now(const struct top_model *model, uint64_t now_ms)
{
    if (!model->broker.is_known)
        return wall_clock_unix_ms();
    return model->broker.now_unix_ms + (int64_t)(now_ms - model->broker.read_at_ms);
}

static void count_waiting(struct top_queue *queue, const struct top_lead *lead, int64_t now_unix_ms)
{
    const int64_t age_ms = now_unix_ms - lead->received_unix_ms;
    queue->waiting++;
    if (queue->oldest_unix_ms == 0 || lead->received_unix_ms < queue->oldest_unix_ms)
        queue->oldest_unix_ms = lead->received_unix_ms;
    if (queue->service_level_ms == 0)
        return;
    if (age_ms >= (int64_t)queue->service_level_ms)
        queue->late++;
    else if (age_ms >= (int64_t)queue->service_level_ms * TOP_RISK_PERCENT / 100)
        queue->at_risk++;
}

void top_model_count(struct top_model *model, int64_t now_unix_ms)
{
    for (uint32_t i = 0; i < model->queue_room; i++)
        model->queues[i] = (struct top_queue){.service_level_ms = model->queues[i].service_level_ms};
    for (int i = 0; i < LW_CHANNEL_COUNT; i++)
        model->channels[i].open = model->channels[i].waiting = 0;
    for (uint32_t i = 0; i < model->rep_room; i++)
        model->reps[i].load = 0;
    for (uint32_t i = 0; i < model->leads.count; i++) {
        const struct top_lead *lead = &model->leads.rows[i];
        const bool is_waiting = lead->state == LW_LEAD_WAITING;
        model->channels[lead->channel].open++;
        model->channels[lead->channel].waiting += is_waiting;
        for (uint8_t h = 0; h < lead->holder_count; h++)
            model->reps[lead->holders[h]].load += model->channels[lead->channel].weight;
        if (lead->queue == TOP_NAME_NONE)
            continue;
        struct top_queue *queue = &model->queues[lead->queue];
        if (is_waiting)
            count_waiting(queue, lead, now_unix_ms);
        queue->offered += lead->state == LW_LEAD_OFFERED;
        queue->in_hand += lead->state == LW_LEAD_CONNECTING || lead->state == LW_LEAD_ASSIGNED;
    }
}

uint64_t top_model_arrived(const struct top_model *model, lw_channel channel, int64_t now_unix_ms, uint32_t slots)
{
    const struct top_channel *row = &model->channels[channel];
    const int64_t last = now_unix_ms / TOP_SLOT_MS;
    uint64_t count = 0;
    for (uint32_t i = 0; i < slots && i < TOP_SLOTS; i++) {
        const int64_t slot = last - (int64_t)i;
        if (slot <= row->last_slot && slot > row->last_slot - TOP_SLOTS && slot >= 0)
            count += row->arrived[slot % TOP_SLOTS];
    }
    return count;
}
