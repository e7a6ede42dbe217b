/* SPDX-License-Identifier: Apache-2.0
 *
 * Managers: new rules, and service after an outage.
 */
#include "slow_desk_internal.h"

#include <assert.h>
#include <string.h>

/* Of one's own now: sees whole what was hidden in part. */
static void show_offers(struct slow_desk *desk, int number)
{
    for (int i = 0; i < desk->lead_count; i++) {
        struct slow_lead *lead = &desk->leads[i];
        if (lead->open && lead->state == LEAD_OFFERED && offer_of(lead, number) > 0 && desk->reps[number].session != 0)
            tell_offer_to(desk, lead, number, true);
    }
}

void configure(struct slow_desk *desk, const struct core_command *command)
{
    bool was_outsourced[REPS] = {false};
    for (int i = 0; desk->rules && i < desk->rep_count; i++)
        was_outsourced[i] = is_outsourced(desk, &desk->reps[i]);
    desk->rules = command->configure.config;
    desk->version++;
    for (uint32_t i = 0; i < desk->rules->team_count; i++) {
        desk->open[i] = is_open_at(&desk->rules->teams[i], desk->now_ms);
        desk->team_ms[i] = desk->now_ms;
    }
    for (int i = 0; i < LW_CHANNEL_COUNT; i++) {
        if (desk->rules->channels[i].enabled)
            desk->channels[i] = desk->rules->channels[i];
        desk->channels[i].enabled = desk->rules->channels[i].enabled;
    }
    for (int i = 0; i < desk->rep_count; i++)
        desk->reps[i].rules = NULL;
    for (uint32_t i = 0; i < desk->rules->rep_count; i++) {
        int number = find_rep(desk, desk->rules->reps[i].name);
        if (number < 0) {
            assert(desk->rep_count < REPS);
            number = desk->rep_count++;
            desk->reps[number] = (struct slow_rep){.state = REP_OFFLINE, .mark = desk->given, .share = 1};
            strcpy(desk->reps[number].name, desk->rules->reps[i].name);
        }
        desk->reps[number].rules = &desk->rules->reps[i];
        desk->reps[number].capacity = desk->rules->reps[i].capacity;
    }
    keep_known_reasons(desk);
    forget_devices(desk);
    take_limits(desk);
    for (int i = 0; i < desk->rep_count; i++) {
        take_caps(desk, i);
        attend(desk, i);
    }
    for (int i = 0; i < desk->rep_count; i++) {
        struct slow_rep *rep = &desk->reps[i];
        bool gone = !rep->rules && (rep->state != REP_OFFLINE || load_of(desk, i) > 0);
        struct core_effect effect = rep_effect(desk, i, gone ? EFFECT_REPLACED : EFFECT_REP_STATUS);
        if (rep->session != 0)
            emit(desk, &effect);
        for (int l = 0; !rep->rules && l < desk->lead_count; l++) {
            if (desk->leads[l].open && prefers(&desk->leads[l]) && desk->leads[l].preferred == i)
                to_all(&desk->leads[l]);
        }
        if (gone)
            log_off(desk, i, CAUSE_REP_REMOVED);
        if (was_outsourced[i] && rep->rules && !is_outsourced(desk, rep))
            show_offers(desk, i);
    }
    take_opening(desk);
    review_parked(desk);
    answer(desk, command, CORE_ACCEPTED, (struct desk_id){0});
    struct core_effect event = new_effect(EFFECT_DESK_EVENT);
    event.cause = CAUSE_CONFIGURED;
    event.config_version = desk->version;
    emit(desk, &event);
}

void service_resumed(struct slow_desk *desk)
{
    for (int number = 0; desk->rules && number < desk->rep_count; number++) {
        for (int i = 0; i < desk->lead_count; i++) {
            struct slow_lead *lead = &desk->leads[i];
            if (lead->open && lead->rep == number && lead->state == LEAD_ASSIGNED)
                renew_touch(desk, lead);
            if (!lead->open || offer_of(lead, number) == 0 || (lead->state != LEAD_OFFERED && lead->state != LEAD_CONNECTING))
                continue;
            const struct config_channel *channel = channel_of(desk, lead->channel);
            lead->deadline_ms = desk->now_ms + (lead->state == LEAD_OFFERED ? channel->offer_timeout_ms : channel->connect_timeout_ms);
            if (lead->state == LEAD_OFFERED)
                tell_offer_to(desk, lead, number, true);
        }
        if (!desk->reps[number].connected && desk->reps[number].state != REP_OFFLINE)
            desk->reps[number].grace_deadline_ms = desk->now_ms + desk->rules->grace_ms;
    }
    struct core_effect event = new_effect(EFFECT_DESK_EVENT);
    event.cause = CAUSE_SERVING;
    event.config_version = desk->version;
    if (desk->rules)
        emit(desk, &event);
}
