/* SPDX-License-Identifier: Apache-2.0
 *
 * One seed: faults until enough commands were taken, then none, and everything must end.
 */
#include <stdio.h>
#include <string.h>

#include "faults_desk.h"

enum { DRAIN_MS = 4 * 24 * 3600000, RESTED_MS = 30 * 60000 };

static bool is_drained(struct sim_world *world)
{
    struct core *core = faults_desk_core(world->desk);
    struct core_totals totals;
    if (!core || world->desk->primary->batches.first)
        return false;
    for (uint32_t i = 0; i < SIM_PENDING_MAX; i++) {
        if (world->pending[i].used)
            return false;
    }
    core_totals_read(core, &totals);
    for (size_t state = 0; state < sizeof totals.by_state / sizeof totals.by_state[0]; state++) {
        if (totals.by_state[state] != 0)
            return false;
    }
    return true;
}

/* Everybody whom the rules have could take a lead: nobody is stuck in what a fault left. */
static uint32_t stuck_rep(const struct sim_world *world)
{
    const struct sim_judge *judge = &world->judge;
    for (uint32_t i = 0; i < world->options.reps; i++) {
        const struct sim_rep *rep = &world->reps[i];
        bool is_free = judge->reps[i].connected && judge->reps[i].state == REP_AVAILABLE && rep->session != 0 && rep->item_count == 0;
        if (judge->rep_rules[i] && !is_free)
            return i;
    }
    return SIM_REPS_MAX;
}

static void drain(struct sim_world *world)
{
    uint64_t last_ms = world->now_ms + DRAIN_MS;
    world->draining = true;
    faults_end(world->desk);
    faults_note(world->desk, "faults end");
    while (!world->failed && !is_drained(world) && world->now_ms < last_ms)
        sim_world_turn(world);
    if (!world->failed)
        sim_judge_drained(&world->judge);
    if (!world->failed && !is_drained(world))
        sim_fail(world, "never lost: the drain does not come to an end");
    last_ms = world->now_ms + RESTED_MS;
    while (!world->failed && stuck_rep(world) != SIM_REPS_MAX && world->now_ms < last_ms)
        sim_world_turn(world);
    if (!world->failed && stuck_rep(world) != SIM_REPS_MAX) {
        char words[120];
        snprintf(words, sizeof words, "nobody is stuck: rep%u cannot take a lead when all is over", stuck_rep(world));
        sim_fail(world, words);
    }
}

static void write_tail(const struct faults_desk *desk, char *out, size_t size)
{
    uint64_t from = desk->tail_count > FAULTS_TAIL ? desk->tail_count - FAULTS_TAIL : 0;
    size_t at = 0;
    out[0] = '\0';
    for (uint64_t i = from; i < desk->tail_count && at < size; i++)
        at += (size_t)snprintf(out + at, size - at, "%s\n", desk->tail[i % FAULTS_TAIL]);
}

void faults_run(const struct faults_options *options, struct faults_result *out)
{
    static struct sim_world world;
    static struct faults_desk desk;
    struct sim_options size = {.seed = options->seed, .commands = options->commands};
    struct sim_random shape = {options->seed ^ UINT64_C(0x73686170)};
    size.reps = (uint32_t)sim_random_between(&shape, 3, 9);
    size.rules = (uint32_t)sim_random_between(&shape, 2, 7);

    sim_world_begin(&world, &size);
    faults_desk_open(&desk, &world);
    world.desk = &desk;
    desk.drop_message = options->drop_message;
    desk.traces = options->traces;
    world.is_calm = options->is_calm;
    if (!options->is_calm)
        faults_draw(&desk);
    sim_source_configures(&world);
    sim_reps_open(&world);
    sim_sources_open(&world);
    uint64_t begin_ms = world.now_ms;
    while (!world.failed && world.commands_done < options->commands)
        sim_world_turn(&world);
    drain(&world);
    faults_coverage_judged(&desk.coverage, &world.coverage);

    *out = (struct faults_result){.failed = world.failed || world.judge.fault[0] != '\0', .seed = options->seed, .hash = desk.hash,
                                  .commands = world.commands_done, .leads = world.judge.lead_last, .virtual_ms = world.now_ms - begin_ms,
                                  .messages = desk.messages, .entries = desk.redis.archive_count, .coverage = desk.coverage};
    snprintf(out->fault, sizeof out->fault, "%s", world.judge.fault);
    if (out->failed)
        write_tail(&desk, out->tail, sizeof out->tail);
    faults_desk_close(&desk);
    world.desk = NULL;
    sim_world_close(&world);
}
