/* SPDX-License-Identifier: Apache-2.0
 *
 * policy - which of the eligible reps gets the lead: the interface.
 *
 * One strategy per file in broker/policy, pure: no state, no clock. The core
 * keeps reps with equal skills and capacity in trees ordered by `compare` and
 * compares their first ones, so compare must be a total order; it ends at the rep's number.
 */
#ifndef POLICY_H
#define POLICY_H

#include <stdbool.h>
#include <stdint.h>

struct policy_rep {
    uint32_t load, capacity;      /* capacity >= 1 */
    uint64_t idle_since_ms;
    uint32_t number;              /* the rep's, unique */
};

struct policy {
    const char *name;
    bool orders_by_load;          /* equal capacities: less load comes first, so after the first who lacks room nobody has it */
    /* Negative: a is served before b. 0 only for a == b. */
    int (*compare)(const struct policy_rep *a, const struct policy_rep *b);
};

/* NULL if there is no policy of this name. */
const struct policy *policy_find(const char *name);

#endif
