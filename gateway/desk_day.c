/* SPDX-License-Identifier: Apache-2.0
 *
 * Two questions to the broker, one after the other, and what the board counted; or one by the rep's own session.
 */
#include "desk_day.h"

#include <stdlib.h>
#include <string.h>

#include "act_reply.h"
#include "wall_clock.h"

struct waiting_day {
    struct http_call *call;
    struct ops_feed *feed;
    json_t *day;                          /* as far as it is known */
    char rep[LW_NAME_MAX + 1];
};

static void end_badly(struct waiting_day *waiting, int status, const char *why)
{
    http_call_reply_error(waiting->call, status, why, 2);
    json_decref(waiting->day);
    free(waiting);
}

static json_t *today_json(const struct ops_board *board, const char *name)
{
    const struct ops_rep *rep = ops_board_rep(board, ops_names_find(&board->names, name));
    if (!rep || !rep->in_rules)
        return json_null();
    return json_pack("{s:I, s:I, s:i, s:i, s:i, s:i, s:i}", "on_ms", (json_int_t)rep->on_ms, "busy_ms", (json_int_t)rep->busy_ms, "offered", (int)rep->offered,
                     "accepted", (int)rep->accepted, "completed", (int)rep->completed, "declined", (int)rep->declined, "missed", (int)rep->missed);
}

static json_t *others_json(const Leadwire__V1__ExplainReply *reply)
{
    json_t *list = json_array();
    for (size_t i = 0; i < reply->n_rep_decisions && json_array_size(list) < DESK_DAY_OTHERS_MAX; i++) {
        const Leadwire__V1__RepDecision *one = reply->rep_decisions[i];
        if (!one->mine && one->complete)
            json_array_append_new(list, json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "at_unix_ms", (json_int_t)one->at_unix_ms, "queue", one->queue, "channel",
                                                  lw_channel_name((lw_channel)one->channel), "excluded_by", one->excluded_by, "detail", one->detail,
                                                  "decided_by", one->decided_by));
    }
    return list;
}

static json_t *waiting_json(const Leadwire__V1__ExplainReply *reply)
{
    json_t *list = json_array();
    for (size_t i = 0; i < reply->n_rep_waiting; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:i}", "excluded_by", reply->rep_waiting[i]->excluded_by, "detail", reply->rep_waiting[i]->detail,
                                              "count", (int)reply->rep_waiting[i]->count));
    return list;
}

static json_t *share_json(const Leadwire__V1__LedgerReply *reply, const char *name)
{
    const Leadwire__V1__LedgerRow *own = NULL;
    int present = 0;
    for (size_t i = 0; i < reply->n_rows; i++) {
        present += reply->rows[i]->present;
        if (strcmp(reply->rows[i]->rep, name) == 0)
            own = reply->rows[i];
    }
    if (!reply->in_use || !own)
        return json_null();
    return json_pack("{s:i, s:b, s:i, s:i, s:i}", "share", (int)own->share, "present", own->present, "owed_hundredths", (int)own->owed_hundredths, "place",
                     (int)own->place, "of", present);
}

static void on_ledger(void *context, const struct wire_message *reply)
{
    struct waiting_day *waiting = context;
    if (!reply || reply->type != WIRE_LEDGER_REPLY) {
        end_badly(waiting, 504, "the broker does not answer");
        return;
    }
    json_object_set_new(waiting->day, "share", share_json(reply->ledger_reply, waiting->rep));
    json_reply(waiting->call, 200, waiting->day);
    free(waiting);
}

static void on_why(void *context, const struct wire_message *reply)
{
    struct waiting_day *waiting = context;
    Leadwire__V1__LedgerRequest ledger = LEADWIRE__V1__LEDGER_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_LEDGER_REQUEST, .ledger_request = &ledger};
    if (!reply || reply->type != WIRE_EXPLAIN_REPLY) {
        end_badly(waiting, 504, "the broker does not answer");
        return;
    }
    json_object_set_new(waiting->day, "others", others_json(reply->explain_reply));
    json_object_set_new(waiting->day, "waiting", waiting_json(reply->explain_reply));
    if (control_link_ask(waiting->feed->control, &message, on_ledger, waiting) != LW_OK)   /* last: the reply is no more */
        end_badly(waiting, 503, "too many questions at once");
}

void desk_day_tell(struct ops_feed *feed, const struct request *request)
{
    Leadwire__V1__ExplainRequest explain = LEADWIRE__V1__EXPLAIN_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_EXPLAIN_REQUEST, .explain_request = &explain};
    const struct ops_board *board = &feed->board;
    struct waiting_day *waiting = calloc(1, sizeof *waiting);
    if (!waiting) {
        http_call_reply_error(request->call, 503, "no memory", 1);
        return;
    }
    waiting->call = request->call;
    waiting->feed = feed;
    strncpy(waiting->rep, request->user->rep, sizeof waiting->rep - 1);
    waiting->day = json_pack("{s:I, s:o}", "since_unix_ms", (json_int_t)(board->began_ms > board->day_begin_ms ? board->began_ms : board->day_begin_ms), "today",
                             today_json(board, waiting->rep));
    explain.rep = waiting->rep;
    explain.since_unix_ms = wall_clock_unix_ms() - DESK_DAY_LOOKS_BACK_MS;
    if (control_link_ask(feed->control, &message, on_why, waiting) != LW_OK)
        end_badly(waiting, 503, "too many questions at once");
}

static json_t *reasons_json(const struct lw_day_why *reasons, uint32_t count, uint32_t max)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count && i < max; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:i}", "excluded_by", reasons[i].excluded_by, "detail", reasons[i].detail, "decided_by",
                                              reasons[i].decided_by, "count", (int)reasons[i].count));
    return list;
}

static void on_own_day(void *context, const struct lw_day *day, const char *why)
{
    if (!day) {
        http_call_reply_error(context, 504, why, 2);
        return;
    }
    json_t *answer = json_pack("{s:I, s:{s:i, s:i, s:i, s:i, s:i}, s:n}", "since_unix_ms", (json_int_t)day->since_unix_ms, "today", "offered", (int)day->offered,
                               "accepted", (int)day->accepted, "completed", (int)day->completed, "declined", (int)day->declined, "missed", (int)day->missed, "share");
    if (day->is_shared)
        json_object_set_new(answer, "share", json_pack("{s:i, s:b, s:I, s:i, s:i}", "share", (int)day->share, "present", day->is_present, "owed_hundredths",
                                                       (json_int_t)day->owed_hundredths, "place", (int)day->place, "of", (int)day->of));
    json_object_set_new(answer, "others", reasons_json(day->others, day->other_count, DESK_DAY_OTHERS_MAX));
    json_object_set_new(answer, "waiting", reasons_json(day->waiting, day->waiting_count, UINT32_MAX));
    json_reply(context, 200, answer);
}

void desk_day_tell_own(struct rep_desk *desk, const struct request *request)
{
    lw_status status = desk ? rep_desk_ask_day(desk, on_own_day, request->call) : LW_CLOSED;
    if (status == LW_FULL)
        http_call_reply_error(request->call, 503, "too many questions at once", 1);
    else if (status != LW_OK)
        http_call_reply_error(request->call, 503, desk ? "the broker does not tell it" : "no page of this rep is open here", 2);
}
