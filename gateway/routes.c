/* SPDX-License-Identifier: Apache-2.0 */
#include "routes.h"

#include <stdlib.h>
#include <string.h>

#include "act_reply.h"
#include "desk_acts.h"
#include "gateway.h"
#include "ops_routes.h"
#include "page_files.h"
#include "user_access.h"
#include "wall_clock.h"

struct route {
    enum http_method method;
    const char *path;            /* its last part "*": any one name */
    unsigned access;             /* 0: who may say this to the broker */
    enum wire_type asks;
    bool is_page;                /* who is not signed in is led to the sign-in; who may not is told so in words, on a page */
    route_handler *handler;
    int detail;                  /* for the handler */
};

static route_handler serve_root, serve_health, serve_sign_in, serve_desk, serve_static, take_sign_in, tell_session, take_sign_out, serve_events, take_act,
    serve_openapi, serve_offer, take_offer, take_away;

static const struct route routes[] = {
    {HTTP_GET, "/", ACCESS_PUBLIC, WIRE_NONE, false, serve_root, 0},
    {HTTP_GET, "/healthz", ACCESS_PUBLIC, WIRE_NONE, false, serve_health, 0},
    {HTTP_GET, "/sign-in", ACCESS_PUBLIC, WIRE_NONE, false, serve_sign_in, 0},
    {HTTP_GET, "/offer", ACCESS_PUBLIC, WIRE_NONE, false, serve_offer, 0},
    {HTTP_GET, "/static/*", ACCESS_PUBLIC, WIRE_NONE, false, serve_static, 0},
    {HTTP_GET, "/api/v1/openapi.json", ACCESS_PUBLIC, WIRE_NONE, false, serve_openapi, 0},
    {HTTP_POST, "/api/v1/sign-in", ACCESS_PUBLIC, WIRE_NONE, false, take_sign_in, 0},
    {HTTP_GET, "/api/v1/session", ACCESS_SIGNED_IN, WIRE_NONE, false, tell_session, 0},
    {HTTP_POST, "/api/v1/sign-out", ACCESS_SIGNED_IN, WIRE_NONE, false, take_sign_out, 0},
    {HTTP_GET, "/desk", 0, WIRE_SET_REP_STATE, true, serve_desk, 0},
    {HTTP_GET, "/api/v1/desk/events", 0, WIRE_SET_REP_STATE, false, serve_events, 0},
    {HTTP_POST, "/api/v1/offer/accept", ACCESS_PUBLIC, WIRE_NONE, false, take_offer, 0},
    {HTTP_POST, "/api/v1/desk/away", 0, WIRE_SET_REP_STATE, false, take_away, 0},
    {HTTP_POST, "/api/v1/desk/state", 0, WIRE_SET_REP_STATE, false, take_act, ACT_STATE},
    {HTTP_POST, "/api/v1/desk/accept", 0, WIRE_OFFER_ANSWER, false, take_act, ACT_ACCEPT},
    {HTTP_POST, "/api/v1/desk/decline", 0, WIRE_OFFER_ANSWER, false, take_act, ACT_DECLINE},
    {HTTP_POST, "/api/v1/desk/touch", 0, WIRE_TOUCH, false, take_act, ACT_TOUCH},
    {HTTP_POST, "/api/v1/desk/complete", 0, WIRE_COMPLETE, false, take_act, ACT_COMPLETE},
    {HTTP_POST, "/api/v1/desk/transfer", 0, WIRE_TRANSFER, false, take_act, ACT_TRANSFER},
    {HTTP_POST, "/api/v1/desk/list", 0, WIRE_PULL, false, take_act, ACT_LIST},
    {HTTP_POST, "/api/v1/desk/pull", 0, WIRE_PULL, false, take_act, ACT_PULL},
    {HTTP_GET, "/api/v1/desk/day", 0, WIRE_SET_REP_STATE, false, ops_serve_day, 0},
    {HTTP_GET, "/ops", 0, WIRE_EVENT, true, ops_serve_page, 0},
    {HTTP_GET, "/api/v1/ops/events", 0, WIRE_EVENT, false, ops_serve_events, 0},
    {HTTP_GET, "/api/v1/ops/series", 0, WIRE_EVENT, false, ops_serve_series, 0},
    {HTTP_GET, "/api/v1/ops/lead", 0, WIRE_EXPLAIN_REQUEST, false, ops_serve_story, 0},
    {HTTP_POST, "/api/v1/ops/lead", 0, WIRE_LEAD_COMMAND, false, ops_take_lead_act, 0},
    {HTTP_POST, "/api/v1/ops/rep", 0, WIRE_REP_COMMAND, false, ops_take_rep_act, 0},
    {HTTP_POST, "/api/v1/ops/source", 0, WIRE_SOURCE_COMMAND, false, ops_take_source_act, 0},
    {HTTP_GET, "/api/v1/ops/ledger", 0, WIRE_LEDGER_REQUEST, false, ops_serve_ledger, 0},
    {HTTP_GET, "/api/v1/ops/rules", 0, WIRE_CONFIG_REQUEST, false, ops_serve_rules, 0},
    {HTTP_POST, "/api/v1/ops/rules", 0, WIRE_APPLY_CONFIG, false, ops_take_rules, 0},
    {HTTP_GET, "/api/v1/ops/forms", 0, WIRE_CONFIG_REQUEST, false, ops_serve_forms, 0},
    {HTTP_POST, "/api/v1/ops/forms", 0, WIRE_REP_COMMAND, false, ops_take_form, 0},
};

enum { ROUTE_COUNT = sizeof routes / sizeof *routes };

static bool path_matches(const char *pattern, const struct http_call *call)
{
    size_t index = 0;
    for (const char *at = pattern; *at == '/'; index++) {
        size_t size = strcspn(++at, "/");
        const char *part = http_call_path_part(call, index);
        bool any = size == 1 && *at == '*';
        if (!part || (!any && (strlen(part) != size || strncmp(part, at, size) != 0)))
            return false;
        at += size;
    }
    return !http_call_path_part(call, index);
}

/* HEAD is GET without the body, which evhttp leaves out. */
static enum http_method method_of(const struct http_call *call)
{
    enum http_method method = http_call_method(call);
    return method == HTTP_HEAD ? HTTP_GET : method;
}

static void redirect(struct http_call *call, const char *where)
{
    http_call_add_header(call, "Location", where);
    http_call_reply(call, 303, NULL, NULL, 0);
}

static unsigned access_of(const struct route *route)
{
    return route->access ? route->access : users_who_may(route->asks);
}

/* People read it on a page, scripts as JSON. */
static void tell_not_theirs(const struct request *request, const struct route *route, const char *why)
{
    if (route->is_page && !request->by_token)
        page_file_serve_instead(request->call, 403, "not-yours.html");
    else
        http_call_reply_error(request->call, 403, why, 0);
}

/* Known a moment after the broker is there; a page then comes by itself, and until then the one in its place says so. */
static void tell_undecided(const struct request *request, const struct route *route, const char *why)
{
    if (!route->is_page || request->by_token) {
        http_call_reply_error(request->call, 503, why, 2);
        return;
    }
    http_call_add_header(request->call, "Refresh", "2");
    page_file_serve_instead(request->call, 503, "offline.html");
}

static void serve_route(struct gateway *gateway, const struct guard *guard, struct request *request, const struct route *route)
{
    const char *why;
    if (route->access != ACCESS_PUBLIC && !api_tokens_take(&gateway->tokens, request, guard->now_ms))
        return;
    if (!request->by_token && (route->access != ACCESS_PUBLIC || route->handler == serve_root))
        proxy_identity_take(&gateway->config->identity, guard, request);
    int refused = request_judge(request, access_of(route), &why);
    if (refused == 401 && route->is_page)
        redirect(request->call, "/sign-in");
    else if (refused == 0 && is_said_as_rep(route->asks) && !request->user->rep[0])
        tell_not_theirs(request, route, "this user works as no rep");
    else if (refused == 403)
        tell_not_theirs(request, route, why);
    else if (refused == 503)
        tell_undecided(request, route, why);
    else if (refused != 0)
        http_call_reply_error(request->call, refused, why, 0);
    else
        route->handler(gateway, request, route->detail);
}

void routes_handle(struct gateway *gateway, const struct guard *guard, struct request *request)
{
    bool others[2] = {false, false};
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        if (!path_matches(routes[i].path, request->call))
            continue;
        if (routes[i].method == method_of(request->call)) {
            serve_route(gateway, guard, request, &routes[i]);
            return;
        }
        others[routes[i].method == HTTP_POST] = true;
    }
    bool is_there = others[0] || others[1];
    if (is_there)
        http_call_add_header(request->call, "Allow", !others[1] ? "GET, HEAD" : !others[0] ? "POST" : "GET, HEAD, POST");
    http_call_reply_error(request->call, is_there ? 405 : 404, is_there ? "not by this method" : "there is no such page", 0);
}

int routes_print(FILE *out)
{
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        const char *separator = "";
        fprintf(out, "%s %s ", routes[i].method == HTTP_GET ? "GET" : "POST", routes[i].path);
        unsigned access = access_of(&routes[i]);
        if (access & ACCESS_PUBLIC)
            fputs("public", out);
        for (int role = 0; role < USER_ROLE_COUNT && !(access & ACCESS_PUBLIC); role++) {
            if (!(access & 1u << role))
                continue;
            fprintf(out, "%s%s", separator, user_role_word((enum user_role)role));
            separator = ",";
        }
        fputc('\n', out);
    }
    return ferror(out) ? 1 : 0;
}

static void serve_root(struct gateway *gateway, const struct request *request, int detail)
{
    (void)gateway;
    (void)detail;
    bool only_watches = request->user && !request->user->rep[0] && user_may(request->user->role, WIRE_EVENT);
    redirect(request->call, only_watches ? "/ops" : "/desk");
}

static void serve_health(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    json_reply(request->call, 200, json_pack("{s:s, s:I, s:I}", "status", "ok", "sessions",
                                        (json_int_t)browser_sessions_count(&gateway->sessions, wall_clock_monotonic_ms()),
                                        "desks", (json_int_t)gateway->desks.count));
}

static void serve_sign_in(struct gateway *gateway, const struct request *request, int detail)
{
    (void)gateway;
    (void)detail;
    page_file_serve(request->call, "sign-in.html");
}

static void serve_desk(struct gateway *gateway, const struct request *request, int detail)
{
    (void)gateway;
    (void)detail;
    page_file_serve(request->call, "desk.html");
}

static void serve_static(struct gateway *gateway, const struct request *request, int detail)
{
    (void)gateway;
    (void)detail;
    const char *name = http_call_path_part(request->call, 1);
    if (strcmp(name, "service_worker.js") == 0)   /* it is for all pages, not only for those beside it */
        http_call_add_header(request->call, "Service-Worker-Allowed", "/");
    page_file_serve(request->call, name);
}

static void serve_openapi(struct gateway *gateway, const struct request *request, int detail)
{
    (void)gateway;
    (void)detail;
    page_file_serve(request->call, "openapi.json");
}

static void serve_offer(struct gateway *gateway, const struct request *request, int detail)
{
    (void)gateway;
    (void)detail;
    page_file_serve(request->call, "offer.html");
}

static void take_offer(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    away_offers_accept(&gateway->away, request);
}

static void take_away(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    away_offers_set(&gateway->away, request);
}

static void take_sign_in(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    sign_in_handle(&gateway->sign_in, request, wall_clock_monotonic_ms());
}

static void tell_session(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    json_reply(request->call, 200, json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:o}", "user", request->user->name, "role", user_role_word(request->user->role),
                                        "rep", request->user->rep, "team", request->user->team, "may", ops_may_json(gateway, request->user), "csrf", request->session ? request->session->csrf : "", "page", page_rules_json(&gateway->page_rules, gateway->config->page, request->user->rep)));
}

static void take_sign_out(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    if (!request->session) {
        http_call_reply_error(request->call, 403, "a token is no session", 0);
        return;
    }
    rep_desks_end_session(&gateway->desks, request->session->id);
    browser_sessions_end(&gateway->sessions, request->session);
    http_call_add_header(request->call, "Set-Cookie", SESSION_COOKIE "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    json_reply(request->call, 200, json_pack("{s:b}", "ok", 1));
}

static void serve_events(struct gateway *gateway, const struct request *request, int detail)
{
    (void)detail;
    const struct form_fields *query = http_call_query(request->call);
    const char *page = form_fields_text(query, "page", NULL);
    if (!page || strlen(page) > PAGE_ID_MAX || http_call_method(request->call) != HTTP_GET) {
        http_call_reply_error(request->call, 400, "page is missing", 0);
        return;
    }
    const struct page_of_rep asking = {.rep = request->user->rep, .page = page, .session_id = request->holder,
                                       .take = form_fields_find(query, "take") != NULL};
    rep_desks_listen(&gateway->desks, &asking, request->call);
}

static void take_act(struct gateway *gateway, const struct request *request, int detail)
{
    desk_act_handle(&gateway->desks, request, (enum desk_act_kind)detail);
}
