/* SPDX-License-Identifier: Apache-2.0
 *
 * why_text - words for why a rep got a lead. Inside broker/core only.
 */
#ifndef WHY_TEXT_H
#define WHY_TEXT_H

#include "core.h"
#include "policy.h"

struct core;
struct lead;
struct rep;

/* What an effect carries in place of the words: they cost more than the decision. */
struct core_why {
    const struct core *core;
    const struct lead *lead;
    const struct rep *rep;
};

enum {
    WHY_TEXT_MAX = CORE_WHY_SIZE - 1,   /* letters of a reason; what is longer is cut */
    WHY_KEYS_ROOM = 512,      /* more than all keys of a policy can say */
    WHY_TEXT_ROOM = CONFIG_REQUIRE_MAX * (WHY_TEXT_MAX + 64) + 2 * WHY_KEYS_ROOM,   /* more than can be said */
};
/* "tier 1; idle 42 s": what the policy ranked this rep by. */
void why_keys_write(const struct policy *policy, const struct policy_rep *rank, uint64_t at_ms, char text[WHY_KEYS_ROOM]);

/* The first of the policy's keys in which the two differ: "idle"; "interrupts" and "preferred" come before all; "order": in none. */
const char *why_key_decided(const struct policy *policy, const struct policy_rep *a, const struct policy_rep *b);

#endif
