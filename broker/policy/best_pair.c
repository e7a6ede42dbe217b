/* SPDX-License-Identifier: Apache-2.0
 *
 * best_pair - the rep who wins such leads most often; then the longest idle; then the lowest number.
 *
 * The half of it that is about one lead. Which lead comes first is of the same policy: see pairs.h in broker/core.
 */
#include "policies.h"

static int compare(const struct policy_rep *a, const struct policy_rep *b)
{
    if (a->rate != b->rate)
        return a->rate > b->rate ? -1 : 1;
    return policy_compare_idle(a, b);
}

const struct policy policy_best_pair = {
    .name = "best_pair", .keys = {POLICY_KEY_WORTH, POLICY_KEY_IDLE}, .ranks_pairs = true, .compare = compare,
};
