/* SPDX-License-Identifier: Apache-2.0
 *
 * Leads that nobody is offered, until a rep takes one.
 */
#include "slow_desk_internal.h"

#include <string.h>

bool is_pulled(const struct slow_desk *desk, const struct slow_lead *lead)
{
    for (uint32_t i = 0; i < desk->rules->queue_count; i++) {
        if (strcmp(desk->rules->queues[i].name, lead->queue) == 0)
            return desk->rules->queues[i].is_pulled;
    }
    return false;
}

static bool may_pull(const struct slow_desk *desk, const struct slow_lead *lead, int rep)
{
    return is_pulled(desk, lead) && eligible(desk, rep, lead) && has_skills(desk, &desk->reps[rep], lead) && !slow_is_kept(desk, rep, lead);
}

void pull(struct slow_desk *desk, const struct core_command *command, int rep)
{
    struct desk_id id = command->pull.lead;
    struct slow_lead *lead = find_lead(desk, id);
    if (lead && lead->rep == rep && (lead->state == LEAD_ASSIGNED || lead->state == LEAD_CONNECTING)) {
        answer(desk, command, CORE_DUPLICATE, id);
        return;
    }
    if (!lead || lead->state != LEAD_WAITING) {
        answer(desk, command, CORE_NOT_YOURS, id);
        return;
    }
    if (!may_pull(desk, lead, rep)) {
        answer(desk, command, CORE_REJECTED, id);
        return;
    }
    give(desk, lead, rep, CAUSE_PULLED);
    answer(desk, command, CORE_ACCEPTED, id);
}

static bool is_listed_before(const struct slow_lead *a, const struct slow_lead *b)
{
    if (a->priority != b->priority)
        return a->priority > b->priority;
    return a->received_ms != b->received_ms ? a->received_ms < b->received_ms : a->id.number < b->id.number;
}

/* One after the other: whoever comes before the most. */
uint32_t slow_desk_pull_list(const struct slow_desk *desk, uint64_t session, struct desk_id out[CORE_PULL_LIST_MAX])
{
    const struct slow_lead *last = NULL;
    uint32_t count = 0;
    int rep = 0;
    while (rep < desk->rep_count && (session == 0 || desk->reps[rep].session != session))
        rep++;
    while (rep < desk->rep_count && count < CORE_PULL_LIST_MAX) {
        const struct slow_lead *next = NULL;
        for (int i = 0; i < desk->lead_count; i++) {
            const struct slow_lead *lead = &desk->leads[i];
            if (lead->open && lead->state == LEAD_WAITING && !prefers(lead) && may_pull(desk, lead, rep) &&
                (!last || is_listed_before(last, lead)) && (!next || is_listed_before(lead, next)))
                next = lead;
        }
        if (!next)
            break;
        out[count++] = next->id;
        last = next;
    }
    return count;
}
