/* SPDX-License-Identifier: Apache-2.0
 *
 * rep_words - what a rep says of the end of a lead, as words: typed at the terminal, or the arguments of a script.
 *
 *   a completion   CODE [WHEN [PLACE]]
 *   a hand-on      rep NAME | team NAME | skill NAME LEVEL | back, then [WHEN [PLACE]]
 *
 * Both cut the words up in place; what they give points into them. Not understood: what is wanted, a line for people; else NULL.
 */
#ifndef REP_WORDS_H
#define REP_WORDS_H

#include <leadwire/rep.h>

const char *rep_words_completion(char *words, int64_t now_unix_ms, struct lw_completion *out);
const char *rep_words_transfer(char *words, int64_t now_unix_ms, struct lw_transfer *out);

#endif
