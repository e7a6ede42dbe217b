/* SPDX-License-Identifier: Apache-2.0
 *
 * person_name - splits a full name where that needs no guessing.
 *
 *   "Rossi, Mario"      given Mario, family Rossi
 *   "Mario Rossi"       given Mario, family Rossi
 *   "Anna Maria Rossi"  not split: which word belongs where is a guess
 *   names in Han, Kana or Hangul: not split, the order differs
 */
#ifndef PERSON_NAME_H
#define PERSON_NAME_H

#include <stdbool.h>

#include "arena.h"

/* full is clean text (text_clean, TEXT_LINE). False: not split, outputs untouched. Also false at the arena's cap. */
bool person_name_split(struct arena *arena, const char *full, const char **given_out, const char **family_out);

#endif
