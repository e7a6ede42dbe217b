/* SPDX-License-Identifier: Apache-2.0 */
#include "sim_coverage.h"

#include <stdio.h>

static const char *const states[LEAD_STATES] = {"new", "waiting", "offered", "connecting", "assigned", "parked", "completed", "cancelled",
                                                "expired", "scheduled", "merged"};
static const char *const faults[SIM_FAULT_COUNT] = {
#define X(name, words) words,
    SIM_FAULT_TABLE(X)
#undef X
};

const char *sim_fault_words(enum sim_fault fault)
{
    return faults[fault];
}

/* The life of a lead as the design draws it; the core has its own table. */
bool sim_move_is_legal(enum lead_state from, enum lead_state to)
{
    static const char *const legal[LEAD_STATES] = {"w", "wocapsxm", "wocapxm", "wcapx", "wapdxsm", "wpsexm", "w", "w", "w", "wsxm", "w"};
    static const char letters[LEAD_STATES] = {'n', 'w', 'o', 'c', 'a', 'p', 'd', 'x', 'e', 's', 'm'};
    for (const char *at = legal[from]; *at; at++) {
        if (*at == letters[to])
            return true;
    }
    return false;
}

void sim_coverage_add(struct sim_coverage *to, const struct sim_coverage *from)
{
    for (int a = 0; a < LEAD_STATES; a++) {
        for (int b = 0; b < LEAD_STATES; b++)
            to->moves[a][b] += from->moves[a][b];
    }
    for (int i = 0; i < SIM_FAULT_COUNT; i++)
        to->faults[i] += from->faults[i];
}

void sim_coverage_print(const struct sim_coverage *coverage)
{
    printf("%-12s", "from \\ to");
    for (int to = 1; to < LEAD_STATES; to++)
        printf("%11s", states[to]);
    printf("\n");
    for (int from = 0; from < LEAD_STATES; from++) {
        printf("%-12s", states[from]);
        for (int to = 1; to < LEAD_STATES; to++) {
            if (sim_move_is_legal((enum lead_state)from, (enum lead_state)to))
                printf("%11llu", (unsigned long long)coverage->moves[from][to]);
            else
                printf("%11s", "-");
        }
        printf("\n");
    }
    for (int i = 0; i < SIM_FAULT_COUNT; i++)
        printf("%-38s%9llu\n", faults[i], (unsigned long long)coverage->faults[i]);
}

bool sim_coverage_is_full(const struct sim_coverage *coverage)
{
    bool full = true;
    for (int from = 0; from < LEAD_STATES; from++) {
        if (lead_state_is_end((enum lead_state)from))
            continue;
        for (int to = 1; to < LEAD_STATES; to++) {
            if (!sim_move_is_legal((enum lead_state)from, (enum lead_state)to) || coverage->moves[from][to] > 0)
                continue;
            fprintf(stderr, "never seen: a lead from %s to %s\n", states[from], states[to]);
            full = false;
        }
    }
    for (int i = 0; i < SIM_FAULT_COUNT; i++) {
        if (coverage->faults[i] > 0)
            continue;
        fprintf(stderr, "never seen: %s\n", faults[i]);
        full = false;
    }
    return full;
}
