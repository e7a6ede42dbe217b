/* SPDX-License-Identifier: Apache-2.0
 *
 * kill -9 of the broker at KILLS moments under load. After each, the clients' logs and Redis are judged while no broker
 * runs; the histogram says in which states leads were held at the kills.
 */
#include <stdlib.h>
#include <string.h>

#include "floor_rig.h"
#include "record.h"
#include "seeded.h"
#include "wall_clock.h"

enum { KILLS = 200, OPEN_MIN = 100, HELD_AT_LEAST = 20, TOLD_MIN = 5, DONE_MIN = 20 };

static struct floor_rig rig;
static unsigned done_before;

static bool goes_on(struct floor_rig *floor)
{
    struct load_totals told;

    load_totals_read(floor->load, &told);
    return floor_rig_all_told(floor) && told.completed >= done_before + DONE_MIN;
}

static bool some_are_told(struct floor_rig *floor)
{
    struct load_totals told;

    load_totals_read(floor->load, &told);
    return floor->is_serving && told.sessions >= TOLD_MIN;
}

/* Some kills fall into the restart, most into the work, and every eighth waits until all goes on as before. */
static void run_to_a_moment(struct seeded *random, unsigned kill)
{
    struct load_totals told;

    load_totals_read(rig.load, &told);
    done_before = told.completed;
    if (kill % 8 == 0)
        floor_rig_until(&rig, goes_on, "offers and assignments go on after a restart");
    else if (kill % 8 > 1)
        floor_rig_until(&rig, some_are_told, "reps get their sessions after a restart");
    floor_rig_run_ms(&rig, (unsigned)seeded_below(random, kill % 8 > 1 ? 150 : 60));
}

static bool print_histogram(const unsigned held_at[9], unsigned open_min, unsigned open_max)
{
    bool good = open_min >= OPEN_MIN;

    printf("%d kills with %u to %u open leads each; kills at which a state was held:\n", KILLS, open_min, open_max);
    for (unsigned state = LEAD_WAITING; state <= LEAD_PARKED; state++) {
        printf("  %-12s %u\n", lead_state_word((enum lead_state)state), held_at[state]);
        good = good && held_at[state] >= HELD_AT_LEAST;
    }
    if (!good)
        printf("too few: at least %d open leads, and each state at %d kills\n", OPEN_MIN, HELD_AT_LEAST);
    return good;
}

int main(int argc, char **argv)
{
    struct seeded random = {.state = argc > 2 && strcmp(argv[1], "--seed") == 0 ? strtoull(argv[2], NULL, 0) : (uint64_t)wall_clock_unix_ms()};
    unsigned held_at[9] = {0}, open_min = UINT32_MAX, open_max = 0;

    printf("seed %llu\n", (unsigned long long)random.state);
    floor_rig_open(&rig, &(struct load_options){.seed = seeded_next(&random), .open_target = 220}, NULL);
    for (unsigned kill = 1; kill <= KILLS; kill++) {
        unsigned open = 0;
        run_to_a_moment(&random, kill);
        floor_rig_kill(&rig);
        for (unsigned state = LEAD_WAITING; state <= LEAD_PARKED; state++) {
            held_at[state] += rig.desk.by_state[state] > 0;
            open += rig.desk.by_state[state];
        }
        open_min = open < open_min ? open : open_min;
        open_max = open > open_max ? open : open_max;
        floor_rig_launch(&rig);
    }
    bool is_covered = print_histogram(held_at, open_min, open_max);
    return floor_rig_finish(&rig) == 0 && is_covered ? 0 : 1;
}
