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
