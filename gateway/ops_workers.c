/* SPDX-License-Identifier: Apache-2.0 */
#include "ops_workers.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall_clock.h"
#include "worker_reading.h"

enum { MINUTES = 60, MINUTE_MS = 60 * 1000, ANSWER_WITHIN_S = 3, SILENT_AFTER_MS = 3 * OPS_WORKER_EVERY_S * 1000, BODY_MAX = 256 * 1024, ERRORS_TOLD_MAX = 8 };

enum worker_state { WORKER_SILENT, WORKER_BROKER_AWAY, WORKER_READY };

struct ops_worker {
    char *name;
    struct evhttp_connection *line;
    bool asked, known;                 /* known: it has answered once */
    int64_t heard_ms, since_ms;        /* unix time; since: in this state */
    enum worker_state state;
    struct worker_reading reading;     /* the last */
    uint32_t errors[MINUTES], came[MINUTES];   /* of each minute, at minute % MINUTES */
    int64_t minute;                    /* the newest of them */
};

static void on_turn(evutil_socket_t fd, short what, void *context);

static struct ops_worker *make_worker(struct event_base *base, const struct ops_worker_address *address)
{
    struct ops_worker *worker = calloc(1, sizeof *worker);
    if (!worker)
        return NULL;
    worker->since_ms = wall_clock_unix_ms();
    worker->name = strdup(address->name);
    worker->line = evhttp_connection_base_new(base, NULL, address->host, address->port);
    if (worker->line) {
        evhttp_connection_set_timeout(worker->line, ANSWER_WITHIN_S);
        evhttp_connection_set_max_body_size(worker->line, BODY_MAX);
    }
    return worker;
}

lw_status ops_workers_open(struct ops_workers *workers, struct event_base *base, const struct ops_worker_address *addresses, uint32_t count)
{
    const struct timeval every = {.tv_sec = OPS_WORKER_EVERY_S};
    *workers = (struct ops_workers){0};
    for (uint32_t i = 0; i < count && i < OPS_WORKERS_MAX; i++) {
        struct ops_worker *worker = make_worker(base, &addresses[i]);
        if (!worker)
            return LW_NO_MEMORY;
        workers->first[workers->count++] = worker;
        if (!worker->name || !worker->line)
            return LW_NO_MEMORY;
    }
    if (count == 0)
        return LW_OK;
    workers->timer = event_new(base, -1, EV_PERSIST, on_turn, workers);
    if (!workers->timer || event_add(workers->timer, &every) != 0)
        return LW_NO_MEMORY;
    event_active(workers->timer, EV_TIMEOUT, 0);
    return LW_OK;
}

void ops_workers_close(struct ops_workers *workers)
{
    for (uint32_t i = 0; i < workers->count; i++) {
        if (workers->first[i]->line)
            evhttp_connection_free(workers->first[i]->line);
        free(workers->first[i]->name);
        free(workers->first[i]);
    }
    if (workers->timer)
        event_free(workers->timer);
    *workers = (struct ops_workers){0};
}

static void set_state(struct ops_worker *worker, enum worker_state state, int64_t now_ms)
{
    if (worker->state != state)
        worker->since_ms = now_ms;
    worker->state = state;
}

/* The minutes that have begun since have had none yet. */
static void turn_minutes(struct ops_worker *worker, int64_t now_ms)
{
    int64_t minute = now_ms / MINUTE_MS, from = minute - worker->minute < MINUTES ? worker->minute + 1 : minute - MINUTES + 1;
    for (int64_t at = from; at <= minute; at++)
        worker->errors[at % MINUTES] = worker->came[at % MINUTES] = 0;
    worker->minute = minute;
}

/* A total that went down is of a worker that was started again. */
static uint32_t added(uint64_t before, uint64_t total)
{
    return (uint32_t)(total >= before ? total - before : total);
}

/* What was before we asked first is not of this hour, for all we know. */
static void take_reading(struct ops_worker *worker, const struct worker_reading *reading, int64_t now_ms)
{
    turn_minutes(worker, now_ms);
    if (worker->known) {
        worker->errors[worker->minute % MINUTES] += added(worker->reading.errors_total, reading->errors_total);
        worker->came[worker->minute % MINUTES] += added(worker->reading.came_total, reading->came_total);
    }
    worker->known = true;
    worker->reading = *reading;
    worker->heard_ms = now_ms;
    set_state(worker, reading->broker_away ? WORKER_BROKER_AWAY : WORKER_READY, now_ms);
}

static void on_answer(struct evhttp_request *request, void *context)
{
    struct ops_worker *worker = context;
    struct worker_reading reading;
    struct evbuffer *body = request ? evhttp_request_get_input_buffer(request) : NULL;
    size_t size = body ? evbuffer_get_length(body) : 0;
    worker->asked = false;
    if (size > 0 && evhttp_request_get_response_code(request) == HTTP_OK &&
        worker_reading_parse((const char *)evbuffer_pullup(body, -1), size, &reading))
        take_reading(worker, &reading, wall_clock_unix_ms());
}

static void ask(struct ops_worker *worker)
{
    struct evhttp_request *request = worker->asked ? NULL : evhttp_request_new(on_answer, worker);
    if (!request)
        return;
    evhttp_add_header(evhttp_request_get_output_headers(request), "Host", "localhost");
    evhttp_add_header(evhttp_request_get_output_headers(request), "Connection", "close");
    worker->asked = true;
    if (evhttp_make_request(worker->line, request, EVHTTP_REQ_GET, "/metrics") != 0)
        worker->asked = false;   /* the request is gone with it */
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct ops_workers *workers = context;
    int64_t now_ms = wall_clock_unix_ms();
    for (uint32_t i = 0; i < workers->count; i++) {
        struct ops_worker *worker = workers->first[i];
        if (now_ms - worker->heard_ms > SILENT_AFTER_MS)
            set_state(worker, WORKER_SILENT, now_ms);
        turn_minutes(worker, now_ms);
        ask(worker);
    }
}

static json_t *errors_json(const struct worker_reading *reading)
{
    json_t *errors = json_array();
    bool told[READING_ERRORS_MAX] = {false};
    for (int left = ERRORS_TOLD_MAX; left > 0; left--) {
        uint32_t most = reading->error_count;
        for (uint32_t i = 0; i < reading->error_count; i++)
            if (!told[i] && (most == reading->error_count || reading->errors[i].count > reading->errors[most].count))
                most = i;
        if (most == reading->error_count)
            break;
        told[most] = true;
        json_array_append_new(errors, json_pack("{s:s, s:I}", "reason", reading->errors[most].reason, "count", (json_int_t)reading->errors[most].count));
    }
    return errors;
}

static json_t *worker_json(const struct ops_worker *worker, int64_t now_ms)
{
    static const char *const words[] = {[WORKER_SILENT] = "silent", [WORKER_BROKER_AWAY] = "broker_away", [WORKER_READY] = "ready"};
    const struct worker_reading *reading = &worker->reading;
    json_int_t hour = 0, came = 0, percent = reading->spool_max_bytes ? (json_int_t)((double)reading->spool_bytes * 100 / (double)reading->spool_max_bytes) : -1;
    for (int i = 0; i < MINUTES; i++) {
        hour += worker->errors[i];
        came += worker->came[i];
    }
    int64_t oldest_ms = reading->oldest_ms > 0 ? reading->oldest_ms + (now_ms - worker->heard_ms) : 0;
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:s}", "worker", worker->name, "state", words[worker->state], "since_unix_ms",
                     (json_int_t)worker->since_ms, "came_hour", came, "errors_hour", hour, "errors", errors_json(reading), "held", (json_int_t)reading->held, "oldest_ms",
                     (json_int_t)oldest_ms, "aside", (json_int_t)reading->aside, "spool_percent", percent, "alarm", worker_reading_alarm(reading));
}

json_t *ops_workers_json(const struct ops_workers *workers, int64_t now_ms)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < workers->count; i++)
        json_array_append_new(list, worker_json(workers->first[i], now_ms));
    return list;
}
