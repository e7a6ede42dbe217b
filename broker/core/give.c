/* SPDX-License-Identifier: Apache-2.0
 *
 * A rep gets a lead that nobody chose them for among others. As an offer that they had accepted, but for the rules of who may.
 */
#include "broadcast.h"
#include "core_internal.h"
#include "decisions.h"
#include "effects.h"
#include "give.h"
#include "lead_state.h"

static void note_decision(struct core *core, struct lead *lead, const struct rep *rep, enum core_cause cause)
{
    history_note_decision(core, lead->id, lead->offer_number, rep->number);
    struct decision *decision = decision_place(core, lead, false);
    if (!decision)
        return;
    *decision = (struct decision){
        .at_ms = core->now_ms, .history_seq = core->history.reps_next, .rep = rep->number, .offer_number = lead->offer_number,
        .config_version = core->config_version, .able = 1, .load = (uint16_t)rep->rank.load, .capacity = (uint16_t)rep->rank.capacity,
        .idle_since_ms = rep->rank.idle_since_ms, .cause = (uint8_t)cause, .outcome = CAUSE_ACCEPTED, .demand_hash = lead->demand->hash,
        .ledger_total = core->fair_share.total};
}

void lead_give(struct core *core, struct lead *lead, struct rep *rep, enum core_cause cause)
{
    const struct config_channel *channel = core_channel(core, lead->demand->channel);
    bool is_call = lead->demand->needs.rings, is_shared = lead->demand->of_queue->policy->uses_shares;

    assert(lead->state == LEAD_WAITING && rep->configured && rep->rank.load + channel->weight <= rep->rank.capacity);
    lead->offer_number = lead_next_offer_number(lead);
    lead->weight = (uint16_t)channel->weight;
    lead->charged = is_shared ? lead->weight : 0;
    note_decision(core, lead, rep, cause);
    lead_move(core, lead, &(struct lead_change){
        .to = is_call ? LEAD_CONNECTING : LEAD_ASSIGNED, .cause = cause, .rep = rep->number,
        .deadline_ms = is_call ? deadline_after(core, channel->connect_timeout_ms) : lead_work_deadline(core, lead)});
    tell_given(core, lead, rep);
    if (is_shared)
        fair_share_charge(core, rep, lead->charged);
}
