/* SPDX-License-Identifier: Apache-2.0
 *
 * weighted - each rep a share of the leads: the earliest pseudo-deadline among those whose next lead is due at all.
 *
 * With share s of S in all, a rep's j-th lead belongs into the time, counted in leads of the desk, from
 * (j-1) S/s to j S/s. Who had j - 1 has it due once that time has begun (else is_ahead), and should have it before it ends:
 * the least j/s first. The largest deficit first would leave reps with small shares more than a lead behind.
 */
#include "policies.h"

static int compare(const struct policy_rep *a, const struct policy_rep *b)
{
    if (a->is_ahead != b->is_ahead)
        return a->is_ahead ? 1 : -1;
    int64_t end_a = (a->account + POLICY_LEAD) * b->share, end_b = (b->account + POLICY_LEAD) * a->share;
    if (end_a != end_b)
        return end_a < end_b ? -1 : 1;
    return policy_compare_idle(a, b);
}

const struct policy policy_weighted = {
    .name = "weighted", .keys = {POLICY_KEY_SHARE, POLICY_KEY_IDLE}, .uses_shares = true, .compare = compare,
};
