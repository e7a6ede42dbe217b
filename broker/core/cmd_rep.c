/* SPDX-License-Identifier: Apache-2.0
 *
 * Offers answered by reps, and what became of a dialled device. Completions: cmd_complete.c.
 */
#include "broadcast.h"
#include "core_commands.h"
#include "core_internal.h"
#include "decisions.h"
#include "declines.h"
#include "effects.h"
#include "lead_state.h"
#include "rep_state.h"

static void accept_offer(struct core *core, struct lead *lead, struct rep *rep);
static void decline_offer(struct core *core, const struct core_command *command, struct lead *lead, struct rep *rep);
static void answer_is_late(struct core *core, const struct core_command *command, const struct lead *lead, const struct rep *rep);

struct rep *asking_rep(struct core *core, const struct core_command *command)
{
    struct rep *rep = rep_table_by_session(&core->reps, command->session);
    if (!rep)
        reply(core, command, CORE_NO_SESSION, "log on first", (struct desk_id){0});
    return rep;
}

void command_answer_offer(struct core *core, const struct core_command *command)
{
    struct rep *rep = asking_rep(core, command);
    if (!rep)
        return;
    struct lead *lead = lead_table_find(&core->leads, command->answer_offer.lead);
    uint32_t offer_number = lead && lead->state == LEAD_OFFERED ? lead_offer_number(lead, rep->number) : 0;
    if (offer_number == 0 || offer_number != command->answer_offer.offer_number) {
        answer_is_late(core, command, lead, rep);
        return;
    }
    if (command->answer_offer.accept) {
        broadcast_take(core, lead, rep);
        accept_offer(core, lead, rep);
        reply(core, command, CORE_ACCEPTED, lead_state_word((enum lead_state)lead->state), lead->id);
        return;
    }
    decline_offer(core, command, lead, rep);
}

/* With a reason that the desk does not know the offer stays as it is. */
static void decline_offer(struct core *core, const struct core_command *command, struct lead *lead, struct rep *rep)
{
    struct desk_id id = lead->id;
    struct core_text reason = command->answer_offer.reason;
    const char *problem = decline_problem(core, reason);
    if (problem) {
        reply(core, command, CORE_REJECTED, problem, id);
        return;
    }
    core->totals.declined++;
    const char *told = decline_keep(core, lead, lead_offer_number(lead, rep->number), reason);
    if (lead_is_broadcast(lead))
        broadcast_decline(core, lead, rep, told);
    else
        lead_return_declined(core, lead, told);
    if (core->config->refusals.reason_count == 0) {
        rep_not_missed(core, rep);
    } else {
        rep->misses = 0;
        decline_count(core, rep, reason);
        rep_record(core, rep);
        tell_rep_event(core, rep, CAUSE_DECLINED);
    }
    reply(core, command, CORE_ACCEPTED, "", id);
}

static void accept_offer(struct core *core, struct lead *lead, struct rep *rep)
{
    const struct config_channel *channel = core_channel(core, lead->demand->channel);
    bool is_call = lead->demand->needs.rings;

    core->totals.accepted++;
    decision_close(lead, lead->offer_number, CAUSE_ACCEPTED);
    rep_today_count(core, rep->number, CAUSE_ACCEPTED);
    lead_move(core, lead, &(struct lead_change){
        .to = is_call ? LEAD_CONNECTING : LEAD_ASSIGNED, .cause = CAUSE_ACCEPTED, .rep = rep->number,
        .deadline_ms = is_call ? deadline_after(core, channel->connect_timeout_ms) : lead_work_deadline(core, lead)});
    tell_holding(core, lead, rep, false);
    rep_not_missed(core, rep);
}

/* The same answer again is a duplicate; any other comes too late or was never asked for. */
static void answer_is_late(struct core *core, const struct core_command *command, const struct lead *lead, const struct rep *rep)
{
    uint32_t number = command->answer_offer.offer_number;
    struct desk_id id = command->answer_offer.lead;

    if (!lead) {
        reply(core, command, CORE_NOT_YOURS, "there is no such open lead", id);
        return;
    }
    bool has_it = lead->rep == rep->number && lead->offer_number == number && (lead->state == LEAD_CONNECTING || lead->state == LEAD_ASSIGNED);
    if (has_it && command->answer_offer.accept) {
        reply(core, command, CORE_DUPLICATE, lead_state_word((enum lead_state)lead->state), id);
        return;
    }
    for (uint32_t i = 0; i < lead->exclusion_count; i++) {
        const struct exclusion *exclusion = &lead->exclusions[i];
        if (exclusion->rep != rep->number || exclusion->offer_number != number)
            continue;
        bool declined = exclusion->cause == CAUSE_DECLINED;
        reply(core, command, declined && !command->answer_offer.accept ? CORE_DUPLICATE : CORE_NOT_YOURS,
              declined ? "declined" : core_cause_word((enum core_cause)exclusion->cause), id);
        return;
    }
    reply(core, command, CORE_NOT_YOURS, lead->rep != 0 && lead->rep != rep->number ? "another rep has it" : "withdrawn", id);
}

static enum core_cause dial_cause(enum dial_outcome outcome)
{
    switch (outcome) {
    case DIAL_OUTCOME_ANSWERED: return CAUSE_ANSWERED;
    case DIAL_OUTCOME_NO_ANSWER: return CAUSE_NO_ANSWER;
    case DIAL_OUTCOME_BUSY: return CAUSE_DEVICE_BUSY;
    case DIAL_OUTCOME_FAILED: return CAUSE_DIAL_FAILED;
    }
    return CAUSE_NONE;
}

void command_dial_result(struct core *core, const struct core_command *command)
{
    struct desk_id id = command->dial_result.lead;
    struct lead *lead = lead_table_find(&core->leads, id);
    enum core_cause cause = dial_cause(command->dial_result.outcome);

    if (!lead || lead->offer_number != command->dial_result.offer_number || (lead->state != LEAD_CONNECTING && lead->state != LEAD_ASSIGNED)) {
        reply(core, command, lead ? CORE_NOT_YOURS : CORE_NOT_FOUND, lead ? "the offer is over" : "there is no such open lead", id);
        return;
    }
    if (lead->state == LEAD_ASSIGNED) {
        reply(core, command, cause == CAUSE_ANSWERED ? CORE_DUPLICATE : CORE_NOT_YOURS, "answered", id);
        return;
    }
    if (cause == CAUSE_NONE) {
        reply(core, command, CORE_REJECTED, "the outcome is none of answered, no_answer, busy, failed", id);
        return;
    }
    struct rep *rep = core->reps.reps[lead->rep];
    reach_note_leg(lead, &(struct leg_note){.at_ms = core->now_ms, .rep = rep->number, .offer_number = lead->offer_number, .cause = (uint8_t)cause},
                   command->dial_result.leg_id);
    if (cause == CAUSE_ANSWERED) {
        lead_move(core, lead, &(struct lead_change){.to = LEAD_ASSIGNED, .cause = CAUSE_ANSWERED, .rep = rep->number,
                                                    .deadline_ms = lead_work_deadline(core, lead)});
        tell_holding(core, lead, rep, false);
    } else {
        lead_return(core, lead, cause, true, false);
        rep_missed(core, rep);
    }
    reply(core, command, CORE_ACCEPTED, "", id);
}
