/* SPDX-License-Identifier: Apache-2.0 */
#include "slow_desk_internal.h"

#include <assert.h>
#include <stdlib.h>

struct slow_desk *slow_desk_new(uint64_t epoch, const struct core_limits *limits,
                                void (*effect)(void *context, const struct core_effect *effect), void *context)
{
    struct slow_desk *desk = calloc(1, sizeof *desk);
    assert(desk);
    desk->epoch = epoch;
    desk->limits = *limits;
    desk->effect = effect;
    desk->context = context;
    return desk;
}

void slow_desk_free(struct slow_desk *desk)
{
    free(desk);
}

void slow_desk_step(struct slow_desk *desk, const struct core_command *command, uint64_t now_ms)
{
    int rep = find_session(desk, command->session);
    bool needs_rep = command->kind == COMMAND_SET_REP_STATE || command->kind == COMMAND_ANSWER_OFFER || command->kind == COMMAND_COMPLETE ||
                     command->kind == COMMAND_TRANSFER || command->kind == COMMAND_PULL || (command->kind == COMMAND_TOUCH && command->touch.kind == TOUCH_REP);
    desk->decision_count = 0;
    desk->now_ms = now_ms;
    if (needs_rep && rep < 0)
        answer(desk, command, CORE_NO_SESSION, (struct desk_id){0});
    else switch (command->kind) {
    case COMMAND_CONFIGURE: configure(desk, command); break;
    case COMMAND_PUBLISH: publish(desk, command); break;
    case COMMAND_QUERY: query(desk, command); break;
    case COMMAND_CANCEL: cancel(desk, command); break;
    case COMMAND_DIAL_RESULT: dial_result(desk, command); break;
    case COMMAND_LOG_ON: log_on(desk, command); break;
    case COMMAND_LOG_OFF:
        if (rep >= 0)
            log_off(desk, rep, CAUSE_LOGGED_OFF);
        break;
    case COMMAND_CONNECTION_LOST: connection_lost(desk, command); break;
    case COMMAND_SET_REP_STATE: set_rep_state(desk, command, rep); break;
    case COMMAND_ANSWER_OFFER: answer_offer(desk, command, rep); break;
    case COMMAND_COMPLETE: complete(desk, command, rep); break;
    case COMMAND_TRANSFER: transfer(desk, command, rep); break;
    case COMMAND_PULL: pull(desk, command, rep); break;
    case COMMAND_TOUCH: touch_made(desk, command, rep); break;
    case COMMAND_ACT: act(desk, command); break;
    case COMMAND_ACT_ON_REP: act_on_rep(desk, command); break;
    case COMMAND_ACT_ON_SOURCE: act_on_source(desk, command); break;
    case COMMAND_CUSTOMER: name_customer(desk, command); break;
    case COMMAND_DEVICE: say_device(desk, command); break;
    case COMMAND_SERVICE_RESUMED: service_resumed(desk); break;
    case COMMAND_FOUND_DESK: case COMMAND_TIME: case COMMAND_NONE: break;
    }
    match(desk);
    run_deadlines(desk);
    look_at_opening(desk);
    look_for_nobody(desk);
}

uint64_t slow_desk_next_deadline_ms(const struct slow_desk *desk)
{
    int rep, limit, team, lead;
    uint64_t next_ms = find_earliest(desk, &rep, &limit, &team, &lead);
    return nobody_deadline(desk) < next_ms ? nobody_deadline(desk) : next_ms;
}

void slow_desk_leads_visit(const struct slow_desk *desk, void (*visit)(void *context, const struct core_effect *row), void *context)
{
    for (int i = 0; i < desk->lead_count; i++) {
        struct core_effect row = new_effect(EFFECT_LEAD_EVENT);
        if (!desk->leads[i].open)
            continue;
        put_lead(desk, &desk->leads[i], &row);
        row.from = row.to;
        visit(context, &row);
    }
}
