/* SPDX-License-Identifier: Apache-2.0
 *
 * The expression becomes a program of steps (Thompson 1968); a state of the automaton is the set of steps at which it can stand. What has
 * not been asked for yet is not built.
 */
#include "digit_pattern.h"

#include <assert.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS_MAX = 4096, STATES_MAX = 1024, SET_SUM_MAX = STEPS_MAX * (DIGIT_PATTERN_NUMBER_MAX + 2), DEPTH_MAX = 16, REPEAT_MAX = 40, ALL_DIGITS = 0x3FF, DIGITS = 10 };
enum { DEAD = 0, FIRST = 1, NOT_BUILT = UINT16_MAX };

enum step_kind { STEP_DIGIT, STEP_SPLIT, STEP_END };
struct step {
    uint16_t kind, digits;   /* STEP_DIGIT: one bit for each that goes on to the next step */
    uint16_t to[2];          /* STEP_SPLIT: both; NO_STEP: not known yet */
};
enum { NO_STEP = UINT16_MAX };

struct state {
    uint32_t set_at;         /* its steps, ascending, in sets */
    uint16_t set_count;
    bool is_end;
    uint16_t next[DIGITS];
};

struct digit_pattern {
    struct step *steps;
    uint16_t step_count;
    struct state *states;
    uint16_t state_count;
    uint16_t *sets;
    uint32_t set_sum;
    uint8_t *marks;          /* of each step, while a set is made */
    uint16_t *waiting, *making;
};

/* ---- expression -> steps -------------------------------------------------------------------- */

static bool emit_alternatives(struct digit_pattern *pattern, const char *from, const char *to, int depth);

static bool emit(struct digit_pattern *pattern, struct step step, uint16_t *at_out)
{
    if (pattern->step_count == STEPS_MAX)
        return false;
    *at_out = pattern->step_count;
    pattern->steps[pattern->step_count++] = step;
    return true;
}

/* A step that goes on at one place only. */
static bool emit_jump(struct digit_pattern *pattern, uint16_t to, uint16_t *at_out)
{
    return emit(pattern, (struct step){.kind = STEP_SPLIT, .to = {to, to}}, at_out);
}

/* Behind the group or class that begins at `at`; NULL: it is not closed. */
static const char *skip_atom(const char *at, const char *to)
{
    int depth = 0;
    bool in_class = false;
    for (; at < to; at++) {
        if (*at == '\\' && ++at == to)
            return NULL;
        else if (in_class)
            in_class = *at != ']';
        else if (*at == '[')
            in_class = true;
        else if (*at == '(')
            depth++;
        else if (*at == ')')
            depth--;
        if (depth == 0 && !in_class)
            return at + 1;
    }
    return NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool emit_class(struct digit_pattern *pattern, const char *from, const char *to)
{
    uint16_t digits = 0, at;
    for (; from < to; from++) {
        if (*from == '\\' && from + 1 < to && from[1] == 'd') {
            digits = ALL_DIGITS;
            from++;
        } else if (is_digit(*from) && from + 2 < to && from[1] == '-' && is_digit(from[2])) {
            for (char c = *from; c <= from[2]; c++)
                digits |= (uint16_t)(1u << (c - '0'));
            from += 2;
        } else if (is_digit(*from)) {
            digits |= (uint16_t)(1u << (*from - '0'));
        } else {
            return false;
        }
    }
    return emit(pattern, (struct step){.kind = STEP_DIGIT, .digits = digits}, &at);
}

static bool emit_atom(struct digit_pattern *pattern, const char *from, const char *to, int depth)
{
    if (*from == '[')
        return emit_class(pattern, from + 1, to - 1);
    if (*from != '(')
        return emit_class(pattern, from, to);
    from++;
    if (*from == '?' && (from[1] != ':' || to - from < 3))
        return false;
    return emit_alternatives(pattern, *from == '?' ? from + 2 : from, to - 1, depth + 1);
}

static const char *read_count(const char *at, const char *to, int *out)
{
    *out = 0;
    const char *from = at;
    for (; at < to && is_digit(*at) && *out <= REPEAT_MAX; at++)
        *out = *out * 10 + (*at - '0');
    return at == from || *out > REPEAT_MAX ? NULL : at;
}

/* How often what stands before may stand; gives what follows, NULL: malformed. max INT_MAX: any number of times. */
static const char *read_repeat(const char *at, const char *to, int *min, int *max)
{
    const char c = at < to ? *at : '\0';
    *min = c == '?' || c == '*' ? 0 : 1;
    *max = c == '*' || c == '+' ? INT_MAX : 1;
    if (c != '{')
        return c == '?' || c == '*' || c == '+' ? at + 1 : at;
    at = read_count(at + 1, to, min);
    *max = *min;
    if (at && at < to && *at == ',') {
        at++;
        *max = INT_MAX;
        if (at < to && *at != '}')
            at = read_count(at, to, max);
    }
    return at && at < to && *at == '}' && *min <= *max ? at + 1 : NULL;
}

static bool emit_repeated(struct digit_pattern *pattern, const char *from, const char *to, int min, int max, int depth)
{
    uint16_t splits[REPEAT_MAX + 1], split_count = 0, at;
    for (int i = 0; i < min; i++)
        if (!emit_atom(pattern, from, to, depth))
            return false;
    for (int i = min; i < max && (max != INT_MAX || i == min); i++) {
        if (!emit(pattern, (struct step){.kind = STEP_SPLIT, .to = {(uint16_t)(pattern->step_count + 1), NO_STEP}}, &splits[split_count++]) ||
            !emit_atom(pattern, from, to, depth))
            return false;
    }
    if (max == INT_MAX && !emit_jump(pattern, splits[0], &at))
        return false;
    while (split_count > 0)
        pattern->steps[splits[--split_count]].to[1] = pattern->step_count;
    return true;
}

static bool emit_sequence(struct digit_pattern *pattern, const char *from, const char *to, int depth)
{
    while (from < to) {
        int min, max;
        const char *atom_end = skip_atom(from, to);
        const char *end = atom_end ? read_repeat(atom_end, to, &min, &max) : NULL;
        if (!end || !emit_repeated(pattern, from, atom_end, min, max, depth))
            return false;
        from = end;
    }
    return true;
}

/* The next | that stands in no group. */
static const char *find_bar(const char *from, const char *to)
{
    while (from && from < to && *from != '|')
        from = skip_atom(from, to);
    return from;
}

static bool emit_alternatives(struct digit_pattern *pattern, const char *from, const char *to, int depth)
{
    uint16_t split, jump, last_jump = NO_STEP;
    if (depth > DEPTH_MAX)
        return false;
    for (const char *bar; (bar = find_bar(from, to)) != to; from = bar + 1) {
        if (!bar || !emit(pattern, (struct step){.kind = STEP_SPLIT, .to = {(uint16_t)(pattern->step_count + 1), NO_STEP}}, &split) ||
            !emit_sequence(pattern, from, bar, depth) || !emit_jump(pattern, last_jump, &jump))
            return false;
        last_jump = jump;   /* a chain, until the end is known */
        pattern->steps[split].to[1] = pattern->step_count;
    }
    if (!emit_sequence(pattern, from, to, depth))
        return false;
    while (last_jump != NO_STEP) {
        struct step *step = &pattern->steps[last_jump];
        last_jump = step->to[0];
        step->to[0] = step->to[1] = pattern->step_count;
    }
    return true;
}

/* ---- steps -> states ------------------------------------------------------------------------ */

/* Marks all steps that read a digit, or are the end, and can be reached from this one. */
static void mark_from(struct digit_pattern *pattern, uint16_t first)
{
    size_t count = 0;
    if (!pattern->marks[first]) {
        pattern->marks[first] = 1;
        pattern->waiting[count++] = first;
    }
    while (count > 0) {
        const struct step *step = &pattern->steps[pattern->waiting[--count]];
        for (int i = 0; step->kind == STEP_SPLIT && i < 2; i++) {
            if (!pattern->marks[step->to[i]]) {
                pattern->marks[step->to[i]] = 1;
                pattern->waiting[count++] = step->to[i];
            }
        }
    }
}

/* Takes the marks away and gives their steps. */
static uint16_t take_marked(struct digit_pattern *pattern, bool *is_end)
{
    uint16_t count = 0;
    *is_end = false;
    for (uint16_t i = 0; i < pattern->step_count; i++) {
        if (pattern->marks[i] && pattern->steps[i].kind != STEP_SPLIT) {
            pattern->making[count++] = i;
            *is_end = *is_end || pattern->steps[i].kind == STEP_END;
        }
    }
    memset(pattern->marks, 0, pattern->step_count);
    return count;
}

/* NOT_BUILT: there is no more room. */
static uint16_t state_of_marked(struct digit_pattern *pattern)
{
    bool is_end;
    const uint16_t count = take_marked(pattern, &is_end);
    for (uint16_t i = 0; i < pattern->state_count; i++) {
        const struct state *state = &pattern->states[i];
        if (state->set_count == count && memcmp(pattern->sets + state->set_at, pattern->making, count * sizeof *pattern->making) == 0)
            return i;
    }
    if (pattern->state_count == STATES_MAX || count > SET_SUM_MAX - pattern->set_sum)
        return NOT_BUILT;
    struct state *state = &pattern->states[pattern->state_count];
    *state = (struct state){.set_at = pattern->set_sum, .set_count = count, .is_end = is_end};
    memset(state->next, 0xFF, sizeof state->next);
    memcpy(pattern->sets + pattern->set_sum, pattern->making, count * sizeof *pattern->making);
    pattern->set_sum += count;
    return pattern->state_count++;
}

static void begin_states(struct digit_pattern *pattern)
{
    pattern->state_count = 0;
    pattern->set_sum = 0;
    const uint16_t dead = state_of_marked(pattern);
    mark_from(pattern, 0);
    const uint16_t first = state_of_marked(pattern);
    assert(dead == DEAD && first == FIRST);
}

static uint16_t build_next(struct digit_pattern *pattern, uint16_t from, unsigned digit)
{
    const struct state *state = &pattern->states[from];
    for (uint16_t i = 0; i < state->set_count; i++) {
        const uint16_t at = pattern->sets[state->set_at + i];
        if (pattern->steps[at].kind == STEP_DIGIT && (pattern->steps[at].digits >> digit & 1))
            mark_from(pattern, at + 1);
    }
    const uint16_t next = state_of_marked(pattern);
    if (next != NOT_BUILT)
        pattern->states[from].next[digit] = next;
    return next;
}

/* Walks as far as it can. `is_start`: until the first end. */
static bool walk(struct digit_pattern *pattern, const char *digits, size_t size, bool is_start)
{
    assert(size <= DIGIT_PATTERN_NUMBER_MAX);   /* so many states always have room */
    uint16_t at = FIRST;
    for (size_t i = 0; i < size && at != DEAD && !(is_start && pattern->states[at].is_end); i++) {
        const unsigned digit = (unsigned)(digits[i] - '0');
        assert(digit < DIGITS);
        uint16_t next = pattern->states[at].next[digit];
        if (next == NOT_BUILT)
            next = build_next(pattern, at, digit);
        if (next == NOT_BUILT) {   /* full: begun anew, and this number again from its start, which then has room */
            begin_states(pattern);
            return walk(pattern, digits, size, is_start);
        }
        at = next;
    }
    return pattern->states[at].is_end;
}

bool digit_pattern_matches(struct digit_pattern *pattern, const char *digits, size_t size)
{
    return walk(pattern, digits, size, false);
}

bool digit_pattern_matches_start(struct digit_pattern *pattern, const char *digits, size_t size)
{
    return walk(pattern, digits, size, true);
}

/* Room for what the expression needs, and for all states, which only those in use take from the machine. */
static bool set_up(struct digit_pattern *pattern)
{
    struct step *steps = realloc(pattern->steps, pattern->step_count * sizeof *steps);
    pattern->steps = steps ? steps : pattern->steps;
    pattern->states = malloc(STATES_MAX * sizeof *pattern->states);
    pattern->sets = malloc(SET_SUM_MAX * sizeof *pattern->sets);
    pattern->marks = calloc(pattern->step_count, sizeof *pattern->marks);
    pattern->waiting = malloc(pattern->step_count * sizeof *pattern->waiting);
    pattern->making = malloc(pattern->step_count * sizeof *pattern->making);
    return pattern->states && pattern->sets && pattern->marks && pattern->waiting && pattern->making;
}

struct digit_pattern *digit_pattern_new(const char *expression, size_t size)
{
    uint16_t at;
    struct digit_pattern *pattern = calloc(1, sizeof *pattern);
    if (pattern)
        pattern->steps = malloc(STEPS_MAX * sizeof *pattern->steps);
    if (!pattern || !pattern->steps || !emit_alternatives(pattern, expression, expression + size, 0) ||
        !emit(pattern, (struct step){.kind = STEP_END}, &at) || !set_up(pattern)) {
        digit_pattern_free(&pattern);
        return NULL;
    }
    begin_states(pattern);
    return pattern;
}

void digit_pattern_free(struct digit_pattern **pattern_place)
{
    struct digit_pattern *pattern = *pattern_place;
    *pattern_place = NULL;
    if (!pattern)
        return;
    free(pattern->steps);
    free(pattern->states);
    free(pattern->sets);
    free(pattern->marks);
    free(pattern->waiting);
    free(pattern->making);
    free(pattern);
}
