/* SPDX-License-Identifier: Apache-2.0
 *
 * The last decisions on a lead, for explanations.
 */
#include "core_internal.h"
#include "decisions.h"
#include "lead_memory.h"

void decision_add(struct core *core, struct lead *lead, const struct decision *decision)
{
    if (!core->is_restoring)
        history_note_decision(core, lead, decision);
    if (core->limits.decisions_max == 0)
        return;
    if (lead->decision_count == core->limits.decisions_max) {
        memmove(lead->decisions, lead->decisions + 1, (lead->decision_count - 1u) * sizeof *lead->decisions);
        lead->decision_count--;
    } else if (lead->decision_count == lead->decision_capacity && !lead_grow_decisions(core, lead)) {
        return;
    }
    lead->decisions[lead->decision_count++] = *decision;
}

void decision_close(struct lead *lead, uint32_t offer_number, enum core_cause outcome)
{
    for (uint32_t i = 0; i < lead->decision_count; i++) {
        if (lead->decisions[i].offer_number == offer_number)
            lead->decisions[i].outcome = (uint8_t)outcome;
    }
}

uint32_t decision_refusals(const struct lead *lead, uint32_t offer_number)
{
    uint32_t refusals = 0;
    for (uint32_t i = 0; i < lead->exclusion_count; i++) {
        uint32_t before = offer_number - lead->exclusions[i].offer_number;
        refusals |= before <= CORE_DECISIONS_KEPT ? 1u << (before - 1) : (uint32_t)DECISION_OLDER;
    }
    return refusals;
}
