/* SPDX-License-Identifier: Apache-2.0 */
#include "supply_places.h"

/* Words are walked, so there are at most twice as many as the classes would fill, and some: most floors have no more kinds of
 * reps than that, and the first of each kind come one after the other. */
static uint32_t words_max(const struct supply_places *places)
{
    uint32_t most = 64 + places->count / 32;
    return most < SUPPLY_WORDS_MAX ? most : SUPPLY_WORDS_MAX;
}

/* Of the same skills, else an empty one, else the first with room. */
static uint32_t find_word(const struct supply_places *places, uint32_t skills)
{
    uint32_t empty = SUPPLY_WORDS_MAX, other = SUPPLY_WORDS_MAX;
    for (uint32_t w = 0; w < SUPPLY_WORDS_MAX; w++) {
        uint64_t used = places->words[w].used;
        if (used != 0 && used != UINT64_MAX && places->words[w].skills == skills)
            return w;
        if (used == 0 && empty == SUPPLY_WORDS_MAX)
            empty = w;
        if (used != UINT64_MAX && other == SUPPLY_WORDS_MAX)
            other = w;
    }
    return empty < words_max(places) ? empty : other;
}

uint32_t supply_places_take(struct supply_places *places, uint32_t skills)
{
    uint32_t w = find_word(places, skills);
    if (w == SUPPLY_WORDS_MAX)
        return SUPPLY_PLACE_NONE;
    uint32_t bit = (uint32_t)__builtin_ctzll(~places->words[w].used);
    if (places->words[w].used == 0)
        places->words[w].skills = skills;
    places->words[w].used |= UINT64_C(1) << bit;
    places->count++;
    return w * 64 + bit;
}

void supply_places_give(struct supply_places *places, uint32_t place)
{
    places->words[place / 64].used &= ~(UINT64_C(1) << (place % 64));
    places->count--;
}
