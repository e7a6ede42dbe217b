/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_board.h"

#include <stdlib.h>
#include <string.h>

#include "ops_count.h"
#include "wall_clock.h"

static void forget_leads(struct ops_board *board);
static void note_lead(struct ops_board *board, const struct lw_event *event);
static void note_rep(struct ops_board *board, const struct lw_event *event);
static struct ops_rep *make_rep(struct ops_board *board, uint32_t name);
static struct ops_queue *make_queue(struct ops_board *board, uint32_t name);

lw_status ops_board_init(struct ops_board *board, int64_t now_ms, int64_t midnight_ms)
{
    *board = (struct ops_board){.now_ms = now_ms, .began_ms = now_ms, .day_begin_ms = midnight_ms};
    random_bytes(&board->key, sizeof board->key);
    lw_status names = ops_names_init(&board->names), past = ops_past_init(&board->past), index = index_table_init_small(&board->lead_index, OPS_LEADS_MAX);
    board->leads = calloc(OPS_LEADS_MAX, sizeof *board->leads);   /* these pages, too, are touched as they fill */
    board->free_leads = calloc(OPS_LEADS_MAX, sizeof *board->free_leads);
    board->reps = calloc(OPS_REPS_MAX, sizeof *board->reps);
    board->queues = calloc(OPS_QUEUES_MAX, sizeof *board->queues);
    board->sources = calloc(OPS_SOURCES_MAX, sizeof *board->sources);
    board->minutes = calloc(OPS_MINUTES, sizeof *board->minutes);
    bool all = board->leads && board->free_leads && board->reps && board->queues && board->sources && board->minutes;
    return names == LW_OK && past == LW_OK && index == LW_OK && all ? LW_OK : LW_NO_MEMORY;
}

void ops_board_fini(struct ops_board *board)
{
    if (board->leads)
        forget_leads(board);
    ops_names_fini(&board->names);
    ops_past_fini(&board->past);
    index_table_fini(&board->lead_index);
    free(board->leads);
    free(board->free_leads);
    free(board->reps);
    free(board->queues);
    free(board->sources);
    free(board->minutes);
    *board = (struct ops_board){0};
}

void ops_board_tick(struct ops_board *board, int64_t now_ms, int64_t midnight_ms)
{
    board->now_ms = now_ms;
    for (uint32_t i = 0; i < board->rep_count; i++)
        ops_count_rep_time(&board->reps[i], now_ms);
    if (midnight_ms != board->day_begin_ms)
        ops_count_new_day(board, midnight_ms);
    struct ops_minute *minute = ops_count_minute(board);
    minute->waiting = board->by_state[LW_LEAD_WAITING];
    minute->in_hand = board->by_state[LW_LEAD_CONNECTING] + board->by_state[LW_LEAD_ASSIGNED];
    minute->parked = board->by_state[LW_LEAD_PARKED];
}

void ops_board_note(struct ops_board *board, const struct lw_event *event)
{
    board->revision++;
    switch (event->kind) {
    case LW_EVENTS_RESET:
        forget_leads(board);
        board->live = false;
        break;
    case LW_EVENTS_LIVE:
        board->live = true;
        break;
    case LW_EVENTS_LEAD:
        note_lead(board, event);
        break;
    case LW_EVENTS_REP:
        note_rep(board, event);
        break;
    case LW_EVENTS_DESK:
    case LW_EVENTS_NONE:
        break;
    }
}

static uint32_t name_of(struct ops_board *board, const char *name, const char *label)
{
    return ops_names_number(&board->names, label && *label ? label : name);
}

static void configure_queue(struct ops_board *board, const char *name, const char *label, int64_t level_ms)
{
    struct ops_queue *queue = *name ? make_queue(board, ops_names_number(&board->names, name)) : NULL;
    if (!queue)
        return;
    queue->in_rules = true;
    queue->label = name_of(board, name, label);
    queue->level_ms = level_ms;
}

void ops_board_configure(struct ops_board *board, const Leadwire__V1__DeskConfig *config)
{
    int64_t level_ms = config->order ? config->order->service_level_ms : 0;
    board->work_limit_ms = config->work_limit_ms;
    for (uint32_t i = 0; i < board->rep_count; i++)
        board->reps[i].in_rules = false;
    for (uint32_t i = 0; i < board->queue_count; i++)
        board->queues[i] = (struct ops_queue){.name = board->queues[i].name, .label = board->queues[i].name, .level_ms = level_ms,
                                              .first_offers = board->queues[i].first_offers, .in_time = board->queues[i].in_time};
    for (size_t i = 0; i < config->n_rules; i++)
        configure_queue(board, config->rules[i]->queue, "", level_ms);
    for (size_t i = 0; i < config->n_queues; i++)
        configure_queue(board, config->queues[i]->name, config->queues[i]->label,
                        config->queues[i]->order ? config->queues[i]->order->service_level_ms : level_ms);
    for (size_t i = 0; i < config->n_reps; i++) {
        const Leadwire__V1__RepConfig *of_rules = config->reps[i];
        struct ops_rep *rep = make_rep(board, ops_names_number(&board->names, of_rules->name));
        if (!rep)
            continue;
        rep->in_rules = true;
        rep->label = name_of(board, of_rules->name, of_rules->label);
        rep->team = ops_names_number(&board->names, of_rules->team);
        rep->capacity = of_rules->capacity;   /* no event tells of another one */
    }
    for (size_t i = 0; i < config->n_channels; i++) {
        unsigned channel = (unsigned)config->channels[i]->channel;
        if (channel >= LW_CHANNEL_COUNT)
            continue;
        board->asks_touch[channel] = config->channels[i]->first_touch_ms > 0;
        board->weight[channel] = config->channels[i]->weight;
    }
    board->revision++;
}

/* Events do not tell the lead's rule. Its first touch is seen by its deadline, where that is not the one of all work. */
bool ops_board_asks_touch(const struct ops_board *board, const struct lw_event *event)
{
    enum { ROUNDED_MS = 1000 };
    if ((unsigned)event->channel < LW_CHANNEL_COUNT && board->asks_touch[event->channel])
        return true;
    const int64_t off_ms = event->deadline_unix_ms - event->at_unix_ms - board->work_limit_ms;
    return event->deadline_unix_ms > 0 && (board->work_limit_ms == 0 || off_ms > ROUNDED_MS || off_ms < -ROUNDED_MS);
}

int64_t ops_lead_touch_by_ms(const struct ops_lead *lead)
{
    return lead->touch_asked && !lead->touched ? lead->deadline_ms : 0;
}

static uint32_t hash_of(const struct ops_board *board, const char *lead_id)
{
    return (uint32_t)siphash_64(board->key, lead_id, strlen(lead_id));
}

struct ops_lead *ops_board_lead(const struct ops_board *board, const char *lead_id)
{
    uint32_t hash = hash_of(board, lead_id), value;
    for (uint32_t at = index_table_first(&board->lead_index, hash); index_table_at(&board->lead_index, hash, &at, &value);)
        if (strcmp(board->leads[value].id, lead_id) == 0)
            return &board->leads[value];
    return NULL;
}

static struct ops_rep *find_rep(const struct ops_board *board, uint32_t name)
{
    for (uint32_t i = 0; name != 0 && i < board->rep_count; i++)
        if (board->reps[i].name == name)
            return &board->reps[i];
    return NULL;
}

const struct ops_rep *ops_board_rep(const struct ops_board *board, uint32_t name)
{
    return find_rep(board, name);
}

static struct ops_queue *find_queue(const struct ops_board *board, uint32_t name)
{
    for (uint32_t i = 0; name != 0 && i < board->queue_count; i++)
        if (board->queues[i].name == name)
            return &board->queues[i];
    return NULL;
}

bool ops_board_team_had(const struct ops_board *board, const char *lead_id, uint32_t team)
{
    const struct ops_lead *lead = ops_board_lead(board, lead_id);
    const struct ops_rep *rep = lead ? find_rep(board, lead->rep) : NULL;
    const struct ops_past_row *row;
    if (rep && rep->team == team)
        return true;
    for (uint32_t back = 0; (row = ops_past_at(&board->past, back)); back++) {
        rep = strcmp(row->lead_id, lead_id) == 0 ? find_rep(board, row->rep) : NULL;
        if (rep && rep->team == team)
            return true;
    }
    return false;
}

bool ops_lead_at_risk(const struct ops_board *board, const struct ops_lead *lead)
{
    const struct ops_queue *queue = lead->queue_row != OPS_NONE ? &board->queues[lead->queue_row] : NULL;
    return queue && queue->level_ms > 0 && lead->state == LW_LEAD_WAITING && !lead->was_offered &&
           (board->now_ms - lead->received_ms) * 100 >= queue->level_ms * OPS_RISK_PERCENT;
}

static struct ops_rep *make_rep(struct ops_board *board, uint32_t name)
{
    struct ops_rep *rep = find_rep(board, name);
    if (rep || name == 0 || board->rep_count == OPS_REPS_MAX)
        return rep;
    rep = &board->reps[board->rep_count++];
    *rep = (struct ops_rep){.name = name, .label = name, .counted_ms = board->now_ms};
    return rep;
}

static struct ops_queue *make_queue(struct ops_board *board, uint32_t name)
{
    struct ops_queue *queue = find_queue(board, name);
    if (queue || name == 0 || board->queue_count == OPS_QUEUES_MAX)
        return queue;
    queue = &board->queues[board->queue_count++];
    *queue = (struct ops_queue){.name = name, .label = name};
    return queue;
}

static struct ops_lead *make_lead(struct ops_board *board, const char *lead_id)
{
    struct ops_lead *lead = ops_board_lead(board, lead_id);
    if (lead || strlen(lead_id) >= sizeof lead->id || board->lead_count == OPS_LEADS_MAX || !index_table_make_room(&board->lead_index))
        return lead;
    uint32_t place = board->free_count > 0 ? board->free_leads[--board->free_count] : board->lead_top++;
    lead = &board->leads[place];
    *lead = (struct ops_lead){0};
    strcpy(lead->id, lead_id);
    index_table_add(&board->lead_index, hash_of(board, lead_id), place);
    board->lead_count++;
    board->by_state[LW_LEAD_NONE]++;
    return lead;
}

static void take_from_rep(struct ops_board *board, struct ops_lead *lead)
{
    if (lead->units == 0)
        return;
    ops_count_rep_time(&board->reps[lead->rep_row], board->now_ms);
    board->reps[lead->rep_row].in_hand -= lead->units;
    lead->units = 0;
}

static void give_to_rep(struct ops_board *board, struct ops_lead *lead)
{
    if (lead->rep_row == OPS_NONE || (lead->state != LW_LEAD_CONNECTING && lead->state != LW_LEAD_ASSIGNED))
        return;
    lead->units = board->weight[lead->channel] ? board->weight[lead->channel] : 1;
    ops_count_rep_time(&board->reps[lead->rep_row], board->now_ms);
    board->reps[lead->rep_row].in_hand += lead->units;
}

static void drop_lead(struct ops_board *board, struct ops_lead *lead)
{
    take_from_rep(board, lead);
    uint32_t place = (uint32_t)(lead - board->leads);
    index_table_remove(&board->lead_index, hash_of(board, lead->id), place);
    board->by_state[lead->state]--;
    board->lead_count--;
    free(lead->why);
    *lead = (struct ops_lead){0};
    board->free_leads[board->free_count++] = place;
}

static void forget_leads(struct ops_board *board)
{
    for (uint32_t i = 0; i < board->lead_top; i++)
        free(board->leads[i].why);
    if (board->lead_top > 0)
        memset(board->leads, 0, board->lead_top * sizeof *board->leads);
    index_table_clear(&board->lead_index);
    memset(board->by_state, 0, sizeof board->by_state);
    board->lead_count = board->lead_top = board->free_count = 0;
    for (uint32_t i = 0; i < board->rep_count; i++)
        board->reps[i].in_hand = 0;
}

static bool is_open(lw_lead_state state)
{
    return state == LW_LEAD_WAITING || state == LW_LEAD_OFFERED || state == LW_LEAD_CONNECTING || state == LW_LEAD_ASSIGNED ||
           state == LW_LEAD_PARKED || state == LW_LEAD_SCHEDULED;
}

static void remember(struct ops_board *board, const struct lw_event *event)
{
    struct ops_past_row row = {.at_unix_ms = event->at_unix_ms, .from = (uint8_t)event->from, .to = (uint8_t)event->to};
    row.cause = ops_names_number(&board->names, event->cause);
    row.rep = ops_names_number(&board->names, event->rep);
    row.queue = ops_names_number(&board->names, event->queue);
    row.by = ops_names_number(&board->names, event->by);
    if (strlen(event->lead_id) < sizeof row.lead_id)
        strcpy(row.lead_id, event->lead_id);
    ops_past_add(&board->past, &row);
}

/* What the event says of the lead's row. */
static void update_lead(struct ops_board *board, struct ops_lead *lead, const struct lw_event *event)
{
    take_from_rep(board, lead);
    if (event->to != LW_LEAD_ASSIGNED)
        lead->touch_asked = false;
    else if (event->from != LW_LEAD_ASSIGNED && !event->is_snapshot)
        lead->touch_asked = ops_board_asks_touch(board, event);
    if (lead->state != event->to) {
        board->by_state[lead->state]--;
        board->by_state[event->to]++;
        lead->state = (uint8_t)event->to;
        lead->since_ms = event->is_snapshot ? event->received_unix_ms : event->at_unix_ms;
        lead->cause = event->is_snapshot ? 0 : ops_names_number(&board->names, event->cause);
        free(lead->why);
        lead->why = NULL;
    } else if (event->to == LW_LEAD_PARKED) {   /* told of again, or merged with: the broker says more now */
        free(lead->why);
        lead->why = NULL;
    }
    lead->channel = (unsigned)event->channel < LW_CHANNEL_COUNT ? (uint8_t)event->channel : 0;
    lead->queue = ops_names_number(&board->names, event->queue);
    lead->source = ops_names_number(&board->names, event->source);
    lead->rep = ops_names_number(&board->names, ops_event_is_leave(event) ? event->also_offered[0] : event->rep);
    lead->priority = event->priority;
    lead->received_ms = event->received_unix_ms;
    lead->deadline_ms = event->deadline_unix_ms;
    lead->call_back = event->call_back;
    lead->was_offered = lead->was_offered || event->offer_number > 0;
    const struct ops_queue *queue = make_queue(board, lead->queue);
    const struct ops_rep *rep = make_rep(board, lead->rep);
    lead->queue_row = queue ? (uint32_t)(queue - board->queues) : OPS_NONE;
    lead->rep_row = rep ? (uint32_t)(rep - board->reps) : OPS_NONE;
    give_to_rep(board, lead);
}

static void note_lead(struct ops_board *board, const struct lw_event *event)
{
    struct ops_lead *lead = is_open(event->to) ? make_lead(board, event->lead_id) : ops_board_lead(board, event->lead_id);
    if (!event->is_snapshot) {
        remember(board, event);
        ops_count_event(board, lead, event);
    }
    if (lead && is_open(event->to))
        update_lead(board, lead, event);
    else if (lead)
        drop_lead(board, lead);
}

static void note_rep(struct ops_board *board, const struct lw_event *event)
{
    struct ops_rep *rep = make_rep(board, ops_names_number(&board->names, event->rep));
    if (!rep)
        return;
    ops_count_rep_time(rep, board->now_ms);
    if (rep->state != event->rep_state)
        rep->since_ms = event->is_snapshot ? 0 : event->at_unix_ms;
    rep->state = (uint8_t)event->rep_state;
    rep->capacity = event->capacity;
    rep->connected = event->connected;
}
