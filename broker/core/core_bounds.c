/* SPDX-License-Identifier: Apache-2.0 */
#include "core_internal.h"

enum { LEAD_BESIDE = 256 };   /* what a lead has beside its place and its payload, roughly: decisions, an index entry */

bool bounds_have_room(struct core *core, uint64_t payload_size)
{
    bool has_room = core->totals.payload_bytes + payload_size <= core->limits.payload_bytes_max;

    core->payload_refused += !has_room;
    return has_room;
}

struct lead *bounds_add_lead(struct core *core, struct desk_id id)
{
    struct lead *lead = lead_table_add(&core->leads, id);

    core->leads_refused += !lead;
    return lead;
}

uint32_t bounds_seen_wait_ms(struct core *core)
{
    uint32_t wait_ms = core->limits.seen_min_ms > 0 ? seen_wait_ms(&core->seen, core->leads.count + 1, core->now_ms, core->limits.seen_min_ms) : 0;

    core->seen_refused += wait_ms > 0;
    return wait_ms;
}

void core_bounds_read(const struct core *core, struct core_bounds *out)
{
    *out = (struct core_bounds){
        .leads = core->leads.count,
        .leads_max = core->leads.max,
        .seen = (uint32_t)(core->seen.next - core->seen.first),
        .seen_max = core->seen.capacity,
        .seen_bytes = (core->seen.next - core->seen.first) * SEEN_ENTRY_BYTES,
        .seen_bytes_max = (uint64_t)core->seen.capacity * SEEN_ENTRY_BYTES,
        .seen_forgotten = core->seen.forgotten,
        .payload_bytes = core->totals.payload_bytes,
        .payload_bytes_max = core->limits.payload_bytes_max,
        .in_use_bytes = core->totals.payload_bytes + (uint64_t)core->leads.count * (sizeof(struct lead) + LEAD_BESIDE),
        .leads_refused = core->leads_refused,
        .payload_refused = core->payload_refused,
        .seen_refused = core->seen_refused,
    };
}
