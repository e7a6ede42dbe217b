/* SPDX-License-Identifier: Apache-2.0
 *
 * ready_words - of each word of 64 supply classes the first ready rep, in the order of one policy: whoever looks for the
 * best of many classes passes over words in which nobody comes before whom they have. Inside broker/core only.
 *
 * What a word's first was may have gone; then the word is looked at again, but not before somebody asks, and of it only
 * the eight classes among which that first was: each eight knows its own first.
 */
#ifndef READY_WORDS_H
#define READY_WORDS_H

#include "classes.h"

struct ready_words {
    struct first_key first[CLASSES_MAX / 64], first_of_eight[CLASSES_MAX / 8];
    bool is_stale[CLASSES_MAX / 64];
    uint8_t stale_eights[CLASSES_MAX / 64];   /* a bit for each of a word */
};

/* With nobody ready. */
void ready_words_clear(struct ready_words *words);
/* The class's first ready rep was `before` and is `now` (NULL: nobody is ready). */
void ready_words_note(struct ready_words *words, uint32_t index, uint32_t before, const struct first_key *now);
/* The first of the word, of the classes in `ready`, of which `keys` are the first. */
const struct first_key *ready_words_first(struct ready_words *words, uint32_t word, uint64_t ready, const struct first_key *keys);

/* Asserts that no ready rep is before the first of their word. */
void ready_words_check(const struct ready_words *words, const struct bitset *ready, const struct first_key *keys);

#endif
