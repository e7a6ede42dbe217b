/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_acts.h"

#include <leadwire/publisher.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act_reply.h"
#include "lw_log.h"
#include "ops_scope.h"
#include "outcome.h"

enum { ACT_WORD_MAX = 16 };

/* Who waits for the broker's answer, and what the log says of it. */
struct waiting_act {
    struct http_call *call;
    char user[USER_NAME_MAX + 1], act[ACT_WORD_MAX], on[LW_NAME_MAX + 1];
};

static const struct { const char *word; Leadwire__V1__LeadAct act; bool of_team; } lead_acts[] = {
    {"release", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_RELEASE, false},     {"cancel", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_CANCEL, false},
    {"take_back", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_TAKE_BACK, true},  {"assign", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_ASSIGN, true},
    {"hold", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_HOLD, false},           {"prioritise", LEADWIRE__V1__LEAD_ACT__LEAD_ACT_PRIORITISE, false},
};

static void on_answer(void *context, const struct wire_message *reply)
{
    struct waiting_act *act = context;
    bool known = reply && reply->type == WIRE_REPLY;
    const char *outcome = known ? lw_outcome_name(outcome_from_status(reply->reply->status)) : "";
    log_info("act of a manager: user=%s act=%s on=%s outcome=%s", act->user, act->act, act->on, known ? outcome : "unknown");
    act_reply(act->call, outcome, known ? reply->reply->reason : "");
    free(act);
}

static void ask(struct ops_feed *feed, const struct request *request, struct wire_message *message, const char *word, const char *on)
{
    struct waiting_act *act = calloc(1, sizeof *act);
    lw_status status = LW_NO_MEMORY;
    if (act) {
        act->call = request->call;
        snprintf(act->user, sizeof act->user, "%s", request->user->name);
        snprintf(act->act, sizeof act->act, "%s", word);
        snprintf(act->on, sizeof act->on, "%s", on);
        status = control_link_ask(feed->control, message, on_answer, act);
    }
    if (status == LW_OK)
        return;
    free(act);
    if (status == LW_FULL || status == LW_NO_MEMORY)
        http_call_reply_error(request->call, 503, "too many acts at once", 1);
    else
        act_reply_rejected(request->call, "a member is missing, too long, or of the wrong form");
}

static json_t *read_body(const struct request *request)
{
    size_t size;
    const char *body = http_call_body(request->call, &size);
    return json_loadb(body, size, JSON_REJECT_DUPLICATES, NULL);
}

static char *text_of(const json_t *root, const char *name)
{
    const char *text = json_string_value(json_object_get(root, name));
    return (char *)(text ? text : "");
}

static uint32_t small_number(const json_t *root, const char *name)
{
    json_int_t number = json_integer_value(json_object_get(root, name));
    return number > 0 && number <= UINT16_MAX ? (uint32_t)number : 0;
}

/* The log has one line, and so no blanks and line ends in what is from outside. */
static bool is_word(const char *text, size_t max)
{
    return *text && strlen(text) <= max && strcspn(text, " \t\r\n") == strlen(text);
}

static const char *judge_lead(struct ops_feed *feed, const struct request *request, const Leadwire__V1__LeadCommand *command, bool of_team)
{
    struct ops_scope scope = ops_scope_of(&feed->board, request->user);
    const struct ops_lead *lead = ops_board_lead(&feed->board, command->lead_id);
    if (scope.all)
        return NULL;
    if (!of_team || !lead || !ops_scope_has_lead(&scope, &feed->board, lead))
        return "the lead is not with your team";
    return *command->rep && !ops_scope_has_rep(&scope, &feed->board, command->rep) ? "the rep is not of your team" : NULL;
}

void ops_act_on_lead(struct ops_feed *feed, const struct request *request)
{
    json_t *root = read_body(request);
    Leadwire__V1__LeadCommand command = LEADWIRE__V1__LEAD_COMMAND__INIT;
    struct wire_message message = {.type = WIRE_LEAD_COMMAND, .lead_command = &command};
    const char *word = text_of(root, "act");
    bool of_team = false;
    for (size_t i = 0; i < sizeof lead_acts / sizeof *lead_acts; i++) {
        if (strcmp(lead_acts[i].word, word) != 0)
            continue;
        command.act = lead_acts[i].act;
        of_team = lead_acts[i].of_team;
    }
    command.lead_id = text_of(root, "lead_id");
    command.by = (char *)request->user->name;
    command.reason = text_of(root, "reason");
    command.rep = text_of(root, "rep");
    command.until_unix_ms = json_integer_value(json_object_get(root, "until_unix_ms"));
    command.priority = small_number(root, "priority");
    if (command.act == LEADWIRE__V1__LEAD_ACT__LEAD_ACT_NONE || !is_word(command.lead_id, LW_LEAD_ID_TEXT_MAX - 1)) {
        http_call_reply_error(request->call, 400, "a member is missing or of the wrong type", 0);
    } else {
        const char *why = judge_lead(feed, request, &command, of_team);
        if (why)
            http_call_reply_error(request->call, 403, why, 0);
        else
            ask(feed, request, &message, word, command.lead_id);
    }
    json_decref(root);   /* the session has encoded what it sends */
}

void ops_act_on_rep(struct ops_feed *feed, const struct request *request)
{
    json_t *root = read_body(request);
    Leadwire__V1__RepCommand command = LEADWIRE__V1__REP_COMMAND__INIT;
    struct wire_message message = {.type = WIRE_REP_COMMAND, .rep_command = &command};
    const char *state = text_of(root, "state");
    struct ops_scope scope = ops_scope_of(&feed->board, request->user);
    command.rep = text_of(root, "rep");
    command.by = (char *)request->user->name;
    command.reason = text_of(root, "reason");
    command.state = strcmp(state, "available") == 0 ? LEADWIRE__V1__REP_STATE__REP_STATE_AVAILABLE
                  : strcmp(state, "break") == 0     ? LEADWIRE__V1__REP_STATE__REP_STATE_BREAK
                  : strcmp(state, "offline") == 0   ? LEADWIRE__V1__REP_STATE__REP_STATE_OFFLINE
                                                    : LEADWIRE__V1__REP_STATE__REP_STATE_NONE;
    if (command.state == LEADWIRE__V1__REP_STATE__REP_STATE_NONE || !is_word(command.rep, LW_NAME_MAX))
        http_call_reply_error(request->call, 400, "a member is missing or of the wrong type", 0);
    else if (!ops_scope_has_rep(&scope, &feed->board, command.rep))
        http_call_reply_error(request->call, 403, "the rep is not of your team", 0);
    else
        ask(feed, request, &message, state, command.rep);
    json_decref(root);
}

void ops_act_on_source(struct ops_feed *feed, const struct request *request)
{
    json_t *root = read_body(request);
    Leadwire__V1__SourceCommand command = LEADWIRE__V1__SOURCE_COMMAND__INIT;
    struct wire_message message = {.type = WIRE_SOURCE_COMMAND, .source_command = &command};
    command.source = text_of(root, "source");
    command.pause = json_is_true(json_object_get(root, "pause"));
    command.by = (char *)request->user->name;
    command.reason = text_of(root, "reason");
    if (!json_is_boolean(json_object_get(root, "pause")) || !is_word(command.source, LW_NAME_MAX))
        http_call_reply_error(request->call, 400, "a member is missing or of the wrong type", 0);
    else if (!ops_scope_of(&feed->board, request->user).all)
        http_call_reply_error(request->call, 403, "a source is no team's", 0);
    else
        ask(feed, request, &message, command.pause ? "pause" : "resume", command.source);
    json_decref(root);
}
