/* SPDX-License-Identifier: Apache-2.0 */
#include "policies.h"

#include <assert.h>
#include <string.h>

static const struct policy *const policies[] = {
#define X(name) &policy_##name,
    POLICY_TABLE(X)
#undef X
};
enum { POLICY_COUNT = sizeof policies / sizeof *policies };
static_assert(sizeof policies / sizeof *policies <= POLICIES_MAX, "a rep has a place in this many trees");

const struct policy *policy_find(const char *name)
{
    for (uint32_t i = 0; i < POLICY_COUNT; i++) {
        if (strcmp(policies[i]->name, name) == 0)
            return policies[i];
    }
    return NULL;
}

const struct policy *policy_at(uint32_t number)
{
    return number < POLICY_COUNT ? policies[number] : NULL;
}

uint32_t policy_number(const struct policy *policy)
{
    uint32_t number = 0;
    while (policies[number] != policy)
        number++;
    return number;
}
