/* SPDX-License-Identifier: Apache-2.0 */
#include "http_worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file_limit.h"
#include "lw_log.h"
#include "raw_list.h"
#include "wall_clock.h"
#include "worker_metrics.h"

enum {
    RULES_ARENA_CAP = 16 * 1024 * 1024,
    HOUSEKEEPING_EVERY_MS = 50, COUNTS_EVERY_MS = 60 * 1000, PRUNE_EVERY_MS = 3600 * 1000,
    STOP_EXTRA_MS = 1000, HEALTH_SIZE_MAX = 2048,
};

static struct worker_rules *rules_load(const struct http_worker_plan *plan, const struct worker_arguments *arguments);
static int run(struct http_worker *worker);
static bool open_all(struct http_worker *worker);
static void warn_of_few_files(uint32_t connections_max);
static void close_all(struct http_worker *worker);
static void on_call(void *context, struct http_call *call);
static void on_refused(void *context, int status);
static void on_stop(void *context);
static void on_reload(void *context);
static void on_turn_end(evutil_socket_t fd, short what, void *context);
static void on_housekeeping(evutil_socket_t fd, short what, void *context);
static const char *write_metrics(void *context, struct byte_buffer *out);

int http_worker_main(int argc, char **argv, const struct http_worker_plan *plan)
{
    struct http_worker worker = {.plan = plan};
    int exit_code = WORKER_EXIT_OK;
    lw_log_open(plan->program);
    if (worker_wants(argc, argv, "--replay"))
        return http_replay_main(argc, argv, plan);
    if (worker_wants(argc, argv, "--show-raw"))
        return raw_show_main(argc, argv, plan->program);
    if (worker_wants(argc, argv, "--dry-run"))
        return http_dry_run_main(argc, argv, plan);
    if (!worker_arguments_read(argc, argv, plan->program, plan->about, &worker.arguments, &exit_code))
        return exit_code;

    worker.rules = rules_load(plan, &worker.arguments);
    if (!worker.rules)
        return WORKER_EXIT_CONFIG;
    if (worker.arguments.check_only)
        printf("%s: configuration is good\n", worker.arguments.config_path);
    else
        exit_code = run(&worker);
    worker_rules_drop(&worker.rules);
    return exit_code;
}

struct worker_rules *worker_rules_hold(struct worker_rules *rules)
{
    rules->references++;
    return rules;
}

void worker_rules_drop(struct worker_rules **rules_place)
{
    struct worker_rules *rules = *rules_place;
    *rules_place = NULL;
    if (rules && --rules->references == 0) {
        arena_fini(&rules->arena);
        free(rules);
    }
}

/* Logs what is wrong. */
static lw_status kept(lw_status status)
{
    if (status == LW_FULL)
        log_error("raw store is full: contacts are refused until it has room");
    else if (status != LW_OK)
        log_error("raw store cannot be written: %s", strerror(errno));
    return status;
}

lw_status http_worker_keep_raw(struct http_worker *worker, const char *source, const char *suffix,
                               const void *bytes, size_t size, const char *key, char ref_out[RAW_REF_MAX])
{
    ref_out[0] = '\0';
    if (!worker->raw)
        return LW_OK;
    return kept(raw_store_put(worker->raw, source, suffix, bytes, size, key, ref_out));
}

lw_status http_worker_gather_raw(struct http_worker *worker, const char *source, const char *suffix, const void *bytes, size_t size,
                                 const char *key, char ref_out[RAW_REF_MAX], struct raw_waiter *waiter)
{
    ref_out[0] = '\0';
    const lw_status status = worker->raw ? kept(raw_store_gather(worker->raw, source, suffix, bytes, size, key, ref_out)) : LW_OK;
    if (status != LW_OK)
        return status;
    if (!worker->raw_waiters) {
        worker->raw_waiters_end = &worker->raw_waiters;
        event_active(worker->turn_end, EV_TIMEOUT, 0);   /* behind what the loop has found to do, and before it looks again */
    }
    waiter->next = NULL;
    *worker->raw_waiters_end = waiter;
    worker->raw_waiters_end = &waiter->next;
    return LW_OK;
}

void http_worker_refuse(struct http_worker *worker, struct http_call *call, enum worker_count what, int status,
                        const char *reason, uint32_t retry_after_s)
{
    worker_counts_add(&worker->counts, what);
    log_debug("refused with %d: %s", status, reason);
    http_call_reply_error(call, status, reason, retry_after_s);
}

struct http_origin http_worker_origin(const struct worker_rules *rules, struct http_call *call)
{
    return http_call_origin(call, &rules->common.http.proxies);
}

uint32_t http_worker_retry_after_s(const struct lw_publisher_answer *answer)
{
    return answer->retry_after_ms > 1000 ? (answer->retry_after_ms + 999) / 1000 : 1;
}

static struct worker_rules *rules_load(const struct http_worker_plan *plan, const struct worker_arguments *arguments)
{
    return worker_rules_read(plan, yaml_doc_open(arguments->config_path), arguments->config_path, &arguments->overrides);
}

struct worker_rules *worker_rules_read(const struct http_worker_plan *plan, struct yaml_doc *doc, const char *config_path,
                                       const struct worker_overrides *overrides)
{
    struct worker_rules *rules = calloc(1, sizeof *rules);
    bool good = rules && doc;
    if (good) {
        rules->references = 1;
        arena_init(&rules->arena, RULES_ARENA_CAP);
        worker_config_read(doc, config_path, overrides, true, &rules->arena, &rules->common);
        const struct yaml_node *root = yaml_doc_root(doc);
        if (root && yaml_node_kind(root) == YAML_KIND_MAP)
            rules->own = plan->read(doc, config_path, &rules->common, &rules->arena);
        good = worker_config_report(doc) == 0 && rules->own;
    }
    yaml_doc_close(&doc);
    if (!good) {
        if (rules)
            worker_rules_drop(&rules);
        return NULL;
    }
    return rules;
}

static int run(struct http_worker *worker)
{
    bool opened = open_all(worker);
    if (opened) {
        log_info("listening on port %u, desk %s", http_door_port(worker->door), worker->rules->common.desk);
        printf("%s listening on port %u\n", worker->plan->program, http_door_port(worker->door));
        fflush(stdout);
        event_base_dispatch(worker->base);
        worker_counts_log(&worker->counts);
        log_info("stopped");
    }
    close_all(worker);
    return opened ? WORKER_EXIT_OK : WORKER_EXIT_FAILED;
}

static bool failed(const char *what, lw_status status)
{
    if (status != LW_OK)
        log_error("%s: %s%s%s", what, lw_status_text(status), status == LW_IO ? ": " : "", status == LW_IO ? strerror(errno) : "");
    return status != LW_OK;
}

static bool open_all(struct http_worker *worker)
{
    const struct worker_config *common = &worker->rules->common;
    worker->base = event_base_new();
    if (!worker->base)
        return false;
    worker->signals = (struct loop_signals){.stop = on_stop, .reload = on_reload, .context = worker};
    if (failed("signals", loop_signals_open(&worker->signals, worker->base)))
        return false;
    if (common->raw.directory && failed(common->raw.directory, raw_store_open(&common->raw, &worker->raw)))
        return false;
    worker->turn_end = event_new(worker->base, -1, 0, on_turn_end, worker);
    if (!worker->turn_end)
        return false;

    char client[64];
    snprintf(client, sizeof client, "%s %s", worker->plan->program, LEADWIRE_VERSION);
    struct lw_publisher_options broker = {.endpoint = common->broker, .desk = common->desk, .client = client, .key_file = common->key_file};
    if (failed(common->broker, broker_link_open(worker->base, &broker, &worker->link)))
        return false;
    if (worker->plan->open && failed(worker->plan->program, worker->plan->open(worker)))
        return false;
    warn_of_few_files(common->http.connections_max);
    struct http_door_options door = {
        .listen = common->http.listen,
        .body_size_max = common->http.body_size_max,
        .connections_max = common->http.connections_max,
        .request_within_ms = common->http.request_within_ms,
        .handler = on_call,
        .context = worker,
        .refused = on_refused,
    };
    if (failed(common->http.listen, http_door_open(worker->base, &door, &worker->door)))
        return false;
    worker->housekeeping = event_new(worker->base, -1, EV_PERSIST, on_housekeeping, worker);
    struct timeval every = {.tv_sec = 1};
    if (!worker->housekeeping || event_add(worker->housekeeping, &every) != 0)
        return false;
    if (health_loop_open(&worker->health, worker->base, worker->arguments.health, write_metrics, worker) != LW_OK)
        return false;
    return !worker->arguments.port_file ||
           !failed(worker->arguments.port_file, port_file_write(worker->arguments.port_file, http_door_port(worker->door)));
}

/* Beside its connections a worker has its log, sockets to the broker, raw files... */
static void warn_of_few_files(uint32_t connections_max)
{
    enum { FILES_BESIDE = 64 };
    uint64_t limit = file_limit_raise();
    if (limit > 0 && limit < (uint64_t)connections_max + FILES_BESIDE)
        log_warning("http.connections_max %u needs %u open files, and the limit (ulimit -n) is %llu", connections_max,
                    connections_max + FILES_BESIDE, (unsigned long long)limit);
}

static void close_all(struct http_worker *worker)
{
    health_loop_close(&worker->health);
    broker_link_close(&worker->link);   /* first: no answer may come for a call that the door has ended */
    http_door_close(&worker->door);
    if (worker->plan->close)
        worker->plan->close(worker);
    raw_store_close(&worker->raw);
    loop_signals_close(&worker->signals);
    if (worker->turn_end)
        event_free(worker->turn_end);
    if (worker->housekeeping)
        event_free(worker->housekeeping);
    if (worker->base)
        event_base_free(worker->base);
}

static const char *write_metrics(void *context, struct byte_buffer *out)
{
    const struct http_worker *worker = context;
    worker_metrics_write(worker->link, worker->raw, out);
    worker_metrics_write_requests(&worker->counts, http_door_in_flight(worker->door), out);
    if (worker->plan->metrics)
        worker->plan->metrics(worker, out);
    return worker->stop_at_ms != 0 ? "stopping" : worker_not_ready(worker->link);
}

static void answer_health(struct http_worker *worker, struct http_call *call)
{
    char counts[HEALTH_SIZE_MAX];
    struct byte_buffer body;
    bool connected = broker_link_connected(worker->link);
    worker_counts_json(&worker->counts, counts, sizeof counts);
    byte_buffer_init(&body, 2 * HEALTH_SIZE_MAX);
    byte_buffer_printf(&body, "{\"status\": \"%s\", %s", connected ? "ok" : "broker away", counts);
    if (worker->plan->health)
        worker->plan->health(worker, &body);
    byte_buffer_printf(&body, "}\n");
    http_call_reply(call, connected ? 200 : 503, "application/json", (const char *)body.data, body.size);
    byte_buffer_fini(&body);
}

static void on_call(void *context, struct http_call *call)
{
    struct http_worker *worker = context;
    enum http_method method = http_call_method(call);
    const char *first = http_call_path_part(call, 0);
    if (first && strcmp(first, "healthz") == 0 && !http_call_path_part(call, 1) && (method == HTTP_GET || method == HTTP_HEAD))
        answer_health(worker, call);
    else
        worker->plan->handle(worker, worker->rules, call);
}

static void on_refused(void *context, int status)
{
    struct http_worker *worker = context;
    worker_counts_add(&worker->counts, status == 413 ? WORKER_COUNT_TOO_LARGE : WORKER_COUNT_MALFORMED);
}

static uint32_t in_flight(const struct http_worker *worker)
{
    return http_door_in_flight(worker->door) + (worker->plan->in_flight ? worker->plan->in_flight(worker) : 0);
}

static void on_stop(void *context)
{
    struct http_worker *worker = context;
    if (worker->stop_at_ms != 0)
        return;
    log_info("stopping: %u requests in progress", http_door_in_flight(worker->door));
    http_door_drain(worker->door);
    if (worker->plan->drain)
        worker->plan->drain(worker);
    worker->stop_at_ms = wall_clock_monotonic_ms() + worker->rules->common.answer_within_ms + STOP_EXTRA_MS;
    struct timeval soon = {.tv_usec = HOUSEKEEPING_EVERY_MS * 1000};
    event_add(worker->housekeeping, &soon);
}

static void on_reload(void *context)
{
    struct http_worker *worker = context;
    struct worker_rules *rules = rules_load(worker->plan, &worker->arguments);
    if (!rules) {
        log_error("configuration is wrong: the one before stays in force");
        return;
    }
    const struct worker_config *old = &worker->rules->common;
    if (strcmp(old->desk, rules->common.desk) != 0 || strcmp(old->broker, rules->common.broker) != 0 ||
        strcmp(old->http.listen, rules->common.http.listen) != 0)
        log_warning("desk, broker and listen take effect at the next start");
    worker_rules_drop(&worker->rules);
    worker->rules = rules;
    log_info("configuration read again");
}

static void on_turn_end(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct http_worker *worker = context;
    struct raw_waiter *waiter = worker->raw_waiters;
    const lw_status status = worker->raw ? kept(raw_store_write(worker->raw)) : LW_OK;
    worker->raw_waiters = NULL;
    while (waiter) {
        struct raw_waiter *next = waiter->next;   /* the waiter may go with its call */
        waiter->done(waiter->context, status);
        waiter = next;
    }
}

static void on_housekeeping(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct http_worker *worker = context;
    uint64_t now_ms = wall_clock_monotonic_ms();
    if (worker->stop_at_ms != 0 && (in_flight(worker) == 0 || now_ms >= worker->stop_at_ms))
        event_base_loopbreak(worker->base);
    if (now_ms % COUNTS_EVERY_MS < 1000 && worker->stop_at_ms == 0)
        worker_counts_log(&worker->counts);
    if (worker->raw && now_ms % PRUNE_EVERY_MS < 1000 && worker->stop_at_ms == 0)
        raw_store_prune(worker->raw, wall_clock_unix_ms());
}
