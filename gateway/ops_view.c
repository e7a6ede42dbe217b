/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_view.h"

#include <string.h>

enum { MINUTE_MS = 60000 };

static const char *text_at(const struct ops_board *board, uint32_t number)
{
    return ops_names_text(&board->names, number);
}

static json_t *misses_json(const struct ops_rep *rep)
{
    json_t *list = json_array();
    for (int i = 0; i < OPS_MISSES_KEPT && rep->misses[i].at_ms != 0; i++)
        json_array_append_new(list, json_pack("{s:I, s:s}", "at_unix_ms", (json_int_t)rep->misses[i].at_ms, "lead_id", rep->misses[i].lead_id));
    return list;
}

static json_t *reps_json(const struct ops_board *board, const struct ops_scope *scope)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < board->rep_count; i++) {
        const struct ops_rep *rep = &board->reps[i];
        if (!rep->in_rules || !ops_scope_has_rep_row(scope, rep))
            continue;
        json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:b, s:I, s:i, s:i}", "rep", text_at(board, rep->name), "label", text_at(board, rep->label), "team",
                                text_at(board, rep->team), "state", lw_rep_state_name((lw_rep_state)rep->state), "connected", rep->connected, "since_unix_ms",
                                (json_int_t)rep->since_ms, "in_hand", (int)rep->in_hand, "capacity", (int)rep->capacity);
        json_t *today = json_pack("{s:I, s:I, s:i, s:i, s:i, s:i, s:i}", "on_ms", (json_int_t)rep->on_ms, "busy_ms", (json_int_t)rep->busy_ms, "offered",
                                  (int)rep->offered, "accepted", (int)rep->accepted, "completed", (int)rep->completed, "declined", (int)rep->declined, "missed",
                                  (int)rep->missed);
        json_object_set_new(row, "today", today);
        json_object_set_new(row, "misses", misses_json(rep));
        json_array_append_new(list, row);
    }
    return list;
}

/* What waits in a queue now. */
struct queue_now { uint32_t waiting, at_risk; int64_t oldest_ms; };

static void count_waiting(const struct ops_board *board, struct queue_now *now)
{
    for (uint32_t i = 0; i < board->lead_top; i++) {
        const struct ops_lead *lead = &board->leads[i];
        if (lead->state != LW_LEAD_WAITING || lead->queue_row == OPS_NONE)
            continue;
        struct queue_now *of_queue = &now[lead->queue_row];
        of_queue->waiting++;
        of_queue->at_risk += ops_lead_at_risk(board, lead);
        if (of_queue->oldest_ms == 0 || lead->received_ms < of_queue->oldest_ms)
            of_queue->oldest_ms = lead->received_ms;
    }
}

static json_t *queues_json(const struct ops_board *board)
{
    static struct queue_now all[OPS_QUEUES_MAX];
    json_t *list = json_array();
    memset(all, 0, sizeof all);
    count_waiting(board, all);
    for (uint32_t i = 0; i < board->queue_count; i++) {
        const struct ops_queue *queue = &board->queues[i];
        struct queue_now now = all[i];
        if (!queue->in_rules && now.waiting == 0)
            continue;
        json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:i, s:I, s:I, s:i, s:i}", "queue", text_at(board, queue->name), "label",
                                              text_at(board, queue->label), "waiting", (int)now.waiting, "at_risk", (int)now.at_risk, "oldest_unix_ms",
                                              (json_int_t)now.oldest_ms, "service_level_ms", (json_int_t)queue->level_ms, "first_offers",
                                              (int)queue->first_offers, "in_time", (int)queue->in_time));
    }
    return list;
}

static json_t *sources_json(const struct ops_board *board)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < board->source_count; i++) {
        const struct ops_source *source = &board->sources[i];
        uint32_t hour = 0;
        for (int minute = 0; minute < OPS_RATE_MINUTES; minute++)
            hour += source->minutes[minute];
        json_array_append_new(list, json_pack("{s:s, s:s, s:i, s:i, s:i}", "channel", lw_channel_name((lw_channel)source->channel), "source",
                                              text_at(board, source->name), "last_hour", (int)hour, "today", (int)source->published, "unserved",
                                              (int)source->ended_unserved));
    }
    return list;
}

static json_t *lead_json(const struct ops_board *board, const struct ops_lead *lead)
{
    json_t *row = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:i, s:b}", "lead_id", lead->id, "state", lw_lead_state_name((lw_lead_state)lead->state),
                            "channel", lw_channel_name((lw_channel)lead->channel), "queue", text_at(board, lead->queue), "source",
                            text_at(board, lead->source), "rep", text_at(board, lead->rep), "received_unix_ms", (json_int_t)lead->received_ms,
                            "deadline_unix_ms", (json_int_t)lead->deadline_ms, "priority", (int)lead->priority, "at_risk", ops_lead_at_risk(board, lead));
    if (ops_lead_touch_by_ms(lead) > 0)
        json_object_set_new(row, "first_touch_unix_ms", json_integer(ops_lead_touch_by_ms(lead)));
    if (lead->state == LW_LEAD_PARKED) {
        json_object_set_new(row, "cause", json_string(text_at(board, lead->cause)));
        json_object_set_new(row, "why", json_string(lead->why ? lead->why : ""));
    }
    return row;
}

/* The oldest of them, in that order: by insertion into a short list, since most of many are not shown. *all: how many there are. */
static uint32_t pick_oldest(const struct ops_board *board, const struct ops_scope *scope, bool parked, const struct ops_lead **out, uint32_t max, uint32_t *all)
{
    uint32_t count = 0;
    *all = 0;
    for (uint32_t i = 0; i < board->lead_top; i++) {
        const struct ops_lead *lead = &board->leads[i];
        if (!lead->id[0] || (lead->state == LW_LEAD_PARKED) != parked || !ops_scope_has_lead(scope, board, lead))
            continue;
        ++*all;
        if (count == max && lead->received_ms >= out[max - 1]->received_ms)
            continue;
        uint32_t at = count < max ? count++ : max - 1;
        for (; at > 0 && out[at - 1]->received_ms > lead->received_ms; at--)
            out[at] = out[at - 1];
        out[at] = lead;
    }
    return count;
}

static void put_leads(json_t *view, const struct ops_board *board, const struct ops_scope *scope, bool parked)
{
    const struct ops_lead *picked[OPS_LEADS_SHOWN_MAX];
    uint32_t all, count = pick_oldest(board, scope, parked, picked, parked ? OPS_PARKED_SHOWN_MAX : OPS_LEADS_SHOWN_MAX, &all);
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(list, lead_json(board, picked[i]));
    json_object_set_new(view, parked ? "parked" : "leads", list);
    json_object_set_new(view, parked ? "parked_count" : "leads_count", json_integer(all));
}

json_t *ops_view_json(const struct ops_feed *feed, const struct ops_scope *scope)
{
    const struct ops_board *board = &feed->board;
    json_t *view = json_pack("{s:I, s:b, s:I, s:I, s:I, s:s, s:i}", "now_unix_ms", (json_int_t)board->now_ms, "connected", ops_feed_is_live(feed),
                             "since_unix_ms", (json_int_t)(board->began_ms > board->day_begin_ms ? board->began_ms : board->day_begin_ms), "day_unix_ms",
                             (json_int_t)board->day_begin_ms, "began_unix_ms", (json_int_t)board->began_ms, "team", scope->all ? "" : text_at(board, scope->team), "config_version", (int)feed->rules_version);
    json_object_set_new(view, "reps", reps_json(board, scope));
    put_leads(view, board, scope, false);
    put_leads(view, board, scope, true);
    if (!scope->all)
        return view;
    json_object_set_new(view, "health", feed->health ? json_incref(feed->health) : json_null());
    json_object_set_new(view, "queues", queues_json(board));
    json_object_set_new(view, "sources", sources_json(board));
    json_object_set_new(view, "workers", ops_workers_json(&feed->workers, board->now_ms));
    json_object_set_new(view, "first_touch", json_pack("{s:i, s:I, s:I}", "count", (int)board->touches.count, "half_ms",
                                                       (json_int_t)ops_times_percentile(&board->touches, 50), "most_ms",
                                                       (json_int_t)ops_times_percentile(&board->touches, 90)));
    return view;
}

/* Adds up what happened; of what there is, the last counts. */
static void add_minute(struct ops_minute *sum, const struct ops_minute *minute)
{
    sum->published += minute->published;
    sum->accepted += minute->accepted;
    sum->completed += minute->completed;
    sum->declined += minute->declined;
    sum->missed += minute->missed;
    sum->touches += minute->touches;
    sum->touch_ms += minute->touch_ms;
    sum->waiting = minute->waiting;
    sum->in_hand = minute->in_hand;
    sum->parked = minute->parked;
}

json_t *ops_series_json(const struct ops_board *board, const struct ops_scope *scope, uint32_t minutes, uint32_t step)
{
    json_t *points = json_array();
    int64_t last = board->now_ms / MINUTE_MS, first = last / step * step - minutes + step;
    for (int64_t begin = first; scope->all && begin <= last; begin += step) {
        struct ops_minute sum = {.at_ms = begin * MINUTE_MS};
        bool lived = false;
        for (int64_t at = begin > 0 ? begin : 0; at < begin + step && at <= last; at++) {
            const struct ops_minute *minute = &board->minutes[at % OPS_MINUTES];
            if (minute->at_ms != at * MINUTE_MS)
                continue;
            add_minute(&sum, minute);
            lived = true;
        }
        if (lived)
            json_array_append_new(points, json_pack("{s:I, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:I}", "at_unix_ms", (json_int_t)sum.at_ms, "published",
                                                    (int)sum.published, "accepted", (int)sum.accepted, "completed", (int)sum.completed, "refused",
                                                    (int)(sum.declined + sum.missed), "waiting", (int)sum.waiting, "in_hand", (int)sum.in_hand, "parked",
                                                    (int)sum.parked, "touches", (int)sum.touches, "touch_ms",
                                                    (json_int_t)(sum.touches ? sum.touch_ms / sum.touches : 0)));
    }
    return json_pack("{s:o}", "points", points);
}
