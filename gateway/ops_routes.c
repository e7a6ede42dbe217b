/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_routes.h"

#include <string.h>

#include "act_reply.h"
#include "desk_day.h"
#include "gateway.h"
#include "ops_acts.h"
#include "ops_forms.h"
#include "ops_ledger.h"
#include "ops_story.h"
#include "ops_view.h"
#include "page_files.h"
#include "user_access.h"
#include "wall_clock.h"

/* Answers when the broker does not serve us: who asks is not kept waiting, and asks again. */
static bool can_ask(const struct gateway *gateway, const struct request *request)
{
    bool is_open = control_link_is_open(gateway->ops.control);
    if (!is_open)
        http_call_reply_error(request->call, 504, "the broker does not answer", 2);
    return is_open;
}

/* Answers when not. */
static bool has_ops(const struct gateway *gateway, const struct request *request)
{
    if (!gateway->ops.control)
        http_call_reply_error(request->call, 503, "this gateway's configuration has no ops", 0);
    return gateway->ops.control != NULL;
}

json_t *ops_may_json(const struct gateway *gateway, const struct user *user)
{
    const struct { const char *name; enum wire_type what; bool of_team; } acts[] = {
        {"watch", WIRE_EVENT, true}, {"act", WIRE_LEAD_COMMAND, true}, {"change", WIRE_REP_COMMAND, true}, {"pause", WIRE_SOURCE_COMMAND, false}, {"apply", WIRE_APPLY_CONFIG, false}};
    json_t *may = json_array();
    if (user->rep[0] && user_may(user->role, WIRE_SET_REP_STATE))
        json_array_append_new(may, json_string("work"));
    for (size_t i = 0; gateway->config->ops_control && i < sizeof acts / sizeof *acts; i++)
        if (user_may(user->role, acts[i].what) && (acts[i].of_team || !user->team[0]))
            json_array_append_new(may, json_string(acts[i].name));
    return may;
}

void ops_serve_page(struct gateway *gateway, const struct request *request, int detail)
{
    (void)gateway;
    (void)detail;
    page_file_serve(request->call, "ops.html");
}

void ops_serve_events(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    if (http_call_method(request->call) != HTTP_GET)
        http_call_reply_error(request->call, 400, "a stream has a body", 0);
    else if (has_ops(gateway, request))
        ops_pages_listen(&gateway->ops_pages, request->call, request->holder, ops_scope_of(&gateway->ops.board, request->user), wall_clock_monotonic_ms());
}

void ops_serve_series(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    enum { HOUR = 60, DAY_STEP = 10 };
    if (!has_ops(gateway, request))
        return;
    struct ops_scope scope = ops_scope_of(&gateway->ops.board, request->user);
    bool is_day = strcmp(form_fields_text(http_call_query(request->call), "span", "hour"), "day") == 0;
    json_reply(request->call, 200, ops_series_json(&gateway->ops.board, &scope, is_day ? OPS_MINUTES : HOUR, is_day ? DAY_STEP : 1));
}

void ops_serve_story(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    if (has_ops(gateway, request))
        ops_story_tell(&gateway->ops, request);
}

void ops_take_lead_act(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    if (has_ops(gateway, request))
        ops_act_on_lead(&gateway->ops, request);
}

void ops_take_rep_act(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    if (has_ops(gateway, request))
        ops_act_on_rep(&gateway->ops, request);
}

void ops_serve_rules(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    if (has_ops(gateway, request))
        ops_rules_tell(&gateway->ops_rules, request);
}

void ops_take_rules(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    if (has_ops(gateway, request))
        ops_rules_apply(&gateway->ops_rules, request);
}

void ops_serve_forms(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    if (has_ops(gateway, request))
        ops_forms_tell(&gateway->ops_rules, request);
}

void ops_take_form(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    if (has_ops(gateway, request))
        ops_forms_take(&gateway->ops_rules, request);
}

void ops_serve_ledger(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    if (has_ops(gateway, request) && can_ask(gateway, request))
        ops_ledger_tell(&gateway->ops, request);
}

void ops_take_source_act(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    if (has_ops(gateway, request))
        ops_act_on_source(&gateway->ops, request);
}

void ops_serve_day(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    if (!gateway->ops.control)
        desk_day_tell_own(rep_desks_find(&gateway->desks, request->user->rep), request);
    else if (can_ask(gateway, request))
        desk_day_tell(&gateway->ops, request);
}
