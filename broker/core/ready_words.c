/* SPDX-License-Identifier: Apache-2.0 */
#include "ready_words.h"

#include <assert.h>

void ready_words_clear(struct ready_words *words)
{
    for (uint32_t word = 0; word < CLASSES_MAX / 64; word++) {
        words->first[word] = FIRST_KEY_LAST;
        words->is_stale[word] = false;
        words->stale_eights[word] = 0;
    }
    for (uint32_t eight = 0; eight < CLASSES_MAX / 8; eight++)
        words->first_of_eight[eight] = FIRST_KEY_LAST;
}

/* Of a group whose first is known, or was `before`. Gives whether it has to be looked for anew. */
static bool note_first(struct first_key *first, bool is_stale, uint32_t before, const struct first_key *now)
{
    if (now && !first_key_is_before(first, now)) {   /* nobody is before a first one, even if it is gone */
        *first = *now;
        return false;
    }
    return is_stale || first->number == before;
}

void ready_words_note(struct ready_words *words, uint32_t index, uint32_t before, const struct first_key *now)
{
    uint32_t word = index / 64, eight = index / 8, bit = 1u << (eight % 8);
    bool is_stale = note_first(&words->first_of_eight[eight], words->stale_eights[word] & bit, before, now);
    words->stale_eights[word] = (uint8_t)(is_stale ? words->stale_eights[word] | bit : words->stale_eights[word] & ~bit);
    words->is_stale[word] = note_first(&words->first[word], words->is_stale[word], before, now);
}

/* Of the classes from `index` on whose bits are set. */
static struct first_key first_of(uint32_t index, unsigned bits, const struct first_key *keys)
{
    struct first_key first = FIRST_KEY_LAST;
    for (; bits != 0; bits &= bits - 1) {
        const struct first_key *key = &keys[index + (uint32_t)__builtin_ctz(bits)];
        if (first_key_is_before(key, &first))
            first = *key;
    }
    return first;
}

const struct first_key *ready_words_first(struct ready_words *words, uint32_t word, uint64_t ready, const struct first_key *keys)
{
    struct first_key *first = &words->first[word];
    if (!words->is_stale[word])
        return first;
    *first = FIRST_KEY_LAST;
    for (uint32_t eight = word * 8; ready != 0; eight++, ready >>= 8) {
        unsigned bits = ready & 0xff, bit = 1u << (eight % 8);
        struct first_key *its_first = &words->first_of_eight[eight];
        if (bits == 0)
            continue;
        if (words->stale_eights[word] & bit)
            *its_first = first_of(eight * 8, bits, keys);
        words->stale_eights[word] = (uint8_t)(words->stale_eights[word] & ~bit);
        if (first_key_is_before(its_first, first))
            *first = *its_first;
    }
    words->is_stale[word] = false;
    return first;
}

/* Nobody of these is before what their group knows as its first, and who that is is among them. */
static void check_group(const struct first_key *first, bool is_stale, uint32_t index, uint64_t ready, const struct first_key *keys)
{
    bool is_there = is_stale || first->number == FIRST_KEY_LAST.number;
    for (uint64_t bits = ready; bits != 0; bits &= bits - 1) {
        const struct first_key *key = &keys[index + (uint32_t)__builtin_ctzll(bits)];
        assert(!first_key_is_before(key, first));
        is_there |= key->number == first->number;
    }
    assert(is_there);
}

void ready_words_check(const struct ready_words *words, const struct bitset *ready, const struct first_key *keys)
{
    for (uint32_t word = 0; word < ready->word_count; word++) {
        check_group(&words->first[word], words->is_stale[word], word * 64, ready->words[word], keys);
        for (uint32_t eight = 0; eight < 8; eight++)
            check_group(&words->first_of_eight[word * 8 + eight], words->stale_eights[word] >> eight & 1, word * 64 + eight * 8,
                        ready->words[word] >> (eight * 8) & 0xff, keys);
    }
}
