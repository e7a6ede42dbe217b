/* SPDX-License-Identifier: Apache-2.0
 *
 * supply_places - which place a new supply class gets: beside those whose reps have the same skills, if at other levels,
 * so that who can take a lead stands in few words of bits. No decision depends on it. Inside broker/core only.
 */
#ifndef SUPPLY_PLACES_H
#define SUPPLY_PLACES_H

#include <stdint.h>

enum { SUPPLY_WORDS_MAX = 512, SUPPLY_PLACE_NONE = SUPPLY_WORDS_MAX * 64 };

struct supply_places {
    struct { uint64_t used; uint32_t skills; } words[SUPPLY_WORDS_MAX];   /* skills: a hash of those that its first class had */
    uint32_t count;
};

/* SUPPLY_PLACE_NONE when all are taken. */
uint32_t supply_places_take(struct supply_places *places, uint32_t skills);
void supply_places_give(struct supply_places *places, uint32_t place);

#endif
