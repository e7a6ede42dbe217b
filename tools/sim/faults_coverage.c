/* SPDX-License-Identifier: Apache-2.0 */
#include "faults_coverage.h"

#include <stdio.h>

#include "record.h"

static const char *const words[FAULTS_KINDS] = {
#define X(name, text) text,
    FAULTS_TABLE(X)
#undef X
};

static const char *const several_words[FAULTS_SEVERAL] = {
#define X(name, text) text,
    FAULTS_SEVERAL_TABLE(X)
#undef X
};

/* Of what the judge counts, what a desk of any seed may come to, whatever its rules. */
static const enum sim_fault judged[] = {
    SIM_FAULT_PULLED, SIM_FAULT_BACK, SIM_FAULT_TO_REP, SIM_FAULT_TO_TEAM, SIM_FAULT_TO_SKILL, SIM_FAULT_JOINED, SIM_FAULT_CALL_JOINED,
    SIM_FAULT_INTERRUPTED, SIM_FAULT_OPENED, SIM_FAULT_KEPT_FROM_BACKLOG, SIM_FAULT_OWNER, SIM_FAULT_NOBODY_TOLD, SIM_FAULT_UNTOUCHED, SIM_FAULT_STILL_PARKED,
    SIM_FAULT_MESSAGE, SIM_FAULT_MESSAGE_JOINED, SIM_FAULT_MESSAGE_ALONE,
    SIM_FAULT_DEVICE_TAKEN, SIM_FAULT_DEVICE_FREE, SIM_FAULT_SOURCE_PAUSED, SIM_FAULT_SOURCE_GOES_ON, SIM_FAULT_KEPT_WAITING,
};
enum { JUDGED = sizeof judged / sizeof judged[0] };

const char *faults_kind_words(enum faults_kind kind)
{
    return words[kind];
}

static bool is_move(int from, int to)
{
    return core_lead_may_move((enum lead_state)from, (enum lead_state)to);
}

/* Of a lead that is there and has not ended. */
static bool is_life(int state)
{
    bool goes_on = false;
    for (int to = 0; to < FAULTS_STATES && state != LEAD_NONE; to++)
        goes_on |= is_move(state, to);
    return goes_on;
}

static bool is_reached(int state)
{
    bool reached = false;
    for (int from = 0; from < FAULTS_STATES; from++)
        reached |= is_move(from, state);
    return reached;
}

static void note_several(struct faults_coverage *coverage, enum core_cause cause)
{
    if (cause == CAUSE_OFFERED)
        coverage->several[FAULTS_SEVERAL_OFFERED_TOO]++;
    else if (cause != CAUSE_JOINED && cause != CAUSE_MERGED && cause != CAUSE_PARTED && cause != CAUSE_PRIORITISED && cause != CAUSE_CREDITED)
        coverage->several[FAULTS_SEVERAL_ONE_LEFT]++;
}

void faults_coverage_note(struct faults_coverage *coverage, const struct core_effect *effect)
{
    coverage->several[FAULTS_SEVERAL_TAKEN] += effect->kind == EFFECT_WITHDRAWN && effect->cause == CAUSE_TAKEN;
    if (effect->kind != EFFECT_LEAD_EVENT || (int)effect->from >= FAULTS_STATES || (int)effect->to >= FAULTS_STATES)
        return;
    coverage->moves[effect->from][effect->to]++;
    if (effect->from == LEAD_OFFERED && effect->to == LEAD_OFFERED)
        note_several(coverage, effect->cause);
}

void faults_coverage_judged(struct faults_coverage *coverage, const struct sim_coverage *seen)
{
    for (int i = 0; i < JUDGED; i++)
        coverage->judged[judged[i]] += seen->faults[judged[i]];
}

void faults_coverage_add(struct faults_coverage *to, const struct faults_coverage *from)
{
    for (int a = 0; a < FAULTS_STATES; a++) {
        for (int b = 0; b < FAULTS_STATES; b++)
            to->moves[a][b] += from->moves[a][b];
        for (int kind = 0; kind < FAULTS_KINDS; kind++)
            to->pairs[kind][a] += from->pairs[kind][a];
    }
    for (int i = 0; i < FAULTS_SEVERAL; i++)
        to->several[i] += from->several[i];
    for (int i = 0; i < SIM_FAULT_COUNT; i++)
        to->judged[i] += from->judged[i];
}

static void print_moves(const struct faults_coverage *coverage)
{
    printf("%-30s", "a lead's move from \\ to");
    for (int to = 0; to < FAULTS_STATES; to++) {
        if (is_reached(to))
            printf("%11s", lead_state_word((enum lead_state)to));
    }
    printf("\n");
    for (int from = 0; from < FAULTS_STATES; from++) {
        if (from != LEAD_NONE && !is_life(from))
            continue;
        printf("%-30s", from == LEAD_NONE ? "new" : lead_state_word((enum lead_state)from));
        for (int to = 0; to < FAULTS_STATES; to++) {
            if (is_reached(to) && is_move(from, to))
                printf("%11llu", (unsigned long long)coverage->moves[from][to]);
            else if (is_reached(to))
                printf("%11s", "-");
        }
        printf("\n");
    }
}

void faults_coverage_print(const struct faults_coverage *coverage)
{
    print_moves(coverage);
    for (int i = 0; i < FAULTS_SEVERAL; i++)
        printf("%-30s%11llu\n", several_words[i], (unsigned long long)coverage->several[i]);
    for (int i = 0; i < JUDGED; i++)
        printf("%-30s%11llu\n", sim_fault_words(judged[i]), (unsigned long long)coverage->judged[judged[i]]);
    printf("\n%-30s", "fault \\ a lead's state");
    for (int state = 0; state < FAULTS_STATES; state++) {
        if (is_life(state))
            printf("%11s", lead_state_word((enum lead_state)state));
    }
    printf("\n");
    for (int kind = 0; kind < FAULTS_KINDS; kind++) {
        printf("%-30s", words[kind]);
        for (int state = 0; state < FAULTS_STATES; state++) {
            if (is_life(state))
                printf("%11llu", (unsigned long long)coverage->pairs[kind][state]);
        }
        printf("\n");
    }
}

static bool several_reach(const struct faults_coverage *coverage, uint64_t least)
{
    bool reaches = true;
    for (int i = 0; i < FAULTS_SEVERAL; i++) {
        if (coverage->several[i] >= least)
            continue;
        fprintf(stderr, "too seldom: a lead is %s, %llu times\n", several_words[i], (unsigned long long)coverage->several[i]);
        reaches = false;
    }
    for (int i = 0; i < JUDGED; i++) {
        if (coverage->judged[judged[i]] >= least)
            continue;
        fprintf(stderr, "too seldom: %s, %llu times\n", sim_fault_words(judged[i]), (unsigned long long)coverage->judged[judged[i]]);
        reaches = false;
    }
    return reaches;
}

bool faults_coverage_reaches(const struct faults_coverage *coverage, uint64_t least)
{
    bool reaches = several_reach(coverage, least);
    for (int from = 0; from < FAULTS_STATES; from++) {
        for (int to = 0; to < FAULTS_STATES; to++) {
            if (!is_move(from, to) || coverage->moves[from][to] >= least)
                continue;
            fprintf(stderr, "too seldom: a lead from %s to %s, %llu times\n", from == LEAD_NONE ? "new" : lead_state_word((enum lead_state)from),
                    lead_state_word((enum lead_state)to), (unsigned long long)coverage->moves[from][to]);
            reaches = false;
        }
    }
    for (int kind = 0; kind < FAULTS_KINDS; kind++) {
        for (int state = 0; state < FAULTS_STATES; state++) {
            if (!is_life(state) || coverage->pairs[kind][state] >= least)
                continue;
            fprintf(stderr, "too seldom: %s while a lead is %s, %llu times\n", words[kind], lead_state_word((enum lead_state)state),
                    (unsigned long long)coverage->pairs[kind][state]);
            reaches = false;
        }
    }
    return reaches;
}
