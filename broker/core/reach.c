/* SPDX-License-Identifier: Apache-2.0 */
#include "reach.h"

#include <stdlib.h>

#include "core_internal.h"
#include "lead_extra.h"

static struct reach *reach_of(struct lead *lead)
{
    struct lead_extra *extra = lead_extra_of(lead);
    if (!extra->reach)
        extra->reach = calloc(1, sizeof *extra->reach);
    if (!extra->reach)
        abort();   /* a hundred bytes: there is no sensible way to go on */
    return extra->reach;
}

void reach_free(struct reach *reach)
{
    for (uint32_t i = 0; reach && i < reach->leg_count; i++)
        free(reach->legs[i].id);
    free(reach);
}

void reach_note_touch(struct lead *lead, enum touch_kind kind, uint64_t at_ms)
{
    bool has_any = lead->extra && lead->extra->reach;
    if (kind == TOUCH_NONE && !has_any)
        return;
    struct reach *reach = reach_of(lead);
    reach->touched = (uint8_t)kind;
    reach->touched_ms = kind == TOUCH_NONE ? 0 : at_ms;
}

void reach_note_leg(struct lead *lead, const struct leg_note *leg, struct core_text id)
{
    if (id.size == 0 || id.size > LEG_ID_MAX)
        return;
    struct reach *reach = reach_of(lead);
    char *copy = malloc(id.size + 1);
    if (!copy)
        abort();
    memcpy(copy, id.data, id.size);
    copy[id.size] = '\0';
    if (reach->leg_count == LEGS_KEPT) {
        free(reach->legs[0].id);
        memmove(reach->legs, reach->legs + 1, (LEGS_KEPT - 1) * sizeof *reach->legs);
        reach->leg_count--;
    }
    reach->legs[reach->leg_count] = *leg;
    reach->legs[reach->leg_count++].id = copy;
}
