/* SPDX-License-Identifier: Apache-2.0
 *
 * Working hours of teams. A team is open or closed as its timer last left it: so a step sees what timers before it
 * made, and a restart derives the same from the rules and desk time. Behind the last interval nothing is
 * known, and the team counts as open: better a call after hours than a desk that stands still.
 */
#include <stdlib.h>

#include "core_internal.h"
#include "deadlines.h"
#include "hours.h"
#include "match.h"
#include "rep_state.h"

static void forget_all(struct core *core);
static void set_timer(struct core *core, struct team_hours *hours);

void hours_link(struct core *core)
{
    forget_all(core);
    core->hours_count = core->config->team_count;
    core->hours = calloc(core->hours_count + 1u, sizeof *core->hours);
    if (!core->hours)
        abort();   /* a few words per team: part of having rules */
    for (uint32_t i = 0; i < core->hours_count; i++) {
        struct team_hours *hours = &core->hours[i];
        const struct config_team *team = &core->config->teams[i];
        *hours = (struct team_hours){.team = names_add(&core->names, team->name, strlen(team->name)), .rules = team, .index = i};
        while (hours->next < team->open_count && team->open[hours->next].close_ms <= core->now_ms)
            hours->next++;
        hours->is_open = hours->next == team->open_count || team->open[hours->next].open_ms <= core->now_ms;
        set_timer(core, hours);
    }
}

static void forget_all(struct core *core)
{
    for (uint32_t i = 0; i < core->hours_count; i++)
        timer_wheel_cancel(&core->wheel, &core->hours[i].timer);
    free(core->hours);
    core->hours = NULL;
    core->hours_count = 0;
}

bool hours_are_open(const struct core *core, uint32_t team)
{
    for (uint32_t i = 0; i < core->hours_count; i++) {
        if (core->hours[i].team == team)
            return core->hours[i].is_open;
    }
    return true;
}

static void set_timer(struct core *core, struct team_hours *hours)
{
    if (hours->next == hours->rules->open_count)
        return;
    const struct config_interval *interval = &hours->rules->open[hours->next];
    timer_wheel_set(&core->wheel, &hours->timer, hours->is_open ? interval->close_ms : interval->open_ms, 1ull << ORDER_IS_TEAM | hours->index);
}

void hours_due(struct core *core, struct team_hours *hours)
{
    const bool was_open = hours->is_open;
    if (hours->is_open)
        hours->next++;
    hours->is_open = !hours->is_open || hours->next == hours->rules->open_count;
    for (uint32_t i = 1; i < core->reps.count; i++) {
        struct rep *rep = core->reps.reps[i];
        if (!rep || !rep->configured || rep->team != hours->team)
            continue;
        rep_before_change(core, rep);
        rep->is_closed = !hours->is_open;
        rep_relink(core, rep);
        if (rep_may_get(rep))
            match_note_rep(core, rep);
    }
    set_timer(core, hours);
    opening_note_hours(core, hours, was_open);
}
