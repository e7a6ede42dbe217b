/* SPDX-License-Identifier: Apache-2.0
 *
 * PCRE2 counts its own steps anew for each place where a match may begin: what it is told to stop at bounds one place,
 * not a text. So every pattern is compiled with a call-out before each of its items, and the call-outs count. Between
 * two of them one item can pass many bytes, such as a+ without a way back: these are counted by how far it came.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "pattern.h"

#include <pcre2.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAP_MAX_KIB = 4096, DEPTH_MAX = 20000, NESTING_MAX = 50 };

struct pattern {
    pcre2_code *code;
};

struct pattern_work {
    pcre2_match_context *limits;
    pcre2_match_data *data;
    uint32_t left;                   /* of the lead's steps */
    uint32_t left_here;              /* of this matching's */
    size_t was_at;                   /* in the text, at the last call-out */
};

/* Steps that are gone end the matching. */
static int count_steps(pcre2_callout_block *block, void *context)
{
    struct pattern_work *work = context;
    size_t passed = block->current_position > work->was_at ? block->current_position - work->was_at : work->was_at - block->current_position;
    size_t steps = passed + 1;
    work->was_at = block->current_position;
    if (steps > work->left_here) {
        work->left_here = 0;
        return PCRE2_ERROR_MATCHLIMIT;
    }
    work->left_here -= (uint32_t)steps;
    return 0;
}

struct pattern *pattern_new(const char *text, char reason[PATTERN_REASON_MAX])
{
    const uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_CASELESS | PCRE2_DOLLAR_ENDONLY | PCRE2_AUTO_CALLOUT |
                             PCRE2_NEVER_BACKSLASH_C;
    int error = 0;
    size_t at = 0, size = strlen(text);
    if (size > PATTERN_SIZE_MAX) {
        snprintf(reason, PATTERN_REASON_MAX, "it is longer than %d bytes", PATTERN_SIZE_MAX);
        return NULL;
    }
    pcre2_compile_context *limits = pcre2_compile_context_create(NULL);
    struct pattern *pattern = limits ? calloc(1, sizeof *pattern) : NULL;
    if (pattern) {
        pcre2_set_parens_nest_limit(limits, NESTING_MAX);
        pattern->code = pcre2_compile((PCRE2_SPTR)text, size, options, &error, &at, limits);
    }
    pcre2_compile_context_free(limits);
    if (pattern && pattern->code)
        return pattern;
    PCRE2_UCHAR words[PATTERN_REASON_MAX - 48] = "out of memory";
    if (error != 0)
        pcre2_get_error_message(error, words, sizeof words);
    snprintf(reason, PATTERN_REASON_MAX, "%s, at byte %zu", (const char *)words, at);
    free(pattern);
    return NULL;
}

void pattern_free(struct pattern **pattern)
{
    if (!*pattern)
        return;
    pcre2_code_free((*pattern)->code);
    free(*pattern);
    *pattern = NULL;
}

struct pattern_work *pattern_work_new(void)
{
    struct pattern_work *work = calloc(1, sizeof *work);
    if (!work)
        return NULL;
    work->limits = pcre2_match_context_create(NULL);
    work->data = pcre2_match_data_create(1, NULL);
    if (!work->limits || !work->data) {
        pattern_work_free(&work);
        return NULL;
    }
    pcre2_set_match_limit(work->limits, PATTERN_STEPS_MAX);
    pcre2_set_depth_limit(work->limits, DEPTH_MAX);
    pcre2_set_heap_limit(work->limits, HEAP_MAX_KIB);
    pcre2_set_callout(work->limits, count_steps, work);
    pattern_work_begin(work);
    return work;
}

void pattern_work_free(struct pattern_work **work)
{
    if (!*work)
        return;
    pcre2_match_context_free((*work)->limits);
    pcre2_match_data_free((*work)->data);
    free(*work);
    *work = NULL;
}

void pattern_work_begin(struct pattern_work *work)
{
    work->left = PATTERN_LEAD_STEPS_MAX;
}

uint32_t pattern_work_steps(const struct pattern_work *work)
{
    return PATTERN_LEAD_STEPS_MAX - work->left;
}

enum pattern_answer pattern_match(const struct pattern *pattern, struct pattern_work *work, const char *text)
{
    const uint32_t granted = work->left < PATTERN_STEPS_MAX ? work->left : PATTERN_STEPS_MAX;
    if (granted == 0)
        return PATTERN_GAVE_UP;
    work->left_here = granted;
    work->was_at = 0;
    int answer = pcre2_match(pattern->code, (PCRE2_SPTR)text, strnlen(text, PATTERN_TEXT_MAX), 0, 0, work->data, work->limits);
    work->left -= granted - work->left_here;
    /* More pairs than there is room for is 0: a match too. */
    return answer >= 0 ? PATTERN_MATCHES : answer == PCRE2_ERROR_NOMATCH ? PATTERN_DIFFERS : PATTERN_GAVE_UP;
}
