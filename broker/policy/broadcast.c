/* SPDX-License-Identifier: Apache-2.0
 *
 * broadcast - to several at once, and the first who accepts has it; the lowest shares of capacity in use are asked, then the
 * longest idle, then the lowest numbers.
 */
#include "policies.h"

static int compare(const struct policy_rep *a, const struct policy_rep *b)
{
    uint64_t share_a = (uint64_t)a->load * b->capacity, share_b = (uint64_t)b->load * a->capacity;

    if (share_a != share_b)
        return share_a < share_b ? -1 : 1;
    return policy_compare_idle(a, b);
}

const struct policy policy_broadcast = {
    .name = "broadcast", .keys = {POLICY_KEY_LOAD, POLICY_KEY_IDLE}, .orders_by_load = true, .offers_to_several = true, .compare = compare,
};
