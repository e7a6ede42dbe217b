/* SPDX-License-Identifier: Apache-2.0
 *
 * pattern - regular expressions (PCRE2) that a stranger's text cannot make dear.
 *
 * A pattern is compiled once and then only read. Letter case is ignored, of all scripts; (?-i) in the pattern minds it.
 * It may match anywhere in a text; ^ and $ are the text's ends, (?m) makes them those of lines. Bytes that are not
 * UTF-8 match nothing.
 *
 * Backtracking may need time without end: (a+)+$ on many a's. So each matching goes in steps that are counted, of all
 * patterns that one lead is asked about together: who needs more has not matched, and says so. A step is an item of the
 * pattern that is tried, or a byte that one passed. Only the first PATTERN_TEXT_MAX bytes of a text are looked at.
 *
 * Errors: a pattern that cannot be compiled has a reason in words. Threads: patterns may be shared, a
 * pattern_work has one owner.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stddef.h>
#include <stdint.h>

enum {
    PATTERN_SIZE_MAX = 511,          /* bytes of a pattern as written */
    PATTERN_REASON_MAX = 192,
    PATTERN_TEXT_MAX = 4096,
    PATTERN_STEPS_MAX = 50000,       /* of one matching */
    PATTERN_LEAD_STEPS_MAX = 150000, /* of all between two pattern_work_begin */
};

struct pattern;
struct pattern_work;

enum pattern_answer { PATTERN_DIFFERS, PATTERN_MATCHES, PATTERN_GAVE_UP };

/* Compiles. NULL: cannot be, for this reason, one line of UTF-8 without the pattern itself. */
struct pattern *pattern_new(const char *text, char reason[PATTERN_REASON_MAX]);
void pattern_free(struct pattern **pattern);

/* What matching needs beside the patterns, and what is left of the steps. NULL without memory. */
struct pattern_work *pattern_work_new(void);
void pattern_work_free(struct pattern_work **work);
/* A new lead: all steps are there again. */
void pattern_work_begin(struct pattern_work *work);
/* Steps taken since then. */
uint32_t pattern_work_steps(const struct pattern_work *work);

enum pattern_answer pattern_match(const struct pattern *pattern, struct pattern_work *work, const char *text);

#endif
