/* SPDX-License-Identifier: Apache-2.0
 *
 * A desk with many reps, skills and waiting leads: the same life as floor_ours, of which each is now one of many.
 */
#include <poll.h>
#include <stdio.h>
#include <sys/mman.h>

#include "bench_desk.h"
#include "bench_process.h"
#include "floor.h"
#include "floor_broker.h"
#include "floor_clients.h"

enum { STUCK_MS = 30000, LOOK_MS = 10, PROGRESS_EVERY = 100000, IN_TRANSIT_OF_MANY = 10000 };

/* Gives up when nothing more comes for a while, however long all of it takes. */
static void await_count(const _Atomic uint64_t *count, uint64_t wanted, const char *progress, const char *otherwise)
{
    uint64_t last = *count, seen;
    for (uint32_t idle_ms = 0; (seen = *count) < wanted; idle_ms += LOOK_MS) {
        if (progress && last / PROGRESS_EVERY != seen / PROGRESS_EVERY)
            fprintf(stderr, "%s %llu\n", progress, (unsigned long long)seen);
        if (seen != last)
            idle_ms = 0;
        if (idle_ms > STUCK_MS)
            bench_give_up(otherwise);
        last = seen;
        poll(NULL, 0, LOOK_MS);
    }
}

static void await_reps(const struct floor_board *board)
{
    for (uint32_t waited = 0; board->reps_ready < board->desk.reps; waited += LOOK_MS) {
        if (waited > STUCK_MS)
            bench_give_up("the reps could not log on");
        poll(NULL, 0, LOOK_MS);
    }
}

/* The leads wait before anybody can take one; then the reps' hands are filled, and as many published again. */
struct floor_result floor_ours_large(const char *durability, const struct bench_desk_size *desk, uint32_t waiting, uint32_t seconds, double *broker_bytes)
{
    struct floor_board *board = floor_board_new();
    const uint64_t in_hand = (uint64_t)desk->reps * BENCH_CAPACITY;
    char dir[64];
    bench_allow_descriptors();
    bench_make_dir(dir);
    snprintf(board->run_dir, sizeof board->run_dir, "%s/run", dir);
    board->desk = *desk;
    pid_t redis = bench_desk_redis(dir, durability);
    const struct floor_broker place = {.dir = dir, .run_dir = board->run_dir, .desk = "bench", .durability = durability, .way = FLOOR_BY_IPC,
                                       .reps = desk->reps, .leads_max = waiting + 2 * (uint32_t)in_hand + 2 * IN_TRANSIT_OF_MANY};
    pid_t broker = floor_broker_start(&place);
    bench_desk_rules_sized(board->run_dir, "bench", desk, 60000, 15000);
    floor_broker_address(&place, "publish", board->publish);
    floor_broker_address(&place, "reps", board->reps);

    board->open_max = waiting;
    pid_t publisher = bench_fork(floor_publisher, board);
    await_count(&board->published, waiting, "waiting", "the leads that should wait do not come in");
    pid_t reps = bench_fork(floor_reps, board);
    await_reps(board);
    board->open_max = waiting > 0 ? waiting + 2 * in_hand + IN_TRANSIT_OF_MANY : FLOOR_BACKLOG;
    board->open_min = waiting > 0 ? waiting + 2 * in_hand : 0;   /* what is on its way to be completed may all be, too */
    await_count(&board->completed, 2 * in_hand, NULL, "the desk did not come up to speed");
    const struct floor_pids pids = {.broker = broker, .redis = redis, .reps = reps, .publisher = publisher};
    struct floor_result result = floor_measure_flat_out(board, dir, &pids, seconds);
    const uint64_t open = board->published - board->completed;
    *broker_bytes = (double)bench_resident_bytes(broker);
    board->stop = 1;
    bench_wait(publisher);
    bench_wait(reps);
    bench_stop(broker);
    bench_stop(redis);
    if (board->wrong > 0)
        bench_give_up("leads went wrong in the bench: to the wrong skill, or refused");
    if (open < waiting + in_hand)
        bench_give_up("too few leads waited while the desk was measured");
    munmap(board, sizeof *board);
    bench_remove_dir(dir);
    return result;
}
