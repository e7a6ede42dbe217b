/* SPDX-License-Identifier: Apache-2.0
 *
 * longest_idle - who has been idle longest, however much they have; then the lowest number.
 */
#include "policies.h"

static uint32_t first_key(const struct policy_rep *rep)
{
    (void)rep;
    return 0;
}

const struct policy policy_longest_idle = {
    .name = "longest_idle", .keys = {POLICY_KEY_IDLE}, .first_key = first_key, .compare = policy_compare_idle,
};
