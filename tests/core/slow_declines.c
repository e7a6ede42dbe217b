/* SPDX-License-Identifier: Apache-2.0
 *
 * Why reps decline: only what the desk's table has, counted by rep.
 */
#include "slow_desk_internal.h"

#include <string.h>

/* As the rules have it; NULL: they do not. */
static const char *known_reason(const struct slow_desk *desk, const char *reason)
{
    for (uint32_t i = 0; i < desk->rules->refusals.reason_count; i++) {
        if (strcmp(desk->rules->refusals.reasons[i], reason) == 0)
            return desk->rules->refusals.reasons[i];
    }
    return NULL;
}

bool is_reason(const struct slow_desk *desk, struct core_text reason)
{
    char text[TEXT];
    copy_text(text, reason);
    return desk->rules->refusals.reason_count == 0 || known_reason(desk, text);
}

void slow_decline_count(struct slow_desk *desk, int number, struct core_text reason)
{
    struct slow_rep *rep = &desk->reps[number];
    char text[TEXT];
    uint32_t at = 0;
    if (desk->rules->refusals.reason_count == 0)
        return;
    copy_text(text, reason);
    while (at < rep->decline_count && strcmp(rep->declines[at].reason, text) != 0)
        at++;
    if (at == rep->decline_count)
        rep->declines[rep->decline_count++] = (struct core_decline_count){known_reason(desk, text), 0};
    rep->declines[at].count++;
    struct core_effect effect = rep_effect(desk, number, EFFECT_REP_EVENT);
    effect.cause = CAUSE_DECLINED;
    emit(desk, &effect);
}

void keep_known_reasons(struct slow_desk *desk)
{
    for (int i = 0; i < desk->rep_count; i++) {
        struct slow_rep *rep = &desk->reps[i];
        uint32_t kept = 0;
        for (uint32_t k = 0; k < rep->decline_count; k++) {
            if (known_reason(desk, rep->declines[k].reason))
                rep->declines[kept++] = rep->declines[k];
        }
        rep->decline_count = kept;
    }
}
