/* SPDX-License-Identifier: Apache-2.0
 *
 * longest_idle - who has been idle longest, however much they have; then the lowest number.
 */
#include "policies.h"

const struct policy policy_longest_idle = {
    .name = "longest_idle", .keys = {POLICY_KEY_IDLE}, .compare = policy_compare_idle,
};
