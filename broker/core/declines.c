/* SPDX-License-Identifier: Apache-2.0 */
#include "declines.h"

#include <stdlib.h>

#include "core_explain.h"
#include "core_internal.h"
#include "lead_extra.h"
#include "rep_state.h"

/* NULL: not in the desk's table. */
static const char *find_reason(const struct core *core, struct core_text reason)
{
    const struct config_refusals *refusals = &core->config->refusals;
    for (uint32_t i = 0; i < refusals->reason_count; i++) {
        const char *known = refusals->reasons[i];
        if (strlen(known) == reason.size && memcmp(known, reason.data, reason.size) == 0)
            return known;
    }
    return NULL;
}

const char *decline_problem(const struct core *core, struct core_text reason)
{
    if (core->config->refusals.reason_count == 0 || (reason.size > 0 && find_reason(core, reason)))
        return NULL;
    return reason.size == 0 ? "a decline needs one of the desk's reasons" : "the desk has no such reason for a decline";
}

/* Of a text that is longer, as much as fits in whole characters. */
static uint32_t kept_size(struct core_text reason)
{
    uint32_t size = reason.size;
    if (size <= DECLINE_REASON_MAX)
        return size;
    for (size = DECLINE_REASON_MAX; size > 0 && ((unsigned char)reason.data[size] & 0xC0) == 0x80;)
        size--;
    return size;
}

void decline_note_keep(struct lead *lead, uint32_t offer_number, struct core_text reason)
{
    struct lead_extra *extra = lead_extra_of(lead);
    if (!extra->declines)
        extra->declines = calloc(1, sizeof *extra->declines);
    if (!extra->declines)
        abort();   /* a kilobyte: there is no sensible way to go on */
    struct decline_notes *notes = extra->declines;
    if (notes->count == DECLINES_KEPT) {
        memmove(notes->list, notes->list + 1, (DECLINES_KEPT - 1) * sizeof *notes->list);
        notes->count--;
    }
    struct decline_note *note = &notes->list[notes->count++];
    uint32_t size = kept_size(reason);
    *note = (struct decline_note){.offer_number = offer_number};
    memcpy(note->reason, reason.data, size);
}

const char *decline_keep(const struct core *core, struct lead *lead, uint32_t offer_number, struct core_text reason)
{
    if (reason.size == 0)
        return "";
    decline_note_keep(lead, offer_number, reason);
    const char *known = find_reason(core, reason);
    return known ? known : "";
}

const char *decline_reason(const struct decline_notes *notes, uint32_t offer_number)
{
    for (uint32_t i = 0; notes && i < notes->count; i++) {
        if (notes->list[i].offer_number == offer_number)
            return notes->list[i].reason;
    }
    return "";
}

/* ---- of a rep ------------------------------------------------------------------- */

static struct rep_declines *declines_of(struct rep *rep)
{
    if (!rep->declines)
        rep->declines = calloc(1, sizeof *rep->declines);
    if (!rep->declines)
        abort();   /* a hundred bytes: there is no sensible way to go on */
    return rep->declines;
}

void decline_count(struct core *core, struct rep *rep, struct core_text reason)
{
    if (core->config->refusals.reason_count == 0)
        return;
    struct rep_declines *declines = declines_of(rep);
    uint32_t name = names_add(&core->names, reason.data, reason.size), at = 0;
    while (at < declines->count && declines->list[at].reason != names_text(&core->names, name))
        at++;
    if (name == NAME_NONE || at == CONFIG_DECLINE_REASONS_MAX)
        return;
    if (at == declines->count)
        declines->list[declines->count++] = (struct core_decline_count){.reason = names_text(&core->names, name)};
    declines->list[at].count++;
}

static struct core_text text_of(const char *text)
{
    return (struct core_text){text, (uint32_t)strlen(text)};
}

static bool forget_unknown(const struct core *core, struct rep_declines *declines)
{
    uint32_t kept = 0, before = declines->count;
    for (uint32_t i = 0; i < before; i++) {
        if (find_reason(core, text_of(declines->list[i].reason)))
            declines->list[kept++] = declines->list[i];
    }
    declines->count = kept;
    return kept < before;
}

void declines_link(struct core *core)
{
    for (uint32_t i = 1; i < core->reps.count; i++) {
        struct rep *rep = core->reps.reps[i];
        if (rep && rep->declines && forget_unknown(core, rep->declines) && !core->is_restoring)
            rep_record(core, rep);
    }
}

void declines_image_fill(const struct rep *rep, struct rep_image *image)
{
    image->decline_count = rep->declines->count;
    for (uint32_t i = 0; i < rep->declines->count; i++) {
        image->declines[i].reason = text_of(rep->declines->list[i].reason);
        image->declines[i].counted = rep->declines->list[i].count;
    }
}

lw_status declines_restore(struct core *core, struct rep *rep, const struct rep_image *image)
{
    if (image->decline_count == 0 && !rep->declines)
        return LW_OK;
    struct rep_declines *declines = declines_of(rep);
    declines->count = 0;
    for (uint32_t i = 0; i < image->decline_count; i++) {
        uint32_t name = names_add(&core->names, image->declines[i].reason.data, image->declines[i].reason.size);
        if (name == NAME_NONE)
            return LW_FULL;
        declines->list[declines->count++] = (struct core_decline_count){names_text(&core->names, name), image->declines[i].counted};
    }
    return LW_OK;
}

const struct core_decline_count *core_explain_rep_declines(const struct core *core, struct core_text name, uint32_t *count_out)
{
    const struct rep *rep = rep_table_by_name(&core->reps, name.data, name.size);
    *count_out = rep && rep->declines ? rep->declines->count : 0;
    return *count_out > 0 ? rep->declines->list : NULL;
}
