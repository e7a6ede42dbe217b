/* SPDX-License-Identifier: Apache-2.0
 *
 * What managers do with one lead or one rep, over the rules: each act with who and why, which the lead keeps. First what
 * would make it impossible is asked, then the note is kept, then it is done: a refused act leaves nothing behind.
 */
#include <stdio.h>

#include "broadcast.h"
#include "core_commands.h"
#include "core_internal.h"
#include "decisions.h"
#include "device.h"
#include "effects.h"
#include "exclusions.h"
#include "give.h"
#include "lead_extra.h"
#include "lead_record.h"
#include "lead_state.h"
#include "merge.h"
#include "part.h"
#include "people.h"
#include "preferred.h"
#include "rep_state.h"
#include "reopen.h"

static const char *why_not(const struct core *core, const struct lead *lead, const struct core_command *command, const struct rep *to);
static void act_on(struct core *core, struct lead *lead, const struct core_command *command, struct rep *to);
static enum core_cause cause_of(enum core_act act);

/* Ids are made with the epochs and from the counter of one desk. */
static bool is_ours(const struct core *core, struct desk_id id)
{
    return id.number <= core->next_number && id.epoch <= core->epoch;
}

void command_act(struct core *core, const struct core_command *command)
{
    struct desk_id id = command->act.lead;
    struct lead *lead = lead_table_find(&core->leads, id);
    bool is_of_ended = command->act.act == ACT_REOPEN || command->act.act == ACT_PART;
    struct act_note note;
    if ((!lead && !is_of_ended) || !is_ours(core, id)) {
        reply(core, command, CORE_NOT_FOUND, is_ours(core, id) ? "there is no such open lead" : "this desk never had a lead of that id: is it another desk's?", id);
        return;
    }
    struct rep *to = rep_table_by_name(&core->reps, command->act.rep.data ? command->act.rep.data : "", command->act.rep.size);
    const char *problem = act_note_read(&note, command->act.by, command->act.reason);
    if (!problem && !is_of_ended)
        problem = why_not(core, lead, command, to);
    if (problem) {
        reply(core, command, CORE_REJECTED, problem, id);
        return;
    }
    note.at_ms = core->now_ms;
    note.cause = (uint8_t)cause_of(command->act.act);
    core->acting = &note;
    if (command->act.act == ACT_REOPEN) {
        command_reopen(core, command, &note);
    } else if (command->act.act == ACT_PART) {
        command_part(core, command, &note);
    } else {
        note.rep = command->act.act == ACT_ASSIGN ? to->number : lead->rep;
        note.other = command->act.act == ACT_MERGE ? command->act.into : (struct desk_id){0};
        act_note_keep(lead, &note);
        act_on(core, lead, command, to);
        reply(core, command, CORE_ACCEPTED, "", id);
    }
    core->acting = NULL;
}

static enum core_cause cause_of(enum core_act act)
{
    switch (act) {
    case ACT_RELEASE: return CAUSE_RELEASED;
    case ACT_CANCEL: return CAUSE_CANCELLED;
    case ACT_TAKE_BACK: return CAUSE_TAKEN_BACK;
    case ACT_CREDIT: return CAUSE_CREDITED;
    case ACT_MERGE: return CAUSE_MERGED;
    case ACT_ASSIGN: return CAUSE_ASSIGNED;
    case ACT_HOLD: return CAUSE_HELD;
    case ACT_PRIORITISE: return CAUSE_PRIORITISED;
    case ACT_REOPEN: return CAUSE_REOPENED;
    case ACT_PART: return CAUSE_PARTED;
    }
    return CAUSE_NONE;
}

/* ---- what makes an act impossible ------------------------------------------------------- */

/* Skills, languages, territory, team, hours, refusals and the rep's state are not asked: a person decides. Room is. */
static const char *why_not_assign(const struct core *core, const struct lead *lead, const struct rep *to)
{
    if (!to || !to->configured)
        return "the desk's rules have no such rep";
    if (to->state == REP_OFFLINE)
        return "the rep is not logged on";
    if (lead->rep == to->number && lead->state != LEAD_OFFERED)
        return "the rep has the lead already";
    if (lead->demand->needs.rings && to->device == NAME_NONE)
        return "the rep has no device for calls";
    if (lead->demand->needs.rings && device_is_taken(to))
        return "the rep's device is busy or unreachable";
    uint32_t load = to->rank.load - (lead_offer_number(lead, to->number) != 0 ? lead->weight : 0);
    return load + core_channel(core, lead->demand->channel)->weight > to->rank.capacity ? "the rep has no room for it" : NULL;
}

static const char *why_not_hold(const struct core *core, const struct lead *lead, int64_t until_ms)
{
    if (lead->state != LEAD_WAITING && lead->state != LEAD_PARKED)
        return "the lead neither waits nor is parked";
    if (lead->demand->needs.rings)
        return "a caller is on the line";
    if (until_ms == 0)
        return NULL;
    if (until_ms < 0 || (uint64_t)until_ms <= core->now_ms)
        return "the time has passed";
    return (uint64_t)until_ms > core->now_ms + CONFIG_SCHEDULE_MAX_MS ? "the time is more than a year ahead" : NULL;
}

static const char *why_not(const struct core *core, const struct lead *lead, const struct core_command *command, const struct rep *to)
{
    switch (command->act.act) {
    case ACT_RELEASE: return lead->state == LEAD_PARKED || lead->state == LEAD_SCHEDULED ? NULL : "the lead is neither parked nor scheduled";
    case ACT_CANCEL: return NULL;
    case ACT_TAKE_BACK: return lead->rep != 0 ? NULL : "no rep has the lead";
    case ACT_CREDIT: return lead->rep != 0 && lead->charged > 0 ? NULL : "no rep is charged for the lead";
    case ACT_MERGE: return merge_why_not(lead, lead_table_find(&core->leads, command->act.into));
    case ACT_ASSIGN: return why_not_assign(core, lead, to);
    case ACT_HOLD: return why_not_hold(core, lead, command->act.until_unix_ms);
    case ACT_PRIORITISE: return command->act.priority <= CONFIG_PRIORITY_MAX ? NULL : "a priority is 0 to 200";
    case ACT_REOPEN: case ACT_PART: return NULL;   /* asked where the ended leads are */
    }
    return "there is no such act";
}

/* ---- acts -------------------------------------------------------------------------------- */

static void release(struct core *core, struct lead *lead)
{
    if (lead->state == LEAD_SCHEDULED) {
        lead_wake(core, lead, CAUSE_RELEASED);
        return;
    }
    lead_forget_exclusions(core, lead);
    lead->offers_made = 0;
    if (lead->extra)
        lead->extra->call_backs = 0;   /* a person wants more of them */
    lead->wait_deadline_ms = deadline_after(core, core_channel(core, lead->demand->channel)->wait_limit_ms);
    lead_move(core, lead, &(struct lead_change){.to = LEAD_WAITING, .cause = CAUSE_RELEASED, .deadline_ms = lead->wait_deadline_ms});
}

static void cancel(struct core *core, struct lead *lead)
{
    struct rep *rep = rep_table_at(&core->reps, lead->rep);
    broadcast_end(core, lead, CAUSE_CANCELLED, false);
    if (rep) {
        decision_close(lead, lead->offer_number, CAUSE_CANCELLED);
        tell_withdrawn(core, lead->id, lead->offer_number, rep, CAUSE_CANCELLED);
    }
    lead_move(core, lead, &(struct lead_change){.to = LEAD_CANCELLED, .cause = CAUSE_CANCELLED, .rep = 0});
}

/* From wherever it is it waits first, for that rep alone: who had it is told and free, and nothing parks it. Then it is given. */
static void assign(struct core *core, struct lead *lead, struct rep *to)
{
    if (lead->state != LEAD_WAITING)
        lead_prefer(lead, to->number, deadline_after(core, 1), 1);
    if (lead->rep != 0) {
        lead->offers_made = 0;   /* or it would be parked */
        lead_return(core, lead, CAUSE_ASSIGNED, false, true);
    } else if (lead->state != LEAD_WAITING) {
        release(core, lead);
    }
    lead_give(core, lead, to, CAUSE_ASSIGNED);
}

/* As one that is called back: when it wakes it begins anew, with its age. Who it was for has it for what was left of their time. */
static void hold(struct core *core, struct lead *lead, int64_t until_ms)
{
    if (lead_is_preferring(lead))
        lead->extra->preferred_for_ms = lead->extra->preferred_until_ms - core->now_ms;
    lead_forget_exclusions(core, lead);
    lead->offers_made = 0;
    lead_move(core, lead, &(struct lead_change){.to = LEAD_SCHEDULED, .cause = CAUSE_HELD,
        .deadline_ms = until_ms != 0 ? (uint64_t)until_ms : deadline_after(core, core->config->park_limit_ms)});
}

static void prioritise(struct core *core, struct lead *lead, uint32_t priority)
{
    if (lead->state == LEAD_WAITING)
        lead_leave_queue(core, lead);
    lead->priority = (uint16_t)priority;
    lead->extra->has_own_priority = true;
    if (lead->state == LEAD_WAITING)
        lead_join_queue(core, lead);
    lead_record(core, lead, person_prioritise(lead, (uint16_t)priority));
    tell_lead_noted(core, lead, CAUSE_PRIORITISED, "");
}

static void act_on(struct core *core, struct lead *lead, const struct core_command *command, struct rep *to)
{
    switch (command->act.act) {
    case ACT_RELEASE: release(core, lead); break;
    case ACT_CANCEL: cancel(core, lead); break;
    case ACT_TAKE_BACK: lead_return(core, lead, CAUSE_TAKEN_BACK, true, true); break;
    case ACT_CREDIT:
        fair_share_credit(core, lead);
        lead_record(core, lead, false);
        tell_lead_noted(core, lead, CAUSE_CREDITED, "");
        break;
    case ACT_MERGE: lead_merge(core, lead, lead_table_find(&core->leads, command->act.into), core->acting); break;
    case ACT_ASSIGN: assign(core, lead, to); break;
    case ACT_HOLD: hold(core, lead, command->act.until_unix_ms); break;
    case ACT_PRIORITISE: prioritise(core, lead, command->act.priority); break;
    case ACT_REOPEN: case ACT_PART: break;
    }
}

/* ---- reps -------------------------------------------------------------------------------- */

static const char *why_not_rep(const struct rep *rep, enum rep_state state)
{
    if (state != REP_AVAILABLE && state != REP_BREAK && state != REP_OFFLINE)
        return "a manager can set available, break or offline";
    return rep->state == REP_OFFLINE && state != REP_OFFLINE ? "the rep is not logged on" : NULL;
}

static void log_rep_off(struct core *core, struct rep *rep)
{
    struct core_effect effect;
    if (rep->session != 0) {
        rep_row(core, rep, &effect);
        effect.kind = EFFECT_REPLACED;
        effect.session = rep->session;
        effect.reason = "a manager logged you off";
        effect_emit(core, &effect);
    }
    rep_log_off(core, rep, CAUSE_SET_BY_MANAGER);
}

/* "boss: training", as the rep is told it; cut at a whole character. */
static void write_reason(struct rep *rep, const struct act_note *note)
{
    char text[LW_NAME_MAX + ACT_NOTE_MAX + 3];
    snprintf(text, sizeof text, "%s%s%s", note->by, *note->by && *note->reason ? ": " : "", note->reason);
    size_t size = strlen(text);
    if (size >= BREAK_REASON_MAX) {
        size = BREAK_REASON_MAX - 1;
        while (size > 0 && ((unsigned char)text[size] & 0xC0) == 0x80)
            size--;
    }
    memcpy(rep->reason, text, size);
    rep->reason[size] = '\0';
}

void command_act_on_rep(struct core *core, const struct core_command *command)
{
    const struct desk_id none = {0};
    struct core_text name = command->act_on_rep.rep;
    struct rep *rep = rep_table_by_name(&core->reps, name.data ? name.data : "", name.size);
    enum rep_state state = command->act_on_rep.state;
    struct act_note note;
    if (!rep || !rep->configured) {
        reply(core, command, CORE_NOT_FOUND, "the desk's rules have no such rep", none);
        return;
    }
    const char *problem = act_note_read(&note, command->act_on_rep.by, command->act_on_rep.reason);
    if (!problem)
        problem = why_not_rep(rep, state);
    if (problem || rep->state == state) {
        reply(core, command, problem ? CORE_REJECTED : CORE_DUPLICATE, problem ? problem : "", none);
        return;
    }
    core->acting = &note;
    if (state == REP_OFFLINE) {
        log_rep_off(core, rep);
    } else {
        write_reason(rep, &note);
        rep->misses = 0;
        rep_set_state(core, rep, state, CAUSE_SET_BY_MANAGER, 0);
    }
    core->acting = NULL;
    reply(core, command, CORE_ACCEPTED, "", none);
}
