/* SPDX-License-Identifier: Apache-2.0
 *
 * A change goes to the outboxes of all hooks that want it, then into the progress. When either fails we are `behind`: the lead's
 * progress stays as it was, and once there is room again the desk is looked at anew, which shows what was missed.
 */
#include "webhooks_run.h"

#include <errno.h>
#include <leadwire/events.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "health_loop.h"
#include "lead_event_json.h"
#include "lead_progress.h"
#include "loop_signals.h"
#include "lw_log.h"
#include "metrics.h"
#include "offer_link.h"
#include "secret_file.h"
#include "wall_clock.h"
#include "webhook.h"
#include "webhook_dead.h"
#include "webhooks_config.h"
#include "worker_run.h"

enum { EVENTS_PER_TURN_MAX = 200, URL_SIZE = 2000 + OFFER_TOKEN_MAX + 16 };

struct webhooks {
    struct webhooks_config *config;
    struct event_base *base;
    struct http_fetcher *fetcher;
    struct webhook hooks[WEBHOOKS_MAX];
    struct lead_progress progress;
    struct lw_events *events;
    struct event *readable[2], *pump, *second;
    struct loop_signals signals;
    struct health_loop health;
    bool is_live, is_behind, failed;
};

static const struct metric waiting = {"leadwire_webhooks_waiting", METRIC_GAUGE, "Messages that wait for an answer 2xx.", "hook"};
static const struct metric dead = {"leadwire_webhooks_dead", METRIC_GAUGE, "Messages that were given up, and not sent again since.", "hook"};
static const struct metric delivered = {"leadwire_webhooks_delivered_total", METRIC_COUNTER, "Messages that were answered 2xx.", "hook"};
static const struct metric failures = {"leadwire_webhooks_failures_total", METRIC_COUNTER, "Tries that were not.", "hook"};
static const struct metric open_leads = {"leadwire_webhooks_open_leads", METRIC_GAUGE, "Open leads that are followed.", NULL};

static void on_events(evutil_socket_t fd, short what, void *context);
static void on_second(evutil_socket_t fd, short what, void *context);

static bool is_end(lw_lead_state state)
{
    return state == LW_LEAD_COMPLETED || state == LW_LEAD_CANCELLED || state == LW_LEAD_EXPIRED || state == LW_LEAD_MERGED;
}

/* The link to accept an offer, for a hook that has such; else NULL. */
static const char *accept_url(const struct webhook *hook, const struct lead_event *event, char url[URL_SIZE])
{
    char token[OFFER_TOKEN_MAX + 1];
    const struct lw_event *change = event->change;
    struct offer_link link = {.offer_number = change ? change->offer_number : 0, .expires_unix_ms = change ? change->deadline_unix_ms : 0};
    if (!hook->config->accept_link || !change || change->to != LW_LEAD_OFFERED || !*change->rep)
        return NULL;
    snprintf(link.rep, sizeof link.rep, "%s", change->rep);
    snprintf(link.lead_id, sizeof link.lead_id, "%s", change->lead_id);
    bool fits = offer_link_sign(&hook->accept_key, &link, token) && snprintf(url, URL_SIZE, "%s/offer#%s", hook->config->accept_link, token) < URL_SIZE;
    return fits ? url : NULL;
}

/* False: not all that want it have it. */
static bool queue_event(struct webhooks *webhooks, const struct lead_event *event)
{
    char id[LEAD_EVENT_ID_SIZE], url[URL_SIZE];
    bool good = true;
    lead_event_id(event, id);
    for (uint32_t i = 0; i < webhooks->config->hook_count; i++) {
        struct lead_event told = *event;
        if (!webhook_config_wants(&webhooks->config->hooks[i], event->state, event->source, event->queue))
            continue;
        told.accept_url = accept_url(&webhooks->hooks[i], event, url);
        char *body = lead_event_json(&told, wall_clock_unix_ms());
        good = body && webhook_put(&webhooks->hooks[i], id, body) && good;
        free(body);
    }
    return good;
}

static void note_progress(struct webhooks *webhooks, lw_status status)
{
    if (status == LW_OK)
        return;
    log_error("the progress cannot be kept: %s", status == LW_IO ? strerror(errno) : lw_status_text(status));
    webhooks->failed = true;
    event_base_loopbreak(webhooks->base);
}

/* What of it was told already is not told again; of the first look ever nothing is. */
static void note_lead(struct webhooks *webhooks, const struct lw_event *change)
{
    struct lead_progress *progress = &webhooks->progress;
    struct known_lead *known = lead_progress_find(progress, change->lead_id);
    const struct lead_event event = {.desk = webhooks->config->desk, .lead_id = change->lead_id, .state = lw_lead_state_name(change->to),
                                     .revision = change->revision, .source = change->source, .queue = change->queue, .change = change};
    if (known && known->revision == change->revision) {
        known->is_seen = true;
        return;
    }
    if (!(change->is_snapshot && progress->is_new) && !queue_event(webhooks, &event)) {
        webhooks->is_behind = true;
        return;
    }
    note_progress(webhooks, is_end(change->to) ? lead_progress_end(progress, change->lead_id)
                                               : lead_progress_put(progress, change->lead_id, change->revision, change->source, change->queue));
}

static void tell_gone(struct webhooks *webhooks)
{
    const struct known_lead *lead;
    for (uint32_t at = 0; (lead = lead_progress_unseen(&webhooks->progress, &at)); at++) {
        const struct lead_event event = {.desk = webhooks->config->desk, .lead_id = lead->id, .state = LEAD_EVENT_GONE, .revision = lead->revision,
                                         .source = lead->source, .queue = lead->queue};
        if (queue_event(webhooks, &event))
            note_progress(webhooks, lead_progress_end(&webhooks->progress, lead->id));
        else
            webhooks->is_behind = true;
    }
}

static void note_event(struct webhooks *webhooks, const struct lw_event *event)
{
    if (event->kind == LW_EVENTS_RESET) {
        webhooks->is_live = false;
        lead_progress_look_anew(&webhooks->progress);
    } else if (event->kind == LW_EVENTS_LEAD) {
        note_lead(webhooks, event);
    } else if (event->kind == LW_EVENTS_LIVE) {
        tell_gone(webhooks);
        webhooks->is_live = true;
        webhooks->progress.is_new = false;
        log_info("following the desk: open_leads=%u", webhooks->progress.count);
    }
}

static void on_events(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct webhooks *webhooks = context;
    struct lw_event event;
    int left = EVENTS_PER_TURN_MAX;
    lw_status status = LW_AGAIN;
    while (!webhooks->failed && left-- > 0 && (status = lw_events_next(webhooks->events, &event)) == LW_OK)
        note_event(webhooks, &event);
    int ms = status == LW_OK ? 0 : lw_events_wait_ms(webhooks->events);
    const struct timeval wait = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
    event_add(webhooks->pump, &wait);
}

static void close_events(struct webhooks *webhooks)
{
    for (size_t i = 0; i < 2; i++) {
        if (webhooks->readable[i])
            event_free(webhooks->readable[i]);
        webhooks->readable[i] = NULL;
    }
    if (webhooks->events)
        lw_events_close(&webhooks->events);
}

static lw_status open_events(struct webhooks *webhooks)
{
    const struct webhooks_config *config = webhooks->config;
    const struct lw_events_options options = {.events_endpoint = config->events, .control_endpoint = config->control, .desk = config->desk,
                                              .client = "leadwire-webhooks " LEADWIRE_VERSION, .key_file = config->key_file};
    int fds[2];
    webhooks->is_live = webhooks->is_behind = false;
    lead_progress_look_anew(&webhooks->progress);
    lw_status status = lw_events_open(&options, &webhooks->events);
    int count = status == LW_OK ? lw_events_fds(webhooks->events, fds) : 0;
    for (int i = 0; i < count && status == LW_OK; i++) {
        webhooks->readable[i] = event_new(webhooks->base, fds[i], EV_READ | EV_PERSIST, on_events, webhooks);
        if (!webhooks->readable[i] || event_add(webhooks->readable[i], NULL) != 0)
            status = LW_NO_MEMORY;
    }
    if (status == LW_OK)
        event_active(webhooks->pump, EV_TIMEOUT, 0);
    return status;
}

static bool all_have_room(const struct webhooks *webhooks)
{
    bool good = true;
    for (uint32_t i = 0; i < webhooks->config->hook_count; i++)
        good = good && webhook_has_room(&webhooks->hooks[i]);
    return good;
}

static void on_second(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct webhooks *webhooks = context;
    for (uint32_t i = 0; i < webhooks->config->hook_count; i++)
        webhook_tick(&webhooks->hooks[i]);
    if (!webhooks->is_behind || !all_have_room(webhooks))
        return;
    log_info("there is room again: looking at the desk anew");
    close_events(webhooks);
    if (open_events(webhooks) != LW_OK) {
        webhooks->failed = true;
        event_base_loopbreak(webhooks->base);
    }
}

static void on_stop(void *context)
{
    struct webhooks *webhooks = context;
    log_info("stopping");
    event_base_loopbreak(webhooks->base);
}

static void on_reload(void *context)
{
    struct webhooks *webhooks = context;
    for (uint32_t i = 0; i < webhooks->config->hook_count; i++)
        webhook_reload(&webhooks->hooks[i]);
    log_info("secrets read again");
}

static const char *write_metrics(void *context, struct byte_buffer *out)
{
    const struct webhooks *webhooks = context;
    const struct { const struct metric *metric; } families[] = {{&waiting}, {&dead}, {&delivered}, {&failures}};
    for (size_t f = 0; f < sizeof families / sizeof *families; f++) {
        metrics_begin(out, families[f].metric);
        for (uint32_t i = 0; i < webhooks->config->hook_count; i++) {
            const struct webhook *hook = &webhooks->hooks[i];
            const uint64_t values[] = {spool_state(hook->spool).count, webhook_dead_count(hook->folder), hook->delivered_total, hook->failed_total};
            metrics_put(out, families[f].metric, hook->config->name, (double)values[f]);
        }
    }
    metrics_put_only(out, &open_leads, webhooks->progress.count);
    return !webhooks->is_live ? "no events of the broker" : webhooks->is_behind ? "an outbox is full" : NULL;
}

static bool failed(const char *what, lw_status status)
{
    if (status != LW_OK)
        log_error("%s: %s%s%s", what, lw_status_text(status), status == LW_IO ? ": " : "", status == LW_IO ? strerror(errno) : "");
    return status != LW_OK;
}

static bool open_state(struct webhooks *webhooks)
{
    char path[WEBHOOK_PATH_MAX + 80];
    const struct webhooks_config *config = webhooks->config;
    struct stat info;
    if (mkdir(config->state, 0700) != 0 && errno != EEXIST)
        return !failed(config->state, LW_IO);
    if (stat(config->state, &info) != 0 || (info.st_mode & 077) != 0) {
        log_error("%s must be a folder of this user's alone: chmod 700 it", config->state);
        return false;
    }
    for (uint32_t i = 0; i < config->hook_count; i++)
        if (webhook_open(&webhooks->hooks[i], &config->hooks[i], config->state, webhooks->fetcher, webhooks->base) != LW_OK)
            return false;
    return webhook_folder(config->state, "progress", path, sizeof path) && !failed(path, lead_progress_open(path, &webhooks->progress));
}

static bool open_all(struct webhooks *webhooks, const struct webhooks_arguments *arguments)
{
    const struct timeval second = {.tv_sec = 1};
    webhooks->base = event_base_new();
    if (!webhooks->base || failed("fetcher", http_fetcher_open(webhooks->base, &webhooks->fetcher)))
        return false;
    webhooks->signals = (struct loop_signals){.stop = on_stop, .reload = on_reload, .context = webhooks};
    webhooks->pump = event_new(webhooks->base, -1, 0, on_events, webhooks);
    webhooks->second = event_new(webhooks->base, -1, EV_PERSIST, on_second, webhooks);
    if (!webhooks->pump || !webhooks->second || event_add(webhooks->second, &second) != 0 || !open_state(webhooks))
        return false;
    return !failed("signals", loop_signals_open(&webhooks->signals, webhooks->base)) && !failed("events", open_events(webhooks)) &&
           health_loop_open(&webhooks->health, webhooks->base, arguments->health, write_metrics, webhooks) == LW_OK;
}

static void close_all(struct webhooks *webhooks)
{
    health_loop_close(&webhooks->health);
    http_fetcher_close(&webhooks->fetcher);
    close_events(webhooks);
    for (uint32_t i = 0; i < webhooks->config->hook_count; i++)
        webhook_close(&webhooks->hooks[i]);
    lead_progress_close(&webhooks->progress);
    loop_signals_close(&webhooks->signals);
    if (webhooks->pump)
        event_free(webhooks->pump);
    if (webhooks->second)
        event_free(webhooks->second);
    if (webhooks->base)
        event_base_free(webhooks->base);
}

static int check_secrets(const struct webhooks_config *config, const char *path)
{
    int exit_code = WORKER_EXIT_OK;
    for (uint32_t i = 0; i < config->hook_count; i++) {
        struct webhook_keys keys;
        const char *problem = webhook_keys_read(config->hooks[i].secret_path, &keys);
        webhook_keys_wipe(&keys);
        const char *file = config->hooks[i].secret_path;
        if (!problem && (file = config->hooks[i].accept_key_path)) {
            struct offer_key key;
            problem = offer_key_read(file, &key);
            secret_wipe(&key, sizeof key);
        }
        if (!problem)
            continue;
        fprintf(stderr, "%s: hook '%s': %s: %s\n", path, config->hooks[i].name, file, problem);
        exit_code = WORKER_EXIT_CONFIG;
    }
    if (exit_code == WORKER_EXIT_OK)
        printf("%s: configuration is good, %u hooks\n", path, config->hook_count);
    return exit_code;
}

static int list_dead(const struct webhooks_config *config)
{
    char folder[WEBHOOK_PATH_MAX + 80];
    for (uint32_t i = 0; i < config->hook_count; i++) {
        const char *name = config->hooks[i].name;
        if (webhook_folder(config->state, name, folder, sizeof folder) && webhook_dead_list(folder, name, stdout) < 0) {
            fprintf(stderr, "leadwire-webhooks: %s: %s\n", folder, strerror(errno));
            return WORKER_EXIT_FAILED;
        }
    }
    return WORKER_EXIT_OK;
}

static int resend_dead(const struct webhooks_config *config, const char *name)
{
    char folder[WEBHOOK_PATH_MAX + 80];
    if (!webhooks_config_find(config, name)) {
        fprintf(stderr, "leadwire-webhooks: there is no hook '%s'\n", name);
        return WORKER_EXIT_USAGE;
    }
    int count = webhook_folder(config->state, name, folder, sizeof folder) ? webhook_dead_resend(folder) : -1;
    if (count < 0) {
        fprintf(stderr, "leadwire-webhooks: %s: %s\n", folder, strerror(errno));
        return WORKER_EXIT_FAILED;
    }
    printf("%d messages of %s are to be sent again\n", count, name);
    return WORKER_EXIT_OK;
}

static int follow(struct webhooks *webhooks, const struct webhooks_arguments *arguments)
{
    bool opened = open_all(webhooks, arguments);
    if (opened) {
        log_info("desk %s, %u hooks", webhooks->config->desk, webhooks->config->hook_count);
        event_base_dispatch(webhooks->base);
        log_info("stopped");
    }
    close_all(webhooks);
    return opened && !webhooks->failed ? WORKER_EXIT_OK : WORKER_EXIT_FAILED;
}

int webhooks_run(const struct webhooks_arguments *arguments)
{
    static struct webhooks webhooks;   /* large */
    webhooks.config = webhooks_config_read(arguments->config_path);
    if (!webhooks.config)
        return WORKER_EXIT_CONFIG;
    int exit_code = arguments->check_only ? check_secrets(webhooks.config, arguments->config_path) : arguments->list_dead ? list_dead(webhooks.config)
                  : arguments->resend ? resend_dead(webhooks.config, arguments->resend) : follow(&webhooks, arguments);
    webhooks_config_free(&webhooks.config);
    return exit_code;
}
