/* SPDX-License-Identifier: Apache-2.0
 *
 *   CLAIMING --> LOADING --> READY <--> AWAY
 *                              ^ |        |
 *                              | v        |
 *                             FULL <------'      any but FAILED --> FENCED, FAILED: the end
 */
#include "store_class.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wall_clock.h"

#define BIT(state) (1u << (state))

static const struct { const char *name; unsigned next; } states[] = {
    [STORE_CLAIMING] = {"claiming", BIT(STORE_LOADING) | BIT(STORE_FAILED)},
    [STORE_LOADING] = {"loading", BIT(STORE_READY) | BIT(STORE_AWAY) | BIT(STORE_FENCED) | BIT(STORE_FAILED)},
    [STORE_READY] = {"ready", BIT(STORE_AWAY) | BIT(STORE_FULL) | BIT(STORE_FENCED) | BIT(STORE_FAILED)},
    [STORE_AWAY] = {"away", BIT(STORE_READY) | BIT(STORE_FULL) | BIT(STORE_FENCED) | BIT(STORE_FAILED)},
    [STORE_FULL] = {"full", BIT(STORE_READY) | BIT(STORE_AWAY) | BIT(STORE_FENCED) | BIT(STORE_FAILED)},
    [STORE_FENCED] = {"fenced", 0},
    [STORE_FAILED] = {"failed", 0},
};

static const char *const durabilities[] = {[STORE_MEMORY] = "memory", [STORE_EVERYSEC] = "everysec", [STORE_ALWAYS] = "always",
                                            [STORE_REPLICATED] = "replicated"};

const char *store_state_name(enum store_state state)
{
    return (size_t)state < sizeof states / sizeof states[0] ? states[state].name : "unknown";
}

const char *store_durability_name(enum store_durability durability)
{
    return (size_t)durability < sizeof durabilities / sizeof durabilities[0] ? durabilities[durability] : "unknown";
}

bool store_durability_parse(const char *text, enum store_durability *out)
{
    for (size_t i = 0; i < sizeof durabilities / sizeof durabilities[0]; i++) {
        if (strcmp(text, durabilities[i]) == 0) {
            *out = (enum store_durability)i;
            return true;
        }
    }
    return false;
}

void store_close(struct store **store)
{
    if (!*store)
        return;
    (*store)->class->close(*store);
    *store = NULL;
}

lw_status store_append(struct store *store, const void *batch, size_t size, uint64_t desk_ms, uint64_t *ticket_out)
{
    assert(size > 0 && size <= STORE_BATCH_MAX && store->loaded);

    if (store->state == STORE_FENCED || store->state == STORE_FAILED)
        return LW_FENCED;
    lw_status status = store->class->append(store, batch, size, desk_ms);
    if (status != LW_OK)
        return status;
    *ticket_out = store->last_ticket;
    store->pending++;
    store->pending_bytes += size;
    store->totals.appended_batches++;
    store->totals.appended_bytes += size;
    return LW_OK;
}

void store_step(struct store *store, uint64_t monotonic_ms)
{
    store->class->step(store, monotonic_ms);
}

int store_fd(const struct store *store)
{
    return store->class->fd(store);
}

short store_events(const struct store *store)
{
    return store->class->events(store);
}

uint64_t store_next_ms(const struct store *store)
{
    return store->class->next_ms(store);
}

bool store_is_outrun(const struct store *store)
{
    return store->class->is_outrun(store);
}

enum store_state store_state_read(const struct store *store)
{
    return store->state;
}

const char *store_state_reason(const struct store *store)
{
    return store->reason;
}

uint64_t store_pending_bytes(const struct store *store)
{
    return store->pending_bytes;
}

uint64_t store_pending(const struct store *store)
{
    return store->pending;
}

bool store_accepts_publishes(const struct store *store)
{
    return store->state == STORE_READY;
}

size_t store_warnings(const struct store *store, const char *const **out)
{
    *out = store->warnings;
    return store->warning_count;
}

const char *store_durability_in_force(const struct store *store)
{
    return store->state == STORE_READY || store->state == STORE_FULL ? store->in_force : "";
}

const uint64_t *store_troubles(const struct store *store)
{
    return store->troubles;
}

void store_totals_read(const struct store *store, struct store_totals *out)
{
    *out = store->totals;
    store->class->totals(store, out);
}

void store_release_claim(struct store *store, int timeout_ms)
{
    store->class->release(store, timeout_ms);
}

void store_init(struct store *store, const struct store_class *class, const struct store_callbacks *callbacks)
{
    store->class = class;
    store->callbacks = *callbacks;
    store->state = STORE_CLAIMING;
    store->in_force = durabilities[STORE_MEMORY];
}

void store_move(struct store *store, enum store_state to, const char *format, ...)
{
    char reason[STORE_REASON_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    assert(to == store->state || states[store->state].next & BIT(to));
    if (to == store->state && strcmp(reason, store->reason) == 0)
        return;
    store->state = to;
    memcpy(store->reason, reason, sizeof reason);
    if (store->callbacks.state_changed)
        store->callbacks.state_changed(store->callbacks.context, to, store->reason);
}

uint64_t store_epoch_after(uint64_t last)
{
    uint64_t counter = (last >> 24) + 1, now_cs = (uint64_t)(wall_clock_unix_ms() / 10);
    uint32_t bits;

    random_bytes(&bits, sizeof bits);
    return (counter > now_cs ? counter : now_cs) << 24 | (bits & 0xffffff);
}
