/* SPDX-License-Identifier: Apache-2.0
 *
 * The sockets of the events tell of news only once: `pump` runs from the loop, until there is nothing more, as in rep_desk.c.
 */
#include "ops_feed.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wall_clock.h"

enum { EVENTS_PER_TURN_MAX = 1000, SECOND_MS = 1000 };

static void on_events(evutil_socket_t fd, short what, void *context);
static void on_second(evutil_socket_t fd, short what, void *context);
static void on_health(void *context, const struct wire_message *reply);
static void on_rules(void *context, const struct wire_message *reply);
static void on_why(void *context, const struct wire_message *reply);

static int64_t midnight_before(int64_t now_ms)
{
    time_t now = (time_t)(now_ms / 1000);
    struct tm local;
    if (!localtime_r(&now, &local))
        return 0;
    local.tm_hour = local.tm_min = local.tm_sec = 0;
    local.tm_isdst = -1;
    return (int64_t)mktime(&local) * 1000;
}

static lw_status open_events(struct ops_feed *feed, const struct ops_feed_options *options)
{
    int fds[2];
    const struct lw_events_options of_events = {.events_endpoint = options->events, .control_endpoint = options->control, .desk = options->desk, .key_file = options->key_file,
                                                .client = "leadwire-gateway " LEADWIRE_VERSION};
    lw_status status = lw_events_open(&of_events, &feed->events);
    int count = status == LW_OK ? lw_events_fds(feed->events, fds) : 0;
    for (int i = 0; i < count; i++) {
        feed->readable[i] = event_new(options->base, fds[i], EV_READ | EV_PERSIST, on_events, feed);
        if (!feed->readable[i] || event_add(feed->readable[i], NULL) != 0)
            status = LW_NO_MEMORY;
    }
    return status;
}

lw_status ops_feed_open(struct ops_feed *feed, const struct ops_feed_options *options)
{
    const struct timeval second = {.tv_sec = 1};
    int64_t now_ms = wall_clock_unix_ms();
    *feed = (struct ops_feed){.rules_by = strdup(""), .rules_text = strdup("")};
    lw_status status = ops_board_init(&feed->board, now_ms, midnight_before(now_ms));
    feed->pump = event_new(options->base, -1, 0, on_events, feed);
    feed->second = event_new(options->base, -1, EV_PERSIST, on_second, feed);
    if (status != LW_OK || !feed->rules_by || !feed->rules_text || !feed->pump || !feed->second)
        return LW_NO_MEMORY;
    status = control_link_open(options->base, options->control, options->desk, options->key_file, &feed->control);
    if (status == LW_OK)
        status = open_events(feed, options);
    if (status == LW_OK && event_add(feed->second, &second) != 0)
        status = LW_NO_MEMORY;
    if (status == LW_OK)
        status = ops_workers_open(&feed->workers, options->base, options->workers, options->worker_count);
    if (status == LW_OK)
        event_active(feed->pump, EV_TIMEOUT, 0);
    return status;
}

void ops_feed_close(struct ops_feed *feed)
{
    struct event *const events[] = {feed->readable[0], feed->readable[1], feed->pump, feed->second};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (events[i])
            event_free(events[i]);
    control_link_close(&feed->control);
    if (feed->events)
        lw_events_close(&feed->events);
    ops_workers_close(&feed->workers);
    ops_board_fini(&feed->board);
    json_decref(feed->health);
    free(feed->rules_by);
    free(feed->rules_text);
    *feed = (struct ops_feed){0};
}

bool ops_feed_is_live(const struct ops_feed *feed)
{
    return feed->board.live && feed->health;
}

static void on_events(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct ops_feed *feed = context;
    struct lw_event event;
    int left = EVENTS_PER_TURN_MAX;
    lw_status status = LW_AGAIN;
    feed->board.now_ms = wall_clock_unix_ms();
    while (left-- > 0 && (status = lw_events_next(feed->events, &event)) == LW_OK)
        ops_board_note(&feed->board, &event);
    int wait_ms = status == LW_OK ? 0 : lw_events_wait_ms(feed->events);
    const struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000};
    event_add(feed->pump, &wait);
}

static void ask_rules(struct ops_feed *feed)
{
    Leadwire__V1__ConfigRequest request = LEADWIRE__V1__CONFIG_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_CONFIG_REQUEST, .config_request = &request};
    feed->asks_rules = control_link_ask(feed->control, &message, on_rules, feed) == LW_OK;
}

static void ask_why(struct ops_feed *feed, const char *lead_id)
{
    Leadwire__V1__ExplainRequest request = LEADWIRE__V1__EXPLAIN_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_EXPLAIN_REQUEST, .explain_request = &request};
    struct ops_why_asked *asked = NULL;
    for (int i = 0; i < OPS_WHYS_ASKED_MAX; i++) {
        if (strcmp(feed->whys[i].lead_id, lead_id) == 0)
            return;
        if (!feed->whys[i].lead_id[0])
            asked = &feed->whys[i];
    }
    if (!asked)
        return;
    request.lead_id = (char *)lead_id;
    asked->feed = feed;
    if (control_link_ask(feed->control, &message, on_why, asked) == LW_OK)
        strcpy(asked->lead_id, lead_id);
}

static void ask_whys(struct ops_feed *feed)
{
    uint32_t shown = 0;
    for (uint32_t i = 0; i < feed->board.lead_top && shown < OPS_PARKED_SHOWN_MAX && feed->board.by_state[LW_LEAD_PARKED] > 0; i++) {
        const struct ops_lead *lead = &feed->board.leads[i];
        if (lead->state != LW_LEAD_PARKED)
            continue;
        shown++;
        if (!lead->why)
            ask_why(feed, lead->id);
    }
}

static void on_second(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct ops_feed *feed = context;
    Leadwire__V1__StatusRequest request = LEADWIRE__V1__STATUS_REQUEST__INIT;
    struct wire_message message = {.type = WIRE_STATUS_REQUEST, .status_request = &request};
    int64_t now_ms = wall_clock_unix_ms();
    ops_board_tick(&feed->board, now_ms, midnight_before(now_ms));
    if (!control_link_is_open(feed->control) && feed->health) {
        json_decref(feed->health);
        feed->health = NULL;
        feed->board.revision++;
    }
    if (!feed->asks_health)
        feed->asks_health = control_link_ask(feed->control, &message, on_health, feed) == LW_OK;
    if (feed->health)
        ask_whys(feed);
}

static json_t *texts_json(char *const *texts, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(texts[i]));
    return list;
}

static json_t *queues_json(const Leadwire__V1__StatusReply *status)
{
    json_t *list = json_array();
    for (size_t i = 0; i < status->n_queues; i++)
        json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "queue", status->queues[i]->queue, "waiting", (json_int_t)status->queues[i]->waiting,
                                              "oldest_age_ms", (json_int_t)status->queues[i]->oldest_age_ms));
    return list;
}

static json_t *paused_json(const Leadwire__V1__StatusReply *status)
{
    json_t *list = json_array();
    for (size_t i = 0; i < status->n_paused_sources; i++) {
        const Leadwire__V1__PausedSource *paused = status->paused_sources[i];
        json_array_append_new(list, json_pack("{s:s, s:I, s:s, s:s}", "source", paused->source, "since_unix_ms", (json_int_t)paused->since_unix_ms, "by", paused->by,
                                              "reason", paused->reason));
    }
    return list;
}

static json_t *health_json(const Leadwire__V1__StatusReply *status)
{
    const struct { const char *name; uint64_t value; } numbers[] = {
        {"config_version", status->config_version}, {"uptime_ms", status->uptime_ms}, {"waiting", status->waiting}, {"offered", status->offered},
        {"connecting", status->connecting}, {"assigned", status->assigned}, {"parked", status->parked}, {"scheduled", status->scheduled},
        {"published_total", status->published_total}, {"duplicates_total", status->duplicates_total}, {"completed_total", status->completed_total},
        {"cancelled_total", status->cancelled_total}, {"expired_total", status->expired_total}, {"reps_on", status->reps_on},
        {"reps_available", status->reps_available}, {"publishers", status->publishers}, {"journal_entries", status->journal_entries},
        {"checkpoint_age_ms", status->checkpoint_age_ms}, {"memory_bytes", status->memory_bytes}, {"refused_frames_total", status->refused_frames_total}};
    json_t *health = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "desk", status->desk, "version", status->version, "durability", status->durability, "store",
                               status->store_state, "store_warnings", texts_json(status->store_warnings, status->n_store_warnings), "queues", queues_json(status));
    json_object_set_new(health, "paused_sources", paused_json(status));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        json_object_set_new(health, numbers[i].name, json_integer((json_int_t)numbers[i].value));
    return health;
}

static void on_health(void *context, const struct wire_message *reply)
{
    struct ops_feed *feed = context;
    feed->asks_health = false;
    json_decref(feed->health);
    feed->health = reply && reply->type == WIRE_STATUS_REPLY && !reply->status_reply->counts_untold ? health_json(reply->status_reply) : NULL;
    feed->health_count += feed->health != NULL;
    feed->board.revision++;
    if (feed->health && reply->status_reply->config_version != feed->rules_version && !feed->asks_rules)
        ask_rules(feed);   /* last: the reply is no more */
}

static void keep_text(char **place, const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        return;
    free(*place);
    *place = copy;
}

static void on_rules(void *context, const struct wire_message *reply)
{
    struct ops_feed *feed = context;
    feed->asks_rules = false;
    if (!reply || reply->type != WIRE_CONFIG_REPLY || !reply->config_reply->config)
        return;
    const Leadwire__V1__ConfigReply *rules = reply->config_reply;
    ops_board_configure(&feed->board, rules->config);
    feed->rules_version = rules->version;
    feed->rules_applied_ms = rules->applied_unix_ms;
    keep_text(&feed->rules_by, rules->applied_by);
    keep_text(&feed->rules_text, rules->config->source_text);
    if (feed->config_came)
        feed->config_came(feed->config_context, rules->config);
    if (feed->rules_came)
        feed->rules_came(feed->rules_context);
}

static void on_why(void *context, const struct wire_message *reply)
{
    struct ops_why_asked *asked = context;
    struct ops_lead *lead = ops_board_lead(&asked->feed->board, asked->lead_id);
    asked->lead_id[0] = '\0';
    if (!lead || lead->state != LW_LEAD_PARKED || !reply || reply->type != WIRE_EXPLAIN_REPLY)
        return;
    free(lead->why);
    lead->why = strndup(reply->explain_reply->waiting_because, OPS_WHY_MAX);
    asked->feed->board.revision++;
}
