/* SPDX-License-Identifier: Apache-2.0 */
#include <leadwire/events.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "bench_desk.h"
#include "floor_clients.h"

enum { READY_MAX = 128 };

static struct lw_events *open_one(const struct floor_board *board)
{
    char events[128], control[128];
    struct lw_events *opened;
    snprintf(events, sizeof events, "ipc://%s/events", board->run_dir);
    snprintf(control, sizeof control, "ipc://%s/control", board->run_dir);
    const struct lw_events_options options = {.events_endpoint = events, .control_endpoint = control, .desk = "bench", .client = "leadwire-bench", .no_snapshot = 1};
    if (lw_events_open(&options, &opened) != LW_OK)
        bench_give_up("cannot subscribe to the desk's events");
    return opened;
}

static void take_all(struct floor_board *board, struct lw_events *events)
{
    struct lw_event event;
    uint64_t count = 0;
    while (lw_events_next(events, &event) == LW_OK)
        count++;
    board->events += count;
}

int floor_subscribers(void *argument)
{
    struct floor_board *board = argument;
    struct lw_events **all = calloc(board->subscribers, sizeof *all);
    struct epoll_event ready[READY_MAX];
    int queue = epoll_create1(0), fds[2];
    if (!all)
        bench_give_up("out of memory");
    for (uint32_t i = 0; i < board->subscribers; i++) {
        struct epoll_event wanted = {.events = EPOLLIN, .data.u32 = i};
        all[i] = open_one(board);
        lw_events_fds(all[i], fds);
        if (epoll_ctl(queue, EPOLL_CTL_ADD, fds[0], &wanted) != 0)
            bench_give_up("cannot watch a subscriber");
        take_all(board, all[i]);
    }
    while (!board->stop) {
        int count = epoll_wait(queue, ready, READY_MAX, 50);
        for (int i = 0; i < count; i++)
            take_all(board, all[ready[i].data.u32]);
        for (uint32_t i = 0; count == 0 && i < board->subscribers; i++)
            take_all(board, all[i]);   /* what is due by the clock */
    }
    for (uint32_t i = 0; i < board->subscribers; i++)
        lw_events_close(&all[i]);
    close(queue);
    free(all);
    return 0;
}
