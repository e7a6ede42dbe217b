/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_story.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act_reply.h"
#include "ops_scope.h"

enum { STORY_EVENTS_MAX = 200 };

struct waiting_story {
    struct http_call *call;
    struct ops_feed *feed;
    struct ops_scope scope;
    char lead_id[LW_LEAD_ID_TEXT_MAX];
};

static bool may_name(const struct waiting_story *story, const char *rep)
{
    return story->scope.all || !*rep || ops_scope_has_rep(&story->scope, &story->feed->board, rep);
}

static json_t *candidates_json(const struct waiting_story *story, const Leadwire__V1__Decision *decision)
{
    json_t *list = json_array();
    for (size_t i = 0; i < decision->n_candidates; i++) {
        const Leadwire__V1__Candidate *one = decision->candidates[i];
        if (may_name(story, one->rep))
            json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:i, s:b, s:i, s:i}", "rep", one->rep, "excluded_by", one->excluded_by, "detail",
                                                  one->detail, "keys", one->keys, "rank", (int)one->rank, "chosen", one->chosen, "load", (int)one->load,
                                                  "capacity", (int)one->capacity));
    }
    return list;
}

static json_t *decisions_json(const struct waiting_story *story, const Leadwire__V1__ExplainReply *reply)
{
    json_t *list = json_array();
    for (size_t i = 0; i < reply->n_decisions; i++) {
        const Leadwire__V1__Decision *one = reply->decisions[i];
        if (!may_name(story, one->rep))
            continue;
        json_array_append_new(list, json_pack("{s:I, s:i, s:s, s:i, s:s, s:s, s:i, s:i, s:b, s:s, s:s, s:s, s:o}", "at_unix_ms",
                                              (json_int_t)one->at_unix_ms, "offer_number", (int)one->offer_number, "rep", one->rep, "config_version",
                                              (int)one->config_version, "policy", one->policy, "cause", one->cause, "considered", (int)one->considered,
                                              "eligible", (int)one->eligible, "complete", one->complete, "outcome", one->outcome, "urgency", one->urgency,
                                              "reason", one->reason, "candidates", candidates_json(story, one)));
    }
    return list;
}

/* A note on handing the lead on, or on ending the work on it, is a rep's, whom one team's manager may know; who acted else is a user, who
 * may have a rep's name. */
static bool may_read(const struct waiting_story *story, const Leadwire__V1__LeadActNote *act)
{
    const bool is_of_rep = strcmp(act->what, "transferred") == 0 || strcmp(act->what, "completed") == 0;
    return story->scope.all || (is_of_rep && ops_scope_has_rep(&story->scope, &story->feed->board, act->by));
}

/* Who acted, why, and on which other lead may be of another team: with one team's manager these are "", but for their reps' notes. */
static json_t *acts_json(const struct waiting_story *story, const Leadwire__V1__ExplainReply *reply)
{
    json_t *list = json_array();
    for (size_t i = 0; i < reply->n_acts; i++) {
        const Leadwire__V1__LeadActNote *one = reply->acts[i];
        const bool reads = may_read(story, one);
        if (may_name(story, one->rep))
            json_array_append_new(list, json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "at_unix_ms", (json_int_t)one->at_unix_ms, "what", one->what, "rep",
                                                  one->rep, "by", reads ? one->by : "", "reason", reads ? one->reason : "", "other_lead_id",
                                                  story->scope.all ? one->other_lead_id : ""));
    }
    return list;
}

/* Oldest first. */
static json_t *events_json(const struct waiting_story *story)
{
    const struct ops_board *board = &story->feed->board;
    const struct ops_past_row *row;
    json_t *list = json_array();
    for (uint32_t back = 0; (row = ops_past_at(&board->past, back)) && json_array_size(list) < STORY_EVENTS_MAX; back++) {
        const char *rep = ops_names_text(&board->names, row->rep);
        if (strcmp(row->lead_id, story->lead_id) != 0 || !may_name(story, rep))
            continue;
        json_array_insert_new(list, 0, json_pack("{s:I, s:s, s:s, s:s, s:s, s:s}", "at_unix_ms", (json_int_t)row->at_unix_ms, "from",
                                                 lw_lead_state_name((lw_lead_state)row->from), "to", lw_lead_state_name((lw_lead_state)row->to), "cause",
                                                 ops_names_text(&board->names, row->cause), "rep", rep, "by", story->scope.all ? ops_names_text(&board->names, row->by) : ""));
    }
    return list;
}

static json_t *require_json(const Leadwire__V1__ExplainReply *reply)
{
    json_t *list = json_array();
    for (size_t i = 0; i < reply->n_require; i++)
        json_array_append_new(list, json_pack("{s:s, s:i}", "skill", reply->require[i]->skill, "level", (int)reply->require[i]->level));
    return list;
}

static void tell(const struct waiting_story *story, const Leadwire__V1__ExplainReply *reply)
{
    const struct ops_lead *lead = ops_board_lead(&story->feed->board, story->lead_id);
    const char *rep = lead ? ops_names_text(&story->feed->board.names, lead->rep) : "";
    json_t *answer = json_pack("{s:b, s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:I, s:s, s:s, s:I, s:s, s:o}", "found", reply->found, "lead_id", story->lead_id,
                               "state", lw_lead_state_name((lw_lead_state)reply->state), "queue", reply->queue, "rule", reply->rule, "priority",
                               (int)reply->priority, "channel", lw_channel_name((lw_channel)reply->channel), "source", reply->source, "received_unix_ms",
                               (json_int_t)reply->received_unix_ms, "waiting_because", story->scope.all ? reply->waiting_because : "", "rep",
                               may_name(story, rep) ? rep : "", "touched_unix_ms", (json_int_t)reply->touched_unix_ms, "touched", reply->touched, "require",
                               require_json(reply));
    json_object_set_new(answer, "decisions", decisions_json(story, reply));
    json_object_set_new(answer, "acts", acts_json(story, reply));
    json_object_set_new(answer, "events", events_json(story));
    json_reply(story->call, 200, answer);
}

static void on_reply(void *context, const struct wire_message *reply)
{
    struct waiting_story *story = context;
    if (reply && reply->type == WIRE_EXPLAIN_REPLY)
        tell(story, reply->explain_reply);
    else
        http_call_reply_error(story->call, 504, "the broker does not answer", 2);
    free(story);
}

static bool ask(struct ops_feed *feed, const struct waiting_story *asking)
{
    Leadwire__V1__ExplainRequest explain = LEADWIRE__V1__EXPLAIN_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_EXPLAIN_REQUEST, .explain_request = &explain};
    struct waiting_story *story = malloc(sizeof *story);
    if (!story)
        return false;
    *story = *asking;
    explain.lead_id = story->lead_id;
    if (control_link_ask(feed->control, &message, on_reply, story) == LW_OK)
        return true;
    free(story);
    return false;
}

void ops_story_tell(struct ops_feed *feed, const struct request *request)
{
    const char *lead_id = form_fields_text(http_call_query(request->call), "id", "");
    struct waiting_story story = {.call = request->call, .feed = feed, .scope = ops_scope_of(&feed->board, request->user)};
    if (!*lead_id || strlen(lead_id) >= sizeof story.lead_id) {
        http_call_reply_error(request->call, 400, "id is missing or too long", 0);
    } else if (!story.scope.all && !(story.scope.team != 0 && ops_board_team_had(&feed->board, lead_id, story.scope.team))) {
        http_call_reply_error(request->call, 404, "there is no such lead", 0);
    } else {
        strcpy(story.lead_id, lead_id);
        if (!ask(feed, &story))
            http_call_reply_error(request->call, 503, "too many questions at once", 1);
    }
}
