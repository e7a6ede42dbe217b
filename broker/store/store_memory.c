/* SPDX-License-Identifier: Apache-2.0
 *
 * Keeps nothing: every batch is confirmed at the next step. For tests, and for floors that ask for no durability.
 */
#include "store_class.h"

#include <stdlib.h>

static void begin(struct store *store);

static void memory_close(struct store *store)
{
    free(store);
}

static lw_status memory_append(struct store *store, const void *batch, size_t size, uint64_t desk_ms)
{
    (void)batch;
    (void)desk_ms;
    if (store->pending_bytes + size > STORE_PENDING_MAX)
        return LW_FULL;
    store->last_ticket++;
    return LW_OK;
}

static void memory_step(struct store *store, uint64_t monotonic_ms)
{
    (void)monotonic_ms;
    if (!store->loaded)
        begin(store);
    if (store->confirmed_ticket == store->last_ticket)
        return;
    store->confirmed_ticket = store->last_ticket;
    store->pending = store->pending_bytes = 0;
    store->callbacks.confirmed(store->callbacks.context, store->confirmed_ticket);
}

static int memory_fd(const struct store *store)
{
    (void)store;
    return -1;
}

static short memory_events(const struct store *store)
{
    (void)store;
    return 0;
}

static uint64_t memory_next_ms(const struct store *store)
{
    return store->loaded && store->pending == 0 ? UINT64_MAX : 0;
}

static void memory_totals(const struct store *store, struct store_totals *out)
{
    out->journal_entries = store->confirmed_ticket;
}

static void memory_release(struct store *store, int timeout_ms)
{
    (void)store;
    (void)timeout_ms;
}

/* There is no journal. */
static bool memory_is_outrun(const struct store *store)
{
    (void)store;
    return false;
}

static const struct store_class memory_class = {
    .close = memory_close, .append = memory_append, .step = memory_step, .fd = memory_fd, .events = memory_events,
    .next_ms = memory_next_ms, .is_outrun = memory_is_outrun, .totals = memory_totals, .release = memory_release,
};

lw_status store_open_memory(const struct store_options *options, const struct store_callbacks *callbacks, struct store **out)
{
    (void)options;
    struct store *store = calloc(1, sizeof *store);
    if (!store)
        return LW_NO_MEMORY;
    store_init(store, &memory_class, callbacks);
    *out = store;
    return LW_OK;
}

static void begin(struct store *store)
{
    store_move(store, STORE_LOADING, "nothing to load");
    store->loaded = true;
    store->callbacks.loaded(store->callbacks.context, store_epoch_after(0), 0, true);
    store_move(store, STORE_READY, "kept in memory only");
}
