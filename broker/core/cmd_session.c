/* SPDX-License-Identifier: Apache-2.0
 *
 * Reps come, go, pause and come back.
 */
#include <stdlib.h>

#include "broadcast.h"
#include "core_commands.h"
#include "core_internal.h"
#include "effects.h"
#include "lead_record.h"
#include "lead_state.h"
#include "rep_state.h"
#include "touch.h"

static void tell_everything_held(struct core *core, struct rep *rep, const struct core_command *command);
static void tell_simple(struct core *core, enum core_effect_kind kind, uint64_t session, const struct rep *rep, const char *reason);
static void renew_deadlines(struct core *core, const struct rep *rep);

void command_log_on(struct core *core, const struct core_command *command)
{
    struct core_text name = command->log_on.rep;
    struct rep *rep = rep_table_by_name(&core->reps, name.data ? name.data : "", name.size);

    if (!rep || !rep->configured) {
        reply(core, command, CORE_REJECTED, "the desk's rules have no such rep", (struct desk_id){0});
        return;
    }
    if (rep->session != 0) {
        tell_simple(core, EFFECT_REPLACED, rep->session, rep, "another device logged on");
        rep_table_unbind(&core->reps, rep);
    }
    if (!rep_table_bind(&core->reps, rep, command->session)) {
        reply(core, command, CORE_BUSY, "too many sessions", (struct desk_id){0});
        return;
    }
    rep_before_change(core, rep);
    rep->connected = true;
    rep->grace_deadline_ms = 0;
    rep_relink(core, rep);
    tell_simple(core, EFFECT_LOGGED_ON, command->session, rep, "");
    tell_everything_held(core, rep, command);
    rep_set_state(core, rep, rep->state == REP_OFFLINE ? REP_AVAILABLE : (enum rep_state)rep->state, CAUSE_LOGGED_ON, rep->until_ms);
}

/* Offers and leads it has, then what it believes to have and has not, then the end mark. */
static void tell_everything_held(struct core *core, struct rep *rep, const struct core_command *command)
{
    struct core_effect end;
    effect_init(core, &end, EFFECT_SNAPSHOT_END);
    end.session = command->session;
    struct lead **leads = rep_held_sorted(rep);
    for (uint32_t i = 0; leads[i]; i++) {
        if (leads[i]->state == LEAD_OFFERED) {
            tell_offer(core, leads[i], rep, true);
            end.count_offers++;
        } else {
            tell_holding(core, leads[i], rep, true);
            end.count_holdings++;
        }
    }
    free(leads);
    for (uint32_t i = 0; i < command->log_on.held_count; i++) {
        const struct core_held *held = &command->log_on.held[i];
        const struct lead *lead = lead_table_find(&core->leads, held->lead);
        uint32_t offer_number = lead ? lead_offer_number(lead, rep->number) : 0;
        if (offer_number == 0 || offer_number != held->offer_number)
            tell_withdrawn(core, held->lead, held->offer_number, rep, CAUSE_UNKNOWN_LEAD);
    }
    effect_emit(core, &end);
}

static void tell_simple(struct core *core, enum core_effect_kind kind, uint64_t session, const struct rep *rep, const char *reason)
{
    struct core_effect effect;
    rep_row(core, rep, &effect);
    effect.kind = kind;
    effect.session = session;
    effect.reason = reason;
    effect.config_version = core->config_version;
    effect_emit(core, &effect);
}

void command_log_off(struct core *core, const struct core_command *command)
{
    struct rep *rep = rep_table_by_session(&core->reps, command->session);
    if (rep)
        rep_log_off(core, rep, CAUSE_LOGGED_OFF);
}

/* Nothing is offered from now on; what the rep holds stays until the grace is over. */
void command_connection_lost(struct core *core, const struct core_command *command)
{
    struct rep *rep = rep_table_by_session(&core->reps, command->session);
    if (!rep)
        return;
    rep_before_change(core, rep);
    rep->connected = false;
    rep->grace_deadline_ms = deadline_after(core, core->config->grace_ms);
    rep_table_unbind(&core->reps, rep);
    rep_relink(core, rep);
    rep_set_timer(core, rep);
    rep_record(core, rep);
    tell_rep_event(core, rep, CAUSE_CONNECTION_LOST);
}

/* The text is longer than max: as much of it as ends between two letters of UTF-8. */
static uint32_t whole_letters(const char *text, uint32_t max)
{
    while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
        max--;
    return max;
}

void command_set_rep_state(struct core *core, const struct core_command *command)
{
    struct rep *rep = rep_table_by_session(&core->reps, command->session);
    enum rep_state state = command->set_rep_state.state;
    const struct desk_id none = {0};

    if (!rep) {
        reply(core, command, CORE_NO_SESSION, "log on first", none);
        return;
    }
    if (state != REP_AVAILABLE && state != REP_BREAK) {
        reply(core, command, CORE_REJECTED, "a rep can set available or break", none);
        return;
    }
    if (rep->state == state) {
        reply(core, command, CORE_DUPLICATE, "", none);
        tell_rep_status(core, rep);
        return;
    }
    uint32_t size = state == REP_BREAK ? command->set_rep_state.reason.size : 0;
    if (size >= BREAK_REASON_MAX)
        size = whole_letters(command->set_rep_state.reason.data, BREAK_REASON_MAX - 1);
    if (size > 0)
        memcpy(rep->reason, command->set_rep_state.reason.data, size);
    rep->reason[size] = '\0';
    rep->misses = 0;
    reply(core, command, CORE_ACCEPTED, "", none);
    rep_set_state(core, rep, state, CAUSE_STATE_SET, 0);
}

/* After a restart or a stall: an outage is nobody's miss. Open offers get their whole answer time, calls being
 * connected their whole time, reps without a session a fresh grace. */
void command_service_resumed(struct core *core, const struct core_command *command)
{
    (void)command;
    if (!core->config)
        return;
    for (uint32_t i = 1; i < core->reps.count; i++) {
        struct rep *rep = core->reps.reps[i];
        if (!rep)
            continue;
        renew_deadlines(core, rep);
        if (rep->connected || rep->state == REP_OFFLINE)
            continue;
        rep->grace_deadline_ms = deadline_after(core, core->config->grace_ms);
        rep_set_timer(core, rep);
        rep_record(core, rep);
    }
    tell_desk_event(core, CAUSE_SERVING);
}

static void renew_deadlines(struct core *core, const struct rep *rep)
{
    struct lead **leads = rep_held_sorted(rep);
    for (uint32_t i = 0; leads[i]; i++) {
        struct lead *lead = leads[i];
        const struct config_channel *channel = core_channel(core, lead->demand->channel);
        if (lead->state == LEAD_ASSIGNED) {
            touch_renew(core, lead, rep);
            continue;
        }
        uint64_t deadline_ms = deadline_after(core, lead->state == LEAD_OFFERED ? channel->offer_timeout_ms : channel->connect_timeout_ms);
        if (!lead_is_broadcast(lead) || lead->deadline_ms != deadline_ms) {   /* once for all who are offered it */
            lead->deadline_ms = deadline_ms;
            lead_set_timer(core, lead);
            lead_record(core, lead, false);
        }
        if (lead->state == LEAD_OFFERED)
            tell_offer(core, lead, rep, true);
    }
    free(leads);
}
