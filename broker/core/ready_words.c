/* SPDX-License-Identifier: Apache-2.0 */
#include "ready_words.h"

#include <assert.h>

void ready_words_clear(struct ready_words *words)
{
    for (uint32_t word = 0; word < CLASSES_MAX / 64; word++) {
        words->first[word] = FIRST_KEY_LAST;
        words->is_stale[word] = false;
    }
}

void ready_words_note(struct ready_words *words, uint32_t index, uint32_t before, const struct first_key *now)
{
    struct first_key *first = &words->first[index / 64];
    if (now && !first_key_is_before(first, now)) {   /* nobody is before a first one, even if it is gone */
        *first = *now;
        words->is_stale[index / 64] = false;
    } else if (first->number == before) {
        words->is_stale[index / 64] = true;
    }
}

const struct first_key *ready_words_first(struct ready_words *words, uint32_t word, uint64_t ready, const struct first_key *keys)
{
    struct first_key *first = &words->first[word];
    if (!words->is_stale[word])
        return first;
    *first = FIRST_KEY_LAST;
    for (uint64_t bits = ready; bits != 0; bits &= bits - 1) {
        const struct first_key *key = &keys[word * 64 + (uint32_t)__builtin_ctzll(bits)];
        if (first_key_is_before(key, first))
            *first = *key;
    }
    words->is_stale[word] = false;
    return first;
}

void ready_words_check(const struct ready_words *words, const struct bitset *ready, const struct first_key *keys)
{
    for (uint32_t word = 0; word < ready->word_count; word++) {
        bool is_there = words->is_stale[word] || words->first[word].number == FIRST_KEY_LAST.number;
        for (uint64_t bits = ready->words[word]; bits != 0; bits &= bits - 1) {
            const struct first_key *key = &keys[word * 64 + (uint32_t)__builtin_ctzll(bits)];
            assert(!first_key_is_before(key, &words->first[word]));
            is_there |= key->number == words->first[word].number;
        }
        assert(is_there);
    }
}
