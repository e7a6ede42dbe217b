/* SPDX-License-Identifier: Apache-2.0 */
#include "day.h"

static const struct lw_day_why *whys_of(Leadwire__V1__DayWhy *const *whys, size_t count, struct arena *arena, uint32_t *count_out)
{
    struct lw_day_why *rows = count > 0 ? arena_calloc(arena, count, sizeof *rows) : NULL;
    for (size_t i = 0; rows && i < count; i++)
        rows[(*count_out)++] = (struct lw_day_why){.excluded_by = whys[i]->excluded_by, .detail = whys[i]->detail, .decided_by = whys[i]->decided_by,
                                                   .count = whys[i]->count};
    return rows;
}

const struct lw_day *day_of(const Leadwire__V1__DayReply *reply, struct arena *arena)
{
    struct lw_day *day = arena_alloc(arena, sizeof *day);
    if (!day)
        return NULL;
    *day = (struct lw_day){
        .since_unix_ms = reply->since_unix_ms, .offered = reply->offered, .accepted = reply->accepted, .completed = reply->completed,
        .declined = reply->declined, .missed = reply->missed, .is_shared = reply->shared, .is_present = reply->present, .share = reply->share,
        .place = reply->place, .of = reply->of, .owed_hundredths = reply->owed_hundredths,
    };
    day->others = whys_of(reply->others, reply->n_others, arena, &day->other_count);
    day->waiting = whys_of(reply->waiting, reply->n_waiting, arena, &day->waiting_count);
    return day;
}
