/* SPDX-License-Identifier: Apache-2.0 */
#include "web_spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lw_log.h"
#include "metrics.h"
#include "wall_clock.h"

enum {
    TRY_EVERY_MS = 250, ENTRY_VERSION = 1, ENTRY_OVERHEAD_MAX = 64 * 1024, ARENA_PER_BODY_BYTE = 6, ARENA_BASE = 512 * 1024,
    NEARLY_FULL_PERCENT = 80, PERCENT = 100,
};

static const struct metric spool_contacts = {"leadwire_spool_contacts", METRIC_GAUGE, "Contacts on disk that wait for the broker.", NULL};
static const struct metric spool_bytes = {"leadwire_spool_bytes", METRIC_GAUGE, "What they take on disk.", NULL};
static const struct metric spool_max_bytes = {"leadwire_spool_max_bytes", METRIC_GAUGE, "What they may take; 0: there is no spool.", NULL};
static const struct metric spool_oldest = {"leadwire_spool_oldest_seconds", METRIC_GAUGE, "How long the first of them has waited.", NULL};
static const struct metric spool_aside = {"leadwire_spool_aside_contacts", METRIC_GAUGE, "Contacts that were set aside for a person to look at.", NULL};

struct web_spool {
    struct http_worker *worker;
    struct spool *spool;
    struct event *timer;
    bool sending;              /* the first is with the broker */
    bool id_is_hash;           /* of the one being sent */
    bool nearly_full_logged;
};

static void on_timer(evutil_socket_t fd, short what, void *context);
static void send_first(struct web_spool *spool);
static lw_status publish(struct web_spool *spool, const struct web_held *held, const char **why_out);
static void on_answer(void *context, const struct lw_publisher_answer *answer);
static void set_aside(struct web_spool *spool, const char *why);
static void drop(struct web_spool *spool);
static void later(struct web_spool *spool, uint32_t wait_ms);
static void encode(const struct web_held *held, struct byte_buffer *out);
static bool decode(const uint8_t *bytes, size_t size, struct arena *arena, struct web_held *out);
static const char *alarm_text(const struct spool_state *state);

lw_status web_spool_open(struct http_worker *worker, const struct web_spool_options *options, struct web_spool **out)
{
    *out = NULL;
    struct web_spool *spool = calloc(1, sizeof *spool);
    if (!spool)
        return LW_NO_MEMORY;
    spool->worker = worker;
    lw_status status = spool_open(options->directory, options->size_max_bytes, &spool->spool);
    if (status == LW_OK)
        spool->timer = event_new(worker->base, -1, 0, on_timer, spool);
    if (status == LW_OK && !spool->timer)
        status = LW_NO_MEMORY;
    if (status != LW_OK) {
        log_error("spool %s: %s", options->directory, status == LW_REFUSED ? "another process has it" : lw_status_text(status));
        web_spool_close(&spool);
        return status;
    }
    if (web_spool_is_busy(spool)) {
        log_warning("spool: %llu contacts of before wait to be sent on", (unsigned long long)spool_state(spool->spool).count);
        later(spool, 0);
    }
    *out = spool;
    return LW_OK;
}

void web_spool_close(struct web_spool **spool_place)
{
    struct web_spool *spool = *spool_place;
    *spool_place = NULL;
    if (!spool)
        return;
    if (spool->timer)
        event_free(spool->timer);
    spool_close(&spool->spool);
    free(spool);
}

bool web_spool_is_busy(const struct web_spool *spool)
{
    return spool_state(spool->spool).count > 0;
}

lw_status web_spool_hold(struct web_spool *spool, const struct web_held *held)
{
    struct byte_buffer entry;
    bool first = !web_spool_is_busy(spool);
    byte_buffer_init(&entry, held->body.size + ENTRY_OVERHEAD_MAX);
    encode(held, &entry);
    lw_status status = entry.failed ? LW_NO_MEMORY : spool_put(spool->spool, entry.data, entry.size);
    byte_buffer_fini(&entry);

    const struct spool_state state = spool_state(spool->spool);
    bool nearly_full = state.size_bytes >= state.size_max_bytes / PERCENT * NEARLY_FULL_PERCENT;
    if (status == LW_FULL)
        log_error("spool is full with %llu contacts: what comes now is refused", (unsigned long long)state.count);
    else if (status != LW_OK)
        log_error("spool cannot be written: %s", status == LW_IO ? strerror(errno) : lw_status_text(status));
    else if (nearly_full && !spool->nearly_full_logged)
        log_error("spool is nearly full: %llu contacts wait", (unsigned long long)state.count);
    else if (first)
        log_warning("broker away: contacts of sources that cannot retry are held in the spool");
    spool->nearly_full_logged = nearly_full;
    if (status == LW_OK && first)
        later(spool, TRY_EVERY_MS);
    return status;
}

void web_spool_health(const struct web_spool *spool, struct byte_buffer *out)
{
    const struct spool_state state = spool_state(spool->spool);
    int64_t age_ms = state.count > 0 ? wall_clock_unix_ms() - state.oldest_unix_ms : 0;
    byte_buffer_printf(out, ", \"spool\": {\"held\": %llu, \"bytes\": %llu, \"bytes_max\": %llu, \"oldest_s\": %lld, \"aside\": %llu, \"alarm\": \"%s\"}",
                       (unsigned long long)state.count, (unsigned long long)state.size_bytes, (unsigned long long)state.size_max_bytes,
                       (long long)(age_ms > 0 ? age_ms / 1000 : 0), (unsigned long long)state.aside_count, alarm_text(&state));
}

void web_spool_metrics(const struct web_spool *spool, struct byte_buffer *out)
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
    send_first(context);
}

/* One at a time: the next only after the broker has this one, or the order would be lost. */
static void send_first(struct web_spool *spool)
{
    struct arena arena;
    struct web_held held;
    uint8_t *bytes = NULL;
    size_t size = 0;
    const char *why = NULL;
    if (spool->sending || !web_spool_is_busy(spool))
        return;
    if (!broker_link_connected(spool->worker->link)) {
        later(spool, TRY_EVERY_MS);
        return;
    }
    lw_status status = spool_read_first(spool->spool, &bytes, &size);
    if (status != LW_OK) {
        log_error("spool cannot be read: %s", status == LW_IO ? strerror(errno) : lw_status_text(status));
        later(spool, TRY_EVERY_MS * 4);
        return;
    }
    arena_init(&arena, size * ARENA_PER_BODY_BYTE + ARENA_BASE);
    if (!decode(bytes, size, &arena, &held))
        set_aside(spool, "it cannot be read");
    else if ((status = publish(spool, &held, &why)) == LW_OK)
        spool->sending = true;
    else if (status == LW_INVALID || status == LW_TOO_LARGE || status == LW_NOT_FOUND)
        set_aside(spool, why);
    else
        later(spool, TRY_EVERY_MS);
    arena_fini(&arena);
    free(bytes);
}

/* By the rules in force now: a map that was wrong when the contact came may have been corrected. */
static lw_status publish(struct web_spool *spool, const struct web_held *held, const char **why_out)
{
    static struct lead_builder builder;   /* large; used by one contact at a time */
    struct http_worker *worker = spool->worker;
    const struct web_source *source = web_config_find(worker->rules->own, held->source);
    const struct lw_lead *lead;
    struct input_fields fields = {0};
    struct arena arena;
    *why_out = "its source is not in the configuration";
    if (!source)
        return LW_NOT_FOUND;
    arena_init(&arena, held->body.size * ARENA_PER_BODY_BYTE + ARENA_BASE);
    *why_out = "its body cannot be read";
    lw_status status = web_body_read(source, &held->body, &arena, &fields);
    if (status == LW_OK) {
        status = web_body_lead(source, &fields, held->raw_ref, &builder, &lead, why_out);
        if (status == LW_OK) {
            struct broker_link_call call = {worker->rules->common.answer_within_ms, on_answer, spool};
            spool->id_is_hash = held->id_is_hash;
            status = broker_link_publish(worker->link, held->id, held->received_unix_ms, lead, &call, NULL);
            *why_out = "it breaks a rule of the broker";
        }
        lead_builder_fini(&builder);
    }
    arena_fini(&arena);
    return status;
}

static void on_answer(void *context, const struct lw_publisher_answer *answer)
{
    struct web_spool *spool = context;
    struct worker_counts *counts = &spool->worker->counts;
    spool->sending = false;
    switch (answer->outcome) {
    case LW_OUTCOME_ACCEPTED:
        worker_counts_add(counts, WORKER_COUNT_ACCEPTED);
        drop(spool);
        return;
    case LW_OUTCOME_DUPLICATE:
        worker_counts_add(counts, WORKER_COUNT_DUPLICATE);
        drop(spool);
        return;
    case LW_OUTCOME_DUPLICATE_DIFFERS:
        worker_counts_add(counts, spool->id_is_hash ? WORKER_COUNT_DUPLICATE : WORKER_COUNT_DIFFERS);
        if (spool->id_is_hash)
            drop(spool);   /* the same bytes, mapped by other rules than the first time: the contact is in */
        else
            set_aside(spool, "its id was used for other content");
        return;
    case LW_OUTCOME_REJECTED:
        worker_counts_add(counts, WORKER_COUNT_REJECTED);
        set_aside(spool, "the broker rejects it");
        return;
    case LW_OUTCOME_BUSY:
    case LW_OUTCOME_NONE:
    case LW_OUTCOME_NOT_FOUND:
    case LW_OUTCOME_NOT_YOURS:
        break;
    }
    later(spool, answer->retry_after_ms > TRY_EVERY_MS ? answer->retry_after_ms : TRY_EVERY_MS);
}

static void next(struct web_spool *spool, lw_status status)
{
    if (status != LW_OK)
        log_error("spool cannot be changed: %s", strerror(errno));
    if (status == LW_OK && !web_spool_is_busy(spool))
        log_info("spool is empty: all contacts are sent on");
    else
        later(spool, status == LW_OK ? 0 : TRY_EVERY_MS * 4);
}

static void drop(struct web_spool *spool)
{
    next(spool, spool_drop_first(spool->spool));
}

static void set_aside(struct web_spool *spool, const char *why)
{
    log_error("spool: a contact is set aside: %s", why);
    next(spool, spool_set_first_aside(spool->spool));
}

static void later(struct web_spool *spool, uint32_t wait_ms)
{
    struct timeval wait = {.tv_sec = wait_ms / 1000, .tv_usec = (suseconds_t)(wait_ms % 1000) * 1000};
    event_add(spool->timer, &wait);
}

static void encode(const struct web_held *held, struct byte_buffer *out)
{
    byte_buffer_put_varint(out, ENTRY_VERSION);
    byte_buffer_put_text(out, held->source);
    byte_buffer_put_text(out, held->id);
    byte_buffer_put_varint(out, held->id_is_hash);
    byte_buffer_put_text(out, held->raw_ref);
    byte_buffer_put_zigzag(out, held->received_unix_ms);
    byte_buffer_put_varint(out, held->body.kind);
    byte_buffer_put_text(out, held->body.content_type);
    byte_buffer_put_blob(out, held->body.bytes, held->body.size);
}

static const char *text_of(struct byte_reader *reader, struct arena *arena)
{
    size_t size;
    const uint8_t *bytes = byte_reader_blob(reader, &size);
    const char *text = arena_copy(arena, bytes, size);
    return text ? text : "";
}

static bool decode(const uint8_t *bytes, size_t size, struct arena *arena, struct web_held *out)
{
    struct byte_reader reader;
    byte_reader_init(&reader, bytes, size);
    if (byte_reader_varint(&reader) != ENTRY_VERSION)
        return false;
    *out = (struct web_held){0};
    out->source = text_of(&reader, arena);
    out->id = text_of(&reader, arena);
    out->id_is_hash = byte_reader_varint_max(&reader, 1) != 0;
    out->raw_ref = text_of(&reader, arena);
    out->received_unix_ms = byte_reader_zigzag(&reader);
    out->body.kind = (enum web_body_kind)byte_reader_varint_max(&reader, WEB_BODY_KINDS - 1);
    out->body.content_type = text_of(&reader, arena);
    const uint8_t *body = byte_reader_blob(&reader, &out->body.size);
    out->body.bytes = arena_copy(arena, body, out->body.size);
    return byte_reader_done(&reader) && out->body.bytes;
}

static const char *alarm_text(const struct spool_state *state)
{
    if (state->size_bytes >= state->size_max_bytes / PERCENT * NEARLY_FULL_PERCENT)
        return "nearly full";
    return state->aside_count > 0 ? "contacts are set aside" : state->count > 0 ? "contacts wait for the broker" : "";
}
