/* SPDX-License-Identifier: Apache-2.0
 *
 * A lead that waits asks for less as its rule says. What the rule in force says at the moment of a step
 * counts; when the next one is due was fixed by the step before, so that new rules need not look at every lead.
 */
#include "core_internal.h"
#include "lead_end.h"
#include "lead_extra.h"
#include "lead_record.h"
#include "lead_state.h"
#include "match.h"
#include "needs.h"
#include "relax.h"
#include "rules.h"

static void take_step(struct core *core, struct lead *lead, const struct config_relax_step *step);
static void set_next(struct lead *lead, const struct config_rule *rule);

void relax_begin(struct core *core, struct lead *lead, const struct config_rule *rule)
{
    assert(lead->created_ms == core->now_ms);
    lead->relaxed = 0;
    set_next(lead, rule);
}

bool relax_due(struct core *core, struct lead *lead)
{
    uint8_t before = lead->relaxed;
    while (lead->relax_after_ms != 0 && lead_relax_next_ms(lead) <= core->now_ms) {
        const struct config_rule *rule = rules_by_name(core, lead->rule);
        bool is_there = rule && lead->relaxed < rule->relax_count;
        if (is_there && lead->created_ms + rule->relax[lead->relaxed].after_ms <= core->now_ms) {
            take_step(core, lead, &rule->relax[lead->relaxed]);
            lead->relaxed++;
        }
        set_next(lead, rule);
    }
    return lead->relaxed != before;
}

void relax_waiting(struct core *core, struct lead *lead)
{
    uint64_t next_ms = lead_relax_next_ms(lead);
    assert(lead->state == LEAD_WAITING);
    if (next_ms == 0 || next_ms > core->now_ms)
        return;
    lead_leave_queue(core, lead);
    bool changed = relax_due(core, lead);
    lead_join_queue(core, lead);
    if (changed)
        lead->cause = CAUSE_RELAXED;
    lead_record(core, lead, false);
    match_note_lead(core, lead);
}

static void set_next(struct lead *lead, const struct config_rule *rule)
{
    bool is_there = rule && lead->relaxed < rule->relax_count;
    lead->relax_after_ms = is_there ? rule->relax[lead->relaxed].after_ms : 0;
}

/* Without memory for a class the lead keeps the one that it has: it is asked for too much, and never lost. */
static void take_step(struct core *core, struct lead *lead, const struct config_relax_step *step)
{
    struct needs needs = lead->demand->needs;
    if (step->offer_to != 0)
        lead_extra_of(lead)->offer_to = (uint8_t)step->offer_to;
    needs_relax(core, &needs, step);
    struct demand_class *next = classes_demand(&core->classes, lead->demand->queue, lead->demand->channel, &needs);
    if (next)
        lead_change_demand(core, lead, next);
}
