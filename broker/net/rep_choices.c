/* SPDX-License-Identifier: Apache-2.0 */
#include "rep_choices.h"

#include <string.h>

static const Leadwire__V1__RepConfig *find_rep(const Leadwire__V1__DeskConfig *whole, const char *name)
{
    for (size_t i = 0; i < whole->n_reps; i++) {
        if (strcmp(whole->reps[i]->name, name) == 0)
            return whole->reps[i];
    }
    return NULL;
}

static bool is_outsourced(const Leadwire__V1__DeskConfig *whole, const char *team)
{
    for (size_t i = 0; i < whole->n_teams; i++) {
        if (strcmp(whole->teams[i]->name, team) == 0)
            return whole->teams[i]->outsourced;
    }
    return false;
}

static void fill_reasons(const Leadwire__V1__DeskConfig *whole, struct arena *arena, Leadwire__V1__DeskConfig *out)
{
    Leadwire__V1__RefusalConfig *refusals = whole->refusals ? arena_alloc(arena, sizeof *refusals) : NULL;
    if (!refusals)
        return;
    leadwire__v1__refusal_config__init(refusals);
    refusals->reasons = whole->refusals->reasons;
    refusals->n_reasons = whole->refusals->n_reasons;
    out->refusals = refusals;
}

static void fill_teams(const Leadwire__V1__DeskConfig *whole, struct arena *arena, Leadwire__V1__DeskConfig *out)
{
    Leadwire__V1__TeamConfig *teams = arena_calloc(arena, whole->n_teams, sizeof *teams);
    out->teams = arena_calloc(arena, whole->n_teams, sizeof *out->teams);
    for (size_t i = 0; teams && out->teams && i < whole->n_teams; i++) {
        leadwire__v1__team_config__init(&teams[i]);
        teams[i].name = whole->teams[i]->name;
        teams[i].label = whole->teams[i]->label;
        teams[i].outsourced = whole->teams[i]->outsourced;
        out->teams[out->n_teams++] = &teams[i];
    }
}

static void fill_reps(const Leadwire__V1__DeskConfig *whole, const char *own_team, struct arena *arena, Leadwire__V1__DeskConfig *out)
{
    const bool sees_all = !is_outsourced(whole, own_team);
    Leadwire__V1__RepConfig *reps = arena_calloc(arena, whole->n_reps, sizeof *reps);
    out->reps = arena_calloc(arena, whole->n_reps, sizeof *out->reps);
    for (size_t i = 0; reps && out->reps && i < whole->n_reps; i++) {
        if (!sees_all && strcmp(whole->reps[i]->team, own_team) != 0)
            continue;
        Leadwire__V1__RepConfig *rep = &reps[out->n_reps];
        leadwire__v1__rep_config__init(rep);
        rep->name = whole->reps[i]->name;
        rep->label = whole->reps[i]->label;
        rep->team = whole->reps[i]->team;
        out->reps[out->n_reps++] = rep;
    }
}

void rep_choices_fill(const Leadwire__V1__DeskConfig *whole, const char *rep, struct arena *arena, Leadwire__V1__DeskConfig *out)
{
    const Leadwire__V1__RepConfig *self = find_rep(whole, rep);
    leadwire__v1__desk_config__init(out);
    out->desk = whole->desk;
    out->skills = whole->skills;
    out->n_skills = whole->n_skills;
    out->dispositions = whole->dispositions;
    out->n_dispositions = whole->n_dispositions;
    out->decline_reasons = whole->decline_reasons;
    out->n_decline_reasons = whole->n_decline_reasons;
    out->break_reasons = whole->break_reasons;
    out->n_break_reasons = whole->n_break_reasons;
    fill_reasons(whole, arena, out);
    fill_teams(whole, arena, out);
    if (self)
        fill_reps(whole, self->team, arena, out);
}
