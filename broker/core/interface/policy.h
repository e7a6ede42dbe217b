/* SPDX-License-Identifier: Apache-2.0
 *
 * policy - which of the eligible reps gets the lead: the interface.
 *
 * One strategy per file in broker/policy, pure: no state, no clock. The core keeps
 * reps with equal skills and capacity in trees ordered by `compare`, one tree for each
 * policy that some queue uses, and compares their first ones; so compare must be a total order.
 * It ends with policy_compare_idle, which ends at the rep's number.
 */
#ifndef POLICY_H
#define POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POLICIES_MAX = 16, POLICY_KEYS_MAX = 4 };
enum { POLICY_LEAD = 1 << 16 };   /* a lead of weight 1 in accounts */

struct policy_rep {
    uint32_t load, capacity;      /* capacity >= 1 */
    uint64_t idle_since_ms;
    uint32_t number;              /* the rep's, unique */
    uint32_t tier;                /* the rules'; lower first */
    uint32_t share;               /* the rules'; 1 or more */
    int64_t account;              /* of weighted leads had, in POLICY_LEAD; only differences mean something */
    bool is_ahead;                /* has had what they should have, the next lead included */
    /* What depends on the lead, too; 0 in the trees, where it decides nothing. */
    bool is_past;                 /* the queue's turn is past this rep */
    bool interrupts;              /* this rep has no room: it would interrupt what else they have */
    uint32_t preferred;           /* how many of the lead's preferences this rep meets */
    uint32_t levels;              /* this rep's, of the skills that the lead asks for, added up */
    uint32_t rate;                /* of a thousand such leads this rep wins so many */
    uint32_t worth;               /* for explanations: thousandths of what the lead is worth with this rep */
    int32_t owed;                 /* for explanations: hundredths of a lead; negative: had too much */
};

/* What a policy ranks by, in its order: explanations show these of each rep. */
enum policy_key { POLICY_KEY_END, POLICY_KEY_LOAD, POLICY_KEY_IDLE, POLICY_KEY_TIER, POLICY_KEY_LEVELS, POLICY_KEY_TURN, POLICY_KEY_SHARE, POLICY_KEY_WORTH };

struct policy {
    const char *name;
    enum policy_key keys[POLICY_KEYS_MAX];
    bool orders_by_load;          /* equal capacities: less load comes first, so after the first who lacks room nobody has it */
    bool uses_levels;             /* compare looks at `levels`; else they are not added up */
    bool takes_turns;             /* compare looks at `is_past`, then at the number; each queue keeps whom it served last */
    bool ranks_pairs;             /* compare looks at `rate`; which lead comes first is by worth too, see pairs.h. Preferences do not count */
    bool offers_to_several;       /* a lead is offered to as many at once as the queue says; the first who accepts has it */
    bool uses_shares;             /* compare looks at accounts; what is offered is charged to them */
    /* What compare looks at, smaller first, before it ends with policy_compare_idle; so that where many reps differ they are compared
     * without a call each. NULL: it looks at what is no such number. */
    uint32_t (*first_key)(const struct policy_rep *rep);
    /* Negative: a is served before b. 0 only for a == b. */
    int (*compare)(const struct policy_rep *a, const struct policy_rep *b);
};

/* NULL if there is no policy of this name. */
const struct policy *policy_find(const char *name);
/* All there are, by number from 0; NULL behind the last. The first is the default. */
const struct policy *policy_at(uint32_t number);
/* policy_at(number) == policy. */
uint32_t policy_number(const struct policy *policy);

/* Whoever needs no interruption first. What a lead prefers comes before what the policy says: preferences stand in the rule that wants them. */
static inline int policy_compare(const struct policy *policy, const struct policy_rep *a, const struct policy_rep *b)
{
    if (a->interrupts != b->interrupts)
        return a->interrupts ? 1 : -1;
    if (a->preferred != b->preferred)
        return a->preferred > b->preferred ? -1 : 1;
    return policy->compare(a, b);
}

/* Longest idle, then the lowest number: how every tie ends. */
static inline int policy_compare_idle(const struct policy_rep *a, const struct policy_rep *b)
{
    if (a->idle_since_ms != b->idle_since_ms)
        return a->idle_since_ms < b->idle_since_ms ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

#endif
