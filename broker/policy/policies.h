/* SPDX-License-Identifier: Apache-2.0
 *
 * policies - the strategies there are: one file and one line each. The first is the default.
 */
#ifndef POLICIES_H
#define POLICIES_H

#include "policy.h"

#define POLICY_TABLE(X) \
    X(least_loaded) \
    X(longest_idle) \
    X(most_skilled) \
    X(top_down) \
    X(round_robin) \
    X(weighted) \
    X(best_pair) \
    X(broadcast)

#define X(name) extern const struct policy policy_##name;
POLICY_TABLE(X)
#undef X

#endif
