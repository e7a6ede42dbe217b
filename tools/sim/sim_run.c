/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "sim_world.h"

enum { DRAIN_MS = 4 * 24 * 3600000 };

static bool is_drained(const struct sim_world *world)
{
    struct core_totals totals;
    if (!world->broker.core || world->broker.first)
        return false;
    for (uint32_t i = 0; i < SIM_PENDING_MAX; i++) {
        if (world->pending[i].used)
            return false;
    }
    core_totals_read(world->broker.core, &totals);
    for (int state = LEAD_WAITING; state < LEAD_STATES; state++) {
        if (totals.by_state[state] != 0)
            return false;
    }
    return true;
}

void sim_run(const struct sim_options *options, struct sim_result *out)
{
    static struct sim_world world;
    sim_world_open(&world, options);
    uint64_t begin_ms = world.now_ms;
    while (!world.failed && world.commands_done < options->commands)
        sim_world_turn(&world);

    world.draining = true;
    uint64_t last_ms = world.now_ms + DRAIN_MS;
    while (!world.failed && !is_drained(&world) && world.now_ms < last_ms)
        sim_world_turn(&world);
    if (!world.failed)
        sim_judge_drained(&world.judge);

    *out = (struct sim_result){.failed = world.failed || world.judge.fault[0] != '\0', .hash = world.broker.hash, .commands = world.commands_done,
                               .leads = world.judge.lead_last, .virtual_ms = world.now_ms - begin_ms, .coverage = world.coverage};
    snprintf(out->fault, sizeof out->fault, "%s", world.judge.fault);
    sim_world_close(&world);
}
