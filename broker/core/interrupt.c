/* SPDX-License-Identifier: Apache-2.0 */
#include "interrupt.h"

#include <stdlib.h>

#include "broadcast.h"
#include "core_internal.h"
#include "exclusions.h"
#include "rep_state.h"

void interrupt_link(struct core *core)
{
    interrupt_fini(core);
    core->reserves = calloc(core->reps.count, sizeof *core->reserves);
    if (!core->reserves)
        abort();   /* a pointer per rep: part of having rules */
    for (uint32_t i = 1; i < core->reps.count; i++) {
        struct rep *rep = core->reps.reps[i];
        if (rep && rep->configured && rep->reserve > 0)
            core->reserves[core->reserve_count++] = rep;
    }
}

void interrupt_fini(struct core *core)
{
    free(core->reserves);
    core->reserves = NULL;
    core->reserve_count = 0;
}

bool interrupt_may(const struct core *core, uint8_t channel, const struct needs *needs)
{
    bool is_call_back = channel == LW_CHANNEL_PHONE && !needs->rings;
    return core_channel(core, channel)->interrupts != 0 && !is_call_back;
}

uint8_t interrupt_held_channels(const struct rep *rep)
{
    uint8_t channels = 0;
    for (const struct lead *lead = rep->reserve > 0 ? rep->held_first : NULL; lead; lead = lead->held.next)
        channels |= (uint8_t)(1u << lead->demand->channel);
    for (const struct other_offer *offer = rep->reserve > 0 ? rep->other_offers : NULL; offer; offer = offer->rep_next)
        channels |= (uint8_t)(1u << offer->lead->demand->channel);
    return channels;
}

static bool fits(const struct config_channel *channel, uint8_t held, uint32_t load, uint32_t capacity, uint32_t reserve)
{
    return held != 0 && (held & ~channel->interrupts) == 0 && channel->weight <= capacity && load + channel->weight <= capacity + reserve;
}

bool interrupt_fits(const struct core *core, const struct rep *rep, const struct demand_class *demand)
{
    return rep->reserve > 0 && rep_is_at_work(rep) &&
           fits(core_channel(core, demand->channel), interrupt_held_channels(rep), rep->rank.load, rep->rank.capacity, rep->reserve);
}

bool interrupt_fitted(const struct core *core, const struct rep *rep, const struct history_entry *was, uint8_t channel, const struct needs *needs)
{
    return rep->reserve > 0 && interrupt_may(core, channel, needs) &&
           fits(core_channel(core, channel), was->held, was->load, was->capacity, rep->reserve);
}

/* What the policy compares, with what depends on the lead. */
static struct policy_rep rank_of(const struct core *core, const struct rep *rep, const struct demand_class *demand)
{
    const struct policy *policy = demand->of_queue->policy;
    struct policy_rep rank = rep->rank;
    rank.levels = policy->uses_levels ? classes_levels(&core->classes, demand, rep->supply->index) : 0;
    rank.preferred = classes_preferred(&core->classes, demand, rep->supply->index);
    rank.is_past = policy->takes_turns && rep->number <= demand->of_queue->turn;
    return rank;
}

struct rep *interrupt_best_rep(const struct core *core, const struct lead *lead, uint32_t *able)
{
    const struct demand_class *demand = lead->demand;
    struct rep *best = NULL;
    struct policy_rep best_rank = {0};
    if (!interrupt_may(core, demand->channel, &demand->needs) || demand->of_queue->policy->ranks_pairs)
        return NULL;
    for (uint32_t i = 0; i < core->reserve_count; i++) {
        struct rep *rep = core->reserves[i];
        if (!supply_is_offered(rep->supply, demand) || !interrupt_fits(core, rep, demand))
            continue;
        *able += !rep->is_ready;   /* the others are counted */
        if (lead->exclusion_count > 0 && lead_excludes(lead, rep->number))
            continue;
        struct policy_rep rank = rank_of(core, rep, demand);
        if (best && policy_compare(demand->of_queue->policy, &rank, &best_rank) > 0)
            continue;
        best = rep;
        best_rank = rank;
    }
    return best;
}

bool interrupt_is(const struct core *core, const struct lead *lead, const struct rep *rep)
{
    return rep->reserve > 0 && rep->rank.load > rep->rank.capacity && interrupt_may(core, lead->demand->channel, &lead->demand->needs);
}
