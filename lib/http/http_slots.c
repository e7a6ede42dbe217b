/* SPDX-License-Identifier: Apache-2.0 */
#include "http_slots.h"

#include <assert.h>
#include <stdlib.h>

static uint32_t hash_of(const struct bufferevent *connection)
{
    return index_hash_u64((uint64_t)(uintptr_t)connection);
}

static void unlink_waiting(struct http_slot *slot)
{
    if (!slot->newer)
        return;   /* does not wait */
    slot->older->newer = slot->newer;
    slot->newer->older = slot->older;
    slot->older = slot->newer = NULL;
}

lw_status http_slots_init(struct http_slots *slots, uint32_t max)
{
    assert(max > 0);
    *slots = (struct http_slots){.max = max, .free_count = max, .items = calloc(max, sizeof *slots->items)};
    slots->waiting.newer = slots->waiting.older = &slots->waiting;
    if (!slots->items)
        return LW_NO_MEMORY;
    for (uint32_t i = max; i-- > 0;) {
        slots->items[i].newer = slots->free;
        slots->free = &slots->items[i];
    }
    return index_table_init(&slots->by_connection, max);
}

void http_slots_fini(struct http_slots *slots)
{
    for (uint32_t i = 0; slots->items && i < slots->max; i++) {
        if (slots->items[i].connection)
            bufferevent_decref(slots->items[i].connection);
    }
    free(slots->items);
    index_table_fini(&slots->by_connection);
    *slots = (struct http_slots){0};
}

struct http_slot *http_slots_take(struct http_slots *slots, struct bufferevent *connection, uint64_t deadline_ms)
{
    struct http_slot *slot = slots->free;
    if (!slot)
        return NULL;
    slots->free = slot->newer;
    slots->free_count--;
    bufferevent_incref(connection);
    *slot = (struct http_slot){.connection = connection, .next_new = slots->first_new};
    slots->first_new = slot;
    bool added = index_table_add(&slots->by_connection, hash_of(connection), (uint32_t)(slot - slots->items));
    assert(added);   /* there is room for all slots */
    (void)added;
    http_slots_wait(slots, slot, deadline_ms);
    return slot;
}

struct http_slot *http_slots_next_new(struct http_slots *slots)
{
    struct http_slot *slot = slots->first_new;
    if (slot)
        slots->first_new = slot->next_new;
    return slot;
}

void http_slots_free(struct http_slots *slots, struct http_slot *slot)
{
    unlink_waiting(slot);
    index_table_remove(&slots->by_connection, hash_of(slot->connection), (uint32_t)(slot - slots->items));
    bufferevent_decref(slot->connection);
    *slot = (struct http_slot){.newer = slots->free};
    slots->free = slot;
    slots->free_count++;
}

struct http_slot *http_slots_find(const struct http_slots *slots, const struct bufferevent *connection)
{
    uint32_t hash = hash_of(connection), at = index_table_first(&slots->by_connection, hash), index;
    while (index_table_at(&slots->by_connection, hash, &at, &index)) {
        if (slots->items[index].connection == connection)
            return &slots->items[index];
    }
    return NULL;
}

void http_slots_answer(struct http_slot *slot)
{
    unlink_waiting(slot);
    slot->deadline_ms = 0;
}

void http_slots_wait(struct http_slots *slots, struct http_slot *slot, uint64_t deadline_ms)
{
    unlink_waiting(slot);
    slot->deadline_ms = deadline_ms;
    slot->newer = &slots->waiting;
    slot->older = slots->waiting.older;
    slot->older->newer = slot;
    slots->waiting.older = slot;
}

struct http_slot *http_slots_oldest(struct http_slots *slots)
{
    return slots->waiting.newer == &slots->waiting ? NULL : slots->waiting.newer;
}

void http_slots_end(struct http_slot *slot)
{
    http_slots_answer(slot);
    slot->ending = true;
}
