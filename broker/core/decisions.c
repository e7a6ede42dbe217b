/* SPDX-License-Identifier: Apache-2.0
 *
 * The last decisions on a lead, for explanations.
 */
#include "core_internal.h"
#include "decisions.h"
#include "lead_extra.h"
#include "lead_memory.h"

_Static_assert((int)CORE_DECISIONS_MAX <= (int)DECISION_PLACE_SHIFT && (int)CORE_DECISIONS_MAX >= (int)BROADCAST_MAX, "a bit for each refusal, and room for a round");

/* Twice as many where offers come in rounds: the largest round is all there. */
static uint32_t kept_max(const struct core *core, const struct lead *lead, bool in_round)
{
    bool has_rounds = in_round || (lead->extra && lead->extra->last_offer_number != 0);
    return core->limits.decisions_max << has_rounds;
}

struct decision *decision_place(struct core *core, struct lead *lead, bool in_round)
{
    if (core->limits.decisions_max == 0)
        return NULL;
    if (lead->decision_count >= kept_max(core, lead, in_round)) {
        memmove(lead->decisions, lead->decisions + 1, (lead->decision_count - 1u) * sizeof *lead->decisions);
        lead->decision_count--;
    } else if (lead->decision_count == lead->decision_capacity && !lead_grow_decisions(core, lead)) {
        return NULL;
    }
    return &lead->decisions[lead->decision_count++];
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
        refusals |= before <= CORE_DECISIONS_MAX ? 1u << (before - 1) : (uint32_t)DECISION_OLDER;
    }
    return refusals;
}
