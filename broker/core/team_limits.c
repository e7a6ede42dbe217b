/* SPDX-License-Identifier: Apache-2.0 */
#include "team_limits.h"

#include <stdio.h>
#include <stdlib.h>

#include "broadcast.h"
#include "caps.h"
#include "core_internal.h"
#include "deadlines.h"
#include "match.h"
#include "rep_state.h"

static void refresh(struct core *core, struct team_limit *limit);
static void record(struct core *core, struct team_limit *limit);

/* ---- counts ------------------------------------------------------------------------ */

static bool is_of_today(const struct team_limit *limit, uint64_t now_ms)
{
    uint64_t from_ms, to_ms;
    caps_day_of(limit->rules, now_ms, &from_ms, &to_ms);
    return limit->counted_ms >= from_ms;
}

static void begin_count(struct core *core, struct team_limit *limit)
{
    if (!is_of_today(limit, core->now_ms))
        limit->counted = limit->taken_in = 0;
    limit->counted_ms = core->now_ms;
}

void team_limits_note_taken_in(struct core *core)
{
    for (uint32_t i = 0; i < core->team_limit_count; i++) {
        struct team_limit *limit = &core->team_limits[i];
        if (limit->rules->daily_share == 0)
            continue;
        begin_count(core, limit);
        limit->taken_in++;
        refresh(core, limit);
        record(core, limit);
    }
}

static bool is_open(const struct lead *lead)
{
    return lead->state == LEAD_OFFERED || lead->state == LEAD_CONNECTING;
}

void team_limits_note_offered(struct core *core, struct team_limit *limit, const struct lead *lead, int change)
{
    if (!is_open(lead))
        return;
    limit->open += (uint32_t)change;
    refresh(core, limit);
}

void team_limits_note_move(struct core *core, struct team_limit *limit, const struct lead *lead, bool was_offered)
{
    if (lead->state != LEAD_ASSIGNED)
        return;
    limit->open -= was_offered;
    begin_count(core, limit);
    limit->counted++;
    refresh(core, limit);
    record(core, limit);
}

/* ---- what is full --------------------------------------------------------------------- */

static uint8_t full_now(const struct team_limit *limit, uint64_t now_ms)
{
    bool today = is_of_today(limit, now_ms);
    uint64_t counted = today ? limit->counted : 0, taken_in = today ? limit->taken_in : 0;
    uint32_t cap = limit->rules->daily_cap, share = limit->rules->daily_share;
    uint8_t full = cap > 0 && counted + limit->open >= cap ? TEAM_AT_CAP : 0;
    if (share > 0 && (counted + limit->open + 1) * 100 > share * taken_in)
        full |= TEAM_AT_SHARE;
    return full;
}

/* Readiness is the reps': explanations know from what was kept of each what the team was. */
static void refresh(struct core *core, struct team_limit *limit)
{
    uint8_t full = full_now(limit, core->now_ms);
    if (full == limit->full)
        return;
    for (uint32_t i = 0; i < limit->rep_count; i++)
        rep_before_change(core, limit->reps[i]);
    limit->full = full;
    for (uint32_t i = 0; i < limit->rep_count; i++) {
        rep_relink(core, limit->reps[i]);
        if (rep_may_get(limit->reps[i]))
            match_note_rep(core, limit->reps[i]);
    }
}

static void set_timer(struct core *core, struct team_limit *limit)
{
    uint64_t from_ms, to_ms;
    caps_day_of(limit->rules, core->now_ms, &from_ms, &to_ms);
    timer_wheel_cancel(&core->wheel, &limit->timer);
    timer_wheel_set(&core->wheel, &limit->timer, to_ms, 1ull << ORDER_IS_LIMIT | limit->index);
}

void team_limits_due(struct core *core, struct team_limit *limit)
{
    refresh(core, limit);
    set_timer(core, limit);
}

uint8_t team_limit_full(const struct rep *rep)
{
    return rep->limit ? rep->limit->full : 0;
}

bool team_limit_explain(const struct rep *rep, uint32_t full, char *detail, size_t detail_size)
{
    if (!rep->limit || full == 0)
        return false;
    const struct config_team *team = rep->limit->rules;
    if (full & TEAM_AT_CAP)
        snprintf(detail, detail_size, "%u a day for team %s", team->daily_cap, team->name);
    else
        snprintf(detail, detail_size, "%u in a hundred of the day for team %s", team->daily_share, team->name);
    return true;
}

/* ---- new rules ------------------------------------------------------------------------- */

static void take_counts(struct team_limit *limit, struct team_limit *before)
{
    limit->counted = before->counted;
    limit->counted_ms = before->counted_ms;
    limit->revision = before->revision;
    limit->taken_in = limit->rules->daily_share > 0 ? before->taken_in : 0;
    before->counted = 0;
    before->taken_in -= limit->taken_in;
}

static struct team_limit *find(struct team_limit *list, uint32_t count, uint32_t team)
{
    for (uint32_t i = 0; i < count; i++) {
        if (list[i].team == team)
            return &list[i];
    }
    return NULL;
}

/* Else a restart would find again what was forgotten. */
static void record_forgotten(struct core *core, struct team_limit *before, uint32_t count)
{
    for (uint32_t i = 0; i < count && !core->is_restoring; i++) {
        struct team_limit *now = find(core->team_limits, core->team_limit_count, before[i].team);
        if (now && before[i].taken_in > 0)
            record(core, now);
        if (now || before[i].revision == 0)
            continue;
        before[i].counted = before[i].taken_in = 0;
        before[i].counted_ms = 0;
        record(core, &before[i]);
    }
}

void team_limits_link(struct core *core)
{
    struct team_limit *before = core->team_limits;
    uint32_t before_count = core->team_limit_count;
    for (uint32_t i = 0; i < before_count; i++)
        timer_wheel_cancel(&core->wheel, &before[i].timer);
    core->team_limits = calloc(core->config->team_count + 1u, sizeof *core->team_limits);
    if (!core->team_limits)
        abort();   /* a few words per team: part of having rules */
    core->team_limit_count = 0;
    for (uint32_t i = 0; i < core->config->team_count; i++) {
        const struct config_team *team = &core->config->teams[i];
        if (team->daily_cap == 0 && team->daily_share == 0)
            continue;
        struct team_limit *limit = &core->team_limits[core->team_limit_count];
        *limit = (struct team_limit){.rules = team, .team = names_add(&core->names, team->name, strlen(team->name)), .index = core->team_limit_count++};
        struct team_limit *same = find(before, before_count, limit->team);
        if (same)
            take_counts(limit, same);
    }
    record_forgotten(core, before, before_count);
    for (uint32_t i = 1; i < core->reps.count; i++) {
        if (core->reps.reps[i])
            core->reps.reps[i]->limit = NULL;
    }
    for (uint32_t i = 0; i < before_count; i++)
        free(before[i].reps);
    free(before);
}

static void link_rep(struct core *core, struct rep *rep)
{
    rep->limit = rep->configured ? find(core->team_limits, core->team_limit_count, rep->team) : NULL;
    if (!rep->limit)
        return;
    struct team_limit *limit = rep->limit;
    struct rep **reps = realloc(limit->reps, (limit->rep_count + 1u) * sizeof *reps);
    if (!reps)
        abort();   /* a pointer per rep: part of having rules */
    limit->reps = reps;
    limit->reps[limit->rep_count++] = rep;
    for (const struct lead *lead = rep->held_first; lead; lead = lead->held.next)
        limit->open += is_open(lead);
    for (const struct other_offer *offer = rep->other_offers; offer; offer = offer->rep_next)
        limit->open++;
}

void team_limits_link_reps(struct core *core)
{
    for (uint32_t i = 1; i < core->reps.count; i++) {
        if (core->reps.reps[i])
            link_rep(core, core->reps.reps[i]);
    }
    for (uint32_t i = 0; i < core->team_limit_count; i++) {
        struct team_limit *limit = &core->team_limits[i];
        limit->full = full_now(limit, core->now_ms);
        set_timer(core, limit);
    }
}

void team_limits_fini(struct core *core)
{
    for (uint32_t i = 0; i < core->team_limit_count; i++)
        free(core->team_limits[i].reps);
    free(core->team_limits);
    core->team_limits = NULL;
    core->team_limit_count = 0;
}

/* ---- records ------------------------------------------------------------------------------ */

static struct team_image image_of(const struct core *core, const struct team_limit *limit)
{
    return (struct team_image){.name = names_view(&core->names, limit->team), .revision = limit->revision, .counted_ms = limit->counted_ms,
                               .counted = limit->counted, .taken_in = limit->taken_in};
}

static void record(struct core *core, struct team_limit *limit)
{
    limit->revision = core_next_revision(core);
    struct team_image image = image_of(core, limit);
    desk_record_team(core, &image);
}

bool team_limit_image_fill(const struct core *core, uint32_t index, struct team_image *image)
{
    if (index >= core->team_limit_count || core->team_limits[index].revision == 0)
        return false;
    *image = image_of(core, &core->team_limits[index]);
    return true;
}

/* Of every team that records name: which of them the rules limit is known at the end. */
lw_status team_limit_restore(struct core *core, const struct team_image *image)
{
    uint32_t team = names_add(&core->names, image->name.data, image->name.size);
    struct team_limit *limit = find(core->team_limits, core->team_limit_count, team);
    if (team == NAME_NONE)
        return LW_FULL;
    if (!limit) {
        struct team_limit *grown = realloc(core->team_limits, (core->team_limit_count + 1u) * sizeof *grown);
        if (!grown)
            return LW_NO_MEMORY;
        core->team_limits = grown;
        limit = &grown[core->team_limit_count++];
        *limit = (struct team_limit){.team = team};
    }
    if (image->revision <= limit->revision)
        return LW_OK;
    limit->revision = image->revision;
    limit->counted_ms = image->counted_ms;
    limit->counted = image->counted;
    limit->taken_in = image->taken_in;
    return LW_OK;
}
