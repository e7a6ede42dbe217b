/* SPDX-License-Identifier: Apache-2.0 */
#include "judge_opening.h"

#include <string.h>

#include "judge_books.h"
#include "judge_broadcast.h"

/* ---- hours ------------------------------------------------------------------------- */

static const struct config_team *team_for(const struct core_config *rules, const char *name)
{
    bool named = rules->opening.team_count == 0;
    for (uint32_t i = 0; i < rules->opening.team_count; i++)
        named |= strcmp(rules->opening.teams[i], name) == 0;
    for (uint32_t i = 0; named && rules->opening.reps > 0 && i < rules->team_count; i++) {
        if (strcmp(rules->teams[i].name, name) == 0 && rules->teams[i].open_count > 0)
            return &rules->teams[i];
    }
    return NULL;
}

static bool works_any(const struct core_config *rules, uint64_t at_ms)
{
    for (uint32_t i = 0; i < rules->team_count; i++) {
        if (team_for(rules, rules->teams[i].name) && sim_rules_open(rules, rules->teams[i].name, at_ms))
            return true;
    }
    return false;
}

/* The first moment after from_ms, and not after to_ms, when one of the teams opens or closes; 0: none does. */
static uint64_t next_turn(const struct core_config *rules, uint64_t from_ms, uint64_t to_ms)
{
    uint64_t next_ms = 0;
    for (uint32_t i = 0; i < rules->team_count; i++) {
        const struct config_team *team = team_for(rules, rules->teams[i].name);
        for (uint32_t k = 0; team && k < team->open_count; k++) {
            const uint64_t moments[] = {team->open[k].open_ms, team->open[k].close_ms};
            for (int m = 0; m < 2; m++) {
                if (moments[m] > from_ms && moments[m] <= to_ms && (next_ms == 0 || moments[m] < next_ms))
                    next_ms = moments[m];
            }
        }
    }
    return next_ms;
}

/* An interval's beginning: what opens behind the last one is no opening. */
static bool begins_at(const struct core_config *rules, uint64_t at_ms)
{
    for (uint32_t i = 0; i < rules->team_count; i++) {
        const struct config_team *team = team_for(rules, rules->teams[i].name);
        for (uint32_t k = 0; team && k < team->open_count; k++) {
            if (team->open[k].open_ms == at_ms)
                return true;
        }
    }
    return false;
}

/* ---- the opening ------------------------------------------------------------------------ */

static bool has_assigned(const struct sim_batch *batch)
{
    for (uint32_t i = 0; i < batch->effects.count; i++) {
        const struct core_effect effect = sim_effect_view(&batch->effects.list[i]);
        if (effect.kind == EFFECT_LEAD_EVENT && effect.to == LEAD_ASSIGNED && effect.from != LEAD_ASSIGNED)
            return true;
    }
    return false;
}

static void stop(struct judge_opening *opening)
{
    *opening = (struct judge_opening){.changed = true};
}

static void begin(struct sim_judge *judge, const struct sim_batch *batch, uint64_t since_ms)
{
    const uint32_t for_ms = judge_rules_now(judge)->opening.for_ms;
    judge->opening = (struct judge_opening){.is_on = true, .changed = true, .since_ms = since_ms, .until_least_ms = since_ms + for_ms,
                                            .until_most_ms = batch->now_ms + for_ms, .is_unsure = has_assigned(batch)};
    judge->coverage->faults[SIM_FAULT_OPENED]++;
}

void judge_opening_begin_batch(struct sim_judge *judge, const struct sim_batch *batch)
{
    struct judge_opening *opening = &judge->opening;
    const struct core_config *rules = judge_rules_now(judge);
    opening->changed = false;
    opening->now_ms = batch->now_ms;
    if (judge->version == 0)
        return;
    bool works = works_any(rules, judge->stepped_ms);
    for (uint64_t at_ms = judge->stepped_ms; judge->batch_rules == rules && (at_ms = next_turn(rules, at_ms, batch->now_ms)) != 0;) {
        bool works_now = works_any(rules, at_ms);
        if (opening->is_on && !works_now)
            stop(opening);
        else if (!opening->is_on && !works && works_now && begins_at(rules, at_ms))
            begin(judge, batch, at_ms);
        works = works_now;
    }
    if (opening->is_on && opening->until_most_ms <= batch->now_ms)
        stop(opening);
    opening->now_ms = batch->now_ms;
}

void judge_opening_take_rules(struct sim_judge *judge, uint64_t now_ms)
{
    if (judge->opening.is_on && !works_any(judge_rules_now(judge), now_ms))
        stop(&judge->opening);
    judge->opening.changed = true;
    judge->opening.now_ms = now_ms;
}

static bool is_backlog(const struct sim_judge *judge, const struct judge_lead *lead)
{
    const bool rings = lead->channel == LW_CHANNEL_PHONE && !lead->is_call_back;
    return judge->opening.is_on && !rings && lead->received_ms < judge->opening.since_ms;
}

static bool is_undealt(const struct sim_judge *judge, const struct judge_lead *lead)
{
    return judge_is_open(lead) && is_backlog(judge, lead) && (lead->state == LEAD_WAITING || lead->state == LEAD_OFFERED || lead->state == LEAD_CONNECTING);
}

static uint64_t count_undealt(const struct sim_judge *judge)
{
    uint64_t count = 0;
    for (uint64_t i = judge->lead_first; i <= judge->lead_last; i++)
        count += is_undealt(judge, &judge->leads[i]);
    return count;
}

void judge_opening_end_batch(struct sim_judge *judge)
{
    if (judge->opening.is_on && count_undealt(judge) == 0)
        stop(&judge->opening);
    judge->opening.changed = false;
}

void judge_opening_count(struct sim_judge *judge, const struct judge_lead *lead, uint32_t rep)
{
    judge->opening.dealt[rep] += is_backlog(judge, lead);
}

/* ---- shares -------------------------------------------------------------------------------- */

static bool is_on(const struct sim_judge *judge, uint32_t rep)
{
    const struct core_config *rules = judge_rules_now(judge);
    const struct config_rep *rule = judge->rep_rules[rep];
    enum rep_state state = judge->reps[rep].state;
    return rule && (state == REP_AVAILABLE || state == REP_WRAP_UP) && team_for(rules, rule->team) &&
           sim_rules_open(rules, rule->team, judge->opening.now_ms);
}

static uint64_t had_by(const struct sim_judge *judge, uint32_t rep, const struct judge_lead *but)
{
    uint64_t had = judge->opening.dealt[rep];
    for (uint64_t i = judge->lead_first; i <= judge->lead_last; i++) {
        const struct judge_lead *lead = &judge->leads[i];
        had += lead != but && is_undealt(judge, lead) && judge_offer_of(lead, rep) != 0;
    }
    return had;
}

static bool is_kept(const struct sim_judge *judge, uint32_t rep, const struct judge_lead *lead)
{
    const uint64_t wanted = judge_rules_now(judge)->opening.reps;
    uint64_t total = count_undealt(judge), shares = 0, there = 0, taken = 0;
    for (uint32_t i = 0; i < SIM_REPS_MAX; i++) {
        total += is_on(judge, i) ? judge->opening.dealt[i] : 0;
        shares += is_on(judge, i) ? judge->rep_rules[i]->share : 0;
        there += is_on(judge, i);
    }
    if (there == 0 || !is_on(judge, rep))
        return false;
    if (lead->state == LEAD_ASSIGNED && is_backlog(judge, lead))
        total++;   /* pulled just now, and not counted yet */
    there = there < wanted ? there : wanted;
    for (uint32_t i = 0; i < SIM_REPS_MAX; i++) {
        if (!is_on(judge, i))
            continue;
        uint64_t whole = total * there * judge->rep_rules[i]->share / (shares * wanted), had = had_by(judge, i, i == rep ? lead : NULL);
        taken += had > whole ? had : whole;
    }
    const uint64_t part = total * there * judge->rep_rules[rep]->share, had = had_by(judge, rep, lead);
    if (had < part / (shares * wanted))
        return false;
    return had > part / (shares * wanted) || part % (shares * wanted) == 0 || taken >= (total * there + wanted - 1) / wanted;
}

enum judge_kept judge_opening_keeps(const struct sim_judge *judge, uint32_t rep, const struct judge_lead *lead)
{
    const struct judge_opening *opening = &judge->opening;
    if (opening->changed)
        return MAYBE_KEPT;
    if (!is_backlog(judge, lead))
        return NOT_KEPT;
    if (opening->is_unsure || opening->until_least_ms <= opening->now_ms)
        return MAYBE_KEPT;
    return is_kept(judge, rep, lead) ? KEPT : NOT_KEPT;
}

void judge_opening_ahead(const struct sim_judge *judge, const struct judge_lead *lead, int *least, int *most)
{
    const struct judge_opening *opening = &judge->opening;
    const bool is_phone = lead->channel == LW_CHANNEL_PHONE;
    *least = *most = 0;
    if (opening->is_on && is_phone && !lead->is_call_back)
        *least = *most = 2;
    else if (is_backlog(judge, lead)) {
        *least = is_phone || lead->wait_ms <= opening->until_least_ms;
        *most = is_phone || lead->wait_ms <= opening->until_most_ms;
    }
    if (opening->changed || (opening->is_on && opening->until_least_ms <= opening->now_ms)) {
        *least = 0;
        *most = 2;
    }
}
