/* SPDX-License-Identifier: Apache-2.0
 *
 * bitset - rows of bits, walked word by word.
 *
 * Words are caller-visible so that hot loops can AND several rows. A zeroed
 * struct is an empty set. It grows by doubling and never shrinks; new bits are 0. Growth that fails
 * aborts: callers bound the sizes beforehand.
 * Threads: one owner.
 */
#ifndef BITSET_H
#define BITSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bitset {
    uint64_t *words;
    uint32_t word_count;
};

void bitset_fini(struct bitset *set);
/* Room for bit_count bits at least. */
void bitset_reserve(struct bitset *set, uint32_t bit_count);
void bitset_clear_all(struct bitset *set);

static inline bool bitset_test(const struct bitset *set, uint32_t bit)
{
    return bit / 64 < set->word_count && (set->words[bit / 64] >> (bit % 64) & 1);
}
/* Grows as needed. */
void bitset_set(struct bitset *set, uint32_t bit);
/* A bit beyond the words is already clear. */
void bitset_clear(struct bitset *set, uint32_t bit);

#endif
