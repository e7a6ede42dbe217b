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
    bool fits = act_note_take(note, by, reason);
    assert(fits);
    return NULL;
}

const char *act_note_check(struct core_text words)
{
    return words.size > ACT_NOTE_MAX ? "the note is longer than 500 bytes" : NULL;
}

bool act_note_take(struct act_note *note, struct core_text by, struct core_text reason)
{
    if (by.size > LW_NAME_MAX || reason.size > ACT_NOTE_MAX)
        return false;
    *note = (struct act_note){0};
    copy(note->by, by);
    copy(note->reason, reason);
    return true;
}

/* Room for as many as there are: one is half a kilobyte. */
static struct act_notes *grow(struct lead_extra *extra)
{
    uint8_t count = extra->acts ? extra->acts->count : 0;
    struct act_notes *acts = realloc(extra->acts, offsetof(struct act_notes, list) + (count + 1u) * sizeof acts->list[0]);
    if (!acts)
        abort();   /* half a kilobyte: there is no sensible way to go on */
    acts->count = count;
    extra->acts = acts;
    return acts;
}

void act_note_keep(struct lead *lead, const struct act_note *note)
{
    struct lead_extra *extra = lead_extra_of(lead);
    struct act_notes *acts = extra->acts && extra->acts->count == ACTS_KEPT ? extra->acts : grow(extra);
    if (acts->count == ACTS_KEPT) {
        memmove(acts->list, acts->list + 1, (ACTS_KEPT - 1) * sizeof *acts->list);
        acts->count--;
    }
    acts->list[acts->count++] = *note;
}

void act_note_keep_words(struct lead *lead, struct act_note *note, const char *by, struct core_text words)
{
    assert(words.size <= ACT_NOTE_MAX);
    copy(note->by, (struct core_text){by, (uint32_t)strlen(by)});
    copy(note->reason, words);
    act_note_keep(lead, note);
}

const struct act_note *act_note_last_words(const struct lead *lead)
{
    const struct act_notes *acts = lead->extra ? lead->extra->acts : NULL;
    for (uint32_t i = acts ? acts->count : 0; i > 0; i--) {
        const uint8_t cause = acts->list[i - 1].cause;
        if (cause == CAUSE_TRANSFERRED || cause == CAUSE_COMPLETED)
            return &acts->list[i - 1];
    }
    return NULL;
}
