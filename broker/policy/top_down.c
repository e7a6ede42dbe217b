/* SPDX-License-Identifier: Apache-2.0
 *
 * top_down - the lowest tier that has anybody; then the longest idle; then the lowest number.
 */
#include "policies.h"

static int compare(const struct policy_rep *a, const struct policy_rep *b)
{
    if (a->tier != b->tier)
        return a->tier < b->tier ? -1 : 1;
    return policy_compare_idle(a, b);
}

static uint32_t first_key(const struct policy_rep *rep)
{
    return rep->tier;
}

const struct policy policy_top_down = {
    .name = "top_down", .keys = {POLICY_KEY_TIER, POLICY_KEY_IDLE}, .first_key = first_key, .compare = compare,
};
