/* SPDX-License-Identifier: Apache-2.0 */
#include "lead_memory.h"

#include <stdlib.h>

#include "core_internal.h"
#include "lead_extra.h"

/* Of an empty payload, too, there is one byte: a lead without any is damaged. */
static size_t payload_room(uint32_t size)
{
    return size > 0 ? size : 1;
}

bool lead_set_payload(struct core *core, struct lead *lead, const void *bytes, uint32_t size)
{
    assert(!lead->payload);
    lead->payload = slab_pool_take(&core->slabs, payload_room(size));
    if (!lead->payload)
        return false;
    if (size > 0)
        memcpy(lead->payload, bytes, size);
    lead->payload_size = size;
    core->totals.payload_bytes += size;
    return true;
}

bool lead_grow_decisions(struct core *core, struct lead *lead)
{
    uint8_t capacity = lead->decision_capacity == 0 ? 1 : (uint8_t)(lead->decision_capacity * 2);
    struct decision *decisions = slab_pool_take(&core->slabs, capacity * sizeof *decisions);
    if (!decisions)
        return false;
    if (lead->decision_count > 0)
        memcpy(decisions, lead->decisions, lead->decision_count * sizeof *decisions);
    decisions_free(core, lead->decisions, lead->decision_capacity);
    lead->decisions = decisions;
    lead->decision_capacity = capacity;
    return true;
}

void decisions_free(struct core *core, struct decision *decisions, uint32_t capacity)
{
    slab_pool_give(&core->slabs, decisions, capacity * sizeof *decisions);
}

void lead_free_memory(struct core *core, struct lead *lead)
{
    core->totals.payload_bytes -= lead->payload_size;
    slab_pool_give(&core->slabs, lead->payload, payload_room(lead->payload_size));
    decisions_free(core, lead->decisions, lead->decision_capacity);
    free(lead->exclusions);
    lead_extra_free(lead);
}
