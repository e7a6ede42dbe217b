/* SPDX-License-Identifier: Apache-2.0
 *
 * A rep hands a lead on: to a colleague, back to who handed it on, to a team, or to whoever has a skill; perhaps with an
 * appointment, and with a note. Age and history go with it, and who handed it on stays on it. A colleague is asked first and alone
 * for the desk's transfer_for, there or not; then it is everybody's.
 */
#include <stdio.h>

#include "core_commands.h"
#include "core_internal.h"
#include "effects.h"
#include "exclusions.h"
#include "lead_extra.h"
#include "lead_state.h"
#include "needs.h"

struct transfer {
    struct lead *lead;
    struct rep *from, *to;           /* to: NULL for a team or a skill */
    struct needs needs;              /* of a team or a skill */
    char target[2 * LW_NAME_MAX];    /* for the event: configured words */
};

static const char *read_target(struct core *core, const struct core_command *command, struct transfer *transfer);
static const char *read_appointment(const struct core *core, const struct core_command *command);
static bool is_repeated(const struct core_command *command, const struct lead *lead, const struct rep *rep);
static void hand_on(struct core *core, const struct core_command *command, struct transfer *transfer);

void command_transfer(struct core *core, const struct core_command *command)
{
    struct transfer transfer = {.from = asking_rep(core, command)};
    struct desk_id id = command->transfer.lead;
    if (!transfer.from)
        return;
    struct lead *lead = transfer.lead = lead_table_find(&core->leads, id);
    if (lead && is_repeated(command, lead, transfer.from)) {
        reply(core, command, CORE_DUPLICATE, "", id);
        return;
    }
    bool is_its = lead && lead->rep == transfer.from->number && lead->offer_number == command->transfer.offer_number;
    if (!is_its || lead->state != LEAD_ASSIGNED) {
        bool connecting = is_its && lead->state == LEAD_CONNECTING;
        reply(core, command, connecting ? CORE_REJECTED : CORE_NOT_YOURS, connecting ? "the call is not connected yet" : "the lead is not with you", id);
        return;
    }
    const char *problem = read_target(core, command, &transfer);
    if (!problem)
        problem = read_appointment(core, command);
    if (!problem)
        problem = act_note_check(command->transfer.note);
    if (problem) {
        reply(core, command, CORE_REJECTED, problem, id);
        return;
    }
    if (!transfer.to && !lead_set_needs(core, lead, &transfer.needs)) {
        reply(core, command, CORE_BUSY, "too many different kinds of leads", id);
        return;
    }
    hand_on(core, command, &transfer);
    reply(core, command, CORE_ACCEPTED, "", id);
}

/* In the same record as the move: who gets the lead has the note, or neither. */
static void keep_note(struct core *core, const struct core_command *command, const struct transfer *transfer)
{
    struct act_note note = {.at_ms = core->now_ms, .cause = CAUSE_TRANSFERRED, .rep = transfer->to ? transfer->to->number : 0};
    act_note_keep_words(transfer->lead, &note, transfer->from->name, command->transfer.note);
}

/* A new round: no refusals but that of who hands it on, who would else get it back at once. */
static void hand_on(struct core *core, const struct core_command *command, struct transfer *transfer)
{
    struct lead *lead = transfer->lead;
    struct lead_extra *extra = lead_extra_of(lead);
    lead_forget_exclusions(core, lead);
    lead->offers_made = 0;
    extra->set_by = transfer->from->number;
    extra->set_offer_number = lead->offer_number;
    if (command->transfer.appointment_unix_ms != 0)
        lead_set_appointment(lead, (uint64_t)command->transfer.appointment_unix_ms, command->transfer.place);
    if (transfer->to) {
        lead_prefer(lead, transfer->to->number, deadline_after(core, core->config->transfer_for_ms), 0);
    } else {
        extra->has_own_needs = true;
        lead->relax_after_ms = 0;   /* a person said what it needs */
    }
    if (command->transfer.note.size > 0)
        keep_note(core, command, transfer);
    lead_return_to(core, lead, CAUSE_TRANSFERRED, transfer->target);
}

static bool is_repeated(const struct core_command *command, const struct lead *lead, const struct rep *rep)
{
    return lead->extra && lead->extra->set_by == rep->number && lead->extra->set_offer_number == command->transfer.offer_number;
}

/* Would it ever find somebody: in the rules, there or not. */
static bool somebody_can(const struct core *core, const struct needs *needs)
{
    for (uint32_t i = 1; i < core->reps.count; i++) {
        const struct rep *rep = core->reps.reps[i];
        bool can = rep && rep->configured && needs_allow_team(needs, rep->team, rep->is_outsourced);
        for (uint32_t k = 0; can && k < needs->require_count; k++)
            can = rep->levels[needs->require[k].skill] >= needs->require[k].level;
        if (can)
            return true;
    }
    return false;
}

static const char *read_rep(struct core *core, const struct core_command *command, struct transfer *transfer)
{
    struct core_text name = command->transfer.rep;
    transfer->to = rep_table_by_name(&core->reps, name.data, name.size);
    if (!transfer->to || !transfer->to->configured)
        return "the desk's rules have no such rep";
    if (transfer->to == transfer->from)
        return "you have it already";
    snprintf(transfer->target, sizeof transfer->target, "rep %s", transfer->to->name);
    return NULL;
}

static const char *read_back(struct core *core, struct transfer *transfer)
{
    const struct lead_extra *extra = transfer->lead->extra;
    transfer->to = extra ? rep_table_at(&core->reps, extra->set_by) : NULL;
    if (!transfer->to)
        return "nobody handed it on";
    if (!transfer->to->configured)
        return "the desk's rules do not have the rep any more who handed it on";
    if (transfer->to == transfer->from)
        return "it was you who handed it on";
    snprintf(transfer->target, sizeof transfer->target, "rep %s", transfer->to->name);
    return NULL;
}

static const char *read_team(struct core *core, const struct core_command *command, struct transfer *transfer)
{
    struct core_text team = command->transfer.team;
    uint32_t name = names_find(&core->names, team.data, team.size);
    transfer->needs.teams[0] = name;
    transfer->needs.team_count = 1;
    transfer->needs.with_own_teams = false;
    if (name == NAME_NONE || !somebody_can(core, &transfer->needs))
        return "nobody in that team can take it";
    snprintf(transfer->target, sizeof transfer->target, "team %s", names_text(&core->names, name));
    return NULL;
}

static const char *read_skill(struct core *core, const struct core_command *command, struct transfer *transfer)
{
    struct core_text skill = command->transfer.skill;
    struct needs *needs = &transfer->needs;
    uint32_t name = names_find(&core->names, skill.data, skill.size), level = command->transfer.level, number = 0, at = 0;
    while (number < core->skill_count && core->skill_names[number] != name)
        number++;
    if (name == NAME_NONE || number == core->skill_count || level < 1 || level > CONFIG_LEVEL_MAX)
        return "the desk's rules have no such skill, or its level is not 1 to 10";
    while (at < needs->require_count && needs->require[at].skill != number)
        at++;
    if (at == CONFIG_REQUIRE_MAX)
        return "the lead requires as much as it may already";
    if (at == needs->require_count)
        needs->require_count++;
    needs->require[at] = (struct requirement){(uint16_t)number, (uint8_t)level};
    needs_sort(core, needs);
    if (!somebody_can(core, needs))
        return "nobody has that skill, and all else that the lead requires";
    snprintf(transfer->target, sizeof transfer->target, "skill %s %u", names_text(&core->names, name), level);
    return NULL;
}

static const char *read_target(struct core *core, const struct core_command *command, struct transfer *transfer)
{
    bool to_rep = command->transfer.rep.size > 0, to_team = command->transfer.team.size > 0, to_skill = command->transfer.skill.size > 0;
    transfer->needs = transfer->lead->demand->needs;
    if (to_rep + to_team + to_skill + command->transfer.back != 1)
        return "name a rep, a team or a skill, or hand it back";
    if (command->transfer.back)
        return read_back(core, transfer);
    return to_rep ? read_rep(core, command, transfer) : to_team ? read_team(core, command, transfer) : read_skill(core, command, transfer);
}

static const char *read_appointment(const struct core *core, const struct core_command *command)
{
    int64_t at_ms = command->transfer.appointment_unix_ms;
    if (command->transfer.place.size > LEAD_PLACE_MAX)
        return "the place is too long";
    if (at_ms == 0)
        return command->transfer.place.size == 0 ? NULL : "a place needs a time";
    if (at_ms < 0 || (uint64_t)at_ms <= core->now_ms)
        return "the time of the appointment has passed";
    return (uint64_t)at_ms > core->now_ms + CONFIG_SCHEDULE_MAX_MS ? "the appointment is more than a year ahead" : NULL;
}
