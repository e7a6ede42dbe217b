/* SPDX-License-Identifier: Apache-2.0
 *
 * Who may take what from the shared list: the rules by which leads are offered, asked by the rep.
 */
#include "pull.h"

#include <string.h>

#include "core_commands.h"
#include "core_internal.h"
#include "effects.h"
#include "exclusions.h"
#include "explain_past.h"
#include "give.h"
#include "lead_extra.h"
#include "preferred.h"
#include "queues.h"

struct list { const struct lead *leads[CORE_PULL_LIST_MAX]; uint32_t count; };

/* All leads of a class are alike but for those that the rep refused. */
static const char *class_why_not(const struct core *core, const struct demand_class *demand, const struct rep *rep)
{
    struct history_entry now = history_rep_now(rep);
    const struct subject subject = {.needs = &demand->needs, .channel = demand->channel, .policy = demand->of_queue->policy};
    char detail[128];
    now.held = 0;   /* who pulls needs room: nothing is interrupted */
    const char *rule = explain_excluded_by(core, rep, &now, &subject, NULL, detail, sizeof detail);
    return *rule != '\0' ? rule : NULL;
}

const char *pull_why_not(const struct core *core, const struct lead *lead, const struct rep *rep)
{
    if (lead_is_preferring(lead) && lead->extra->preferred_rep != rep->number)
        return "preferred_rep";
    const char *rule = class_why_not(core, lead->demand, rep);
    bool may_be_refused = !rule || strcmp(rule, "capacity") == 0;   /* as explanations order them */
    return may_be_refused && lead_excludes(lead, rep->number) ? "declined_before" : rule;
}

/* ---- one lead --------------------------------------------------------------------------- */

/* NULL: it is on the list. */
static const char *off_the_list(const struct lead *lead)
{
    switch ((enum lead_state)lead->state) {
    case LEAD_WAITING: return lead->demand->of_queue->is_pulled ? NULL : "the desk offers the leads of this queue";
    case LEAD_OFFERED: case LEAD_CONNECTING: case LEAD_ASSIGNED: return "no longer yours: taken by another";
    case LEAD_PARKED: return "the lead is parked, for a person to look at";
    case LEAD_SCHEDULED: return "the lead is laid aside";
    case LEAD_NONE: case LEAD_COMPLETED: case LEAD_CANCELLED: case LEAD_EXPIRED: case LEAD_MERGED: case LEAD_STATES: break;
    }
    return "the lead has ended";
}

void command_pull(struct core *core, const struct core_command *command)
{
    struct rep *rep = asking_rep(core, command);
    struct desk_id id = command->pull.lead;
    if (!rep)
        return;
    struct lead *lead = lead_table_find(&core->leads, id);
    if (lead && lead->rep == rep->number && (lead->state == LEAD_ASSIGNED || lead->state == LEAD_CONNECTING)) {
        reply(core, command, CORE_DUPLICATE, lead_state_word((enum lead_state)lead->state), id);
        return;
    }
    const char *problem = lead ? off_the_list(lead) : "no longer yours: taken by another, or withdrawn";
    if (problem) {
        reply(core, command, lead && lead->state == LEAD_WAITING ? CORE_REJECTED : CORE_NOT_YOURS, problem, id);
        return;
    }
    problem = pull_why_not(core, lead, rep);
    if (problem) {
        reply(core, command, CORE_REJECTED, problem, id);
        return;
    }
    lead_give(core, lead, rep, CAUSE_PULLED);
    reply(core, command, CORE_ACCEPTED, lead_state_word((enum lead_state)lead->state), id);
}

/* ---- the list --------------------------------------------------------------------------- */

/* Priority, then age, then the lower id: leads of all queues stand in one list, whatever their queues go by. */
static bool is_listed_before(const struct lead *a, const struct lead *b)
{
    if (a->priority != b->priority)
        return a->priority > b->priority;
    if (a->received_ms != b->received_ms)
        return a->received_ms < b->received_ms;
    return a->id.number < b->id.number;
}

static void put(struct list *list, const struct lead *lead)
{
    uint32_t at = list->count;
    if (at == CORE_PULL_LIST_MAX && !is_listed_before(lead, list->leads[--at]))
        return;
    list->count = at + 1;
    for (; at > 0 && is_listed_before(lead, list->leads[at - 1]); at--)
        list->leads[at] = list->leads[at - 1];
    list->leads[at] = lead;
}

/* No further than a page: the first of each class are those that come first in their queue. */
static void put_class(struct list *list, const struct demand_class *demand, const struct rep *rep)
{
    uint32_t seen = 0;
    for (const struct avl_node *node = avl_first(&demand->waiting); node && seen < CORE_PULL_LIST_MAX; node = avl_next(node)) {
        const struct lead *lead = AVL_ENTRY(node, struct lead, order);
        if (lead_excludes(lead, rep->number))
            continue;
        put(list, lead);
        seen++;
    }
}

uint32_t core_pull_list(const struct core *core, uint64_t session, void (*visit)(void *context, const struct core_effect *row), void *context)
{
    const struct rep *rep = rep_table_by_session(&core->reps, session);
    struct list list = {.count = 0};
    if (!rep)
        return 0;
    for (uint32_t i = 0; i < core->classes.demand_count; i++) {
        const struct demand_class *demand = core->classes.demand[i];
        if (demand && demand->of_queue->is_pulled && demand->waiting.count > 0 && !class_why_not(core, demand, rep))
            put_class(&list, demand, rep);
    }
    for (uint32_t i = 0; i < list.count; i++) {
        struct core_effect row;
        effect_init(core, &row, EFFECT_LEAD_EVENT);
        effect_lead(core, list.leads[i], &row);
        row.place = "";   /* where somebody lives, often */
        visit(context, &row);
    }
    return list.count;
}
