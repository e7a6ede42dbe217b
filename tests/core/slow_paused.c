/* SPDX-License-Identifier: Apache-2.0
 *
 * Sources of which a manager takes nothing for a while.
 */
#include "slow_desk_internal.h"

#include <assert.h>
#include <string.h>

static int place_of(const struct slow_desk *desk, const char *source)
{
    for (int i = 0; i < 4; i++) {
        if (strcmp(desk->paused[i], source) == 0)
            return i;
    }
    return -1;
}

bool is_paused(const struct slow_desk *desk, const char *source)
{
    return place_of(desk, source) >= 0;
}

void answer_busy(struct slow_desk *desk, const struct core_command *command, uint32_t retry_after_ms)
{
    struct core_effect effect = new_effect(EFFECT_REPLY);
    effect.session = command->session;
    effect.request = command->request;
    effect.status = CORE_BUSY;
    effect.config_version = desk->version;
    effect.retry_after_ms = retry_after_ms;
    if (command->request != 0)
        emit(desk, &effect);
}

void act_on_source(struct slow_desk *desk, const struct core_command *command)
{
    const struct desk_id none = {0};
    char source[TEXT];
    if (command->act_on_source.source.size == 0) {
        answer(desk, command, CORE_REJECTED, none);
        return;
    }
    copy_text(source, command->act_on_source.source);
    bool was = is_paused(desk, source);
    int place = place_of(desk, was ? source : "");
    assert(place >= 0);
    if (was != command->act_on_source.pause)
        strcpy(desk->paused[place], was ? "" : source);
    answer(desk, command, was == command->act_on_source.pause ? CORE_DUPLICATE : CORE_ACCEPTED, none);
}
