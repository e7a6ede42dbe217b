/* SPDX-License-Identifier: Apache-2.0 */
#include "health.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http_door.h"
#include "process_metrics.h"
#include "wall_clock.h"

enum { CONNECTIONS_MAX = 32, REQUEST_WITHIN_MS = 5000, BODY_SIZE_MAX = 1024, ANSWER_MAX = HEALTH_WHY_MAX + 64 };

struct health {
    /* the loop's */
    uint64_t due_ms;
    struct byte_buffer writing;

    /* both; told and not_ready behind the lock */
    uint32_t stall_ms;
    _Atomic uint64_t turned_ms;
    pthread_mutex_t lock;
    struct byte_buffer told;
    char not_ready[HEALTH_WHY_MAX];   /* "": ready */

    /* the thread's, once it runs */
    struct event_base *base;
    struct http_door *door;
    struct event *stop;
    int stop_pipe[2];
    pthread_t thread;
    bool is_running;
};

static lw_status open_door(struct health *health, const char *listen, char *why);
static lw_status start_thread(struct health *health);
static void on_call(void *context, struct http_call *call);
static void on_stop(evutil_socket_t fd, short what, void *context);

lw_status health_open(const struct health_options *options, struct health **out, char *why)
{
    struct health *health = calloc(1, sizeof *health);
    *out = NULL;
    snprintf(why, HEALTH_WHY_MAX, "no memory");
    if (!health)
        return LW_NO_MEMORY;
    health->stop_pipe[0] = health->stop_pipe[1] = -1;
    health->stall_ms = options->stall_ms > 0 ? options->stall_ms : HEALTH_STALL_MS;
    atomic_init(&health->turned_ms, wall_clock_monotonic_ms());
    snprintf(health->not_ready, sizeof health->not_ready, "starting");
    byte_buffer_init(&health->writing, HEALTH_TEXT_MAX);
    byte_buffer_init(&health->told, HEALTH_TEXT_MAX);
    pthread_mutex_init(&health->lock, NULL);
    lw_status status = open_door(health, options->listen, why);
    if (status == LW_OK)
        status = start_thread(health);
    if (status != LW_OK)
        health_close(&health);
    *out = health;
    return status;
}

void health_close(struct health **health_place)
{
    struct health *health = *health_place;
    *health_place = NULL;
    if (!health)
        return;
    if (health->stop_pipe[1] >= 0)
        close(health->stop_pipe[1]);      /* its other end becomes readable */
    if (health->is_running)
        pthread_join(health->thread, NULL);
    http_door_close(&health->door);
    if (health->stop)
        event_free(health->stop);
    if (health->base)
        event_base_free(health->base);
    if (health->stop_pipe[0] >= 0)
        close(health->stop_pipe[0]);
    pthread_mutex_destroy(&health->lock);
    byte_buffer_fini(&health->writing);
    byte_buffer_fini(&health->told);
    free(health);
}

uint16_t health_port(const struct health *health)
{
    return health ? http_door_port(health->door) : 0;
}

bool health_turn(struct health *health, uint64_t monotonic_ms)
{
    if (!health)
        return false;
    atomic_store_explicit(&health->turned_ms, monotonic_ms, memory_order_relaxed);
    if (monotonic_ms < health->due_ms)
        return false;
    health->due_ms = monotonic_ms + HEALTH_EVERY_MS;
    byte_buffer_clear(&health->writing);
    return true;
}

uint64_t health_next_ms(const struct health *health)
{
    return health ? health->due_ms : UINT64_MAX;
}

struct byte_buffer *health_text(struct health *health)
{
    return &health->writing;
}

/* While the thread copies what was told the loop does not wait: it tells a second later. */
void health_tell(struct health *health, const char *not_ready)
{
    if (!health || pthread_mutex_trylock(&health->lock) != 0)
        return;
    snprintf(health->not_ready, sizeof health->not_ready, "%s", not_ready ? not_ready : "");
    if (!health->writing.failed) {
        struct byte_buffer told = health->told;
        health->told = health->writing;
        health->writing = told;
    }
    pthread_mutex_unlock(&health->lock);
}

static lw_status open_door(struct health *health, const char *listen, char *why)
{
    const struct http_door_options options = {
        .listen = listen,
        .body_size_max = BODY_SIZE_MAX,
        .connections_max = CONNECTIONS_MAX,
        .request_within_ms = REQUEST_WITHIN_MS,
        .handler = on_call,
        .context = health,
    };

    if (pipe(health->stop_pipe) != 0)
        return LW_NO_MEMORY;
    for (int i = 0; i < 2; i++)
        fcntl(health->stop_pipe[i], F_SETFD, FD_CLOEXEC);
    health->base = event_base_new();
    health->stop = health->base ? event_new(health->base, health->stop_pipe[0], EV_READ, on_stop, health->base) : NULL;
    if (!health->stop || event_add(health->stop, NULL) != 0)
        return LW_NO_MEMORY;
    lw_status status = http_door_open(health->base, &options, &health->door);
    if (status != LW_OK)
        snprintf(why, HEALTH_WHY_MAX, "health: cannot listen on %.80s: %s", listen,
                 status == LW_IO ? strerror(errno) : status == LW_INVALID ? "it is no ADDRESS:PORT and no unix:PATH" : lw_status_text(status));
    return status;
}

static void *run(void *context)
{
    event_base_dispatch(context);
    return NULL;
}

/* Signals are for the loop that is watched. */
static lw_status start_thread(struct health *health)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    health->is_running = pthread_create(&health->thread, NULL, run, health->base) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return health->is_running ? LW_OK : LW_NO_MEMORY;
}

static void on_stop(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    event_base_loopbreak(context);
}

/* ---- in the thread ---- */

/* How long the loop has stood still, in whole seconds; 0: it turns. */
static uint64_t stalled_s(struct health *health)
{
    uint64_t now_ms = wall_clock_monotonic_ms(), turned_ms = atomic_load_explicit(&health->turned_ms, memory_order_relaxed);
    uint64_t still_ms = now_ms > turned_ms ? now_ms - turned_ms : 0;

    return still_ms >= health->stall_ms ? still_ms / 1000 + (still_ms < 1000) : 0;
}

static void answer_words(struct http_call *call, const char *not_well, const char *well)
{
    char body[ANSWER_MAX];
    int size = snprintf(body, sizeof body, "%s\n", *not_well ? not_well : well);

    http_call_reply(call, *not_well ? 503 : 200, "text/plain; charset=utf-8", body, (size_t)size);
}

static void answer_live(struct health *health, struct http_call *call)
{
    char not_live[HEALTH_WHY_MAX] = "";
    uint64_t seconds = stalled_s(health);

    if (seconds > 0)
        snprintf(not_live, sizeof not_live, "the loop has not turned for %llu s", (unsigned long long)seconds);
    answer_words(call, not_live, "live");
}

static void answer_ready(struct health *health, struct http_call *call)
{
    char not_ready[HEALTH_WHY_MAX];

    if (stalled_s(health) > 0) {
        answer_live(health, call);
        return;
    }
    pthread_mutex_lock(&health->lock);
    memcpy(not_ready, health->not_ready, sizeof not_ready);
    pthread_mutex_unlock(&health->lock);
    answer_words(call, not_ready, "ready");
}

static void answer_metrics(struct health *health, struct http_call *call)
{
    struct byte_buffer text;

    byte_buffer_init(&text, HEALTH_TEXT_MAX + PROCESS_METRICS_SIZE_MAX);
    pthread_mutex_lock(&health->lock);
    byte_buffer_put(&text, health->told.data, health->told.size);
    const bool is_ready = health->not_ready[0] == '\0';
    pthread_mutex_unlock(&health->lock);
    process_metrics_write(&text, is_ready && stalled_s(health) == 0);
    if (text.failed)
        http_call_reply_error(call, 503, "no memory", 1);
    else
        http_call_reply(call, 200, "text/plain; version=0.0.4; charset=utf-8", (const char *)text.data, text.size);
    byte_buffer_fini(&text);
}

static void on_call(void *context, struct http_call *call)
{
    static const struct { const char *path; void (*answer)(struct health *health, struct http_call *call); } pages[] = {
        {"livez", answer_live}, {"readyz", answer_ready}, {"metrics", answer_metrics}};
    enum http_method method = http_call_method(call);
    const char *first = http_call_path_part(call, 0);

    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        if (!first || strcmp(first, pages[i].path) != 0 || http_call_path_part(call, 1))
            continue;
        if (method == HTTP_GET || method == HTTP_HEAD) {
            pages[i].answer(context, call);
            return;
        }
        http_call_add_header(call, "Allow", "GET, HEAD");
        http_call_reply_error(call, 405, "not by this method", 0);
        return;
    }
    http_call_reply_error(call, 404, "there is /livez, /readyz and /metrics", 0);
}
