/* SPDX-License-Identifier: Apache-2.0
 *
 * A rep is done with a lead: it ends, or is to be followed up.
 */
#include "slow_desk_internal.h"

#include <stdio.h>
#include <string.h>

static const struct config_disposition *find_disposition(const struct slow_desk *desk, const char *code)
{
    for (uint32_t i = 0; i < desk->rules->disposition_count; i++) {
        if (strcmp(desk->rules->dispositions[i].code, code) == 0)
            return &desk->rules->dispositions[i];
    }
    return NULL;
}

static bool has_time(const struct config_disposition *disposition)
{
    return disposition->follow_up == FOLLOW_UP_CALL_BACK || disposition->follow_up == FOLLOW_UP_APPOINTMENT;
}

/* When it comes back, from now; 0 when that may not be. */
static uint64_t time_ahead(const struct slow_desk *desk, const struct config_disposition *disposition, int64_t asked_ms)
{
    int64_t ahead_ms = asked_ms == 0 ? (int64_t)disposition->after_ms : asked_ms - (int64_t)desk->now_ms;
    bool may = ahead_ms > 0 && ahead_ms >= (int64_t)disposition->at_least_ms && ahead_ms <= (int64_t)disposition->at_most_ms;
    return may ? (uint64_t)ahead_ms : 0;
}

static void schedule(struct slow_desk *desk, struct slow_lead *lead, const struct core_command *command,
                     const struct config_disposition *disposition, int number)
{
    bool appointment = disposition->follow_up == FOLLOW_UP_APPOINTMENT;
    uint64_t at_ms = desk->now_ms + time_ahead(desk, disposition, command->complete.at_unix_ms);
    forget_refusals(lead);
    lead->offers_made = 0;
    lead->call_backs += !appointment;
    lead->preferred = disposition->same_rep_for_ms > 0 ? number : -1;
    lead->preferred_for_ms = disposition->same_rep_for_ms;
    lead->appointment_ms = appointment ? at_ms : 0;
    copy_text(lead->place, appointment ? command->complete.place : (struct core_text){"", 0});
    move_by(desk, lead, LEAD_SCHEDULED, appointment ? CAUSE_APPOINTMENT : CAUSE_CALL_BACK, -1, at_ms, disposition->code, number, false);
}

static void follow_up(struct slow_desk *desk, struct slow_lead *lead, const struct core_command *command,
                      const struct config_disposition *disposition, int number)
{
    const struct config_call_backs *bound = &desk->rules->call_backs;
    bool too_many = disposition->follow_up == FOLLOW_UP_CALL_BACK && lead->call_backs >= bound->most;
    bool ends = disposition->follow_up == FOLLOW_UP_END || disposition->follow_up == FOLLOW_UP_SUPPRESS || (too_many && bound->ends);
    lead->call_back |= !ends;
    note_stop(desk, lead, disposition);
    if (ends)
        move_by(desk, lead, LEAD_COMPLETED, CAUSE_COMPLETED, number, 0, disposition->code, -1, disposition->follow_up == FOLLOW_UP_SUPPRESS);
    else if (disposition->follow_up == FOLLOW_UP_PARK || too_many)
        move_by(desk, lead, LEAD_PARKED, too_many ? CAUSE_CALL_BACKS_USED_UP : CAUSE_SET_ASIDE, -1, desk->now_ms + desk->rules->park_limit_ms, disposition->code, number, false);
    else
        schedule(desk, lead, command, disposition, number);
}

void complete(struct slow_desk *desk, const struct core_command *command, int number)
{
    struct desk_id id = command->complete.lead;
    char name[TEXT], key[TEXT], code[TEXT], place[TEXT], content[3 * TEXT];
    desk_id_format(id, name);
    copy_text(key, command->complete.idempotency_id);
    copy_text(code, command->complete.disposition);
    copy_text(place, command->complete.place);
    snprintf(content, sizeof content, "%s %lld %s", code, (long long)command->complete.at_unix_ms, place);
    if (key[0] == '\0') {
        answer(desk, command, CORE_REJECTED, id);
        return;
    }
    const struct slow_seen *seen = recall(desk, 'c', name, key);
    if (seen) {
        answer(desk, command, strcmp(seen->content, content) == 0 ? CORE_DUPLICATE : CORE_DUPLICATE_DIFFERS, id);
        return;
    }
    struct slow_lead *lead = find_lead(desk, id);
    const struct config_disposition *disposition = find_disposition(desk, code);
    bool good = disposition && command->complete.note.size <= 500 &&
                (has_time(disposition) ? time_ahead(desk, disposition, command->complete.at_unix_ms) > 0 : command->complete.at_unix_ms == 0);
    if (!lead || lead->rep != number || lead->state != LEAD_ASSIGNED || !good) {
        bool is_its = lead && lead->rep == number && (lead->state == LEAD_CONNECTING || lead->state == LEAD_ASSIGNED);
        answer(desk, command, is_its ? CORE_REJECTED : CORE_NOT_YOURS, id);
        return;
    }
    uint64_t wrap_up_ms = channel_of(desk, lead->channel)->wrap_up_ms;
    if (command->complete.note.size > 0) {
        copy_text(lead->note, command->complete.note);
        strcpy(lead->note_by, desk->reps[number].name);
        lead->acts_since = 0;
    }
    follow_up(desk, lead, command, disposition, number);
    struct slow_seen entry = {.kind = 'c', .at_ms = desk->now_ms, .lead = id};
    strcpy(entry.name, name);
    strcpy(entry.id, key);
    strcpy(entry.content, content);
    remember(desk, entry);
    if (wrap_up_ms > 0 && (desk->reps[number].state == REP_AVAILABLE || desk->reps[number].state == REP_WRAP_UP))
        set_state(desk, number, REP_WRAP_UP, CAUSE_COMPLETED, desk->now_ms + wrap_up_ms);
    answer(desk, command, CORE_ACCEPTED, id);
}
