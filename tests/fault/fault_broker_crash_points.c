/* SPDX-License-Identifier: Apache-2.0
 *
 * The broker dies at each of its crash points, HITS_MIN times each, under load; the point's passing is chosen at random.
 * Then, as after any kill, the clients' logs and Redis are judged while no broker runs.
 */
#include <stdlib.h>
#include <string.h>

#include "floor_rig.h"
#include "seeded.h"
#include "wall_clock.h"

enum { HITS_MIN = 10, OPEN_MIN = 100 };

/* passings_max: how often a life under this load surely passes there, in little time. */
static const struct { const char *name; unsigned passings_max; } points[] = {
    {"append.before", 60}, {"append.sent", 60}, {"append.answered", 60}, {"release.half", 60},
    {"checkpoint.begin", 2}, {"checkpoint.slice", 3}, {"checkpoint.before_end", 2}, {"checkpoint.end", 2},
    {"recovery.claimed", 1}, {"recovery.loading", 1}, {"recovery.loaded", 1},
};

enum { POINT_COUNT = sizeof points / sizeof points[0] };

static struct floor_rig rig;

static void die_at(unsigned point, struct seeded *random)
{
    char crash_at[64];

    snprintf(crash_at, sizeof crash_at, "%s:%u", points[point].name, 1 + (unsigned)seeded_below(random, points[point].passings_max));
    rig.broker.crash_at = crash_at;
    floor_rig_launch(&rig);
    rig.broker.crash_at = NULL;
    floor_rig_until(&rig, floor_rig_has_died, crash_at);
}

int main(int argc, char **argv)
{
    struct seeded random = {.state = argc > 2 && strcmp(argv[1], "--seed") == 0 ? strtoull(argv[2], NULL, 0) : (uint64_t)wall_clock_unix_ms()};
    unsigned hits[POINT_COUNT] = {0}, open_min = UINT32_MAX;

    printf("seed %llu\n", (unsigned long long)random.state);
    floor_rig_open(&rig, &(struct load_options){.seed = seeded_next(&random), .open_target = 220}, NULL);
    floor_rig_kill(&rig);
    for (unsigned i = 0; i < HITS_MIN * POINT_COUNT; i++) {
        unsigned open = 0;
        die_at(i % POINT_COUNT, &random);
        hits[i % POINT_COUNT]++;
        for (unsigned state = LEAD_WAITING; state <= LEAD_PARKED; state++)
            open += rig.desk.by_state[state];
        open_min = open < open_min ? open : open_min;
    }
    printf("deaths at each crash point, with at least %u open leads:\n", open_min);
    for (unsigned i = 0; i < POINT_COUNT; i++)
        printf("  %-22s %u\n", points[i].name, hits[i]);
    floor_rig_launch(&rig);
    return floor_rig_finish(&rig) == 0 && open_min >= OPEN_MIN ? 0 : 1;
}
