/* SPDX-License-Identifier: Apache-2.0
 *
 * What reps do with leads: answer offers, complete; and what became of a dialled device.
 */
#include "core_internal.h"

static void accept_offer(struct core *core, struct lead *lead, struct rep *rep);
static void answer_is_late(struct core *core, const struct core_command *command, const struct lead *lead, const struct rep *rep);
static bool complete_repeated(struct core *core, const struct core_command *command, struct siphash_128 key, uint64_t hash);
static bool disposition_known(const struct core *core, struct core_text code);

/* The rep whose session asks; answers the request otherwise. */
static struct rep *asking_rep(struct core *core, const struct core_command *command)
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
    if (!lead || lead->state != LEAD_OFFERED || lead->rep != rep->number || lead->offer_number != command->answer_offer.offer_number) {
        answer_is_late(core, command, lead, rep);
        return;
    }
    if (command->answer_offer.accept) {
        accept_offer(core, lead, rep);
        reply(core, command, CORE_ACCEPTED, lead_state_word((enum lead_state)lead->state), lead->id);
        return;
    }
    struct desk_id id = lead->id;
    core->totals.declined++;
    lead_return(core, lead, CAUSE_DECLINED, true, false);
    rep_not_missed(core, rep);
    reply(core, command, CORE_ACCEPTED, "", id);
}

static void accept_offer(struct core *core, struct lead *lead, struct rep *rep)
{
    const struct config_channel *channel = core_channel(core, lead->demand->channel);
    bool is_call = lead->demand->channel == LW_CHANNEL_PHONE;

    core->totals.accepted++;
    decision_close(lead, lead->offer_number, CAUSE_ACCEPTED, 0);
    lead_move(core, lead, &(struct lead_change){
        .to = is_call ? LEAD_CONNECTING : LEAD_ASSIGNED, .cause = CAUSE_ACCEPTED, .rep = rep->number,
        .deadline_ms = deadline_after(core, is_call ? channel->connect_timeout_ms : core->config->work_limit_ms)});
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

void command_complete(struct core *core, const struct core_command *command)
{
    struct rep *rep = asking_rep(core, command);
    if (!rep)
        return;
    struct desk_id id = command->complete.lead;
    struct core_text idempotency_id = command->complete.idempotency_id, disposition = command->complete.disposition;
    if (idempotency_id.size == 0 || idempotency_id.size > LW_IDEMPOTENCY_ID_MAX) {
        reply(core, command, CORE_REJECTED, "the idempotency id is missing or too long", id);
        return;
    }
    struct siphash_128 key = seen_key_complete(core, id, idempotency_id);
    uint64_t hash = siphash_64(core->fingerprint_key, disposition.data ? disposition.data : "", disposition.size);
    if (complete_repeated(core, command, key, hash))
        return;
    struct lead *lead = lead_table_find(&core->leads, id);
    if (!lead || lead->rep != rep->number || lead->state != LEAD_ASSIGNED) {
        bool connecting = lead && lead->rep == rep->number && lead->state == LEAD_CONNECTING;
        reply(core, command, connecting ? CORE_REJECTED : CORE_NOT_YOURS, connecting ? "the call is not connected yet" : "the lead is not with you", id);
        return;
    }
    if (!disposition_known(core, disposition)) {
        reply(core, command, CORE_REJECTED, "the desk has no such disposition", id);
        return;
    }
    char code[LW_NAME_MAX + 1] = {0};
    memcpy(code, disposition.data, disposition.size);
    uint32_t wrap_up_ms = core_channel(core, lead->demand->channel)->wrap_up_ms;
    lead_move(core, lead, &(struct lead_change){.to = LEAD_COMPLETED, .cause = CAUSE_COMPLETED, .rep = rep->number, .disposition = code,
                                                .has_completion = true, .completion_key = key, .completion_hash = hash});
    if (wrap_up_ms > 0 && (rep->state == REP_AVAILABLE || rep->state == REP_WRAP_UP))
        rep_set_state(core, rep, REP_WRAP_UP, CAUSE_COMPLETED, deadline_after(core, wrap_up_ms));
    reply(core, command, CORE_ACCEPTED, "", id);
}

static bool complete_repeated(struct core *core, const struct core_command *command, struct siphash_128 key, uint64_t hash)
{
    const struct seen_entry *seen = seen_find(&core->seen, key, core->now_ms);
    if (!seen)
        return false;
    bool same = seen->content_hash == hash;
    reply(core, command, same ? CORE_DUPLICATE : CORE_DUPLICATE_DIFFERS,
          same ? "" : "this idempotency id was used for another disposition", command->complete.lead);
    return true;
}

static bool disposition_known(const struct core *core, struct core_text code)
{
    for (uint32_t i = 0; i < core->config->disposition_count; i++) {
        const char *known = core->config->dispositions[i].code;
        if (code.size <= LW_NAME_MAX && strlen(known) == code.size && memcmp(known, code.data, code.size) == 0)
            return true;
    }
    return false;
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
    if (cause == CAUSE_ANSWERED) {
        lead_move(core, lead, &(struct lead_change){.to = LEAD_ASSIGNED, .cause = CAUSE_ANSWERED, .rep = rep->number,
                                                    .deadline_ms = deadline_after(core, core->config->work_limit_ms)});
        tell_holding(core, lead, rep, false);
    } else {
        lead_return(core, lead, cause, true, false);
        rep_missed(core, rep);
    }
    reply(core, command, CORE_ACCEPTED, "", id);
}
