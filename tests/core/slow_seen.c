/* SPDX-License-Identifier: Apache-2.0
 *
 * The idempotency window: what was published and completed lately.
 */
#include "slow_desk_internal.h"

#include <string.h>

void remember(struct slow_desk *desk, struct slow_seen entry)
{
    while (desk->seen_count > 0 && (desk->seen_count == (int)desk->limits.seen_max || desk->seen_count == SEEN ||
           desk->seen[0].at_ms + desk->limits.seen_ms < entry.at_ms)) {
        memmove(&desk->seen[0], &desk->seen[1], (size_t)(desk->seen_count - 1) * sizeof desk->seen[0]);
        desk->seen_count--;
    }
    desk->seen[desk->seen_count++] = entry;
}

/* One id of this publish, one of its end, and of the end of each lead that is open: who would have to go for them? */
uint32_t wait_to_remember(const struct slow_desk *desk, int open)
{
    const int max = (int)desk->limits.seen_max, ends = open + 1 < max / 2 ? open + 1 : max / 2;
    const int gone = desk->seen_count + 1 + ends - max;
    uint64_t wait_ms = 0;
    for (int i = 0; i < gone; i++) {
        uint64_t until_ms = desk->seen[i].at_ms + desk->limits.seen_min_ms;
        if (until_ms > desk->now_ms && until_ms - desk->now_ms > wait_ms)
            wait_ms = until_ms - desk->now_ms;
    }
    return desk->limits.seen_min_ms > 0 ? (uint32_t)wait_ms : 0;
}

struct slow_seen *recall(struct slow_desk *desk, char kind, const char *name, const char *id)
{
    for (int i = 0; i < desk->seen_count; i++) {
        struct slow_seen *entry = &desk->seen[i];
        if (entry->kind == kind && strcmp(entry->name, name) == 0 && strcmp(entry->id, id) == 0 &&
            entry->at_ms + desk->limits.seen_ms >= desk->now_ms)
            return entry;
    }
    return NULL;
}
