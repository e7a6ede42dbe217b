/* SPDX-License-Identifier: Apache-2.0 */
#include "opening.h"

#include <stdlib.h>

#include "broadcast.h"
#include "config_opening.h"
#include "core_internal.h"
#include "deadlines.h"
#include "hours.h"
#include "lead_end.h"
#include "lead_state.h"
#include "match.h"
#include "rep_state.h"

static void share_out(struct core *core);
static void take_reps(struct core *core);
static void walk_leads(struct core *core);
static void end(struct core *core);

/* ---- shares --------------------------------------------------------------------------- */

static uint32_t had_by(const struct opening_rep *rep)
{
    return rep->dealt + rep->offered;
}

/* Says how many leads remain when all have the whole ones of their share. T: see opening.h. */
static bool reckon_shares(struct opening *opening, uint32_t wanted)
{
    uint64_t shares = 0, on = 0, total = opening->open, given = 0;
    for (uint32_t i = 1; i < opening->rep_count; i++) {
        const struct opening_rep *rep = &opening->reps[i];
        shares += rep->is_on ? rep->share : 0;
        on += rep->is_on;
        total += rep->is_on ? rep->dealt : 0;
    }
    const uint64_t there = on < wanted ? on : wanted;
    for (uint32_t i = 1; i < opening->rep_count; i++) {
        struct opening_rep *rep = &opening->reps[i];
        if (!rep->is_on)
            continue;
        rep->whole = (uint32_t)(total * rep->share * there / (shares * wanted));
        rep->has_rest = total * rep->share * there % (shares * wanted) != 0;
        given += had_by(rep) > rep->whole ? had_by(rep) : rep->whole;
    }
    return total - total * (wanted - there) / wanted > given;
}

static void set_kept(struct core *core, uint32_t number, bool is_kept)
{
    struct rep *rep = core->reps.reps[number];
    core->opening.reps[number].is_kept = is_kept;
    rep_before_change(core, rep);
    rep->is_kept = is_kept;
    rep_join_class(core, rep);
    rep_relink(core, rep);
    if (!is_kept && rep_may_get(rep))
        match_note_rep(core, rep);
}

static void share_out(struct core *core)
{
    struct opening *opening = &core->opening;
    opening->is_stale = false;
    const bool is_any_left = reckon_shares(opening, core->config->opening.reps);
    for (uint32_t i = 1; i < opening->rep_count; i++) {
        const struct opening_rep *rep = &opening->reps[i];
        const bool may_have_one_more = is_any_left && rep->has_rest && had_by(rep) == rep->whole;
        const bool is_kept = rep->is_on && had_by(rep) >= rep->whole && !may_have_one_more;
        if (is_kept != rep->is_kept)
            set_kept(core, i, is_kept);
    }
}

/* ---- leads ------------------------------------------------------------------------------ */

uint8_t opening_place_of(const struct core *core, const struct lead *lead, const struct needs *needs)
{
    const struct opening *opening = &core->opening;
    if (!opening->is_on)
        return OPENING_NONE;
    if (needs->rings)
        return OPENING_CALLER;   /* whoever has room: they are on the line */
    if (lead->received_ms >= opening->since_ms)
        return OPENING_NONE;
    return lead->demand->channel == LW_CHANNEL_PHONE || lead->wait_deadline_ms <= opening->until_ms ? OPENING_FIRST : OPENING_SHARED;
}

static bool is_undealt(enum lead_state state)
{
    return state == LEAD_WAITING || state == LEAD_OFFERED || state == LEAD_CONNECTING;
}

/* The lead, and its offer to lead->rep. */
static void count(struct core *core, const struct lead *lead, uint32_t change)
{
    if (!opening_is_backlog(&lead->demand->needs) || !is_undealt((enum lead_state)lead->state))
        return;
    core->opening.is_stale = true;
    core->opening.open += change;
    if (lead->state != LEAD_WAITING)
        core->opening.reps[lead->rep].offered += change;
}

static void count_others(struct core *core, const struct lead *lead, uint32_t change)
{
    for (const struct other_offer *offer = lead->extra ? lead->extra->others : NULL; offer; offer = offer->next)
        core->opening.reps[offer->rep].offered += change;
}

void opening_forget_lead(struct core *core, const struct lead *lead)
{
    count(core, lead, UINT32_MAX);   /* one less */
}

/* Without memory for a class it stays where it is: dealt as it was before. */
void opening_place_lead(struct core *core, struct lead *lead)
{
    const uint8_t place = opening_place_of(core, lead, &lead->demand->needs);
    if (place == lead->demand->needs.opening)
        return;
    struct needs needs = lead->demand->needs;
    const bool was_backlog = opening_is_backlog(&needs);
    needs.opening = place;
    struct demand_class *demand = classes_demand(&core->classes, lead->demand->queue, lead->demand->channel, &needs);
    if (!demand)
        return;
    if (core->opening.is_on && opening_is_backlog(&needs) != was_backlog)
        count_others(core, lead, was_backlog ? UINT32_MAX : 1);
    lead_change_demand(core, lead, demand);
}

static void deal(struct core *core, struct rep *rep)
{
    rep->opening_dealt = ++core->opening.reps[rep->number].dealt;
    rep->opening_ms = core->opening.since_ms;
    core->opening.is_stale = true;
    rep_record(core, rep);
}

void opening_count_lead(struct core *core, const struct lead *lead, enum lead_state from)
{
    count(core, lead, 1);
    if (lead->state == LEAD_ASSIGNED && from != LEAD_ASSIGNED && opening_is_backlog(&lead->demand->needs))
        deal(core, core->reps.reps[lead->rep]);
    opening_note_end(core);
}

void opening_note_end(struct core *core)
{
    if (core->opening.is_stale)
        share_out(core);
}

void opening_note_offered(struct core *core, const struct rep *rep, const struct lead *lead, int change)
{
    if (!opening_is_backlog(&lead->demand->needs))
        return;
    core->opening.reps[rep->number].offered += (uint32_t)change;
    if (!core->is_restoring)
        share_out(core);
}

static void walk_leads(struct core *core)
{
    uint32_t index = 0;
    for (struct lead *lead; (lead = lead_table_next(&core->leads, &index)) != NULL; index++) {
        bool waits = lead->state == LEAD_WAITING;
        if (opening_place_of(core, lead, &lead->demand->needs) == lead->demand->needs.opening)
            continue;
        if (waits)
            lead_leave_queue(core, lead);
        opening_place_lead(core, lead);
        if (waits)
            lead_join_queue(core, lead);
        if (core->opening.is_on)
            count(core, lead, 1);
    }
}

/* ---- reps --------------------------------------------------------------------------------- */

static bool is_on(const struct rep *rep)
{
    return rep->configured && !rep->is_closed && (rep->state == REP_AVAILABLE || rep->state == REP_WRAP_UP);
}

static bool is_of_the_teams(const struct core *core, const struct rep *rep)
{
    for (uint32_t i = 0; rep->configured && i < core->hours_count; i++) {
        if (core->hours[i].team == rep->team)
            return config_opening_has(core->config, core->hours[i].rules);
    }
    return false;
}

uint32_t opening_dealt(const struct core *core, const struct rep *rep)
{
    return core->opening.is_on && rep->opening_ms == core->opening.since_ms ? rep->opening_dealt : 0;
}

/* As the rules are now; what they are offered stays. */
static void take_reps(struct core *core)
{
    struct opening *opening = &core->opening;
    struct opening_rep *reps = calloc(core->reps.count, sizeof *reps);
    if (!reps)
        abort();   /* a few words per rep: part of having rules */
    for (uint32_t i = 1; i < core->reps.count; i++) {
        const struct rep *rep = core->reps.reps[i];
        if (!rep)
            continue;
        reps[i] = (struct opening_rep){.dealt = opening_dealt(core, rep), .offered = i < opening->rep_count ? opening->reps[i].offered : 0,
                                       .share = rep->rank.share, .is_member = is_of_the_teams(core, rep), .is_kept = rep->is_kept};
        reps[i].is_on = reps[i].is_member && is_on(rep);
    }
    free(opening->reps);
    opening->reps = reps;
    opening->rep_count = core->reps.count;
}

void opening_note_rep(struct core *core, struct rep *rep)
{
    struct opening_rep *entry = &core->opening.reps[rep->number];
    if (entry->is_on == (entry->is_member && is_on(rep)))
        return;
    entry->is_on = !entry->is_on;
    share_out(core);
}

/* ---- beginning and end ---------------------------------------------------------------------- */

static void record(struct core *core)
{
    (void)core_next_revision(core);   /* later than all desk records before */
    desk_record(core, NULL);
}

static void begin(struct core *core, uint64_t since_ms)
{
    struct opening *opening = &core->opening;
    opening->is_on = true;
    opening->since_ms = since_ms;
    opening->until_ms = core->now_ms + core->config->opening.for_ms;
    opening->open = 0;
    take_reps(core);
    walk_leads(core);
    record(core);
    timer_wheel_set(&core->wheel, &opening->timer, opening->until_ms, 1ull << ORDER_IS_DESK | 1);
    share_out(core);
}

static void end(struct core *core)
{
    struct opening *opening = &core->opening;
    timer_wheel_cancel(&core->wheel, &opening->timer);
    opening->is_on = false;
    walk_leads(core);
    for (uint32_t i = 1; i < opening->rep_count; i++) {
        if (opening->reps[i].is_kept)
            set_kept(core, i, false);
    }
    opening_fini(core);
    record(core);
}

static bool any_is_open(const struct core *core, const struct team_hours *but)
{
    for (uint32_t i = 0; i < core->hours_count; i++) {
        if (&core->hours[i] != but && core->hours[i].is_open && config_opening_has(core->config, core->hours[i].rules))
            return true;
    }
    return false;
}

void opening_note_hours(struct core *core, const struct team_hours *hours, bool was_open)
{
    if (core->config->opening.reps == 0 || !config_opening_has(core->config, hours->rules))
        return;
    if (core->opening.is_on && !any_is_open(core, NULL)) {
        end(core);
    } else if (core->opening.is_on) {
        take_reps(core);
        share_out(core);
    } else if (!was_open && hours->is_open && !any_is_open(core, hours)) {
        begin(core, hours->rules->open[hours->next].open_ms);
    }
}

void opening_due(struct core *core)
{
    end(core);
}

void opening_look(struct core *core)
{
    if (core->opening.open > 0)
        return;
    end(core);
    match_run(core, CAUSE_RETRY);   /* forgets the reps who are kept from nothing any more */
}

void opening_fini(struct core *core)
{
    free(core->opening.reps);
    core->opening = (struct opening){.restored_revision = core->opening.restored_revision};
}

void opening_link(struct core *core)
{
    const bool goes_on = core->config->opening.reps > 0 && any_is_open(core, NULL);
    if (!core->opening.is_on)
        return;
    if (core->is_restoring && !goes_on) {
        opening_fini(core);
    } else if (!goes_on) {
        end(core);
    } else {
        take_reps(core);
        if (!core->is_restoring)
            share_out(core);
    }
}

/* ---- records ----------------------------------------------------------------------------------- */

/* Of several desk records the newest holds. */
void opening_restore(struct core *core, const struct desk_image *image)
{
    struct opening *opening = &core->opening;
    if (image->revision < opening->restored_revision)
        return;
    opening->restored_revision = image->revision;
    opening->is_on = image->opening_until_ms != 0;
    opening->since_ms = image->opening_since_ms;
    opening->until_ms = image->opening_until_ms;
}

void opening_restore_lead(struct core *core, const struct lead *lead)
{
    if (core->opening.is_on)
        count(core, lead, 1);
}

void opening_restore_done(struct core *core)
{
    if (!core->config)
        opening_fini(core);   /* whatever a damaged record says */
    if (!core->opening.is_on)
        return;
    timer_wheel_set(&core->wheel, &core->opening.timer, core->opening.until_ms, 1ull << ORDER_IS_DESK | 1);
    share_out(core);
}

/* ---- outside ------------------------------------------------------------------------------------- */

bool core_opening_read(const struct core *core, uint64_t *until_ms_out, uint64_t *left_out)
{
    *until_ms_out = core->opening.until_ms;
    *left_out = core->opening.open;
    return core->opening.is_on;
}

void opening_check(const struct core *core)
{
    const struct opening *opening = &core->opening;
    uint32_t open = 0, index = 0;
    for (struct lead *lead; (lead = lead_table_next(&core->leads, &index)) != NULL; index++) {
        assert(lead->demand->needs.opening == opening_place_of(core, lead, &lead->demand->needs));
        open += opening_is_backlog(&lead->demand->needs) && is_undealt((enum lead_state)lead->state);
    }
    assert(open == opening->open && !opening->is_stale && opening->is_on == timer_wheel_is_set(&opening->timer));
    for (uint32_t i = 1; i < core->reps.count; i++) {
        const struct rep *rep = core->reps.reps[i];
        uint32_t offered = 0;
        assert(!rep || opening->is_on || !rep->is_kept);
        if (!rep || !opening->is_on)
            continue;
        for (const struct lead *lead = rep->held_first; lead; lead = lead->held.next)
            offered += lead->state != LEAD_ASSIGNED && opening_is_backlog(&lead->demand->needs);
        for (const struct other_offer *offer = rep->other_offers; offer; offer = offer->rep_next)
            offered += opening_is_backlog(&offer->lead->demand->needs);
        assert(opening->reps[i].offered == offered && opening->reps[i].dealt == opening_dealt(core, rep) && opening->reps[i].is_kept == rep->is_kept);
        assert(opening->reps[i].is_on == (is_of_the_teams(core, rep) && is_on(rep)));
    }
}
