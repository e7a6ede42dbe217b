/* SPDX-License-Identifier: Apache-2.0 */
#include "mail_worker.h"

#include "health_loop.h"
#include "lmtp_door.h"
#include "lw_log.h"
#include "mail_box.h"
#include "mail_counts.h"
#include "mail_hooks.h"
#include "loop_signals.h"
#include "port_file.h"
#include "wall_clock.h"
#include "worker_metrics.h"
#include "worker_run.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { DRAIN_MS = 3000, NOTICE_DELAY_MS = 20, PRUNE_EVERY_MS = 3600 * 1000, BROKER_PENDING_MIN = 1024 };

/* All that follows from one reading of the configuration. */
struct service {
    struct mail_config config;
    struct broker_link *link;
    struct raw_store *raw;
    struct decisions_log decisions;
    struct mail_box_tools tools;
    struct mail_box *boxes[MAIL_SOURCES_MAX];
    size_t box_count;
    int notice_fd;               /* inotify; -1: only the periodic scan */
    struct event *notice, *turn, *scan;
    uint64_t prune_due_ms;
    bool stopping;
};

struct mail_worker {
    const struct worker_arguments *arguments;
    struct event_base *base;
    struct service *service;
    struct lmtp_door *lmtp;    /* these two: NULL if none. They outlive a service, so that their addresses stay taken */
    struct mail_hooks *hooks;
    struct mail_lead scratch;
    struct mail_counts counts;
    struct health_loop health;
    struct loop_signals signals;
    uint64_t stop_by_ms;   /* 0: not stopping */
};

static struct service *service_open(struct mail_worker *worker, int *exit_out);
static void service_close(struct service **service);
static lw_status open_boxes(struct service *service, struct mail_worker *worker);
static lw_status open_events(struct service *service, struct mail_worker *worker);
static bool take_over_doors(struct mail_worker *worker, const struct service *service);
static void on_stop(void *context);
static void on_reload(void *context);
static const char *write_metrics(void *context, struct byte_buffer *out);

int mail_worker_run(const struct worker_arguments *arguments)
{
    struct mail_worker *worker = calloc(1, sizeof *worker);
    int exit_code = WORKER_EXIT_FAILED;
    if (!worker)
        return exit_code;
    worker->arguments = arguments;
    worker->base = event_base_new();
    worker->signals = (struct loop_signals){.stop = on_stop, .reload = on_reload, .context = worker};
    if (!worker->base || loop_signals_open(&worker->signals, worker->base) != LW_OK)
        goto done;
    worker->service = service_open(worker, &exit_code);
    if (!worker->service || !take_over_doors(worker, worker->service))
        goto done;
    if (health_loop_open(&worker->health, worker->base, arguments->health, write_metrics, worker) != LW_OK)
        goto done;
    log_info("watching sources=%zu", worker->service->box_count);
    exit_code = event_base_dispatch(worker->base) == 0 ? WORKER_EXIT_OK : WORKER_EXIT_FAILED;
done:
    health_loop_close(&worker->health);
    lmtp_door_close(&worker->lmtp);
    mail_hooks_close(&worker->hooks);
    service_close(&worker->service);
    loop_signals_close(&worker->signals);
    mail_lead_fini(&worker->scratch);
    if (worker->base)
        event_base_free(worker->base);
    free(worker);
    return exit_code;
}

static struct service *service_open(struct mail_worker *worker, int *exit_out)
{
    struct service *service = calloc(1, sizeof *service);
    *exit_out = WORKER_EXIT_FAILED;
    if (!service)
        return NULL;
    service->notice_fd = service->decisions.fd = -1;
    if (!mail_config_open(worker->arguments->config_path, &worker->arguments->overrides, &service->config)) {
        *exit_out = WORKER_EXIT_CONFIG;
        goto fail;
    }
    const struct mail_config *config = &service->config;
    if (config->worker.raw.directory && raw_store_open(&config->worker.raw, &service->raw) != LW_OK) {
        log_error("the raw directory cannot be opened: %s", strerror(errno));
        goto fail;
    }
    if (decisions_log_open(config->decisions_log, &service->decisions) != LW_OK) {
        log_error("the decisions log cannot be opened: %s", strerror(errno));
        goto fail;
    }
    service->decisions.counts = &worker->counts;
    uint32_t pending = config->in_flight_max * (uint32_t)config->source_count;
    const struct lw_publisher_options options = {
        .endpoint = config->worker.broker,
        .desk = config->worker.desk,
        .key_file = config->worker.key_file,
        .client = "leadwire-mail " LEADWIRE_VERSION,
        .pending_max = pending > BROKER_PENDING_MIN ? pending : BROKER_PENDING_MIN,
    };
    lw_status status = broker_link_open(worker->base, &options, &service->link);
    if (status != LW_OK) {
        log_error("the broker's endpoint cannot be used: %s", lw_status_text(status));
        goto fail;
    }
    if (open_boxes(service, worker) != LW_OK || open_events(service, worker) != LW_OK)
        goto fail;
    return service;
fail:
    service_close(&service);
    return NULL;
}

static void service_close(struct service **service)
{
    struct service *closing = *service;
    if (!closing)
        return;
    for (size_t i = 0; i < closing->box_count; i++) {
        const struct mail_box *box = closing->boxes[i];
        for (size_t reason = 0; reason < MAIL_REASON_COUNT; reason++) {
            if (box->done[reason] > 0)
                log_info("count source=%s outcome=%s mails=%llu", box->source->source.name,
                         mail_reason_name((enum mail_reason)reason), (unsigned long long)box->done[reason]);
        }
        mail_box_close(&closing->boxes[i]);
    }
    struct event *events[] = {closing->notice, closing->turn, closing->scan};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        if (events[i])
            event_free(events[i]);
    }
    if (closing->notice_fd >= 0)
        close(closing->notice_fd);
    broker_link_close(&closing->link);
    raw_store_close(&closing->raw);
    decisions_log_close(&closing->decisions);
    mail_config_close(&closing->config);
    free(closing);
    *service = NULL;
}

static void wake_after(struct service *service, uint64_t delay_ms)
{
    const struct timeval delay = {(time_t)(delay_ms / 1000), (suseconds_t)(delay_ms % 1000 * 1000)};
    event_add(service->turn, &delay);
}

static void wake(void *context)
{
    wake_after(context, 0);
}

static lw_status open_boxes(struct service *service, struct mail_worker *worker)
{
    const struct mail_config *config = &service->config;
    service->tools = (struct mail_box_tools){
        .config = config,
        .intake = {service->link, service->raw, &worker->scratch, config->worker.answer_within_ms},
        .decisions = &service->decisions,
        .wake = wake,
        .wake_context = service,
    };
    service->notice_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    for (size_t i = 0; i < config->source_count; i++) {
        char path[PATH_MAX];
        if (!config->sources[i].maildir)
            continue;
        lw_status status = mail_box_open(&config->sources[i], &service->tools, &service->boxes[service->box_count]);
        if (status != LW_OK)
            return status;
        service->box_count++;
        snprintf(path, sizeof path, "%s/new", config->sources[i].maildir);
        if (service->notice_fd < 0 || inotify_add_watch(service->notice_fd, path, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) < 0)
            log_warning("source=%s: no notice of new mails (%s): found by the periodic scan alone",
                        config->sources[i].source.name, strerror(errno));
    }
    if (service->box_count == 0 && !config->lmtp.listen && !config->worker.http.listen) {
        log_error("no source has a maildir, recipients or a webhook: nothing to do");
        return LW_INVALID;
    }
    return LW_OK;
}

/* When the next box may publish again; UINT64_MAX if none waits for that. */
static uint64_t next_resume_ms(const struct service *service, uint64_t now_ms)
{
    uint64_t next = UINT64_MAX;
    for (size_t i = 0; i < service->box_count; i++) {
        uint64_t resume = service->boxes[i]->resume_ms;
        if (resume > now_ms && resume < next)
            next = resume;
    }
    return next;
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct service *service = context;
    bool more = false;
    if (service->stopping)
        return;
    for (size_t i = 0; i < service->box_count; i++)
        more = mail_box_turn(service->boxes[i]) || more;
    uint64_t now_ms = wall_clock_monotonic_ms(), resume_ms = next_resume_ms(service, now_ms);
    if (more)
        wake_after(service, 0);
    else if (resume_ms != UINT64_MAX)
        wake_after(service, resume_ms - now_ms);
}

static void scan_all(struct service *service)
{
    for (size_t i = 0; i < service->box_count; i++)
        mail_box_scan(service->boxes[i]);
    wake_after(service, 0);
}

static void on_scan(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct service *service = context;
    const uint32_t every_ms = service->config.scan_every_ms;
    const struct timeval every = {every_ms / 1000, (suseconds_t)(every_ms % 1000 * 1000)};
    event_add(service->scan, &every);
    if (service->stopping)
        return;
    uint64_t now_ms = wall_clock_monotonic_ms();
    if (service->raw && now_ms >= service->prune_due_ms) {
        raw_store_prune(service->raw, wall_clock_unix_ms());
        service->prune_due_ms = now_ms + PRUNE_EVERY_MS;
    }
    scan_all(service);
}

/* What the notices say does not matter: they only bring the scan forward, once for all that come together. */
static void on_notice(evutil_socket_t fd, short what, void *context)
{
    (void)what;
    struct service *service = context;
    char bytes[4096];
    const struct timeval soon = {0, NOTICE_DELAY_MS * 1000};
    while (read(fd, bytes, sizeof bytes) > 0)
        ;
    event_add(service->scan, &soon);
}

static lw_status open_events(struct service *service, struct mail_worker *worker)
{
    const struct timeval now = {0, 0};
    service->turn = event_new(worker->base, -1, 0, on_turn, service);
    service->scan = event_new(worker->base, -1, 0, on_scan, service);
    if (!service->turn || !service->scan || event_add(service->scan, &now) != 0)
        return LW_NO_MEMORY;
    if (service->notice_fd >= 0) {
        service->notice = event_new(worker->base, service->notice_fd, EV_READ | EV_PERSIST, on_notice, service);
        if (!service->notice || event_add(service->notice, NULL) != 0)
            return LW_NO_MEMORY;
    }
    return LW_OK;
}

static uint32_t in_flight(const struct service *service)
{
    uint32_t count = 0;
    for (size_t i = 0; i < service->box_count; i++)
        count += service->boxes[i]->in_flight;
    return count;
}

static uint32_t all_in_flight(const struct mail_worker *worker)
{
    return in_flight(worker->service) + (worker->lmtp ? lmtp_door_in_flight(worker->lmtp) : 0) +
           (worker->hooks ? mail_hooks_in_flight(worker->hooks) : 0);
}

/* Ends when nothing is in flight, or the time for that is up: what is then unanswered is read again at the next start. */
static void on_drain(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct mail_worker *worker = context;
    const struct timeval again = {0, 10 * 1000};
    if (all_in_flight(worker) == 0 || wall_clock_monotonic_ms() >= worker->stop_by_ms ||
        event_base_once(worker->base, -1, EV_TIMEOUT, on_drain, worker, &again) != 0)
        event_base_loopbreak(worker->base);
}

static void on_stop(void *context)
{
    struct mail_worker *worker = context;
    if (worker->stop_by_ms)
        return;
    log_info("stopping in_flight=%u", all_in_flight(worker));
    worker->stop_by_ms = wall_clock_monotonic_ms() + DRAIN_MS;
    worker->service->stopping = true;
    if (worker->lmtp)
        lmtp_door_drain(worker->lmtp);
    if (worker->hooks)
        mail_hooks_drain(worker->hooks);
    on_drain(-1, 0, worker);
}

/* The LMTP door that the configuration wants; the one there is, when its address is the same. False: it cannot be had. */
static bool find_lmtp(struct mail_worker *worker, const struct lmtp_config *config, struct lmtp_door **out)
{
    *out = config->listen ? worker->lmtp : NULL;
    if (!config->listen || (worker->lmtp && strcmp(lmtp_door_address(worker->lmtp), config->listen) == 0))
        return true;
    lw_status status = lmtp_door_open(worker->base, config->listen, config->socket_mode, out);
    if (status != LW_OK) {
        log_error("lmtp: cannot listen on %s: %s", config->listen, status == LW_IO ? strerror(errno) : lw_status_text(status));
        return false;
    }
    log_info("lmtp listening on %s port=%u", config->listen, lmtp_door_port(*out));
    return true;
}

/* The port of the webhooks stays as it is until the next start. */
static bool find_hooks(struct mail_worker *worker, const struct http_config *config)
{
    const char *port_file = worker->arguments->port_file;
    if (!config->listen || worker->hooks)
        return true;
    lw_status status = mail_hooks_open(worker->base, config, &worker->hooks);
    if (status == LW_OK && port_file)
        status = port_file_write(port_file, mail_hooks_port(worker->hooks));
    if (status != LW_OK) {
        log_error("cannot listen on %s: %s", config->listen, status == LW_IO ? strerror(errno) : lw_status_text(status));
        mail_hooks_close(&worker->hooks);
        return false;
    }
    log_info("webhooks listening on port %u", mail_hooks_port(worker->hooks));
    return true;
}

/* Opens the doors that this service's configuration wants, closes those it does not, and serves it. False: all is as it was. */
static bool take_over_doors(struct mail_worker *worker, const struct service *service)
{
    const struct mail_config *config = &service->config;
    const struct mail_service served = {config, service->tools.intake, service->tools.decisions};
    struct lmtp_door *lmtp = NULL;
    if (!find_hooks(worker, &config->worker.http) || !find_lmtp(worker, &config->lmtp, &lmtp))
        return false;
    if (lmtp != worker->lmtp)
        lmtp_door_close(&worker->lmtp);
    worker->lmtp = lmtp;
    if (lmtp)
        lmtp_door_serve(lmtp, &served);
    if (worker->hooks && config->worker.http.listen)
        mail_hooks_serve(worker->hooks, &served);
    else
        mail_hooks_close(&worker->hooks);
    return true;
}

static const char *write_metrics(void *context, struct byte_buffer *out)
{
    const struct mail_worker *worker = context;
    const struct service *service = worker->service;
    const char *not_ready = worker->stop_by_ms ? "stopping" : worker_not_ready(service->link);
    uint32_t waiting = 0;
    for (size_t i = 0; i < service->box_count; i++) {
        waiting += mail_box_waiting(service->boxes[i]);
        if (service->boxes[i]->unreadable && !not_ready)
            not_ready = "a Maildir cannot be read";
    }
    worker_metrics_write(service->link, service->raw, out);
    mail_counts_write(&worker->counts, waiting, out);
    return not_ready;
}

static void on_reload(void *context)
{
    struct mail_worker *worker = context;
    int exit_code;
    if (worker->stop_by_ms)
        return;
    struct service *fresh = service_open(worker, &exit_code);
    if (!fresh || !take_over_doors(worker, fresh)) {
        service_close(&fresh);
        log_error("the configuration was not taken over; the old one goes on");
        return;
    }
    service_close(&worker->service);
    worker->service = fresh;
    log_info("configuration taken over sources=%zu", fresh->box_count);
}
