/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_rules.h"

#include <leadwire/publisher.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act_reply.h"
#include "desk_yaml.h"
#include "lw_log.h"
#include "outcome.h"

struct waiting_rules {
    struct ops_rules *rules;
    struct http_call *call;
    struct desk_yaml *desk;
    json_t *warnings, *changes;   /* changes: NULL: none are told */
    json_int_t based_on;
    bool check_only;
    char user[USER_NAME_MAX + 1], reason[OPS_REASON_MAX + 1];
};

static void note_version(struct ops_rules *rules, const char *reason)
{
    const struct ops_feed *feed = rules->feed;
    json_t *row = json_pack("{s:I, s:I, s:s, s:s, s:s}", "version", (json_int_t)feed->rules_version, "applied_unix_ms", (json_int_t)feed->rules_applied_ms,
                            "by", feed->rules_by, "reason", reason, "text", feed->rules_text);
    if (!row || !ops_versions_put(&rules->versions, row))
        log_error("a version of the rules is not kept: version=%u", feed->rules_version);
    json_decref(row);
}

static void on_rules(void *context)
{
    struct ops_rules *rules = context;
    const struct ops_feed *feed = rules->feed;
    rules->awaits_own = false;
    if (!ops_versions_has(&rules->versions, feed->rules_version, feed->rules_applied_ms))
        note_version(rules, rules->applied.version == feed->rules_version ? rules->applied.reason : "");
}

lw_status ops_rules_open(struct ops_rules *rules, struct ops_feed *feed, const char *folder)
{
    *rules = (struct ops_rules){.feed = feed};
    feed->rules_came = on_rules;
    feed->rules_context = rules;
    return ops_versions_open(&rules->versions, folder);
}

void ops_rules_close(struct ops_rules *rules)
{
    ops_versions_close(&rules->versions);
    *rules = (struct ops_rules){0};
}

static bool is_of_team(const struct request *request)
{
    if (request->user->team[0])
        http_call_reply_error(request->call, 403, "the rules are of all teams", 0);
    return request->user->team[0] != '\0';
}

void ops_rules_tell(struct ops_rules *rules, const struct request *request)
{
    const struct ops_feed *feed = rules->feed;
    const char *wanted = form_fields_text(http_call_query(request->call), "version", NULL);
    if (is_of_team(request))
        return;
    if (!wanted) {
        json_reply(request->call, 200, json_pack("{s:i, s:I, s:s, s:s, s:O}", "version", (int)feed->rules_version, "applied_unix_ms",
                                                 (json_int_t)feed->rules_applied_ms, "by", feed->rules_by, "text", feed->rules_text, "versions",
                                                 rules->versions.rows));
        return;
    }
    json_t *row = ops_versions_read(&rules->versions, (uint32_t)strtoul(wanted, NULL, 10));
    if (row)
        json_reply(request->call, 200, row);
    else
        http_call_reply_error(request->call, 404, "this version is not kept", 0);
}

json_t *ops_rules_texts_json(const struct desk_yaml *desk, size_t count, const char *(*at)(const struct desk_yaml *desk, size_t index))
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(at(desk, i)));
    return list;
}

static void waiting_free(struct waiting_rules *waiting);

static void on_answer(void *context, const struct wire_message *message)
{
    struct waiting_rules *waiting = context;
    struct ops_rules *rules = waiting->rules;
    const Leadwire__V1__Reply *reply = message && message->type == WIRE_REPLY ? message->reply : NULL;
    const char *outcome = reply ? lw_outcome_name(outcome_from_status(reply->status)) : "unknown";
    bool applied = reply && reply->status == LEADWIRE__V1__STATUS__STATUS_ACCEPTED && !waiting->check_only;
    log_info("rules %s: user=%s outcome=%s version=%u", waiting->check_only ? "checked" : "applied", waiting->user, outcome, reply ? reply->config_version : 0);
    rules->under_way -= !waiting->check_only;
    if (!reply && !waiting->check_only)
        rules->doubt_until = rules->feed->health_count + 2;   /* the answer that is under way may be of before */
    if (applied) {
        rules->awaits_own = rules->feed->rules_version < reply->config_version;
        rules->applied.version = reply->config_version;
        snprintf(rules->applied.reason, sizeof rules->applied.reason, "%s", waiting->reason);
        if (rules->feed->rules_version == reply->config_version)   /* they came before this answer */
            note_version(rules, waiting->reason);
    }
    json_t *answer = json_pack("{s:s, s:s, s:[], s:O, s:i}", "outcome", outcome, "reason", reply ? reply->reason : "", "problems", "warnings",
                               waiting->warnings, "version", reply ? (int)reply->config_version : 0);
    if (waiting->changes)
        json_object_set(answer, "changes", waiting->changes);
    json_reply(waiting->call, reply ? 200 : 504, answer);
    waiting_free(waiting);
}

static void waiting_free(struct waiting_rules *waiting)
{
    if (!waiting)
        return;
    desk_yaml_close(&waiting->desk);
    json_decref(waiting->warnings);
    json_decref(waiting->changes);
    free(waiting);
}

/* Nothing was sent. */
static void give_up(struct waiting_rules *waiting, int status, const char *why)
{
    http_call_reply_error(waiting->call, status, why, status == 409 ? 0 : 1);
    waiting_free(waiting);
}

static void send_to_broker(struct waiting_rules *waiting)
{
    Leadwire__V1__DeskConfig config = *desk_yaml_config(waiting->desk);   /* borrows from desk */
    Leadwire__V1__ApplyConfig apply = LEADWIRE__V1__APPLY_CONFIG__INIT;
    struct wire_message message = {.type = WIRE_APPLY_CONFIG, .apply_config = &apply};
    apply.config = &config;
    apply.check_only = waiting->check_only;
    apply.applied_by = waiting->user;
    apply.based_on = waiting->check_only ? 0 : (uint32_t)waiting->based_on;
    lw_status status = control_link_ask(waiting->rules->feed->control, &message, on_answer, waiting);
    if (status != LW_OK)
        give_up(waiting, status == LW_FULL || status == LW_NO_MEMORY ? 503 : 400, "the rules cannot be sent");
    else
        waiting->rules->under_way += !waiting->check_only;
}

/* What we know of is up to a second old: others may have applied theirs since. */
static void on_version(void *context, const struct wire_message *message)
{
    struct waiting_rules *waiting = context;
    const Leadwire__V1__StatusReply *now = message && message->type == WIRE_STATUS_REPLY ? message->status_reply : NULL;
    waiting->rules->under_way--;
    if (!now || now->counts_untold)      /* its store is away: so is its word on rules */
        give_up(waiting, 504, "the broker does not answer; nothing was changed");
    else if (now->config_version != waiting->based_on)
        give_up(waiting, 409, "another version is in force meanwhile");
    else
        send_to_broker(waiting);
}

void ops_rules_send(struct ops_rules *rules, const struct request *request, const struct rules_asked *asked, struct desk_yaml **desk)
{
    Leadwire__V1__StatusRequest version = LEADWIRE__V1__STATUS_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_STATUS_REQUEST, .status_request = &version};
    struct waiting_rules *waiting = calloc(1, sizeof *waiting);
    if (!waiting) {
        http_call_reply_error(request->call, 503, "no memory", 1);
        return;
    }
    *waiting = (struct waiting_rules){.rules = rules, .call = request->call, .check_only = asked->check_only, .based_on = asked->based_on, .desk = *desk,
                                      .warnings = ops_rules_texts_json(*desk, asked->tells_no_warnings ? 0 : desk_yaml_warning_count(*desk), desk_yaml_warning_at),
                                      .changes = json_incref(asked->changes)};
    *desk = NULL;
    snprintf(waiting->user, sizeof waiting->user, "%s", request->user->name);
    snprintf(waiting->reason, sizeof waiting->reason, "%s", asked->reason);
    if (waiting->check_only)
        send_to_broker(waiting);
    else if (control_link_ask(rules->feed->control, &message, on_version, waiting) == LW_OK)
        rules->under_way++;
    else
        give_up(waiting, 503, "the rules cannot be sent");
}

static void judge(struct ops_rules *rules, const struct request *request, const struct rules_asked *asked)
{
    struct desk_yaml *desk = desk_yaml_from_text("desk.yaml", asked->text, strlen(asked->text));
    if (desk && desk_yaml_config(desk))
        ops_rules_send(rules, request, asked, &desk);
    else if (desk)
        json_reply(request->call, 200, json_pack("{s:s, s:s, s:o, s:o, s:i}", "outcome", "rejected", "reason", "", "problems",
                                                 ops_rules_texts_json(desk, desk_yaml_problem_count(desk), desk_yaml_problem_at), "warnings",
                                                 ops_rules_texts_json(desk, desk_yaml_warning_count(desk), desk_yaml_warning_at), "version", 0));
    else
        http_call_reply_error(request->call, 503, "no memory", 1);
    desk_yaml_close(&desk);
}

/* What we know to be in force may not be: then nobody can have looked at what they change. */
static bool may_be_changing(const struct ops_rules *rules)
{
    const struct ops_feed *feed = rules->feed;
    return rules->under_way > 0 || rules->awaits_own || feed->asks_rules || (int32_t)(rules->doubt_until - feed->health_count) > 0;
}

bool ops_rules_are_current(const struct ops_rules *rules, const struct request *request, const struct rules_asked *asked)
{
    bool current = asked->based_on == rules->feed->rules_version && (asked->check_only || !may_be_changing(rules));
    if (!current)
        http_call_reply_error(request->call, 409, "another version is in force meanwhile", 0);
    return current;
}

void ops_rules_apply(struct ops_rules *rules, const struct request *request)
{
    size_t size;
    if (is_of_team(request))
        return;
    const char *body = http_call_body(request->call, &size);
    json_t *root = json_loadb(body, size, JSON_REJECT_DUPLICATES, NULL);
    struct rules_asked asked = {.text = json_string_value(json_object_get(root, "text")), .reason = json_string_value(json_object_get(root, "reason")),
                                .based_on = json_integer_value(json_object_get(root, "based_on")), .check_only = json_is_true(json_object_get(root, "check"))};
    bool has_reason = asked.reason && *asked.reason && strlen(asked.reason) <= OPS_REASON_MAX;
    if (!asked.text || (!asked.check_only && !has_reason))
        http_call_reply_error(request->call, 400, "text or reason is missing, or too long", 0);
    else if (asked.check_only || ops_rules_are_current(rules, request, &asked))
        judge(rules, request, &asked);
    json_decref(root);
}
