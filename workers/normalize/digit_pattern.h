/* SPDX-License-Identifier: Apache-2.0
 *
 * digit_pattern - a regular expression over digits, for matching very many numbers.
 *
 * Of the syntax that numbering plans use: digits, \d, [classes], groups, | ? * + {n} {n,} {n,m}; no anchors, no look-around. An automaton is
 * built while numbers are matched, so matching costs a look into a table per digit once the table has what the numbers need. It has at most
 * 1024 states (about 100 kB, usually below 5); beyond that it is begun anew. Threads: one owner; matching changes the table.
 */
#ifndef DIGIT_PATTERN_H
#define DIGIT_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

struct digit_pattern;   /* opaque */

/* NULL: the expression has what is not known here, is too large, or there is no memory. */
struct digit_pattern *digit_pattern_new(const char *expression, size_t size);
void digit_pattern_free(struct digit_pattern **pattern);   /* NULL accepted */
enum { DIGIT_PATTERN_NUMBER_MAX = 20 };

/* digits: ASCII digits only, at most DIGIT_PATTERN_NUMBER_MAX. */
bool digit_pattern_matches(struct digit_pattern *pattern, const char *digits, size_t size);         /* all of it */
bool digit_pattern_matches_start(struct digit_pattern *pattern, const char *digits, size_t size);   /* a part at its start, may be empty */

#endif
