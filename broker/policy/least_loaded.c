/* SPDX-License-Identifier: Apache-2.0
 *
 * least_loaded - the lowest share of capacity in use; then the longest idle; then the lowest number.
 */
#include "policies.h"

/* load/capacity without division: a's share is lower when a.load * b.capacity < b.load * a.capacity. */
static int compare(const struct policy_rep *a, const struct policy_rep *b)
{
    uint64_t share_a = (uint64_t)a->load * b->capacity, share_b = (uint64_t)b->load * a->capacity;

    if (share_a != share_b)
        return share_a < share_b ? -1 : 1;
    return policy_compare_idle(a, b);
}

/* Fractions of a capacity up to 1,000 are a millionth apart or more: rounded down to 2^-20 they keep their order. */
static uint32_t first_key(const struct policy_rep *rep)
{
    return (uint32_t)(((uint64_t)rep->load << 20) / rep->capacity);
}

const struct policy policy_least_loaded = {
    .name = "least_loaded", .keys = {POLICY_KEY_LOAD, POLICY_KEY_IDLE}, .orders_by_load = true, .first_key = first_key, .compare = compare,
};
