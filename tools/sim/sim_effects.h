/* SPDX-License-Identifier: Apache-2.0
 *
 * sim_effects - effects kept beyond the callback: deep copies.
 * Texts are cut at SIM_TEXT_MAX - 1 bytes, payloads at SIM_PAYLOAD_MAX.
 */
#ifndef SIM_EFFECTS_H
#define SIM_EFFECTS_H

#include "core.h"

enum { SIM_TEXT_MAX = 64, SIM_PAYLOAD_MAX = 32 };

struct sim_effect {
    struct core_effect effect;   /* its pointers are stale: sim_effect_view */
    char reason[SIM_TEXT_MAX], queue[SIM_TEXT_MAX], rep[SIM_TEXT_MAX], device[SIM_TEXT_MAX], source[SIM_TEXT_MAX], disposition[SIM_TEXT_MAX],
        place[SIM_TEXT_MAX], preferred_rep[SIM_TEXT_MAX], by[SIM_TEXT_MAX], set_by[SIM_TEXT_MAX], bought[SIM_TEXT_MAX], note[SIM_TEXT_MAX], note_by[SIM_TEXT_MAX], also_offered[2 * SIM_TEXT_MAX];
    uint8_t payload[SIM_PAYLOAD_MAX];
};

struct sim_effects { struct sim_effect *list; uint32_t count, capacity; };

void sim_effect_copy(struct sim_effect *out, const struct core_effect *effect);
/* With pointers into *kept. */
struct core_effect sim_effect_view(const struct sim_effect *kept);
void sim_effects_add(struct sim_effects *effects, const struct core_effect *effect);
void sim_effects_free(struct sim_effects *effects);
/* Over everything but the revision, of which a restart needs its own. Chains: give the hash so far. */
uint64_t sim_effects_hash(const struct sim_effects *effects, uint64_t so_far);

#endif
