/* SPDX-License-Identifier: Apache-2.0 */
#include "bitset.h"

#include <stdlib.h>
#include <string.h>

void bitset_fini(struct bitset *set)
{
    free(set->words);
    *set = (struct bitset){0};
}

void bitset_reserve(struct bitset *set, uint32_t bit_count)
{
    uint32_t needed = bit_count / 64 + (bit_count % 64 != 0);

    if (needed <= set->word_count)
        return;

    uint32_t word_count = set->word_count ? set->word_count : 1;
    while (word_count < needed)
        word_count *= 2;     /* needed is at most 2^26: no overflow */

    uint64_t *words = realloc(set->words, word_count * sizeof *words);
    if (!words)
        abort();
    memset(words + set->word_count, 0, (word_count - set->word_count) * sizeof *words);
    set->words = words;
    set->word_count = word_count;
}

void bitset_clear_all(struct bitset *set)
{
    if (set->word_count != 0)
        memset(set->words, 0, set->word_count * sizeof *set->words);
}

void bitset_set(struct bitset *set, uint32_t bit)
{
    if (bit / 64 >= set->word_count)
        bitset_reserve(set, bit | 63);    /* not bit + 1, which wraps at the last bit */
    set->words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

void bitset_clear(struct bitset *set, uint32_t bit)
{
    if (bit / 64 < set->word_count)
        set->words[bit / 64] &= ~(UINT64_C(1) << (bit % 64));
}
