/* SPDX-License-Identifier: Apache-2.0
 *
 * Leads that wait for one rep before they are everybody's: the rep who promised to
 * call back, or to whom somebody handed them. Such a lead stands not in its demand class but in
 * the tree of its rep, so that it is in nobody else's way and costs nobody a look; and in one tree
 * of all of them, for when everything may match. A person chose the rep: skills are not asked
 * again, but presence and room are, and for a call the device.
 */
#include <stdlib.h>

#include "caps.h"
#include "core_internal.h"
#include "device.h"
#include "exclusions.h"
#include "lead_extra.h"
#include "lead_record.h"
#include "lead_state.h"
#include "match.h"
#include "preferred.h"
#include "urgency.h"

static int compare_everywhere(const struct avl_node *a, const struct avl_node *b)
{
    return lead_compare_urgency(AVL_ENTRY(a, struct lead_extra, everywhere)->lead, AVL_ENTRY(b, struct lead_extra, everywhere)->lead);
}

void preferred_init(struct core *core)
{
    avl_init(&core->preferred, compare_everywhere);
}

void preferred_insert(struct core *core, struct lead *lead)
{
    struct rep *rep = core->reps.reps[lead->extra->preferred_rep];
    lead->order = lead->extra->everywhere = (struct avl_node){0};
    lead->standing = urgency_standing(lead);
    avl_insert(&rep->preferred, &lead->order);
    avl_insert(&core->preferred, &lead->extra->everywhere);
}

void preferred_remove(struct core *core, struct lead *lead)
{
    avl_remove(&core->reps.reps[lead->extra->preferred_rep]->preferred, &lead->order);
    avl_remove(&core->preferred, &lead->extra->everywhere);
}

static bool may_take(const struct core *core, const struct rep *rep, const struct lead *lead, uint32_t room)
{
    const struct demand_class *demand = lead->demand;
    return core_channel(core, demand->channel)->weight <= room && !(demand->needs.rings && !device_can_ring(rep)) &&
           !lead_excludes(lead, rep->number) && !caps_source_is_full(rep, lead->source);
}

/* Of several queues, whose leads change places with time: a rep has few of them. */
static struct lead *weighed_lead(const struct core *core, const struct rep *rep, uint32_t room)
{
    struct lead *best = NULL;
    struct lead_rank best_rank = {0};
    for (struct avl_node *node = avl_first(&rep->preferred); node; node = avl_next(node)) {
        struct lead *lead = AVL_ENTRY(node, struct lead, order);
        struct lead_rank rank = urgency_rank(core, lead);
        if (!may_take(core, rep, lead, room) || (best && lead_rank_compare(&rank, &best_rank) > 0))
            continue;
        best = lead;
        best_rank = rank;
    }
    return best;
}

struct lead *preferred_lead(const struct core *core, const struct rep *rep, uint32_t room)
{
    if (core->queues.weighs)
        return weighed_lead(core, rep, room);
    for (struct avl_node *node = avl_first(&rep->preferred); node; node = avl_next(node)) {
        struct lead *lead = AVL_ENTRY(node, struct lead, order);
        if (may_take(core, rep, lead, room))
            return lead;
    }
    return NULL;
}

struct rep *preferred_rep(const struct core *core, const struct lead *lead)
{
    struct rep *rep = core->reps.reps[lead->extra->preferred_rep];
    return rep->is_ready && may_take(core, rep, lead, rep->rank.capacity - rep->rank.load) ? rep : NULL;
}

struct lead *preferred_next(const struct core *core, const struct lead *lead)
{
    struct avl_node *node = lead ? avl_next(&lead->extra->everywhere) : avl_first(&core->preferred);
    return node ? AVL_ENTRY(node, struct lead_extra, everywhere)->lead : NULL;
}

struct ranked { struct lead_rank rank; struct lead *lead; };

static int compare_ranked(const void *a, const void *b)
{
    return lead_rank_compare(&((const struct ranked *)a)->rank, &((const struct ranked *)b)->rank);
}

struct lead **preferred_sorted(const struct core *core)
{
    size_t count = 0;
    struct ranked *ranked = core->preferred.count > 0 ? malloc(core->preferred.count * sizeof *ranked) : NULL;
    struct lead **sorted = ranked ? malloc((core->preferred.count + 1) * sizeof *sorted) : NULL;
    if (core->preferred.count == 0)
        return NULL;
    if (!sorted)
        abort();   /* a few words per lead: there is no sensible way to go on */
    for (struct lead *lead = preferred_next(core, NULL); lead; lead = preferred_next(core, lead))
        ranked[count++] = (struct ranked){urgency_rank(core, lead), lead};
    qsort(ranked, count, sizeof *ranked, compare_ranked);
    for (size_t i = 0; i < count; i++)
        sorted[i] = ranked[i].lead;
    sorted[count] = NULL;
    free(ranked);
    return sorted;
}

static void make_everybodys(struct core *core, struct lead *lead)
{
    preferred_remove(core, lead);
    lead_prefer(lead, 0, 0, 0);
    demand_class_insert(&core->classes, lead);
    lead->cause = CAUSE_TO_ALL;
    lead_record(core, lead, false);
    lead_set_timer(core, lead);
    match_note_lead(core, lead);
}

bool preferred_lapse(struct core *core, struct lead *lead)
{
    if (!lead_is_preferring(lead) || lead->extra->preferred_until_ms > core->now_ms)
        return false;
    make_everybodys(core, lead);
    return true;
}

void preferred_release(struct core *core, struct rep *rep)
{
    for (struct avl_node *node; (node = avl_first(&rep->preferred)) != NULL;)
        make_everybodys(core, AVL_ENTRY(node, struct lead, order));
}
