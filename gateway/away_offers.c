/* SPDX-License-Identifier: Apache-2.0 */
#include "away_offers.h"

#include <stdio.h>
#include <string.h>

#include "act_reply.h"
#include "lw_log.h"
#include "wall_clock.h"

enum { BUCKETS = 4096 };

lw_status away_offers_open(struct away_offers *away, struct rep_desks *desks)
{
    *away = (struct away_offers){.desks = desks};
    return rate_limit_init(&away->limit, BUCKETS) ? LW_OK : LW_NO_MEMORY;
}

void away_offers_close(struct away_offers *away)
{
    rate_limit_fini(&away->limit);
    *away = (struct away_offers){.desks = NULL};
}

static const struct gateway_config *config_of(const struct away_offers *away)
{
    return *away->desks->config;
}

static json_t *read_body(const struct request *request)
{
    size_t size;
    const char *body = http_call_body(request->call, &size);
    return json_loadb(body, size, JSON_REJECT_DUPLICATES, NULL);
}

void away_offers_set(struct away_offers *away, const struct request *request)
{
    json_t *root = read_body(request), *on = json_object_get(root, "on");
    const char *page = json_string_value(json_object_get(root, "page"));
    const struct page_of_rep asking = {.rep = request->user->rep, .page = page, .session_id = request->holder};
    if (!page || !json_is_boolean(on))
        http_call_reply_error(request->call, 400, "a member is missing or of the wrong type", 0);
    else if (!config_of(away)->has_away)
        act_reply_rejected(request->call, "this gateway's configuration has no away");
    else if (!rep_desks_stay(away->desks, &asking, json_is_true(on) ? config_of(away)->away_ms : 0))
        http_call_reply_error(request->call, 409, "another page has the desk", 0);
    else
        act_reply(request->call, "accepted", "");
    json_decref(root);
}

static void on_done(void *context, const char *outcome, const char *reason)
{
    act_reply(context, outcome, reason);
}

/* The key is the token's signature: whoever clicks twice gets the first answer again. */
static void accept_offer(struct away_offers *away, const struct request *request, const struct offer_link *link, const char *signature)
{
    char key[ACT_KEY_MAX + 1], why[ACT_REASON_MAX] = "";
    struct rep_desk *desk = rep_desks_find(away->desks, link->rep);
    snprintf(key, sizeof key, "o-%.40s", signature);
    const struct desk_act act = {.kind = ACT_ACCEPT, .key = key, .lead_id = link->lead_id, .offer_number = link->offer_number};
    if (!desk) {
        http_call_reply_error(request->call, 409, "you are not at the desk any more", 0);
        return;
    }
    log_info("an offer is accepted by its link: rep=%s lead=%s", link->rep, link->lead_id);
    lw_status status = rep_desk_act(desk, &act, on_done, request->call, why);
    if (status == LW_FULL)
        http_call_reply_error(request->call, 503, "too many acts at once", 1);
    else if (status != LW_OK)
        act_reply_rejected(request->call, why);
}

void away_offers_accept(struct away_offers *away, const struct request *request)
{
    struct offer_link link;
    struct address client = address_of_client(&request->origin.client);
    uint32_t wait_ms = rate_limit_take(&away->limit, &client, sizeof client, OFFER_TRIES_OF_ADDRESS, wall_clock_monotonic_ms());
    json_t *root = read_body(request);
    const char *token = json_string_value(json_object_get(root, "token"));
    if (wait_ms > 0)
        http_call_reply_error(request->call, 429, "too many tries", wait_ms / 1000 + 1);
    else if (!token)
        http_call_reply_error(request->call, 400, "the token is missing", 0);
    else if (!config_of(away)->has_away || !offer_link_read(&config_of(away)->away_key, token, &link))
        http_call_reply_error(request->call, 403, "this link is none of ours", 0);
    else if (link.expires_unix_ms <= wall_clock_unix_ms())
        http_call_reply_error(request->call, 410, "this offer is over", 0);
    else
        accept_offer(away, request, &link, strchr(token, '.') + 1);
    json_decref(root);
}
