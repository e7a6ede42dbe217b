/* SPDX-License-Identifier: Apache-2.0
 *
 * What is said of devices: held by each rep who has the device.
 */
#include "slow_desk_internal.h"

#include <string.h>

bool slow_rings(const struct slow_rep *rep)
{
    return rep->rules->device[0] != '\0' && rep->device_state == DEVICE_FREE;
}

static void set_device(struct slow_desk *desk, int number, enum device_state state, uint64_t until_ms)
{
    static const enum core_cause causes[] = {[DEVICE_FREE] = CAUSE_DEVICE_FREE, [DEVICE_BUSY] = CAUSE_DEVICE_TAKEN, [DEVICE_UNREACHABLE] = CAUSE_DEVICE_UNREACHABLE};
    struct slow_rep *rep = &desk->reps[number];
    rep->device_state = state;
    rep->device_until_ms = until_ms;
    strcpy(rep->device, rep->rules ? rep->rules->device : "");
    struct core_effect effect = rep_effect(desk, number, EFFECT_REP_STATUS);
    if (rep->session != 0)
        emit(desk, &effect);
    effect = rep_effect(desk, number, EFFECT_REP_EVENT);
    effect.cause = causes[state];
    emit(desk, &effect);
}

void free_device(struct slow_desk *desk, int number)
{
    set_device(desk, number, DEVICE_FREE, 0);
}

void forget_devices(struct slow_desk *desk)
{
    for (int i = 0; i < desk->rep_count; i++) {
        const struct slow_rep *rep = &desk->reps[i];
        if (rep->device_state != DEVICE_FREE && (!rep->rules || strcmp(rep->rules->device, rep->device) != 0))
            free_device(desk, i);
    }
}

void say_device(struct slow_desk *desk, const struct core_command *command)
{
    uint64_t for_ms = command->device.for_ms == 0 ? 3600000 : command->device.for_ms > 86400000 ? 86400000 : command->device.for_ms;
    uint64_t until_ms = command->device.state == DEVICE_FREE ? 0 : desk->now_ms + for_ms;
    bool any = false, changed = false;
    char device[TEXT];
    copy_text(device, command->device.device);
    for (int i = 0; i < desk->rep_count; i++) {
        const struct slow_rep *rep = &desk->reps[i];
        if (!rep->rules || device[0] == '\0' || strcmp(rep->rules->device, device) != 0)
            continue;
        any = true;
        if (rep->device_state == command->device.state && rep->device_until_ms == until_ms)
            continue;
        changed = true;
        set_device(desk, i, command->device.state, until_ms);
    }
    answer(desk, command, !any ? CORE_REJECTED : changed ? CORE_ACCEPTED : CORE_DUPLICATE, (struct desk_id){0});
}
