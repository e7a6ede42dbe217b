/* SPDX-License-Identifier: Apache-2.0
 *
 * The idempotency window: a ring of entries, oldest first, and an index over it.
 * The changed are a list through the entries: a list beside them that grew was copied as a whole, in one turn of the loop.
 * Memory follows use: ring chunks are made when first reached, and the index grows. Were it whole from the start, the first few
 * ids of a desk would touch each of its huge pages.
 */
#include <stdlib.h>

#include "core_internal.h"

static void drop_oldest(struct seen *seen, uint64_t now_ms);

static struct seen_entry *ring_entry(const struct seen *seen, uint32_t ring_slot)
{
    return &seen->chunks[ring_slot / SEEN_CHUNK][ring_slot % SEEN_CHUNK];
}

lw_status seen_init(struct seen *seen, uint32_t seen_max, uint64_t seen_ms)
{
    assert(seen_max >= 1);
    *seen = (struct seen){.capacity = seen_max, .window_ms = seen_ms};
    seen->chunks = calloc(seen_max / SEEN_CHUNK + 1, sizeof(struct seen_entry *));
    if (!seen->chunks || index_table_init_small(&seen->by_key, seen_max) != LW_OK) {
        seen_fini(seen);
        return LW_NO_MEMORY;
    }
    return LW_OK;
}

void seen_fini(struct seen *seen)
{
    if (seen->chunks) {
        for (uint32_t i = 0; i <= seen->capacity / SEEN_CHUNK; i++)
            free(seen->chunks[i]);
    }
    free(seen->chunks);
    index_table_fini(&seen->by_key);
    *seen = (struct seen){0};
}

struct seen_entry *seen_at(const struct seen *seen, uint64_t position)
{
    if (position < seen->first || position >= seen->next)
        return NULL;
    return ring_entry(seen, (uint32_t)(position % seen->capacity));
}

struct seen_entry *seen_at_low(const struct seen *seen, uint32_t position)
{
    uint64_t last = seen->next - 1;
    return seen_at(seen, last - ((uint32_t)last - position));
}

void seen_prefetch(const struct seen *seen, struct siphash_128 key)
{
    index_table_prefetch(&seen->by_key, (uint32_t)key.lo);
}

struct seen_entry *seen_find(struct seen *seen, struct siphash_128 key, uint64_t now_ms)
{
    uint32_t hash = (uint32_t)key.lo, slot;   /* a keyed hash already */
    for (uint32_t at = index_table_first(&seen->by_key, hash); index_table_at(&seen->by_key, hash, &at, &slot);) {
        struct seen_entry *entry = ring_entry(seen, slot);
        if (entry->key.lo == key.lo && entry->key.hi == key.hi)
            return entry->at_ms + seen->window_ms >= now_ms ? entry : NULL;
    }
    return NULL;
}

bool seen_add(struct seen *seen, const struct seen_entry *entry)
{
    while (seen->next > seen->first && (seen->next - seen->first == seen->capacity ||
           seen_at(seen, seen->first)->at_ms + seen->window_ms < entry->at_ms))
        drop_oldest(seen, entry->at_ms);

    uint32_t ring_slot = (uint32_t)(seen->next % seen->capacity);
    struct seen_entry **chunk = &seen->chunks[ring_slot / SEEN_CHUNK];
    if ((!*chunk && !(*chunk = calloc(SEEN_CHUNK, sizeof **chunk))) || !index_table_make_room(&seen->by_key))
        return false;
    struct seen_entry *place = ring_entry(seen, ring_slot);
    *place = *entry;
    place->is_dirty = false;
    place->position = seen->next;
    index_table_add(&seen->by_key, (uint32_t)entry->key.lo, ring_slot);
    seen->next++;
    if (seen->next - seen->first == seen->capacity)   /* the next to come will drop this one */
        seen_prefetch(seen, seen_at(seen, seen->first)->key);
    seen_mark_dirty(seen, place);
    return true;
}

uint32_t seen_wait_ms(const struct seen *seen, uint32_t ends, uint64_t now_ms, uint32_t min_ms)
{
    uint64_t held = ends < seen->capacity / 2 ? ends : seen->capacity / 2;
    if (seen->next + held < seen->first + seen->capacity)
        return 0;
    uint64_t until_ms = seen_at(seen, seen->next + held - seen->capacity)->at_ms + min_ms;   /* the last that would go */
    return until_ms > now_ms ? (uint32_t)(until_ms - now_ms) : 0;
}

static uint32_t *after_of(struct seen *seen, uint32_t place)
{
    return place > 0 ? &ring_entry(seen, place - 1)->dirty_after : &seen->dirty_first;
}

static uint32_t *before_of(struct seen *seen, uint32_t place)
{
    return place > 0 ? &ring_entry(seen, place - 1)->dirty_before : &seen->dirty_last;
}

void seen_mark_dirty(struct seen *seen, struct seen_entry *entry)
{
    uint32_t place = (uint32_t)(entry->position % seen->capacity) + 1;
    if (entry->is_dirty)
        return;
    entry->is_dirty = true;
    entry->dirty_before = seen->dirty_last;
    entry->dirty_after = 0;
    *after_of(seen, seen->dirty_last) = place;
    seen->dirty_last = place;
    seen->dirty_count++;
}

void seen_mark_clean(struct seen *seen, struct seen_entry *entry)
{
    if (!entry->is_dirty)
        return;
    entry->is_dirty = false;
    *after_of(seen, entry->dirty_before) = entry->dirty_after;
    *before_of(seen, entry->dirty_after) = entry->dirty_before;
    seen->dirty_count--;
}

struct seen_entry *seen_take_dirty(struct seen *seen)
{
    if (seen->dirty_first == 0)
        return NULL;
    struct seen_entry *entry = ring_entry(seen, seen->dirty_first - 1);
    seen_mark_clean(seen, entry);
    return entry;
}

bool seen_mark_dirty_from(struct seen *seen, uint64_t *position, uint32_t *left)
{
    if (*position < seen->first)
        *position = seen->first;
    for (; *left > 0 && *position < seen->next; (*position)++, (*left)--)
        seen_mark_dirty(seen, seen_at(seen, *position));
    return *position >= seen->next;
}

/* Neither time nor revision goes back along the window, so their sum does not either. */
uint64_t seen_bucket(const struct seen_entry *entry)
{
    return entry->at_ms / SEEN_BUCKET_MS + (entry->serial >> SEEN_BUCKET_REVISIONS_LOG2);
}

static void drop_oldest(struct seen *seen, uint64_t now_ms)
{
    struct seen_entry *oldest = seen_at(seen, seen->first);
    index_table_remove(&seen->by_key, (uint32_t)oldest->key.lo, (uint32_t)(seen->first % seen->capacity));
    seen_mark_clean(seen, oldest);   /* what has left the window needs no checkpoint */
    seen->forgotten += oldest->at_ms + seen->window_ms >= now_ms;
    seen->first++;
}
