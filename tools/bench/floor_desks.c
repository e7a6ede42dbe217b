/* SPDX-License-Identifier: Apache-2.0
 *
 * Many desks at once: what one desk's publisher and reps do, done for each, by one process of publishers and one of reps.
 */
#include <leadwire/publisher.h>
#include <leadwire/rep.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench_desk.h"
#include "bench_process.h"
#include "floor.h"
#include "floor_broker.h"
#include "floor_clients.h"

enum { DESKS_MAX = 200, REPS_OF_A_DESK = 5 /* they have all the skills */, READY_MAX = 128, DUE_EVERY_MS = 50, LIVES_FIRST = 20, FIRST_WITHIN_MS = 60000 };

struct desk { char name[16], run_dir[96], publish[FLOOR_ADDRESS_SIZE], reps[FLOOR_ADDRESS_SIZE]; pid_t broker; };

/* Written before the clients are forked. */
static struct desk desks[DESKS_MAX];
static uint32_t desk_count;

static void watch(int queue, int fd, uint32_t number)
{
    struct epoll_event wanted = {.events = EPOLLIN, .data.u32 = number};
    if (epoll_ctl(queue, EPOLL_CTL_ADD, fd, &wanted) != 0)
        bench_give_up("cannot watch a client");
}

/* ---- publishers ---- */

struct publishers {
    struct floor_board *board;
    struct lw_publisher *all[DESKS_MAX];
    uint64_t sent_to[DESKS_MAX], sent;
    uint32_t pending_max, next;
};

static void take_answers(struct publishers *publishers, uint32_t desk)
{
    struct lw_publisher_answer answer;
    while (lw_publisher_next(publishers->all[desk], &answer) == LW_OK) {
        if (answer.outcome != LW_OUTCOME_ACCEPTED && answer.outcome != LW_OUTCOME_DUPLICATE)   /* the client repeats what is not answered in time */
            publishers->board->wrong++;
        publishers->board->published++;
    }
}

/* To each desk in turn that has room. False: none has. */
static bool publish_one(struct publishers *publishers)
{
    for (uint32_t tried = 0; tried < desk_count; tried++) {
        uint32_t desk = publishers->next;
        publishers->next = (desk + 1) % desk_count;
        if (lw_publisher_pending(publishers->all[desk]) >= publishers->pending_max)
            continue;
        if (bench_desk_publish(publishers->all[desk], publishers->sent_to[desk]++) != LW_OK)
            bench_give_up("a publisher cannot publish");
        publishers->sent++;
        return true;
    }
    return false;
}

static void publish_what_is_due(struct publishers *publishers)
{
    static uint64_t base_ns, base_sent;
    static uint32_t rate;
    struct floor_board *board = publishers->board;
    if (board->rate != rate) {
        rate = board->rate;
        base_ns = bench_now_ns();
        base_sent = publishers->sent;
    }
    uint64_t due = rate == 0 ? UINT64_MAX : base_sent + (bench_now_ns() - base_ns) * rate / 1000000000u;
    while (publishers->sent < due && publishers->sent - board->completed < FLOOR_BACKLOG && publish_one(publishers)) {
    }
}

static int run_publishers(void *board)
{
    static struct publishers publishers;
    struct epoll_event ready[READY_MAX];
    int queue = epoll_create1(0);
    publishers.board = board;
    publishers.pending_max = FLOOR_IN_FLIGHT / desk_count < 4 ? 4 : FLOOR_IN_FLIGHT / desk_count;
    for (uint32_t i = 0; i < desk_count; i++) {
        const struct lw_publisher_options options = {.endpoint = desks[i].publish, .desk = desks[i].name, .client = "leadwire-bench",
                                                     .pending_max = publishers.pending_max};
        if (lw_publisher_open(&options, &publishers.all[i]) != LW_OK)
            bench_give_up("cannot open a publisher");
        watch(queue, lw_publisher_fd(publishers.all[i]), i);
    }
    for (uint64_t all_at_ns = 0; !publishers.board->stop;) {
        publish_what_is_due(&publishers);
        int count = epoll_wait(queue, ready, READY_MAX, 1);
        for (int i = 0; i < count; i++)
            take_answers(&publishers, ready[i].data.u32);
        if (bench_now_ns() < all_at_ns)
            continue;
        all_at_ns = bench_now_ns() + DUE_EVERY_MS * 1000000u;
        for (uint32_t i = 0; i < desk_count; i++)   /* what is due by the clock */
            take_answers(&publishers, i);
    }
    for (uint32_t i = 0; i < desk_count; i++)
        lw_publisher_close(&publishers.all[i]);
    close(queue);
    return 0;
}

/* ---- reps ---- */

static int run_reps(void *argument)
{
    static struct lw_rep *reps[DESKS_MAX * REPS_OF_A_DESK];
    static uint64_t answered[DESKS_MAX * REPS_OF_A_DESK];
    struct floor_board *board = argument;
    struct epoll_event ready[READY_MAX];
    int queue = epoll_create1(0);
    uint32_t count = desk_count * REPS_OF_A_DESK;
    for (uint32_t i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "rep%u", i % REPS_OF_A_DESK);
        const struct desk *desk = &desks[i / REPS_OF_A_DESK];
        const struct lw_rep_options options = {.endpoint = desk->reps, .desk = desk->name, .rep = name, .secret = "bench-secret", .client = "leadwire-bench"};
        if (lw_rep_open(&options, &reps[i]) != LW_OK)
            bench_give_up("cannot open a rep");
        watch(queue, lw_rep_fd(reps[i]), i);
    }
    for (uint64_t all_at_ns = 0; !board->stop;) {
        int ready_count = epoll_wait(queue, ready, READY_MAX, DUE_EVERY_MS);
        for (int i = 0; i < ready_count; i++)
            floor_rep_work_off(board, reps[ready[i].data.u32], ready[i].data.u32 % REPS_OF_A_DESK, &answered[ready[i].data.u32]);
        if (bench_now_ns() < all_at_ns)
            continue;
        all_at_ns = bench_now_ns() + DUE_EVERY_MS * 1000000u;
        for (uint32_t i = 0; i < count; i++)
            floor_rep_work_off(board, reps[i], i % REPS_OF_A_DESK, &answered[i]);
    }
    for (uint32_t i = 0; i < count; i++)
        lw_rep_close(&reps[i], 1);
    close(queue);
    return 0;
}

/* ---- the desks ---- */

static void start_desks(const char *dir, const char *durability)
{
    for (uint32_t i = 0; i < desk_count; i++) {
        struct desk *desk = &desks[i];
        snprintf(desk->name, sizeof desk->name, "bench%u", i);
        snprintf(desk->run_dir, sizeof desk->run_dir, "%s/run%u", dir, i);
        const struct floor_broker place = {.dir = dir, .run_dir = desk->run_dir, .desk = desk->name, .durability = durability, .way = FLOOR_BY_IPC};
        desk->broker = floor_broker_start(&place);
        bench_desk_rules_timed(desk->run_dir, desk->name, 60000, 15000);
        floor_broker_address(&place, "publish", desk->publish);
        floor_broker_address(&place, "reps", desk->reps);
    }
}

/* What a desk's first leads cost is its memory, which the kernel gives page by page: not what is measured. */
static void await_first_lives(const struct floor_board *board)
{
    for (uint32_t waited = 0; board->completed < (uint64_t)desk_count * LIVES_FIRST; waited++) {
        if (waited > FIRST_WITHIN_MS / 10)
            bench_give_up("the desks did not come up to speed");
        poll(NULL, 0, 10);
    }
}

struct floor_result floor_ours_desks(const char *durability, uint32_t desks_wanted, uint32_t seconds, double *broker_bytes)
{
    struct floor_board *board = floor_board_new();
    char dir[64];
    desk_count = desks_wanted < DESKS_MAX ? desks_wanted : DESKS_MAX;
    bench_allow_descriptors();
    bench_make_dir(dir);
    snprintf(board->run_dir, sizeof board->run_dir, "%s", dir);
    pid_t redis = bench_desk_redis(dir, durability);
    start_desks(dir, durability);
    pid_t reps = bench_fork(run_reps, board);
    for (uint32_t waited = 0; board->reps_ready < desk_count * REPS_OF_A_DESK; waited++) {
        if (waited > 3000)
            bench_give_up("the reps could not log on");
        poll(NULL, 0, 10);
    }
    pid_t publisher = bench_fork(run_publishers, board);
    await_first_lives(board);
    const struct floor_pids pids = {.redis = redis, .reps = reps, .publisher = publisher};
    struct floor_result result = floor_measure(board, dir, &pids, seconds);
    *broker_bytes = 0;
    for (uint32_t i = 0; i < desk_count; i++)
        *broker_bytes += (double)bench_resident_bytes(desks[i].broker);
    board->stop = 1;
    bench_wait(publisher);
    bench_wait(reps);
    for (uint32_t i = 0; i < desk_count; i++)
        bench_stop(desks[i].broker);
    bench_stop(redis);
    if (result.lives == 0)
        bench_give_up("no lead was completed in the bench");
    if (board->wrong > 0)
        bench_give_up("leads went wrong in the bench: to the wrong skill, or refused");
    munmap(board, sizeof *board);
    bench_remove_dir(dir);
    return result;
}
