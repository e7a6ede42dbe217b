/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_count.h"

#include <string.h>

enum { MINUTE_MS = 60000 };

struct ops_minute *ops_count_minute(struct ops_board *board)
{
    int64_t minute = board->now_ms / MINUTE_MS;
    struct ops_minute *slot = &board->minutes[minute % OPS_MINUTES];
    if (slot->at_ms != minute * MINUTE_MS) {
        *slot = (struct ops_minute){.at_ms = minute * MINUTE_MS};
        for (uint32_t i = 0; i < board->source_count; i++)
            board->sources[i].minutes[minute % OPS_RATE_MINUTES] = 0;
    }
    return slot;
}

void ops_count_rep_time(struct ops_rep *rep, int64_t now_ms)
{
    int64_t went = now_ms > rep->counted_ms ? now_ms - rep->counted_ms : 0;
    if (rep->connected)
        rep->on_ms += went;
    if (rep->connected && rep->in_hand > 0)
        rep->busy_ms += went;
    rep->counted_ms = now_ms;
}

void ops_count_new_day(struct ops_board *board, int64_t midnight_ms)
{
    board->day_begin_ms = midnight_ms;
    memset(&board->touches, 0, sizeof board->touches);
    for (uint32_t i = 0; i < board->rep_count; i++) {
        struct ops_rep *rep = &board->reps[i];
        rep->on_ms = rep->busy_ms = 0;
        rep->offered = rep->accepted = rep->completed = rep->declined = rep->missed = 0;
        memset(rep->misses, 0, sizeof rep->misses);
    }
    for (uint32_t i = 0; i < board->queue_count; i++)
        board->queues[i].first_offers = board->queues[i].in_time = 0;
    for (uint32_t i = 0; i < board->source_count; i++)
        board->sources[i].published = board->sources[i].ended_unserved = 0;
}

static struct ops_rep *rep_named(struct ops_board *board, const char *name)
{
    uint32_t number = ops_names_find(&board->names, name);
    for (uint32_t i = 0; number != 0 && i < board->rep_count; i++)
        if (board->reps[i].name == number)
            return &board->reps[i];
    return NULL;
}

static struct ops_queue *queue_named(struct ops_board *board, const char *name)
{
    uint32_t number = ops_names_find(&board->names, name);
    for (uint32_t i = 0; number != 0 && i < board->queue_count; i++)
        if (board->queues[i].name == number)
            return &board->queues[i];
    return NULL;
}

static struct ops_source *source_of(struct ops_board *board, const struct lw_event *event)
{
    uint32_t name = ops_names_number(&board->names, event->source);
    for (uint32_t i = 0; i < board->source_count; i++)
        if (board->sources[i].name == name && board->sources[i].channel == event->channel)
            return &board->sources[i];
    if (board->source_count == OPS_SOURCES_MAX)
        return NULL;
    struct ops_source *source = &board->sources[board->source_count++];
    *source = (struct ops_source){.name = name, .channel = (uint8_t)event->channel};
    return source;
}

static void count_touch(struct ops_board *board, struct ops_lead *lead, const struct lw_event *event)
{
    if (!lead || lead->touched)
        return;
    lead->touched = true;
    int64_t took_ms = event->at_unix_ms - event->received_unix_ms;
    struct ops_minute *minute = ops_count_minute(board);
    ops_times_add(&board->touches, took_ms);
    minute->touches++;
    minute->touch_ms += took_ms > 0 ? (uint64_t)took_ms : 0;
}

static void count_offer(struct ops_board *board, struct ops_lead *lead, const struct lw_event *event)
{
    struct ops_rep *rep = rep_named(board, event->rep);
    struct ops_queue *queue = lead && !lead->was_offered ? queue_named(board, event->queue) : NULL;
    if (rep)
        rep->offered++;
    if (!queue)
        return;
    queue->first_offers++;
    queue->in_time += queue->level_ms > 0 && event->at_unix_ms - event->received_unix_ms <= queue->level_ms;
}

static void count_miss(struct ops_board *board, struct ops_rep *rep, const struct lw_event *event)
{
    ops_count_minute(board)->missed++;
    if (!rep)
        return;
    rep->missed++;
    memmove(&rep->misses[1], &rep->misses[0], (OPS_MISSES_KEPT - 1) * sizeof rep->misses[0]);
    rep->misses[0].at_ms = event->at_unix_ms;
    memcpy(rep->misses[0].lead_id, event->lead_id, strnlen(event->lead_id, sizeof rep->misses[0].lead_id - 1) + 1);
}

bool ops_event_is_leave(const struct lw_event *event)
{
    return event->from == LW_LEAD_OFFERED && event->to == LW_LEAD_OFFERED && event->also_offered_count > 0 &&
           (strcmp(event->cause, "declined") == 0 || strcmp(event->cause, "expired") == 0 || strcmp(event->cause, "rep_gone") == 0 ||
            strcmp(event->cause, "rep_removed") == 0 || strcmp(event->cause, "configured") == 0);
}

/* An offer that ended: whose it was, the event says when others still have theirs; else the row knows. */
static void count_refusal(struct ops_board *board, const struct ops_lead *lead, const struct lw_event *event)
{
    const char *of_row = lead ? ops_names_text(&board->names, lead->rep) : "";
    struct ops_rep *rep = rep_named(board, ops_event_is_leave(event) ? event->rep : of_row);
    if (strcmp(event->cause, "expired") == 0) {
        count_miss(board, rep, event);
    } else if (strcmp(event->cause, "declined") == 0) {
        ops_count_minute(board)->declined++;
        if (rep)
            rep->declined++;
    }
}

static void count_accepted(struct ops_board *board, struct ops_lead *lead, const struct lw_event *event)
{
    struct ops_rep *rep = rep_named(board, event->rep);
    ops_count_minute(board)->accepted++;
    if (rep)
        rep->accepted++;
    if (event->to == LW_LEAD_ASSIGNED && !ops_board_asks_touch(board, event))
        count_touch(board, lead, event);
}

static void count_published(struct ops_board *board, const struct lw_event *event)
{
    struct ops_minute *minute = ops_count_minute(board);
    struct ops_source *source = source_of(board, event);
    minute->published++;
    if (!source)
        return;
    source->published++;
    source->minutes[board->now_ms / MINUTE_MS % OPS_RATE_MINUTES]++;
}

static void count_end(struct ops_board *board, const struct lw_event *event)
{
    struct ops_source *source = event->to == LW_LEAD_COMPLETED ? NULL : source_of(board, event);
    struct ops_rep *rep = event->to == LW_LEAD_COMPLETED ? rep_named(board, event->rep) : NULL;
    if (event->to == LW_LEAD_COMPLETED)
        ops_count_minute(board)->completed++;
    if (rep)
        rep->completed++;
    if (source && event->to != LW_LEAD_MERGED)
        source->ended_unserved++;
}

void ops_count_event(struct ops_board *board, struct ops_lead *lead, const struct lw_event *event)
{
    if (event->from == LW_LEAD_NONE && strcmp(event->cause, "published") == 0)
        count_published(board, event);
    if (event->to == LW_LEAD_OFFERED && strcmp(event->cause, "offered") == 0)
        count_offer(board, lead, event);
    if (event->from == LW_LEAD_OFFERED)
        count_refusal(board, lead, event);
    if (strcmp(event->cause, "accepted") == 0)
        count_accepted(board, lead, event);
    if (strcmp(event->cause, "touched") == 0 || strcmp(event->cause, "answered") == 0)
        count_touch(board, lead, event);
    if (event->to == LW_LEAD_COMPLETED || event->to == LW_LEAD_CANCELLED || event->to == LW_LEAD_EXPIRED || event->to == LW_LEAD_MERGED)
        count_end(board, event);
}
