/* SPDX-License-Identifier: Apache-2.0
 *
 * A lead that asks for what no rep of the rules has, now or after any step of its relaxation that is to
 * come, would wait for nothing. It is parked at once, where a person sees it, and waits again when new rules have somebody.
 */
#include "unroutable.h"

#include <stdlib.h>

#include "exclusions.h"
#include "lead_extra.h"
#include "lead_state.h"
#include "needs.h"
#include "preferred.h"
#include "rules.h"

static bool somebody_can(const struct core *core, const struct demand_class *demand);
static bool somebody_meets(const struct core *core, uint8_t channel, const struct needs *needs);
static int by_number(const void *a, const void *b);

bool lead_is_unroutable(struct core *core, const struct lead *lead)
{
    if (lead->demand->of_queue->is_pulled ? somebody_meets(core, lead->demand->channel, &lead->demand->needs) : somebody_can(core, lead->demand))
        return false;
    const struct config_rule *rule = lead->relax_after_ms != 0 ? rules_by_name(core, lead->rule) : NULL;
    struct needs needs = lead->demand->needs;
    if ((needs.capped_source != 0 || opening_is_backlog(&needs) || needs.rings) && somebody_meets(core, lead->demand->channel, &needs))
        return false;   /* who has had enough of its source today may have it tomorrow, or when the opening is over; a busy device will be free */
    for (uint32_t i = lead->relaxed; rule && i < rule->relax_count; i++) {
        needs_relax(core, &needs, &rule->relax[i]);
        if (somebody_meets(core, lead->demand->channel, &needs))
            return false;
    }
    return true;
}

void unroutable_park(struct core *core, struct lead *lead)
{
    if (lead->state != LEAD_WAITING || lead_is_preferring(lead) || !lead_is_unroutable(core, lead))
        return;
    lead_move(core, lead, &(struct lead_change){.to = LEAD_PARKED, .cause = CAUSE_UNROUTABLE, .reason = "no rep of the rules could ever take it",
                                                .deadline_ms = deadline_after(core, core->config->park_limit_ms)});
}

static void release(struct core *core, struct lead *lead)
{
    lead_forget_exclusions(core, lead);
    lead->offers_made = 0;
    lead->wait_deadline_ms = deadline_after(core, core_channel(core, lead->demand->channel)->wait_limit_ms);
    lead_move(core, lead, &(struct lead_change){.to = LEAD_WAITING, .cause = CAUSE_CONFIGURED, .deadline_ms = lead->wait_deadline_ms});
}

static bool is_concerned(struct core *core, const struct lead *lead)
{
    if (lead->state == LEAD_PARKED)
        return lead->cause == CAUSE_UNROUTABLE && !lead_is_unroutable(core, lead);
    return lead->state == LEAD_WAITING && !lead_is_preferring(lead) && lead_is_unroutable(core, lead);
}

/* In order of their numbers: their places in the table depend on the past. */
void unroutable_review(struct core *core)
{
    uint32_t index = 0, count = 0;
    struct lead **concerned = malloc((core->leads.count + 1u) * sizeof *concerned);
    if (!concerned)
        abort();   /* a pointer for each open lead: there is no sensible way to go on */
    for (struct lead *lead; (lead = lead_table_next(&core->leads, &index)) != NULL; index++) {
        if (is_concerned(core, lead))
            concerned[count++] = lead;
    }
    qsort(concerned, count, sizeof *concerned, by_number);
    for (uint32_t i = 0; i < count; i++) {
        if (concerned[i]->state == LEAD_PARKED)
            release(core, concerned[i]);
        else
            unroutable_park(core, concerned[i]);
    }
    free(concerned);
}

static bool has_room_for(const struct core *core, const struct supply_class *supply, uint8_t channel)
{
    return supply->configured_count > 0 && supply->capacity >= core_channel(core, channel)->weight;
}

/* The first of its row, for nearly every lead. */
static bool somebody_can(const struct core *core, const struct demand_class *demand)
{
    for (uint32_t i = 0; i < SUPPLY_WORDS_MAX / 64; i++) {
        for (uint64_t words = demand->able_words[i]; words != 0; words &= words - 1) {
            uint32_t w = i * 64 + (uint32_t)__builtin_ctzll(words);
            for (uint64_t bits = demand->able.words[w]; bits != 0; bits &= bits - 1) {
                if (has_room_for(core, core->classes.supply[w * 64 + (uint32_t)__builtin_ctzll(bits)], demand->channel))
                    return true;
            }
        }
    }
    return false;
}

static bool somebody_meets(const struct core *core, uint8_t channel, const struct needs *needs)
{
    for (uint32_t i = 0; i < core->classes.supply_count; i++) {
        const struct supply_class *supply = core->classes.supply[i];
        if (supply && has_room_for(core, supply, channel) && supply_has_what(supply, needs))
            return true;
    }
    return false;
}

static int by_number(const void *a, const void *b)
{
    const struct lead *const *x = a, *const *y = b;
    return (*x)->id.number < (*y)->id.number ? -1 : (*x)->id.number > (*y)->id.number;
}
