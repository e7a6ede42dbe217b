/* SPDX-License-Identifier: Apache-2.0 */
#include "core_internal.h"

enum { LEAD_BESIDE = 256 };   /* what a lead has beside its place and its payload, roughly: decisions, an index entry */

void core_bounds_read(const struct core *core, struct core_bounds *out)
{
    *out = (struct core_bounds){
        .leads = core->leads.count,
        .leads_max = core->leads.max,
        .seen = (uint32_t)(core->seen.next - core->seen.first),
        .seen_max = core->seen.capacity,
        .payload_bytes = core->totals.payload_bytes,
        .payload_bytes_max = core->limits.payload_bytes_max,
        .in_use_bytes = core->totals.payload_bytes + (uint64_t)core->leads.count * (sizeof(struct lead) + LEAD_BESIDE),
    };
}
