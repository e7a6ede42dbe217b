/* SPDX-License-Identifier: Apache-2.0 */
#include "touch.h"

#include "core_commands.h"
#include "effects.h"
#include "lead_record.h"
#include "lead_state.h"

enum { NUDGE_PERCENT = 50 };   /* where the channel asks for no touch, and so says nothing of reminders */

/* What its rule said when the lead came, else its channel; 0: none is asked for. */
static uint32_t asked_within_ms(const struct core *core, const struct lead *lead)
{
    uint32_t own_ms = lead->extra ? lead->extra->touch_for_ms : 0;
    return own_ms > 0 ? own_ms : core_channel(core, lead->demand->channel)->first_touch_ms;
}

static void await(struct core *core, struct lead *lead)
{
    const struct config_channel *channel = core_channel(core, lead->demand->channel);
    struct lead_extra *extra = lead_extra_of(lead);
    uint32_t within_ms = asked_within_ms(core, lead), percent = channel->first_touch_ms > 0 ? channel->nudge_percent : NUDGE_PERCENT;
    uint64_t nudge_after_ms = (uint64_t)within_ms * percent / 100;
    reach_note_touch(lead, TOUCH_NONE, 0);
    extra->touch_ms = core->now_ms + within_ms;
    extra->nudge_ms = nudge_after_ms > 0 ? core->now_ms + nudge_after_ms : 0;
}

static void note_touch(struct core *core, struct lead *lead, enum touch_kind kind)
{
    struct lead_extra *extra = lead_extra_of(lead);
    reach_note_touch(lead, kind, core->now_ms);
    extra->touch_ms = extra->nudge_ms = 0;
}

/* Whoever meets the prospect later is not to call them before. */
void touch_begin(struct core *core, struct lead *lead, enum core_cause cause)
{
    bool is_later = lead->extra && lead->extra->appointment_ms > core->now_ms;
    if (asked_within_ms(core, lead) == 0 || is_later)
        return;
    if (cause == CAUSE_ANSWERED)
        note_touch(core, lead, TOUCH_CALL_ANSWERED);
    else
        await(core, lead);
}

void touch_end(struct lead *lead)
{
    if (lead->extra)
        lead->extra->touch_ms = lead->extra->nudge_ms = 0;
}

static void nudge(struct core *core, struct lead *lead)
{
    const struct rep *rep = core->reps.reps[lead->rep];
    struct core_effect effect;
    lead->extra->nudge_ms = 0;
    lead_set_timer(core, lead);
    lead_record(core, lead, false);
    if (rep->session != 0) {
        effect_init(core, &effect, EFFECT_NUDGE);
        effect_lead(core, lead, &effect);
        effect.session = rep->session;
        effect_emit(core, &effect);
    }
    tell_lead_noted(core, lead, CAUSE_NUDGED, "");
}

void touch_due(struct core *core, struct lead *lead)
{
    if (lead->extra->touch_ms <= core->now_ms)
        lead_return(core, lead, CAUSE_UNTOUCHED, true, true);
    else
        nudge(core, lead);
}

void touch_renew(struct core *core, struct lead *lead, const struct rep *rep)
{
    if (!lead->extra || lead->extra->touch_ms == 0 || asked_within_ms(core, lead) == 0)
        return;
    await(core, lead);
    lead_set_timer(core, lead);
    lead_record(core, lead, false);
    tell_holding(core, lead, rep, true);
}

const char *core_touch_word(enum touch_kind kind)
{
    switch (kind) {
    case TOUCH_REP: return "rep";
    case TOUCH_CALL_ANSWERED: return "call_answered";
    case TOUCH_CALL_ATTEMPTED: return "call_attempted";
    case TOUCH_MAIL_SENT: return "mail_sent";
    case TOUCH_NONE: break;
    }
    return "";
}

/* By the rep whose session it is, or by an edge for whoever has the lead. */
void command_touch(struct core *core, const struct core_command *command)
{
    struct desk_id id = command->touch.lead;
    enum touch_kind kind = command->touch.kind;
    const struct rep *rep = kind == TOUCH_REP ? asking_rep(core, command) : NULL;
    if (kind == TOUCH_REP && !rep)
        return;
    if (core_touch_word(kind)[0] == '\0') {
        reply(core, command, CORE_REJECTED, "there is no such touch", id);
        return;
    }
    struct lead *lead = lead_table_find(&core->leads, id);
    if (!lead || lead->state != LEAD_ASSIGNED || lead->offer_number != command->touch.offer_number || (rep && lead->rep != rep->number)) {
        reply(core, command, CORE_NOT_YOURS, "the lead is not with that rep", id);
        return;
    }
    if (!lead->extra || lead->extra->touch_ms == 0) {
        reply(core, command, CORE_DUPLICATE, "no first touch is awaited", id);
        return;
    }
    note_touch(core, lead, kind);
    lead_set_timer(core, lead);
    lead_record(core, lead, false);
    tell_lead_noted(core, lead, CAUSE_TOUCHED, core_touch_word(kind));
    reply(core, command, CORE_ACCEPTED, "", id);
}
