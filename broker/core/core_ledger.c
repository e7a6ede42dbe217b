/* SPDX-License-Identifier: Apache-2.0 */
#include "core_ledger.h"

#include "core_internal.h"

bool core_ledger_in_use(const struct core *core, uint64_t *given_out)
{
    *given_out = core->fair_share.given;
    if (!core->config)
        return false;
    bool in_use = core->queues.policy->uses_shares;
    for (uint32_t i = 0; i < core->names.count && !in_use; i++) {
        const struct queue *queue = queues_find(&core->queues, i);
        in_use = queue && queue->policy->uses_shares;
    }
    return in_use;
}

static void tell(const struct core *core, const struct rep *rep, uint32_t place, void (*visit)(void *context, const struct core_ledger_row *row), void *context)
{
    const struct core_ledger_row row = {.rep = rep->name, .share = rep->rank.share, .is_present = place > 0, .place = place,
                                        .owed_hundredths = fair_share_owed(&core->fair_share, rep)};
    visit(context, &row);
}

void core_ledger_visit(const struct core *core, void (*visit)(void *context, const struct core_ledger_row *row), void *context)
{
    uint32_t place = 0;
    for (const struct avl_node *node = avl_first(&core->fair_share.by_start); node; node = avl_next(node))
        tell(core, AVL_ENTRY(node, struct rep, start), ++place, visit, context);
    for (uint32_t i = 1; i < core->reps.count; i++) {
        const struct rep *rep = core->reps.reps[i];
        if (rep && rep->configured && !rep->is_present)
            tell(core, rep, 0, visit, context);
    }
}
