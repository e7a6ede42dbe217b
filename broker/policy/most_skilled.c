/* SPDX-License-Identifier: Apache-2.0
 *
 * most_skilled - the highest sum of levels over the skills that the lead asks for; then the longest idle; then the lowest number.
 */
#include "policies.h"

static int compare(const struct policy_rep *a, const struct policy_rep *b)
{
    if (a->levels != b->levels)
        return a->levels > b->levels ? -1 : 1;
    return policy_compare_idle(a, b);
}

const struct policy policy_most_skilled = {
    .name = "most_skilled", .keys = {POLICY_KEY_LEVELS, POLICY_KEY_IDLE}, .uses_levels = true, .compare = compare,
};
