/* SPDX-License-Identifier: Apache-2.0
 *
 * encoded_words - makes RFC 2047 words in a raw header safe for gmime's decoder.
 *
 * gmime joins neighbouring base64 words before it decodes them, and stops at
 * the padding of the first. Many programs pad every word. So each
 * "=?charset?B?...?=" becomes the same bytes as "=?charset?Q?...?=", which can be joined.
 */
#ifndef ENCODED_WORDS_H
#define ENCODED_WORDS_H

#include "arena.h"

/* raw, unfolded, with its B words as Q words; words that are no base64 stay. NULL at the arena's cap. */
const char *encoded_words_to_q(struct arena *arena, const char *raw);

#endif
