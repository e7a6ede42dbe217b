/* SPDX-License-Identifier: Apache-2.0 */
#include "store_rig.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/cmocka_all.h"
#include "batch.h"
#include "lw_log.h"
#include "wall_clock.h"

enum { TICKETS = 16384 };

static lw_status on_load(void *context, enum record_kind kind, const void *bytes, size_t size);
static void on_loaded(void *context, uint64_t epoch, uint64_t desk_ms, bool empty);
static void on_confirmed(void *context, uint64_t ticket);
static void on_state(void *context, enum store_state state, const char *reason);

void rig_init(struct rig *rig, struct redis_fixture *redis, const char *owner)
{
    lw_log_set_level(getenv("RIG_TRACE") ? LW_LOG_DEBUG : LW_LOG_ERROR);
    memset(rig, 0, sizeof *rig);
    rig->options = (struct store_options){.desk = "d", .owner = owner, .endpoint = "ipc:///nowhere",
        .redis = {{.socket = redis ? redis->socket : NULL}}, .redis_count = 1, .durability = STORE_ALWAYS, .lease_ms = 600, .away_after_ms = 500,
        .checkpoint_ms = 3600000, .transaction_bytes = 800 /* so that some groups go this way, some the other */};
    rig->random = 88172645463325252u;
    rig->told = fake_core_new();
    rig->told_fd = -1;
    byte_buffer_init(&rig->log, 512u << 20);
}

void rig_open(struct rig *rig)
{
    struct store_callbacks callbacks = {.context = rig, .load = on_load, .loaded = on_loaded, .confirmed = on_confirmed,
                                        .state_changed = on_state};

    rig->core = callbacks.core = fake_core_new();
    rig->is_loaded = false;
    rig->ticket_first = rig->ticket_last = rig->confirmed = 0;
    rig->log_told = rig->log.size;
    rig->state = STORE_CLAIMING;
    memset(rig->visits, 0, sizeof rig->visits);
    lw_status status = rig->options.redis[0].socket ? store_open_redis(&rig->options, &callbacks, &rig->store)
                                                 : store_open_memory(&rig->options, &callbacks, &rig->store);
    if (status != LW_OK) {
        fprintf(stderr, "store_open: %s\n", lw_status_text(status));
        abort();
    }
}

void rig_crash(struct rig *rig)
{
    store_close(&rig->store);
    fake_core_free(rig->core);
    rig->core = NULL;
}

void rig_fini(struct rig *rig)
{
    rig_crash(rig);
    fake_core_free(rig->told);
    byte_buffer_fini(&rig->log);
}

void rig_turn(struct rig *rig, int wait_ms)
{
    uint64_t now_ms = wall_clock_monotonic_ms(), next_ms = store_next_ms(rig->store);
    struct pollfd poll_fd = {.fd = store_fd(rig->store), .events = store_events(rig->store)};
    uint64_t wait = next_ms <= now_ms ? 0 : next_ms - now_ms;

    if (wait > (uint64_t)wait_ms)
        wait = (uint64_t)wait_ms;
    poll(&poll_fd, 1, (int)wait);
    store_step(rig->store, wall_clock_monotonic_ms());
}

bool rig_until_state(struct rig *rig, enum store_state state)
{
    uint64_t end_ms = wall_clock_monotonic_ms() + RIG_DEADLINE_MS;

    while (rig->state != state && rig->state != STORE_FAILED && wall_clock_monotonic_ms() < end_ms)
        rig_turn(rig, 100);
    if (rig->state != state)
        fprintf(stderr, "state is %s (%s), wanted %s\n", store_state_name(rig->state), store_state_reason(rig->store),
                store_state_name(state));
    return rig->state == state;
}

bool rig_until_confirmed(struct rig *rig)
{
    uint64_t end_ms = wall_clock_monotonic_ms() + RIG_DEADLINE_MS;

    while (rig->confirmed != rig->ticket_last && wall_clock_monotonic_ms() < end_ms)
        rig_turn(rig, 100);
    if (rig->confirmed != rig->ticket_last)
        fprintf(stderr, "confirmed %llu of %llu; state is %s (%s)\n", (unsigned long long)rig->confirmed,
                (unsigned long long)rig->ticket_last, store_state_name(rig->state), store_state_reason(rig->store));
    return rig->confirmed == rig->ticket_last;
}

bool rig_until_checkpoints(struct rig *rig, uint64_t count)
{
    uint64_t end_ms = wall_clock_monotonic_ms() + RIG_DEADLINE_MS;
    struct store_totals totals = {0};

    while (totals.checkpoints < count && wall_clock_monotonic_ms() < end_ms) {
        rig_turn(rig, 100);
        store_totals_read(rig->store, &totals);
    }
    return totals.checkpoints >= count;
}

bool rig_is_warned(const struct rig *rig, const char *words)
{
    const char *const *warnings;
    size_t count = store_warnings(rig->store, &warnings);

    for (size_t i = 0; i < count; i++)
        if (strstr(warnings[i], words))
            return true;
    return false;
}

void rig_until_warned(struct rig *rig, const char *words, bool wanted)
{
    for (unsigned turns = 0; turns < 1200 && rig_is_warned(rig, words) != wanted; turns++)
        rig_turn(rig, 10);
    if (rig_is_warned(rig, words) != wanted)
        fail_msg("it %s: %s", wanted ? "does not come to warn" : "goes on to warn", words);
}

void rig_until_in_force(struct rig *rig, const char *level)
{
    for (unsigned turns = 0; turns < 1200 && strcmp(store_durability_in_force(rig->store), level) != 0; turns++)
        rig_turn(rig, 10);
    assert_string_equal(store_durability_in_force(rig->store), level);
}

bool rig_change(struct rig *rig, unsigned count)
{
    struct byte_buffer batch;
    uint64_t ticket;

    if (rig->ticket_last - rig->confirmed >= TICKETS - 1 || store_pending_bytes(rig->store) > (7u << 20))
        return false;
    byte_buffer_init(&batch, STORE_BATCH_MAX);
    for (unsigned i = 0; i < count; i++) {
        uint32_t number = 1 + (uint32_t)rig_random(rig, 3000);
        fake_core_change(rig->core, number, (uint32_t)rig_random(rig, 400), rig_random(rig, 4) == 0, &batch);
    }
    rig->desk_ms += 1 + rig_random(rig, 5);
    lw_status status = store_append(rig->store, batch.data, batch.size, rig->desk_ms, &ticket);
    if (status == LW_OK) {
        byte_buffer_put(&rig->log, batch.data, batch.size);
        rig->ticket_last = ticket;
        rig->tickets[ticket % TICKETS].ticket = ticket;
        rig->tickets[ticket % TICKETS].log_end = rig->log.size;
    }
    byte_buffer_fini(&batch);
    if (status != LW_OK) {
        fprintf(stderr, "store_append: %s\n", lw_status_text(status));
        abort();
    }
    return true;
}

void rig_tell(struct rig *rig, const void *records, size_t size)
{
    struct byte_reader reader;
    enum record_kind kind;
    const uint8_t *bytes;
    size_t record_size;

    byte_reader_init(&reader, records, size);
    while (batch_next(&reader, &kind, &bytes, &record_size)) {
        if (fake_core_restore(rig->told, kind, bytes, record_size) != LW_OK)
            abort();
    }
}

uint64_t rig_random(struct rig *rig, uint64_t below)
{
    rig->random ^= rig->random << 13;
    rig->random ^= rig->random >> 7;
    rig->random ^= rig->random << 17;
    return rig->random % below;
}

static lw_status on_load(void *context, enum record_kind kind, const void *bytes, size_t size)
{
    struct rig *rig = context;

    rig->loads++;
    if (rig->on_load)
        rig->on_load(rig);
    return fake_core_restore(rig->core, kind, bytes, size);
}

static void on_loaded(void *context, uint64_t epoch, uint64_t desk_ms, bool empty)
{
    struct rig *rig = context;

    if (rig->is_loaded || epoch <= rig->epoch || desk_ms < rig->desk_ms) {
        fprintf(stderr, "loaded twice, or an epoch or desk time that went back: %llu after %llu, %llu after %llu\n",
                (unsigned long long)epoch, (unsigned long long)rig->epoch, (unsigned long long)desk_ms,
                (unsigned long long)rig->desk_ms);
        abort();
    }
    rig->is_loaded = true;
    rig->is_empty = empty;
    rig->epoch = epoch;
    rig->desk_ms = desk_ms;
}

static void on_confirmed(void *context, uint64_t ticket)
{
    struct rig *rig = context;

    if (ticket <= rig->confirmed || ticket > rig->ticket_last) {
        fprintf(stderr, "confirmed %llu after %llu of %llu\n", (unsigned long long)ticket,
                (unsigned long long)rig->confirmed, (unsigned long long)rig->ticket_last);
        abort();
    }
    rig->confirmed = ticket;
    size_t log_end = rig->tickets[ticket % TICKETS].log_end;
    rig_tell(rig, rig->log.data + rig->log_told, log_end - rig->log_told);
    rig->log_told = log_end;
    if (rig->on_confirmed)
        rig->on_confirmed(rig);
}

static void on_state(void *context, enum store_state state, const char *reason)
{
    struct rig *rig = context;

    if (getenv("RIG_TRACE"))
        fprintf(stderr, "  %s: %s: %s\n", rig->options.owner, store_state_name(state), reason);
    rig->state = state;
    rig->visits[state]++;
}
