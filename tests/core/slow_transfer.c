/* SPDX-License-Identifier: Apache-2.0
 *
 * A rep hands a lead on.
 */
#include "slow_desk_internal.h"

#include <string.h>

static bool anybody_meets(const struct slow_desk *desk, const struct slow_lead *lead)
{
    struct slow_lead quiet = *lead;
    quiet.call_back = true;   /* who has no device may have it */
    for (int i = 0; i < desk->rep_count; i++) {
        if (desk->reps[i].rules && has_skills(desk, &desk->reps[i], &quiet))
            return true;
    }
    return false;
}

/* Makes the lead ask for what the transfer says. False: no such target. */
static bool ask_for(struct slow_desk *desk, const struct core_command *command, struct slow_lead *lead)
{
    if (command->transfer.team.size > 0) {
        lead->team_count = 1;
        lead->own_teams = false;
        copy_text(lead->teams[0], command->transfer.team);
        return anybody_meets(desk, lead);
    }
    char skill[TEXT];
    uint32_t at = 0, level = command->transfer.level;
    copy_text(skill, command->transfer.skill);
    while (at < lead->require_count && strcmp(lead->require[at], skill) != 0)
        at++;
    if (level < 1 || level > 10 || at == CONFIG_REQUIRE_MAX)
        return false;
    lead->require_count += at == lead->require_count;
    strcpy(lead->require[at], skill);
    lead->require_level[at] = (uint8_t)level;
    return anybody_meets(desk, lead);
}

void transfer(struct slow_desk *desk, const struct core_command *command, int number)
{
    struct desk_id id = command->transfer.lead;
    struct slow_lead *lead = find_lead(desk, id);
    uint32_t offer_number = command->transfer.offer_number;
    if (lead && lead->set_by == number && lead->set_offer_number == offer_number) {
        answer(desk, command, CORE_DUPLICATE, id);
        return;
    }
    if (!lead || lead->rep != number || lead->offer_number != offer_number || lead->state != LEAD_ASSIGNED) {
        bool connecting = lead && lead->rep == number && lead->offer_number == offer_number && lead->state == LEAD_CONNECTING;
        answer(desk, command, connecting ? CORE_REJECTED : CORE_NOT_YOURS, id);
        return;
    }
    int64_t at_ms = command->transfer.appointment_unix_ms;
    bool to_rep = command->transfer.rep.size > 0;
    bool back = command->transfer.back;
    int targets = to_rep + back + (command->transfer.team.size > 0) + (command->transfer.skill.size > 0), to = -1;
    char name[TEXT];
    copy_text(name, command->transfer.rep);
    if (to_rep)
        to = find_rep(desk, name);
    else if (back)
        to = lead->set_by;
    to_rep |= back;
    struct slow_lead asked = *lead;
    bool good = targets == 1 && command->transfer.note.size <= 500 && (at_ms == 0 ? command->transfer.place.size == 0 : at_ms > (int64_t)desk->now_ms) &&
                (to_rep ? to >= 0 && to != number && desk->reps[to].rules : ask_for(desk, command, &asked));
    if (!good) {
        answer(desk, command, CORE_REJECTED, id);
        return;
    }
    if (!to_rep) {
        *lead = asked;
        lead->less_ms = 0;
    }
    forget_refusals(lead);
    lead->offers_made = 0;
    lead->set_by = number;
    lead->set_offer_number = offer_number;
    if (at_ms != 0) {
        lead->appointment_ms = (uint64_t)at_ms;
        copy_text(lead->place, command->transfer.place);
    }
    if (command->transfer.note.size > 0) {
        copy_text(lead->note, command->transfer.note);
        strcpy(lead->note_by, desk->reps[number].name);
        lead->acts_since = 0;
    }
    lead->preferred = to;
    lead->preferred_until_ms = desk->now_ms + desk->rules->transfer_for_ms;
    give_back_by(desk, lead, CAUSE_TRANSFERRED, true, true, number);
    answer(desk, command, CORE_ACCEPTED, id);
}
