/* SPDX-License-Identifier: Apache-2.0 */
#include "replay_again.h"

#include <stdlib.h>
#include <string.h>

#include "contact_id.h"
#include "lead_json_write.h"

static uint64_t hash_of(const struct contact_reading *reading)
{
    char hex[65], head[17];
    json_t *lead = lead_json_write(reading->lead);
    if (lead)
        json_object_del(lead, "raw_ref");
    char *text = lead ? json_dumps(lead, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(lead);
    if (!text)
        abort();   /* no memory for one lead */
    contact_hash_hex(reading->idempotency_id, text, strlen(text), hex);
    free(text);
    memcpy(head, hex, sizeof head - 1);
    head[sizeof head - 1] = '\0';
    return strtoull(head, NULL, 16);
}

static int compare(const void *a, const void *b)
{
    const uint64_t x = ((const struct replay_same *)a)->hash, y = ((const struct replay_same *)b)->hash;
    return (x > y) - (x < y);
}

void replay_again_init(struct replay_again *again)
{
    *again = (struct replay_again){0};
}

void replay_again_fini(struct replay_again *again)
{
    free(again->entries);
    replay_again_init(again);
}

lw_status replay_again_add(struct replay_again *again, const struct contact_reading *reading)
{
    if (again->count == again->capacity) {
        const size_t capacity = again->capacity > 0 ? 2 * again->capacity : 64;
        struct replay_same *entries = realloc(again->entries, capacity * sizeof *entries);
        if (!entries)
            return LW_NO_MEMORY;
        again->entries = entries;
        again->capacity = capacity;
    }
    again->entries[again->count++] = (struct replay_same){.hash = hash_of(reading), .left = 1};
    return LW_OK;
}

void replay_again_close(struct replay_again *again)
{
    size_t kept = 0;
    if (again->count > 0)
        qsort(again->entries, again->count, sizeof *again->entries, compare);
    for (size_t i = 0; i < again->count; i++) {
        if (kept > 0 && again->entries[kept - 1].hash == again->entries[i].hash)
            again->entries[kept - 1].left++;
        else
            again->entries[kept++] = again->entries[i];
    }
    again->count = kept;
}

struct replay_same *replay_again_take(struct replay_again *again, const struct contact_reading *reading)
{
    if (again->count == 0)
        return NULL;
    const struct replay_same wanted = {.hash = hash_of(reading)};
    struct replay_same *same = bsearch(&wanted, again->entries, again->count, sizeof wanted, compare);
    if (same && same->left > 0)
        same->left--;
    return same;
}
