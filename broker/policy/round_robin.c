/* SPDX-License-Identifier: Apache-2.0
 *
 * round_robin - in turn, by the rep's number, beginning behind whom the queue served last. Each queue has a turn of its own.
 */
#include "policies.h"

static int compare(const struct policy_rep *a, const struct policy_rep *b)
{
    if (a->is_past != b->is_past)
        return a->is_past ? 1 : -1;
    return a->number < b->number ? -1 : a->number > b->number;
}

const struct policy policy_round_robin = {
    .name = "round_robin", .keys = {POLICY_KEY_TURN}, .takes_turns = true, .compare = compare,
};
