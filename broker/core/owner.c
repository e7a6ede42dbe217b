/* SPDX-License-Identifier: Apache-2.0
 *
 * Owner first: who has an open lead of the person; else who is named as the account owner on the lead itself; else who
 * won the person last; else, or when that rep is not there, who is named by the lead's rule. Waited for is only who is there: at work, or in wrap-up, and below their caps; and for a caller who
 * could have the call at once, since a caller on the line is not kept waiting for one rep while others are free.
 */
#include "owner.h"

#include <string.h>

#include "caps.h"
#include "device.h"
#include "known.h"
#include "lead_extra.h"
#include "people.h"
#include "team_limits.h"

static const struct rep *who_has_another(const struct core *core, const struct person *person)
{
    const struct lead *open = person_open_lead(core, person);
    return open ? rep_table_at(&core->reps, open->rep) : NULL;
}

static const struct rep *who_is_named(const struct core *core, const struct core_command *publish)
{
    const char *field = core->config->people.owner_from;
    const char *name = field && publish->publish.read_field ? publish->publish.read_field(publish->publish.fields, field) : NULL;
    return name ? rep_table_by_name(&core->reps, name, strlen(name)) : NULL;
}

static const struct rep *who_won_last(const struct core *core, const struct person *person)
{
    const struct known_key *known = known_person(core, person);
    return known ? rep_table_at(&core->reps, known->rep) : NULL;
}

static bool is_there(const struct core *core, const struct rep *rep, const struct lead *lead)
{
    uint32_t weight = core_channel(core, lead->demand->channel)->weight;
    bool works = rep->configured && rep->connected && !rep->is_closed && (rep->state == REP_AVAILABLE || rep->state == REP_WRAP_UP);
    bool is_at_cap = (rep->caps && (rep->caps->full != 0 || caps_source_is_full(rep, lead->source))) || team_limit_full(rep) != 0;
    if (!works || is_at_cap || weight > rep->rank.capacity)
        return false;
    return !lead->demand->needs.rings || (device_can_ring(rep) && rep->state == REP_AVAILABLE && rep->rank.load + weight <= rep->rank.capacity);
}

const struct rep *owner_find(const struct core *core, const struct core_command *publish, const struct person *person)
{
    const struct rep *rep = who_has_another(core, person);
    if (!rep)
        rep = who_is_named(core, publish);
    return rep ? rep : who_won_last(core, person);
}

static bool prefer(const struct core *core, struct lead *lead, const struct rep *rep, uint32_t for_ms)
{
    if (!rep || !is_there(core, rep, lead))
        return false;
    lead_prefer(lead, rep->number, deadline_after(core, for_ms), 0);
    return true;
}

bool owner_prefer(struct core *core, struct lead *lead, const struct core_command *publish, const struct person *person)
{
    uint32_t for_ms = core->config->people.owner_for_ms;
    return for_ms > 0 && prefer(core, lead, owner_find(core, publish, person), for_ms);
}

void owner_prefer_of_rule(const struct core *core, struct lead *lead, const struct config_rule *rule)
{
    if (rule->owner)
        (void)prefer(core, lead, rep_table_by_name(&core->reps, rule->owner, strlen(rule->owner)), rule->owner_for_ms);
}
