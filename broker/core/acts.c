/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"

#include <stdlib.h>

#include "core_internal.h"
#include "lead_extra.h"

static void copy(char *to, struct core_text from)
{
    if (from.size > 0)
        memcpy(to, from.data, from.size);
    to[from.size] = '\0';
}

const char *act_note_read(struct act_note *note, struct core_text by, struct core_text reason)
{
    if (by.size > LW_NAME_MAX)
        return "the name of who acts is too long";
    if (reason.size > ACT_REASON_MAX)
        return "the reason is longer than 200 bytes";
    *note = (struct act_note){0};
    copy(note->by, by);
    copy(note->reason, reason);
    return NULL;
}

void act_note_keep(struct lead *lead, const struct act_note *note)
{
    struct lead_extra *extra = lead_extra_of(lead);
    if (!extra->acts) {
        extra->acts = calloc(1, sizeof *extra->acts);
        if (!extra->acts)
            abort();   /* a few kilobytes: there is no sensible way to go on */
    }
    struct act_notes *acts = extra->acts;
    if (acts->count == ACTS_KEPT) {
        memmove(acts->list, acts->list + 1, (ACTS_KEPT - 1) * sizeof *acts->list);
        acts->count--;
    }
    acts->list[acts->count++] = *note;
}
