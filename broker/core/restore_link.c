/* SPDX-License-Identifier: Apache-2.0
 *
 * Leads and ids come out of the store's hashes in no order. Put into trees and the window as they come, each would reach through
 * memory that no cache holds; so their keys are sorted first, side by side, and what they stand for is fetched ahead.
 */
#include "restore_link.h"

#include <stdlib.h>

#include "broadcast.h"
#include "caps.h"
#include "core_internal.h"
#include "lead_state.h"
#include "needs.h"
#include "opening.h"
#include "people.h"
#include "rep_state.h"

enum { FETCHED_AHEAD = 8, SEARCHED_AHEAD = 2 * FETCHED_AHEAD, READ_AHEAD = 2 * SEARCHED_AHEAD };

struct place { uint64_t key; uint32_t index; };

static int by_key(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* What does not stand in its image. Before the lead is linked, which counts it in its class. */
static bool complete_needs(struct core *core, struct lead *lead)
{
    struct needs needs = lead->demand->needs;
    needs.rings &= !(lead->extra && lead->extra->is_call_back);
    needs.capped_source = caps_source_need(core, lead->source);
    needs.opening = opening_place_of(core, lead, &needs);
    const struct needs *has = &lead->demand->needs;
    if (needs.rings == has->rings && needs.capped_source == has->capped_source && needs.opening == has->opening)
        return true;
    lead->demand = classes_demand(&core->classes, lead->demand->queue, lead->demand->channel, &needs);
    return lead->demand != NULL;
}

static lw_status link_lead(struct core *core, struct lead *lead)
{
    bool held = lead->state == LEAD_OFFERED || lead->state == LEAD_CONNECTING || lead->state == LEAD_ASSIGNED;
    if (!lead->payload || !lead_table_is_alone(&core->leads, lead) || (held && !rep_table_at(&core->reps, lead->rep)))
        return LW_CORRUPT;
    if (lead->extra && lead->extra->preferred_rep != 0 && !rep_table_at(&core->reps, lead->extra->preferred_rep))
        return LW_CORRUPT;
    if (!complete_needs(core, lead))
        return LW_NO_MEMORY;
    lead_link(core, lead);
    opening_restore_lead(core, lead);
    if (lead_is_broadcast(lead) && broadcast_link(core, lead) != LW_OK)
        return LW_CORRUPT;
    for (uint32_t i = lead->exclusion_count; i-- > 0;) {
        struct rep *rep = rep_table_at(&core->reps, lead->exclusions[i].rep);
        if (!rep || rep->excluded_count == EXCLUSIONS_PER_REP_MAX)
            return LW_CORRUPT;
        rep->excluded[rep->excluded_count++] = (struct rep_exclusion){lead->id, lead->exclusions[i].until_ms};
    }
    return LW_OK;
}

/* Oldest first, as queues have them for the most part: then a tree's new node has its place at the end. */
lw_status restore_link_leads(struct core *core)
{
    if (core->leads.count == 0)
        return LW_OK;
    struct place *places = malloc(core->leads.count * sizeof *places);
    if (!places)
        return LW_NO_MEMORY;
    uint32_t count = 0, index = 0;
    for (struct lead *lead; (lead = lead_table_next(&core->leads, &index)) != NULL; index++)
        places[count++] = (struct place){lead->received_ms, index};
    qsort(places, count, sizeof *places, by_key);
    lw_status status = LW_OK;
    for (uint32_t i = 0; i < count && status == LW_OK; i++) {
        if (i + FETCHED_AHEAD < count)
            lead_table_prefetch(&core->leads, places[i + FETCHED_AHEAD].index);
        status = link_lead(core, lead_table_at(&core->leads, places[i].index));
    }
    free(places);
    return status;
}

void restore_link_reps(struct core *core)
{
    for (uint32_t i = 1; i < core->reps.count; i++) {
        if (core->reps.reps[i])
            rep_set_timer(core, core->reps.reps[i]);
    }
}

/* Of several images of one entry: that of the latest life, in it the ended, then the one that the store has. */
static bool is_better(const struct seen_entry *x, const struct seen_entry *y)
{
    if (x->life != y->life)
        return x->life > y->life;
    if ((x->end != 0) != (y->end != 0))
        return x->end != 0;
    return !x->is_dirty && y->is_dirty;
}

static bool take_seen(struct core *core, const struct seen_entry *entry)
{
    if (!seen_add(&core->seen, entry))
        return false;
    if (!entry->is_dirty)
        seen_mark_clean(&core->seen, seen_at(&core->seen, core->seen.next - 1));
    struct lead *lead = entry->kind != SEEN_COMPLETE ? lead_table_find(&core->leads, entry->lead) : NULL;
    if (lead && entry->kind == SEEN_JOIN)
        person_seen_at(lead, entry->serial, core->seen.next - 1);
    else if (lead)
        lead->seen_position = (uint32_t)(core->seen.next - 1);
    return true;
}

/* Its image first, then where the indexes have it, then its lead: each needs the one before. */
static void fetch_seen(struct core *core, const struct place *places, size_t i, size_t count)
{
    const struct seen_entry *all = core->restored_seen;
    if (i + READ_AHEAD < count)
        __builtin_prefetch(&all[places[i + READ_AHEAD].index]);
    if (i + SEARCHED_AHEAD < count) {
        const struct seen_entry *entry = &all[places[i + SEARCHED_AHEAD].index];
        seen_prefetch(&core->seen, entry->key);
        lead_table_prefetch_index(&core->leads, entry->lead);
    }
    if (i + FETCHED_AHEAD < count)
        lead_table_prefetch_found(&core->leads, all[places[i + FETCHED_AHEAD].index].lead);
}

lw_status restore_link_seen(struct core *core)
{
    const struct seen_entry *all = core->restored_seen;
    size_t count = core->restored_count;
    struct place *places = count > 0 ? malloc(count * sizeof *places) : NULL;
    bool fits = count == 0 || places;
    if (places) {
        for (size_t i = 0; i < count; i++)
            places[i] = (struct place){all[i].serial, (uint32_t)i};
        qsort(places, count, sizeof *places, by_key);
    }
    for (size_t i = 0; i < count && fits;) {
        const struct seen_entry *best = &all[places[i].index];
        fetch_seen(core, places, i, count);
        for (i++; i < count && all[places[i].index].serial == best->serial; i++)
            best = is_better(&all[places[i].index], best) ? &all[places[i].index] : best;
        fits = take_seen(core, best);
    }
    free(places);
    free(core->restored_seen);
    core->restored_seen = NULL;
    core->restored_count = core->restored_capacity = 0;
    core->seen.forgotten = 0;          /* what does not fit was forgotten before */
    return fits ? LW_OK : LW_NO_MEMORY;
}
