/* SPDX-License-Identifier: Apache-2.0 */
#include "contact_spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lw_log.h"
#include "metrics.h"
#include "wall_clock.h"

enum { TRY_EVERY_MS = 250, NEARLY_FULL_PERCENT = 80, PERCENT = 100, DIRECTORY_SIZE_MAX = 2048, OLD_LANE = 0 };

static const struct metric spool_contacts = {"leadwire_spool_contacts", METRIC_GAUGE, "Contacts on disk that wait for the broker.", NULL};
static const struct metric spool_bytes = {"leadwire_spool_bytes", METRIC_GAUGE, "What they take on disk.", NULL};
static const struct metric spool_max_bytes = {"leadwire_spool_max_bytes", METRIC_GAUGE, "What they may take; 0: there is no spool.", NULL};
static const struct metric spool_oldest = {"leadwire_spool_oldest_seconds", METRIC_GAUGE, "How long the first of them has waited.", NULL};
static const struct metric spool_aside = {"leadwire_spool_aside_contacts", METRIC_GAUGE, "Contacts that were set aside for a person to look at.", NULL};

struct contact_lane {
    struct contact_spool *spool;
    uint32_t number;
    uint32_t note;
    bool is_sending;           /* the first is with the broker */
    uint64_t due_ms;           /* monotonic: not before that */
};

struct contact_spool {
    struct http_worker *worker;
    struct spool *spool;
    struct event *timer;
    contact_spool_send *send;
    void *context;
    struct contact_lane **lanes;   /* by number; each stays where it is */
    uint32_t lane_count;
    bool nearly_full_logged;
};

static void on_timer(evutil_socket_t fd, short what, void *context);
static void schedule(struct contact_spool *spool);
static bool may_send(const struct contact_spool *spool, const struct contact_lane *lane);
static void send_first(struct contact_spool *spool, struct contact_lane *lane);
static bool know_lanes(struct contact_spool *spool);
static void log_held(struct contact_spool *spool, lw_status status, bool first);
static const char *alarm_text(const struct spool_state *state);

struct contact_spool_options contact_spool_options_read(struct yaml_doc *doc, const char *config_path, const struct yaml_node *map, struct arena *arena)
{
    static const char *const known[] = {"directory", "size_max_mib", NULL};
    struct contact_spool_options spool = {0};
    if (!map)
        return spool;
    yaml_check_keys(doc, map, "spool", known);
    const char *directory = worker_config_text(doc, arena, yaml_map_find(map, "directory"), "spool.directory", DIRECTORY_SIZE_MAX, NULL);
    spool.directory = worker_config_path(arena, config_path, directory);
    spool.size_max_bytes = yaml_read_number(doc, yaml_map_find(map, "size_max_mib"), "spool.size_max_mib", 1, 1u << 20, 256) << 20;
    if (!spool.directory)
        yaml_doc_problem(doc, map, "spool.directory is missing");
    return spool;
}

lw_status contact_spool_open(struct http_worker *worker, const struct contact_spool_options *options, contact_spool_send *send, void *context,
                             struct contact_spool **out)
{
    *out = NULL;
    struct contact_spool *spool = calloc(1, sizeof *spool);
    if (!spool)
        return LW_NO_MEMORY;
    spool->worker = worker;
    spool->send = send;
    spool->context = context;
    lw_status status = spool_open(options->directory, options->size_max_bytes, &spool->spool);
    if (status == LW_OK)
        spool->timer = event_new(worker->base, -1, 0, on_timer, spool);
    if (status == LW_OK && (!spool->timer || !know_lanes(spool)))
        status = LW_NO_MEMORY;
    if (status != LW_OK) {
        log_error("spool %s: %s", options->directory, status == LW_REFUSED ? "another process has it" : lw_status_text(status));
        contact_spool_close(&spool);
        return status;
    }
    if (spool_state(spool->spool).count > 0)
        log_warning("spool: %llu contacts of before wait to be sent on", (unsigned long long)spool_state(spool->spool).count);
    schedule(spool);
    *out = spool;
    return LW_OK;
}

void contact_spool_close(struct contact_spool **spool_place)
{
    struct contact_spool *spool = *spool_place;
    *spool_place = NULL;
    if (!spool)
        return;
    if (spool->timer)
        event_free(spool->timer);
    for (uint32_t i = 0; i < spool->lane_count; i++)
        free(spool->lanes[i]);
    free(spool->lanes);
    spool_close(&spool->spool);
    free(spool);
}

bool contact_spool_is_busy(const struct contact_spool *spool, const char *source)
{
    return spool_lane_size(spool->spool, OLD_LANE) > 0 || spool_lane_size(spool->spool, spool_lane_find(spool->spool, source)) > 0;
}

lw_status contact_spool_hold(struct contact_spool *spool, const char *source, const void *bytes, size_t size)
{
    const bool first = spool_state(spool->spool).count == 0, first_of_source = !contact_spool_is_busy(spool, source);
    lw_status status = spool_put(spool->spool, source, bytes, size);
    const int error = errno;
    const bool is_known = know_lanes(spool);
    errno = error;
    log_held(spool, status, first);
    if (status != LW_OK || !is_known)
        return status;   /* an unknown lane is on disk: it is sent on when there is memory for it */
    if (first_of_source)
        spool->lanes[spool_lane_find(spool->spool, source)]->due_ms = wall_clock_monotonic_ms() + TRY_EVERY_MS;
    schedule(spool);
    return LW_OK;
}

void contact_lane_taken(struct contact_lane *lane)
{
    struct contact_spool *spool = lane->spool;
    const lw_status status = spool_drop_first(spool->spool, lane->number);
    lane->is_sending = false;
    lane->note = 0;
    lane->due_ms = status == LW_OK ? 0 : wall_clock_monotonic_ms() + TRY_EVERY_MS * 4;
    if (status != LW_OK)
        log_error("spool cannot be changed: %s", strerror(errno));
    else if (spool_state(spool->spool).count == 0)
        log_info("spool is empty: all contacts are sent on");
    schedule(spool);
}

void contact_lane_set_aside(struct contact_lane *lane, const char *why)
{
    struct contact_spool *spool = lane->spool;
    log_error("spool: a contact is set aside: %s", why);
    const lw_status status = spool_set_first_aside(spool->spool, lane->number);
    lane->is_sending = false;
    lane->note = 0;
    lane->due_ms = status == LW_OK ? 0 : wall_clock_monotonic_ms() + TRY_EVERY_MS * 4;
    if (status != LW_OK)
        log_error("spool cannot be changed: %s", strerror(errno));
    schedule(spool);
}

void contact_lane_later(struct contact_lane *lane, uint32_t wait_ms)
{
    lane->is_sending = false;
    lane->note = 0;
    lane->due_ms = wall_clock_monotonic_ms() + (wait_ms > TRY_EVERY_MS ? wait_ms : TRY_EVERY_MS);
    schedule(lane->spool);
}

void contact_lane_go_on(struct contact_lane *lane, uint32_t note)
{
    lane->is_sending = false;
    lane->note = note;
    lane->due_ms = 0;
    schedule(lane->spool);
}

void contact_lane_published(struct contact_lane *lane, const struct lw_publisher_answer *answer, bool is_same)
{
    struct worker_counts *counts = &lane->spool->worker->counts;
    switch (answer->outcome) {
    case LW_OUTCOME_ACCEPTED:
        worker_counts_add(counts, WORKER_COUNT_ACCEPTED);
        contact_lane_taken(lane);
        return;
    case LW_OUTCOME_DUPLICATE:
        worker_counts_add(counts, WORKER_COUNT_DUPLICATE);
        contact_lane_taken(lane);
        return;
    case LW_OUTCOME_DUPLICATE_DIFFERS:
        worker_counts_add(counts, is_same ? WORKER_COUNT_DUPLICATE : WORKER_COUNT_DIFFERS);
        if (is_same)
            contact_lane_taken(lane);
        else
            contact_lane_set_aside(lane, "its id was used for other content");
        return;
    case LW_OUTCOME_REJECTED:
        worker_counts_add(counts, WORKER_COUNT_REJECTED);
        contact_lane_set_aside(lane, "the broker rejects it");
        return;
    case LW_OUTCOME_BUSY:
    case LW_OUTCOME_NONE:
    case LW_OUTCOME_NOT_FOUND:
    case LW_OUTCOME_NOT_YOURS:
        break;
    }
    contact_lane_later(lane, answer->retry_after_ms);
}

uint32_t contact_lane_note(const struct contact_lane *lane)
{
    return lane->note;
}

void contact_lane_note_set(struct contact_lane *lane, uint32_t note)
{
    lane->note = note;
}

void *contact_lane_context(const struct contact_lane *lane)
{
    return lane->spool->context;
}

void contact_spool_health(const struct contact_spool *spool, struct byte_buffer *out)
{
    const struct spool_state state = spool_state(spool->spool);
    int64_t age_ms = state.count > 0 ? wall_clock_unix_ms() - state.oldest_unix_ms : 0;
    byte_buffer_printf(out, ", \"spool\": {\"held\": %llu, \"bytes\": %llu, \"bytes_max\": %llu, \"oldest_s\": %lld, \"aside\": %llu, \"alarm\": \"%s\"}",
                       (unsigned long long)state.count, (unsigned long long)state.size_bytes, (unsigned long long)state.size_max_bytes,
                       (long long)(age_ms > 0 ? age_ms / 1000 : 0), (unsigned long long)state.aside_count, alarm_text(&state));
}

void contact_spool_metrics(const struct contact_spool *spool, struct byte_buffer *out)
{
    const struct spool_state state = spool ? spool_state(spool->spool) : (struct spool_state){.count = 0};
    int64_t age_ms = state.count > 0 ? wall_clock_unix_ms() - state.oldest_unix_ms : 0;
    metrics_put_only(out, &spool_contacts, (double)state.count);
    metrics_put_only(out, &spool_bytes, (double)state.size_bytes);
    metrics_put_only(out, &spool_max_bytes, (double)state.size_max_bytes);
    metrics_put_only(out, &spool_oldest, age_ms > 0 ? (double)age_ms / 1000 : 0);
    metrics_put_only(out, &spool_aside, (double)state.aside_count);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    struct contact_spool *spool = context;
    const uint64_t now_ms = wall_clock_monotonic_ms();
    const bool is_there = broker_link_connected(spool->worker->link);
    if (know_lanes(spool)) {
        for (uint32_t i = 0; i < spool->lane_count; i++) {
            struct contact_lane *lane = spool->lanes[i];
            if (!may_send(spool, lane) || lane->due_ms > now_ms)
                continue;
            if (is_there)
                send_first(spool, lane);
            else
                lane->due_ms = now_ms + TRY_EVERY_MS;
        }
    }
    schedule(spool);
}

/* The timer goes off when the first lane is due that may send. */
static void schedule(struct contact_spool *spool)
{
    const uint64_t now_ms = wall_clock_monotonic_ms();
    uint64_t at_ms = UINT64_MAX;
    for (uint32_t i = 0; i < spool->lane_count; i++)
        if (may_send(spool, spool->lanes[i]) && spool->lanes[i]->due_ms < at_ms)
            at_ms = spool->lanes[i]->due_ms;
    if (at_ms == UINT64_MAX)
        return;
    const uint64_t wait_ms = at_ms > now_ms ? at_ms - now_ms : 0;
    struct timeval wait = {.tv_sec = (time_t)(wait_ms / 1000), .tv_usec = (suseconds_t)(wait_ms % 1000) * 1000};
    event_add(spool->timer, &wait);
}

/* One at a time of each source: the next only after the broker has this one, or the order would be lost. */
static bool may_send(const struct contact_spool *spool, const struct contact_lane *lane)
{
    return !lane->is_sending && spool_lane_size(spool->spool, lane->number) > 0 && (lane->number == OLD_LANE || spool_lane_size(spool->spool, OLD_LANE) == 0);
}

static void send_first(struct contact_spool *spool, struct contact_lane *lane)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    const char *why = "it cannot be read";
    lw_status status = spool_read_first(spool->spool, lane->number, &bytes, &size);
    if (status != LW_OK) {
        log_error("spool cannot be read: %s", status == LW_IO ? strerror(errno) : lw_status_text(status));
        contact_lane_later(lane, TRY_EVERY_MS * 4);
        return;
    }
    status = spool->send(spool->context, lane, bytes, size, &why);
    free(bytes);
    if (status == LW_OK)
        lane->is_sending = true;   /* its answer comes from the loop, not from inside send */
    else if (status == LW_INVALID || status == LW_TOO_LARGE || status == LW_NOT_FOUND)
        contact_lane_set_aside(lane, why);
    else
        contact_lane_later(lane, TRY_EVERY_MS);
}

/* A lane for each that the spool has. False without memory. */
static bool know_lanes(struct contact_spool *spool)
{
    const uint32_t count = spool_lane_count(spool->spool);
    if (count > spool->lane_count) {
        struct contact_lane **lanes = realloc(spool->lanes, count * sizeof(struct contact_lane *));
        if (!lanes)
            return false;
        spool->lanes = lanes;
    }
    while (spool->lane_count < count) {
        struct contact_lane *lane = calloc(1, sizeof *lane);
        if (!lane)
            return false;
        *lane = (struct contact_lane){.spool = spool, .number = spool->lane_count};
        spool->lanes[spool->lane_count++] = lane;
    }
    return true;
}

static bool is_nearly_full(const struct spool_state *state)
{
    return state->size_bytes >= state->size_max_bytes / PERCENT * NEARLY_FULL_PERCENT;
}

static void log_held(struct contact_spool *spool, lw_status status, bool first)
{
    const struct spool_state state = spool_state(spool->spool);
    if (status == LW_FULL)
        log_error("spool is full with %llu contacts: what comes now is refused", (unsigned long long)state.count);
    else if (status != LW_OK)
        log_error("spool cannot be written: %s", status == LW_IO ? strerror(errno) : lw_status_text(status));
    else if (is_nearly_full(&state) && !spool->nearly_full_logged)
        log_error("spool is nearly full: %llu contacts wait", (unsigned long long)state.count);
    else if (first)
        log_warning("broker away: contacts of sources that cannot retry are held in the spool");
    spool->nearly_full_logged = is_nearly_full(&state);
}

static const char *alarm_text(const struct spool_state *state)
{
    if (is_nearly_full(state))
        return "nearly full";
    return state->aside_count > 0 ? "contacts are set aside" : state->count > 0 ? "contacts wait for the broker" : "";
}
