/* SPDX-License-Identifier: Apache-2.0
 *
 * A publisher asks after a lead.
 */
#include "slow_desk_internal.h"

struct slow_lead *find_named(struct slow_desk *desk, struct desk_id id, struct core_text source, struct core_text idempotency_id,
                             struct desk_id *id_out, enum lead_state *end_out)
{
    char name[TEXT], key[TEXT];
    *id_out = id;
    *end_out = LEAD_NONE;
    if (desk_id_is_none(id)) {
        copy_text(name, source);
        copy_text(key, idempotency_id);
        const struct slow_seen *seen = recall(desk, 'p', name, key);
        if (!seen)
            return NULL;
        *id_out = seen->lead;
        *end_out = seen->end;
    }
    return find_lead(desk, *id_out);
}

void query(struct slow_desk *desk, const struct core_command *command)
{
    struct core_effect effect = new_effect(EFFECT_QUERY_REPLY);
    struct desk_id id;
    enum lead_state end;
    const struct slow_lead *lead = find_named(desk, command->query.lead, command->query.source, command->query.idempotency_id, &id, &end);
    effect.session = command->session;
    effect.request = command->request;
    effect.lead = id;
    effect.status = lead || end != LEAD_NONE ? CORE_ACCEPTED : CORE_NOT_FOUND;
    effect.to = end;
    if (lead)
        put_lead(desk, lead, &effect);
    if (lead && lead->state == LEAD_WAITING) {
        effect.nobody = slow_nobody_for(desk, lead);
        effect.position = 1;
        for (int i = 0; i < desk->lead_count; i++) {
            const struct slow_lead *other = &desk->leads[i];
            effect.position += other->open && other->state == LEAD_WAITING && same_requirements(desk, other, lead) &&
                               (prefers(lead) ? lead_before(desk, other, lead) : waits_before(desk, other, lead));
        }
    }
    emit(desk, &effect);
}
